"""An accepted match -> the edits that tell item and known clip apart.

One file a family of edits; each edit comes with a measurement. Whether the clips match is decided
before. Start with `explain.py`.
"""
