"""Frames that let a person check a match, with faces redacted.

Runs in the sandbox: arrays in, small JPEGs out. Which matches are shown is decided elsewhere. Start
with `make_sheet.py`.
"""
