"""One file a resource: parse the request, call, answer.

A route names the scope it needs and holds no SQL and no arithmetic. Start with `checks.py`.
"""
