"""What runs inside the sandbox: the server that forks, the lock, the tasks.

A task opens no file and no connection: all it needs is loaded before the lock. Start with
`tasks.py`.
"""
