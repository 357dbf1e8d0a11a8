"""Frames -> a fingerprint: descriptors, perceptual hashes, preview frames.

A change of one bit here is a new descriptor space. Start with `fingerprint.py`.
"""
