"""Regions that differ: found, measured, and named.

Start with `change_regions.py`, then `classify.py`.
"""
