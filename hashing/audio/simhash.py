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

from hashing.audio.spectrogram import BAND_COUNT, HOP_SAMPLES, RATE_HZ, SILENT_DB, levels_db
from hashing.types import AudioFingerprint, Seconds, Span

__all__ = [
    "BLOCK_S",
    "CODE_BYTES",
    "MAX_CODE_DISTANCE",
    "AudioCodeHits",
    "AudioCodes",
    "library_codes",
    "query_codes",
    "vote_places",
]

BITS = 256
CODE_BYTES = BITS // 8
BLOCK_CELLS, CELL_ROWS, SMOOTHED_ROWS = 12, 4, 8
BLOCK_ROWS = (BLOCK_CELLS - 1) * CELL_ROWS + SMOOTHED_ROWS
BLOCK_S = BLOCK_ROWS * HOP_SAMPLES / RATE_HZ  # 3.33 s
LIBRARY_SPACING_S = 1.0
# An odd number of quarters, however many are left out: then all quarters of a second come up.
QUERY_SPACING_S = 0.25
MAX_QUERY_CODES = 480  # two minutes of sound; of more, fewer a second
BLOCK_OVERHANG_S = 0.25  # by which a block may begin before a stretch, or end after it
DYNAMIC_RANGE_DB = 40.0  # below a block's loud moments; what is quieter is codec noise
MIN_AUDIBLE_SHARE = 0.5  # share of a block's moments that must sound
MIN_BLOCK_DEVIATION_DB = 1.2  # deviation under which a block is steady: white noise has 0.6 to 0.9
BLOCKS_PER_BATCH = 512  # blocks
MAX_CODE_DISTANCE = (
    60  # bits: of unlike real sounds one pair in ten thousand is as near, nearly all copies are
)
OFFSET_BIN_S = 0.25  # votes for one offset lie in three bins of this width
MIN_VOTE = 20.0  # bits below NEAR, together: one clear code, or a few doubtful ones


@dataclass(frozen=True, slots=True, eq=False)
class AudioCodes:
    """Codes of blocks of one clip's sound, in order of time."""

    times: NDArray[np.float64]  # (N,) s, where each block begins, give or take the same half row
    codes: NDArray[np.uint8]  # (N, 32)

    def __post_init__(self) -> None:
        if self.codes.shape != (len(self.times), CODE_BYTES):
            raise ValueError(f"{len(self.times)} moments for codes of shape {self.codes.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class AudioCodeHits:
    """Pairs of a query's block and a library's that are near, in any order."""

    query: NDArray[np.float64]  # (M,) s
    clip: NDArray[np.int64]  # (M,) number of the library's clip
    reference: NDArray[np.float64]  # (M,) s in that clip
    distance: NDArray[np.int32]  # (M,) bits, 0..256

    def select(self, which: NDArray[np.bool_]) -> "AudioCodeHits":
        return AudioCodeHits(
            self.query[which], self.clip[which], self.reference[which], self.distance[which]
        )


@dataclass(frozen=True, slots=True)
class AudioPlace:
    """Where some of a query's sound may lie."""

    clip: int
    query: Seconds  # where the surest block begins
    reference: Seconds
    vote: float  # bits by which its blocks are nearer than NEAR, together


def library_codes(fingerprint: AudioFingerprint) -> AudioCodes:
    """A code a second. None for blocks that are silent or too even to be told from others."""
    return _encode_blocks(
        fingerprint, np.arange(0, _last_start(fingerprint) + 1e-9, LIBRARY_SPACING_S)
    )


def query_codes(fingerprint: AudioFingerprint, spans: tuple[Span, ...]) -> AudioCodes:
    """Codes of the blocks within some stretches, four a second; fewer where that were many."""
    starts = np.arange(0, _last_start(fingerprint) + 1e-9, QUERY_SPACING_S)
    block_starts = starts + fingerprint.start_s
    inside = np.zeros(len(starts), np.bool_)
    for span in spans:
        inside |= (block_starts >= span.start - BLOCK_OVERHANG_S) & (
            block_starts + BLOCK_S <= span.end + BLOCK_OVERHANG_S
        )
    starts = starts[inside]
    stride = -(-len(starts) // MAX_QUERY_CODES)
    return _encode_blocks(fingerprint, starts[:: stride + 1 - stride % 2])


def vote_places(hits: AudioCodeHits, max_places: int) -> list[AudioPlace]:
    """Where the votes for one clip and one offset in time add up best; one place a clip."""
    if not len(hits.query):
        return []
    bins = np.rint((hits.reference - hits.query) / OFFSET_BIN_S).astype(np.int64)
    # one block of the query votes once for a place: its nearest alone
    order = np.lexsort((hits.distance, hits.query, bins, hits.clip))
    clip, at, query = hits.clip[order], bins[order], hits.query[order]
    fresh = np.diff(query, prepend=np.nan) != 0
    fresh |= (np.diff(at, prepend=0) != 0) | (np.diff(clip, prepend=0) != 0)
    weight = np.where(fresh, np.maximum(MAX_CODE_DISTANCE - hits.distance[order], 0), 0).astype(
        np.float64
    )
    starts = np.flatnonzero((np.diff(at, prepend=at[0] - 1) != 0) | (np.diff(clip, prepend=0) != 0))
    votes = np.add.reduceat(weight, starts)  # (P,) one a place
    clip, at = clip[starts], at[starts]
    adjacent = (np.diff(clip) == 0) & (np.diff(at) == 1)
    smoothed = votes.copy()
    smoothed[:-1] += np.where(adjacent, votes[1:], 0)
    smoothed[1:] += np.where(adjacent, votes[:-1], 0)
    out: list[AudioPlace] = []
    for place in np.lexsort((clip, -smoothed)):
        if smoothed[place] < MIN_VOTE or len(out) == max_places:
            break
        if all(place_found.clip != clip[place] for place_found in out):
            votes_here = np.flatnonzero(
                (hits.clip == clip[place]) & (np.abs(bins - at[place]) <= 1)
            )
            nearest = votes_here[hits.distance[votes_here].argmin()]
            where = float(hits.query[nearest]), float(hits.reference[nearest])
            out.append(AudioPlace(int(clip[place]), *where, float(smoothed[place])))
    return out


def _last_start(fingerprint: AudioFingerprint) -> Seconds:
    """Seconds from the print's first row to the last row at which a block can begin."""
    return (len(fingerprint.bands) - BLOCK_ROWS) * fingerprint.hop_s


def _encode_blocks(fingerprint: AudioFingerprint, starts: NDArray[np.float64]) -> AudioCodes:
    """starts: (N,) s from the print's first row."""
    if fingerprint.bands.shape[1:] != (BAND_COUNT,) or not len(starts):
        return AudioCodes(np.zeros(0), np.zeros((0, CODE_BYTES), np.uint8))
    rows = np.rint(starts / fingerprint.hop_s).astype(np.intp)
    rows = rows.clip(0, len(fingerprint.bands) - BLOCK_ROWS)
    parts = [
        _encode_batch(fingerprint, rows[at : at + BLOCKS_PER_BATCH])
        for at in range(0, len(rows), BLOCKS_PER_BATCH)
    ]
    distinctive = np.concatenate([part for part, _ in parts])
    codes = np.concatenate([part for _, part in parts])
    return AudioCodes(
        fingerprint.start_s + rows[distinctive] * fingerprint.hop_s, codes[distinctive]
    )


def _encode_batch(
    fingerprint: AudioFingerprint, rows: NDArray[np.intp]
) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    """(N,) whether the blocks that begin at these rows can be told from others, (N, 32) codes."""
    steps = fingerprint.bands[rows[:, None] + np.arange(BLOCK_ROWS)]  # (N, BLOCK_ROWS, B)
    levels = levels_db(AudioFingerprint(steps, fingerprint.hop_s))
    loudest = levels.max(axis=2)  # (N, BLOCK_ROWS)
    floor = np.percentile(loudest, 95, axis=1) - DYNAMIC_RANGE_DB
    levels = np.maximum(levels, floor[:, None, None])
    cumulative = np.cumsum(levels, axis=1)  # (N, BLOCK_ROWS, B)
    cumulative = np.concatenate([np.zeros_like(cumulative[:, :1]), cumulative], axis=1)
    first = CELL_ROWS * np.arange(BLOCK_CELLS)
    grid = (
        cumulative[:, first + SMOOTHED_ROWS] - cumulative[:, first]
    ) / SMOOTHED_ROWS  # (N, CELLS, B)
    grid = grid - grid.mean(axis=1, keepdims=True)
    grid = grid - grid.mean(axis=2, keepdims=True)
    distinctive = (loudest > SILENT_DB).mean(axis=1) >= MIN_AUDIBLE_SHARE
    distinctive &= np.sqrt((grid**2).mean(axis=(1, 2))) > MIN_BLOCK_DEVIATION_DB
    sides = grid.reshape(len(rows), -1) @ _random_planes() > 0  # (N, BITS)
    return distinctive, np.packbits(sides, axis=1)


@cache
def _random_planes() -> NDArray[np.float32]:
    """(CELLS * BANDS, BITS) of -1 and 1: stored codes rest on them, so they never change."""
    count = BLOCK_CELLS * BAND_COUNT * BITS
    noise = hashlib.shake_256(b"firstseen sound codes 1").digest(count // 8)
    signs = np.unpackbits(np.frombuffer(noise, np.uint8)).astype(np.float32) * 2 - 1
    return signs.reshape(-1, BITS)
