"""Known clips: their fingerprints, dates and context, in one database file.

`library.py` has the class that others use, each method one transaction; the other files are its
tables, a file each. Finding near vectors is `index`'s. What a date means is `app.verdict`'s.
"""
