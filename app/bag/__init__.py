"""A check sealed for others: report, frames, log entries, hashes and a signature in one zip.

What goes in comes of `app.store` and `app.report`; here it is put together, hashed and signed.
Start with `seal.py`. `verifier/verify_bag.py`, which needs nothing of firstseen, checks the result.
"""
