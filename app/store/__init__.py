"""What the service keeps beside the library: checks, reports, keys, decisions, the audit log.

Rows and their retention; a file for each table or act. Nothing here checks or judges. Start with
`checks.py`.
"""
