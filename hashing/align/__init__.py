"""Where in space and time two clips coincide.

Proposals from descriptors, then lines through time and transforms of the frame. Exact speeds and
freezes are `hashing.retiming`'s. Start with `place.py`.
"""
