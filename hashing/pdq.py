"""RGB picture -> PDQ (256 bits and a quality, ThreatExchange pdq) and pHash (64 bits, imagehash).

Both are for exchange with other tools and for near-exact search; edited copies are found by SSCD.
Recipe: upright RGB, longest side at most 512 by area averaging, then the library's own steps.
"""

import imagehash
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

from hashing.types import PDQ_BYTES

PDQ_CONFIDENT_DISTANCE = 31  # ThreatExchange pdq/README.md
PDQ_POOR_QUALITY = 49  # at or below: too little structure to be trusted, same source


def pdq(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """(32,) uint8, most significant bit first, and quality 0..100."""
    bits, quality = pdqhash.compute(picture)
    return np.packbits(np.asarray(bits, np.uint8)), int(quality)


def phash(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(8,) uint8, most significant bit first: imagehash.phash with its defaults."""
    return np.packbits(imagehash.phash(Image.fromarray(picture)).hash.ravel())


def hamming(query: NDArray[np.uint8], reference: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Bits that differ between PDQ hashes.

    query, reference: (..., 32) uint8, most significant bit first; broadcast as in NumPy.
    Returns (...) int, 0..256.

    Raises ValueError where the last axis is not 32 bytes.
    """
    if query.shape[-1] != PDQ_BYTES or reference.shape[-1] != PDQ_BYTES:
        raise ValueError(f"a PDQ hash has {PDQ_BYTES} bytes")
    differing: NDArray[np.intp] = np.bitwise_count(query ^ reference).sum(axis=-1, dtype=np.intp)
    return differing
