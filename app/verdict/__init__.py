"""Matches, known dates and the claim -> a verdict. Pure: records in, records out.

Nothing here reads a file, a clock or a setting. Start with `verdict.py`.
"""
