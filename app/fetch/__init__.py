"""Links: from an address on the web to one file on disk.

Everything that leaves goes through the checking proxy of `egress_proxy`. Which addresses and links
are allowed is `app.network`'s, and pure. Start with `fetch.py`, which has the one function that
others call.
"""
