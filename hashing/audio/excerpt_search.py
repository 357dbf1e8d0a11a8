"""Which stretches of two clips' sound are the same, wherever they lie.

For naming the clip that a sound comes from: parts of the query are held against all moments of the
reference on prints a quarter as fine, and finely only where that is promising. Where codes (see
sound_codes.py) have told a place already, that place alone is looked at.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.audio.cross_correlation import (
    Sound,
    SoundLine,
    Way,
    find_line,
    held,
    local_correlation,
    sound,
    taken,
)
from hashing.audio.spectrogram import SILENT_DB
from hashing.types import AudioPrint, Seconds, Span

COARSE = 4  # rows taken together: about a quarter of a second
BLOCK_ROWS = 24  # coarse rows looked for at once: about 6 s
SPACING_ROWS = 12  # coarse rows from one block to the next
PROMISING = 0.4  # coarse correlation worth a fine look
LOOKS = 6  # fine looks at most
HOLDS = 0.35  # local correlation down to which a stretch goes on
HOLE_S = 1.5  # a hole that does not end a stretch
SHORTEST_S = 3.0
SURE, SURE_LONG, LONG_S = 0.9, 0.75, 5.0  # the same among the sounds of a whole library
AROUND_S = 1.5  # before a block that codes found, of which it may not be the first
CLEAR = 0.65  # correlation of a whole stretch: fades and bursts of unlike sounds reach 0.6


@dataclass(frozen=True, slots=True)
class SameSound:
    """A stretch that sounds the same, at real time."""

    query: Span
    reference: Span
    correlation: float  # -1..1


def same_sound(query: AudioPrint, reference: AudioPrint) -> list[SameSound]:
    """Stretches of the query whose sound lies somewhere in the reference, in the query's order.

    At real time only. Nothing where the prints are of different spaces.
    """
    if query.space != reference.space or query.hop_s != reference.hop_s:
        return []
    ours, theirs = sound(query), sound(reference)
    out: list[SameSound] = []
    for start, there in _promising(ours, theirs)[:LOOKS]:
        part = Span(max(0.0, start), start + BLOCK_ROWS * COARSE * ours.hop_s)
        if any(one.query.overlap(part) > 0.5 * part.length for one in out):
            continue
        found = _looked_at(ours, theirs, part, there)
        if found is not None and all(found.query.overlap(one.query) == 0 for one in out):
            out.append(found)
    return sorted(out, key=lambda one: one.query)


def same_sound_at(
    query: Sound, reference: Sound, start: Seconds, there: Seconds
) -> SameSound | None:
    """The stretch that sounds the same around one moment of the query and one of the reference.

    Between prints of one space and hop alone. Stricter than `same_sound`: the place was the best of
    a whole library's, where something is always a little like. None where it is not sure.
    """
    length = BLOCK_ROWS * COARSE * query.hop_s
    for before in (AROUND_S, 0.0):  # other sound before it may be much louder
        first = max(0.0, start - before)
        found = _looked_at(
            query, reference, Span(first, start + length - AROUND_S), there - (start - first)
        )
        if found is not None:
            least = SURE if found.query.length < LONG_S else SURE_LONG
            if found.correlation >= least:
                return found
    return None


def _looked_at(query: Sound, reference: Sound, part: Span, there: Seconds) -> SameSound | None:
    """there: where the part's start may lie in the reference, to half a second."""
    line = find_line(query, reference, part, Way(), there, 0.5)
    if line is None or not held(line, expected=False):
        return None
    return _extent(query, reference, line)


def _promising(query: Sound, reference: Sound) -> list[tuple[Seconds, Seconds]]:
    """Block starts of the query and where they may lie in the reference, best first."""
    left, starts = _blocks(query, SPACING_ROWS * COARSE)
    right, theirs = _blocks(reference, 1)
    if not len(left) or not len(right):
        return []
    values = left @ right.T  # (blocks, windows)
    best = values.argmax(axis=1)
    order = np.argsort(-values.max(axis=1))
    return [
        (float(starts[row]), float(theirs[best[row]]))
        for row in order
        if values[row, best[row]] >= PROMISING
    ]


def _blocks(one: Sound, every: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Windows of BLOCK_ROWS coarse rows, one starting at every so many fine rows.

    Returns (N, BLOCK_ROWS * B) unit vectors, near zero where nothing moves, and their moments.
    """
    length = BLOCK_ROWS * COARSE
    padded = one.levels
    if len(padded) < length:  # a clip shorter than a block is one block
        padded = np.pad(padded, ((0, length - len(padded)), (0, 0)), mode="edge")
    total = np.concatenate([np.zeros((1, padded.shape[1])), np.cumsum(padded, axis=0, dtype=float)])
    coarse = ((total[COARSE:] - total[:-COARSE]) / COARSE).astype(np.float32)  # (T - 3, B)
    starts = np.arange(0, len(padded) - length + 1, every)
    rows = starts[:, None] + COARSE * np.arange(BLOCK_ROWS)
    windows = coarse[rows]  # (N, BLOCK_ROWS, B)
    windows = windows - windows.mean(axis=1, keepdims=True)
    flat: NDArray[np.float32] = windows.reshape(len(starts), -1)
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    least = np.sqrt(flat.shape[1])  # a decibel of deviation: less is nothing
    unit = (flat / np.maximum(norm, least)).astype(np.float32)
    return unit, one.start_s + starts.astype(np.float64) * one.hop_s


def _extent(query: Sound, reference: Sound, line: SoundLine) -> SameSound | None:
    """How far the sound stays the same on both sides of where it was found."""
    times = query.times
    ours, loud_q, _ = taken(query, times)
    theirs, loud_r, known = taken(reference, times + line.offset)
    both = known & (loud_q > SILENT_DB) & (loud_r > SILENT_DB)
    if not both.any():
        return None
    alike, _ = local_correlation(ours, theirs, both)
    middle = int(np.searchsorted(times, (line.span.start + line.span.end) / 2))
    good = np.flatnonzero(both & (alike > HOLDS))
    if not len(good):
        return None
    first = last = int(good[np.abs(good - middle).argmin()])
    hole = int(HOLE_S / query.hop_s)
    for index in good[good > last]:
        if index - last > hole:
            break
        last = int(index)
    for index in good[good < first][::-1]:
        if first - index > hole:
            break
        first = int(index)
    start, end = max(0.0, float(times[first])), float(times[last]) + query.hop_s
    if end - start < SHORTEST_S:
        return None
    again = find_line(query, reference, Span(start, end), Way(), start + line.offset, 0.3)
    if again is None or again.correlation < CLEAR or again.seconds < SHORTEST_S:
        return None
    there = Span(max(0.0, again.at(start)), max(0.0, again.at(end)))
    return SameSound(Span(start, end), there, again.correlation)
