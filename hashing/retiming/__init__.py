"""Exact timing: speed, freeze frames, jump cuts, dropped frames.

Start with `refine_alignment.py`.
"""
