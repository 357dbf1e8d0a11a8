"""A crop that moves: found, followed through time, stabilised.

Start with `crop_drift.py`.
"""
