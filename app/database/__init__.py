"""Opening, reading and writing a database, and writing files durably.

The one door to the engines: which tables there are is for `app.library` and `app.store`. Start with
`database.py`; `sqlite.py` and `postgres.py` are what it leads to.
"""
