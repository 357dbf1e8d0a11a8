"""Everything of firstseen that touches the outside world: files, links, databases, people.

The science is in `hashing`, which never imports this package. Start with `app.verify`, which shows
one check from intake to report; the rooms it calls are listed in CONTRIBUTING.md, top floor first.
"""
