"""The thresholds of a search as compact bytes of a row: what a later clip has to reach."""

import struct
from collections.abc import Sequence

import numpy as np

from hashing.search.candidates import CandidateThreshold
from hashing.types import VECTOR_SIZE

HEAD = struct.Struct("<If")  # of a packed bar: rows of a score, and the least score

COUNTS = struct.Struct("<II")  # of several packed bars: SEVERAL, and how many

LENGTH = struct.Struct("<I")  # bytes of each of them

SEVERAL = 0  # where one bar has its rows of a score, which are never none


def pack_bar(bar: CandidateThreshold) -> bytes:
    head = HEAD.pack(bar.best_rows, bar.min_score)
    return (
        head + bar.background_cosine.astype("<f4").tobytes() + bar.vectors.astype("<f2").tobytes()
    )


def unpack_bar(packed: bytes) -> CandidateThreshold:
    """The inverse of `pack_bar`, except for the last bits of `min_score`."""
    best_rows, min_score = HEAD.unpack_from(packed)
    count = (len(packed) - HEAD.size) // (4 + 2 * VECTOR_SIZE)
    background = np.frombuffer(packed, "<f4", count, HEAD.size)
    vectors = np.frombuffer(packed, "<f2", count * VECTOR_SIZE, HEAD.size + 4 * count)
    return CandidateThreshold(vectors.reshape(count, VECTOR_SIZE), background, best_rows, min_score)


def pack_bars(bars: Sequence[CandidateThreshold]) -> bytes:
    """One bar as `pack_bar` writes it, as rows of earlier versions have it; or several."""
    packed = [pack_bar(bar) for bar in bars]
    if len(packed) == 1:
        return packed[0]
    lengths = [LENGTH.pack(len(bar)) for bar in packed]
    return COUNTS.pack(SEVERAL, len(packed)) + b"".join(lengths) + b"".join(packed)


def unpack_bars(packed: bytes) -> tuple[CandidateThreshold, ...]:
    """The thresholds of several searches again: the inverse of `pack_bars`."""
    mark, count = COUNTS.unpack_from(packed)
    if mark != SEVERAL:
        return (unpack_bar(packed),)
    start = COUNTS.size + count * LENGTH.size
    bars = []
    for (length,) in LENGTH.iter_unpack(packed[COUNTS.size : start]):
        bars.append(unpack_bar(packed[start : start + length]))
        start += length
    return tuple(bars)
