"""A report as a record, as JSON, as terminal text and as an HTML page.

It shows what was judged and never judges. Start with `report.py`.
"""
