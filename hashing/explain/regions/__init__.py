"""Regions that differ: located as patches, measured, and classified.

Start with `find_patches.py`, then `classify_patches.py`.
"""
