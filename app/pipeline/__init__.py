"""The steps that a check, a recheck, a comparison and an addition share.

Each file is a step or one of those stories; the check itself is in `app.verify`. A step takes
the record of the step before. How frames are compared is `hashing`'s. Start with
`find_matches.py`.
"""
