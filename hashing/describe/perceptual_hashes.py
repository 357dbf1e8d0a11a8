"""RGB frame -> PDQ (256 bits and a quality, ThreatExchange pdq) and pHash (64 bits, imagehash).

Both are for exchange with other tools; copies are found by SSCD.
Recipe: upright RGB; for PDQ the longest side at most 512 by area averaging; then each hash's steps.

pHash comes from the package imagehash. PDQ is written here because its Python package brings no
wheel for Linux and would ask every user for a C++ compiler. It follows ThreatExchange,
pdq/cpp/hashing/pdqhashing.cpp and downscaling.cpp: two box filters each way (a tent), 64 x 64
samples, the DCT's 16 x 16 lowest frequencies without the constant one, each bit whether it exceeds
their median.
"""

from functools import lru_cache

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hashing.types import PDQ_BYTES

__all__ = [
    "phash",
]

MIN_PDQ_SIDE_PX = 5  # smaller frames have no PDQ; MIN_HASHABLE_DIM in pdqhashing.cpp
SAMPLES_PER_SIDE = 64  # the frame is sampled down to 64 x 64; pdqhashing.cpp
FREQUENCIES_PER_SIDE = 16  # kept each way
LUMA_WEIGHTS = np.array(
    [0.299, 0.587, 0.114], np.float32
)  # ITU-R BT.601, as downscaling.cpp has it
PDQ_DCT = np.sqrt(2 / SAMPLES_PER_SIDE).astype(np.float32) * np.cos(
    np.pi
    / (2 * SAMPLES_PER_SIDE)
    * np.outer(np.arange(1, FREQUENCIES_PER_SIDE + 1), 2 * np.arange(SAMPLES_PER_SIDE) + 1)
).astype(np.float32)  # (16, 64)


def pdq(frame: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """(32,) uint8, most significant bit first, and quality 0..100.

    frame: (H, W, 3) uint8 RGB. Below 5 pixels a side the hash is zero, of quality 0.
    """
    height, width = frame.shape[:2]
    if min(height, width) < MIN_PDQ_SIDE_PX:
        return np.zeros(PDQ_BYTES, np.uint8), 0
    luma = frame.astype(np.float32) @ LUMA_WEIGHTS  # (H, W)
    if (height, width) != (SAMPLES_PER_SIDE, SAMPLES_PER_SIDE):
        luma = _downsample(_downsample(luma).T).T  # (64, 64)
    spectrum = (PDQ_DCT @ luma @ PDQ_DCT.T).ravel()  # (256,)
    median = np.partition(spectrum, len(spectrum) // 2 - 1)[len(spectrum) // 2 - 1]  # the lower one
    return np.packbits((spectrum > median)[::-1]), _quality(luma)


def _quality(samples: NDArray[np.float32]) -> int:
    """How much structure there is, 0..100, from the steps between (64, 64) samples."""
    steps = sum(
        int(np.abs(np.trunc(np.diff(samples, axis=axis) * 100 / 255)).sum()) for axis in (0, 1)
    )
    return min(100, steps // 90)


@lru_cache(maxsize=32)
def _tent_filter(size: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """What each of 64 samples takes from a line of `size` pixels: indices and weights (64, T).

    Two box filters over the line, then samples at their centres. At the ends a window shrinks to
    what there is; the weights that a sample is short of are zero.
    """
    window = -(-size // (2 * SAMPLES_PER_SIDE))
    reach = (window + 2) // 2
    starts = np.maximum(np.arange(size) + reach - window, 0)
    ends = np.minimum(np.arange(size) + reach, size)
    index = np.arange(size)
    inside = (starts[:, None] <= index) & (index < ends[:, None])  # (size, size)
    box = (inside / (ends - starts)[:, None]).astype(np.float32)
    centres = ((np.arange(SAMPLES_PER_SIDE) + 0.5) * size / SAMPLES_PER_SIDE).astype(int)
    tent = np.zeros((SAMPLES_PER_SIDE, size), np.float32)
    for middle in range(size):  # in this order, always: a sum's last bit can turn one of the hash
        tent += box[centres, middle, None] * box[middle]
    max_taps = int((tent > 0).sum(axis=1).max())
    columns = np.argsort(tent[:, ::-1] == 0, axis=1, kind="stable")[:, :max_taps]
    columns = size - 1 - columns  # from right to left
    return columns, np.take_along_axis(tent, columns, axis=1)


def _downsample(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """(size, n) -> (64, n)."""
    columns, weights = _tent_filter(len(luma))
    samples = np.zeros((SAMPLES_PER_SIDE, luma.shape[1]), np.float32)
    for tap in range(columns.shape[1]):
        samples += weights[:, tap, None] * luma[columns[:, tap]]
    return samples


def phash(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(8,) uint8, most significant bit first: `imagehash.phash` with its defaults.

    frame: (H, W, 3) uint8 RGB. The package loads a part of SciPy at its first call, so a process
    that is going to be locked down has to call it once before.
    """
    return np.packbits(imagehash.phash(Image.fromarray(frame)).hash.ravel())
