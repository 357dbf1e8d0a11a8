"""A crop that moves: found, followed through time, stabilised.

Start with `detect.py`.
"""
