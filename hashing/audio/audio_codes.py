"""AudioFingerprint -> short codes by which a whole library can be searched.

A block of about 3 s is averaged to 12 cells x 24 bands, each cell smoothed over twice its length so
that blocks an eighth of a second apart are still similar; each band's mean is taken out, so that
gain and equalisation do not count, then each cell's, so that fades and bursts, which all audio has,
do not either. The rest becomes 256 bits, each the side of a fixed random plane on which it lies
(SimHash, Charikar, STOC 2002; planes of signs, Achlioptas, JCSS 2003): the share of bits in which
two codes differ estimates the angle between the blocks. In real time only.

A code only says where to search: see excerpt_search.py for whether the audio is the same.
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
# The stride is an odd number of quarters, so that all quarters of a second are sampled.
QUERY_SPACING_S = 0.25
MAX_QUERY_CODES = 480  # two minutes of audio; of more, fewer a second
BLOCK_OVERHANG_S = 0.25  # by which a block may begin before a span, or end after it
DYNAMIC_RANGE_DB = 40.0  # below a block's loud rows; what is quieter is codec noise
MIN_AUDIBLE_SHARE = 0.5  # of a block's rows
MIN_BLOCK_DEVIATION_DB = 1.2  # a block that varies less is uniform: white noise has 0.6 to 0.9
BLOCKS_PER_BATCH = 512  # blocks
MAX_CODE_DISTANCE = (
    60  # bits; one pair of unlike blocks in 10,000 is as near, and nearly all copies are
)
OFFSET_BIN_S = 0.25  # votes for one offset are summed over three bins
MIN_VOTE = 20.0  # bits below MAX_CODE_DISTANCE in total: one clear code, or a few doubtful ones


@dataclass(frozen=True, slots=True, eq=False)
class AudioCodes:
    """Codes of blocks of one clip's audio, in order of time.

    Raises ValueError where times and codes differ in number.
    """

    times: NDArray[np.float64]  # (N,) s, where each block begins, to half a row
    codes: NDArray[np.uint8]  # (N, 32)

    def __post_init__(self) -> None:
        if self.codes.shape != (len(self.times), CODE_BYTES):
            raise ValueError(f"{len(self.times)} timestamps for codes of shape {self.codes.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class AudioCodeHits:
    """Pairs of a query's block and a library's with near codes, in any order."""

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
    """A place in the library at which some of a query's audio may lie."""

    clip: int
    query: Seconds  # where the block with the nearest code begins
    reference: Seconds
    vote: float  # bits by which its blocks are nearer than MAX_CODE_DISTANCE, in total


def library_codes(fingerprint: AudioFingerprint) -> AudioCodes:
    """Codes of a clip for the library, one a second, without silent or uniform blocks."""
    return _encode_blocks(
        fingerprint, np.arange(0, _last_start(fingerprint) + 1e-9, LIBRARY_SPACING_S)
    )


def query_codes(fingerprint: AudioFingerprint, spans: tuple[Span, ...]) -> AudioCodes:
    """Codes of the blocks within some spans, four a second; at most MAX_QUERY_CODES, evenly."""
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
    """The places with most votes for one clip and one offset in time; one place per clip."""
    if not len(hits.query):
        return []
    bins = np.rint((hits.reference - hits.query) / OFFSET_BIN_S).astype(np.int64)
    # each block of the query votes once for a place, with its nearest code
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
        if all(earlier.clip != clip[place] for earlier in out):
            votes_here = np.flatnonzero(
                (hits.clip == clip[place]) & (np.abs(bins - at[place]) <= 1)
            )
            nearest = votes_here[hits.distance[votes_here].argmin()]
            where = float(hits.query[nearest]), float(hits.reference[nearest])
            out.append(AudioPlace(int(clip[place]), *where, float(smoothed[place])))
    return out


def _last_start(fingerprint: AudioFingerprint) -> Seconds:
    """Seconds from the first row to the last row at which a block can begin."""
    return (len(fingerprint.bands) - BLOCK_ROWS) * fingerprint.hop_s


def _encode_blocks(fingerprint: AudioFingerprint, starts: NDArray[np.float64]) -> AudioCodes:
    """Codes of the blocks that begin at `starts`, (N,) s from the first row."""
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
    """(N,) whether the blocks that begin at these rows are distinctive, and their (N, 32) codes."""
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
    """(BLOCK_CELLS * BAND_COUNT, BITS) of -1 and 1; stored codes depend on them: never change."""
    count = BLOCK_CELLS * BAND_COUNT * BITS
    noise = hashlib.shake_256(b"firstseen sound codes 1").digest(count // 8)
    signs = np.unpackbits(np.frombuffer(noise, np.uint8)).astype(np.float32) * 2 - 1
    return signs.reshape(-1, BITS)
