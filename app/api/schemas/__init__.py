"""The wire format: what requests and answers look like, filled from records.

pydantic is used here and in the settings, nowhere deeper. Start with `checks.py`.
"""
