"""Opening, reading and writing a database file, and writing files durably.

The one door to the engine: which tables there are is for `app.library` and `app.store`. Start with
`sqlite.py`.
"""
