"""A report's page on paper: a PDF that an installed browser makes. Start with `chromium.py`.

The page is `app.report`'s; nothing is laid out here.
"""
