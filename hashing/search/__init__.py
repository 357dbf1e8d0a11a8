"""Descriptors -> candidate clips, before any frame is compared.

Start with `candidates.py`.
"""
