"""The queue: a supervisor, its worker processes, and the rechecks when a library grows.

How a check is made is `app.verify`'s; what is stored of it is `app.store`'s. Start with
`supervisor.py`, then `run_check.py`.
"""
