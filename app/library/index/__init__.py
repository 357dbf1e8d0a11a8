"""Near vectors: which descriptors of the library are most like those of an item.

Codes that are searched first, exact vectors that rank the rest, and a cache of the codes beside the
library. What is done with the hits is `hashing.search`'s. Start with `live_index.py`.
"""
