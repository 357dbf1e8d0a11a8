"""The science: frames, descriptors, alignment, geometry, and what was done to footage.

Arrays in, records out; it reads no setting, no database and no network, and never imports `app`.
Start with `compare.py`: two fingerprints -> one match.
"""
