"""Measured support -> a calibrated score and a decision.

Support is what was measured for and against a match; nothing here measures anew. Start with
`decision.py`.
"""
