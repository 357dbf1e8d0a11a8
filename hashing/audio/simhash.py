"""AudioPrint -> short codes that a whole library can be searched by.

A block of about 3 s is brought to 12 moments x 24 bands, each moment smoothed over twice its length
so that blocks an eighth of a second apart are still alike; each band's mean is taken out, so that
gain and equalisation do not count, then each moment's, so that fades and bursts, which all sounds
share, do not either. What is left is turned into 256 bits, each the side of a fixed random plane on
which it lies (SimHash, Charikar, STOC 2002; planes of signs, Achlioptas, JCSS 2003): the share of
bits in which two codes differ is the angle between the blocks. At real time only.

A code says no more than where to look: see sound_search.py for whether two sounds are the same.
"""

import hashlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hashing.audio.spectrogram import BANDS, HOP, RATE_HZ, SILENT_DB, levels_db
from hashing.types import AudioPrint, Seconds, Span

BITS = 256
CODE_BYTES = BITS // 8
CELLS, CELL_ROWS, SMOOTHED_ROWS = 12, 4, 8
BLOCK_ROWS = (CELLS - 1) * CELL_ROWS + SMOOTHED_ROWS
BLOCK_S = BLOCK_ROWS * HOP / RATE_HZ  # 3.33 s
LIBRARY_EVERY_S = 1.0
# An odd number of quarters, however many are left out: then all quarters of a second come up.
QUERY_EVERY_S = 0.25
MOST_QUERY_CODES = 480  # two minutes of sound; of more, fewer a second
SLACK_S = 0.25  # by which a block may begin before a stretch, or end after it
RANGE_DB = 40.0  # below a block's loud moments; what is quieter is codec noise
SOUNDING = 0.5  # share of a block's moments that must sound
EVEN_DB = 1.2  # deviation under which a block is steady: white noise has 0.6 to 0.9
AT_ONCE = 512  # blocks
NEAR = 60  # bits: of unlike real sounds one pair in ten thousand is as near, nearly all copies are
SAME_PLACE_S = 0.25  # votes for one offset lie in three bins of this width
LEAST_VOTE = 20.0  # bits below NEAR, together: one clear code, or a few doubtful ones


@dataclass(frozen=True, slots=True, eq=False)
class SoundCodes:
    """Codes of blocks of one clip's sound, in order of time."""

    times: NDArray[np.float64]  # (N,) s, where each block begins, give or take the same half row
    codes: NDArray[np.uint8]  # (N, 32)

    def __post_init__(self) -> None:
        if self.codes.shape != (len(self.times), CODE_BYTES):
            raise ValueError(f"{len(self.times)} moments for codes of shape {self.codes.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class SoundHits:
    """Pairs of a query's block and a library's that are near, in any order."""

    query: NDArray[np.float64]  # (M,) s
    clip: NDArray[np.int64]  # (M,) number of the library's clip
    reference: NDArray[np.float64]  # (M,) s in that clip
    distance: NDArray[np.int32]  # (M,) bits, 0..256

    def taken(self, which: NDArray[np.bool_]) -> "SoundHits":
        return SoundHits(
            self.query[which], self.clip[which], self.reference[which], self.distance[which]
        )


@dataclass(frozen=True, slots=True)
class SoundPlace:
    """Where some of a query's sound may lie."""

    clip: int
    query: Seconds  # where the surest block begins
    reference: Seconds
    vote: float  # bits by which its blocks are nearer than NEAR, together


def library_codes(print_: AudioPrint) -> SoundCodes:
    """A code a second. None for blocks that are silent or too even to be told from others."""
    return _codes(print_, np.arange(0, _last_start(print_) + 1e-9, LIBRARY_EVERY_S))


def query_codes(print_: AudioPrint, stretches: tuple[Span, ...]) -> SoundCodes:
    """Codes of the blocks within some stretches, four a second; fewer where that were many."""
    starts = np.arange(0, _last_start(print_) + 1e-9, QUERY_EVERY_S)
    moments = starts + print_.start_s
    inside = np.zeros(len(starts), np.bool_)
    for one in stretches:
        inside |= (moments >= one.start - SLACK_S) & (moments + BLOCK_S <= one.end + SLACK_S)
    starts = starts[inside]
    every = -(-len(starts) // MOST_QUERY_CODES)
    return _codes(print_, starts[:: every + 1 - every % 2])


def places(hits: SoundHits, most: int) -> list[SoundPlace]:
    """Where the votes for one clip and one offset in time add up best; one place a clip."""
    if not len(hits.query):
        return []
    bins = np.rint((hits.reference - hits.query) / SAME_PLACE_S).astype(np.int64)
    # one block of the query votes once for a place: its nearest alone
    order = np.lexsort((hits.distance, hits.query, bins, hits.clip))
    clip, at, query = hits.clip[order], bins[order], hits.query[order]
    fresh = np.diff(query, prepend=np.nan) != 0
    fresh |= (np.diff(at, prepend=0) != 0) | (np.diff(clip, prepend=0) != 0)
    weight = np.where(fresh, np.maximum(NEAR - hits.distance[order], 0), 0).astype(np.float64)
    starts = np.flatnonzero((np.diff(at, prepend=at[0] - 1) != 0) | (np.diff(clip, prepend=0) != 0))
    votes = np.add.reduceat(weight, starts)  # (P,) one a place
    clip, at = clip[starts], at[starts]
    beside = (np.diff(clip) == 0) & (np.diff(at) == 1)
    around = votes.copy()
    around[:-1] += np.where(beside, votes[1:], 0)
    around[1:] += np.where(beside, votes[:-1], 0)
    out: list[SoundPlace] = []
    for place in np.lexsort((clip, -around)):
        if around[place] < LEAST_VOTE or len(out) == most:
            break
        if all(one.clip != clip[place] for one in out):
            mine = np.flatnonzero((hits.clip == clip[place]) & (np.abs(bins - at[place]) <= 1))
            surest = mine[hits.distance[mine].argmin()]
            where = float(hits.query[surest]), float(hits.reference[surest])
            out.append(SoundPlace(int(clip[place]), *where, float(around[place])))
    return out


def _last_start(print_: AudioPrint) -> Seconds:
    """Seconds from the print's first row to the last row at which a block can begin."""
    return (len(print_.bands) - BLOCK_ROWS) * print_.hop_s


def _codes(print_: AudioPrint, starts: NDArray[np.float64]) -> SoundCodes:
    """starts: (N,) s from the print's first row."""
    if print_.bands.shape[1:] != (BANDS,) or not len(starts):
        return SoundCodes(np.zeros(0), np.zeros((0, CODE_BYTES), np.uint8))
    rows = np.rint(starts / print_.hop_s).astype(np.intp)
    rows = rows.clip(0, len(print_.bands) - BLOCK_ROWS)
    parts = [_coded(print_, rows[at : at + AT_ONCE]) for at in range(0, len(rows), AT_ONCE)]
    told = np.concatenate([one for one, _ in parts])
    codes = np.concatenate([one for _, one in parts])
    return SoundCodes(print_.start_s + rows[told] * print_.hop_s, codes[told])


def _coded(
    print_: AudioPrint, rows: NDArray[np.intp]
) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    """(N,) whether the blocks that begin at these rows can be told from others, (N, 32) codes."""
    steps = print_.bands[rows[:, None] + np.arange(BLOCK_ROWS)]  # (N, BLOCK_ROWS, B)
    levels = levels_db(AudioPrint(steps, print_.hop_s))
    loudest = levels.max(axis=2)  # (N, BLOCK_ROWS)
    floor = np.percentile(loudest, 95, axis=1) - RANGE_DB
    levels = np.maximum(levels, floor[:, None, None])
    total = np.cumsum(levels, axis=1)  # (N, BLOCK_ROWS, B)
    total = np.concatenate([np.zeros_like(total[:, :1]), total], axis=1)
    first = CELL_ROWS * np.arange(CELLS)
    grid = (total[:, first + SMOOTHED_ROWS] - total[:, first]) / SMOOTHED_ROWS  # (N, CELLS, B)
    grid = grid - grid.mean(axis=1, keepdims=True)
    grid = grid - grid.mean(axis=2, keepdims=True)
    told = (loudest > SILENT_DB).mean(axis=1) >= SOUNDING
    told &= np.sqrt((grid**2).mean(axis=(1, 2))) > EVEN_DB
    sides = grid.reshape(len(rows), -1) @ _planes() > 0  # (N, BITS)
    return told, np.packbits(sides, axis=1)


@cache
def _planes() -> NDArray[np.float32]:
    """(CELLS * BANDS, BITS) of -1 and 1: stored codes rest on them, so they never change."""
    count = CELLS * BANDS * BITS
    noise = hashlib.shake_256(b"firstseen sound codes 1").digest(count // 8)
    signs = np.unpackbits(np.frombuffer(noise, np.uint8)).astype(np.float32) * 2 - 1
    return signs.reshape(-1, BITS)
