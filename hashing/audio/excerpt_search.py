"""Which stretches of two clips' sound are the same, wherever they lie.

For naming the clip that a sound comes from: parts of the query are held against all moments of the
reference on prints a quarter as fine, and finely only where that is promising. Where codes (see
sound_codes.py) have told a place already, that place alone is looked at.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.audio.cross_correlation import (
    AudioLevels,
    AudioLine,
    PlaybackChange,
    audio_levels,
    find_audio_line,
    is_significant,
    local_audio_correlation,
    sample_levels,
)
from hashing.audio.spectrogram import SILENT_DB
from hashing.types import AudioFingerprint, Seconds, Span

COARSE_FACTOR = 4  # rows taken together: about a quarter of a second
BLOCK_COARSE_ROWS = 24  # coarse rows looked for at once: about 6 s
SPACING_COARSE_ROWS = 12  # coarse rows from one block to the next
MIN_COARSE_CORRELATION = 0.4  # coarse correlation worth a fine look
MAX_FINE_SEARCHES = 6  # fine looks at most
MIN_LOCAL_CORRELATION = 0.35  # local correlation down to which a stretch goes on
MAX_HOLE_S = 1.5  # a hole that does not end a stretch
MIN_EXCERPT_S = 3.0
MIN_SHORT_LIBRARY_CORRELATION, MIN_LONG_LIBRARY_CORRELATION, MIN_LONG_EXCERPT_S = (
    0.9,
    0.75,
    5.0,
)  # the same among the sounds of a whole library
LEAD_S = 1.5  # before a block that codes found, of which it may not be the first
MIN_EXCERPT_CORRELATION = (
    0.65  # correlation of a whole stretch: fades and bursts of unlike sounds reach 0.6
)


@dataclass(frozen=True, slots=True)
class AudioExcerpt:
    """A stretch that sounds the same, at real time."""

    query: Span
    reference: Span
    correlation: float  # -1..1


def find_excerpts(query: AudioFingerprint, reference: AudioFingerprint) -> list[AudioExcerpt]:
    """Stretches of the query whose sound lies somewhere in the reference, in the query's order.

    At real time only. Nothing where the prints are of different spaces.
    """
    if query.space != reference.space or query.hop_s != reference.hop_s:
        return []
    ours, theirs = audio_levels(query), audio_levels(reference)
    out: list[AudioExcerpt] = []
    for start, there in _promising(ours, theirs)[:MAX_FINE_SEARCHES]:
        part = Span(max(0.0, start), start + BLOCK_COARSE_ROWS * COARSE_FACTOR * ours.hop_s)
        if any(one.query.overlap(part) > 0.5 * part.length for one in out):
            continue
        found = _find_excerpt(ours, theirs, part, there)
        if found is not None and all(found.query.overlap(one.query) == 0 for one in out):
            out.append(found)
    return sorted(out, key=lambda one: one.query)


def find_excerpt_at(
    query: AudioLevels, reference: AudioLevels, start: Seconds, reference_start: Seconds
) -> AudioExcerpt | None:
    """The stretch that sounds the same around one moment of the query and one of the reference.

    Between prints of one space and hop alone. Stricter than `same_sound`: the place was the best of
    a whole library's, where something is always a little like. None where it is not sure.
    """
    length = BLOCK_COARSE_ROWS * COARSE_FACTOR * query.hop_s
    for lead_s in (LEAD_S, 0.0):  # other sound before it may be much louder
        search_start = max(0.0, start - lead_s)
        excerpt = _find_excerpt(
            query,
            reference,
            Span(search_start, start + length - LEAD_S),
            reference_start - (start - search_start),
        )
        if excerpt is not None:
            min_correlation = (
                MIN_SHORT_LIBRARY_CORRELATION
                if excerpt.query.length < MIN_LONG_EXCERPT_S
                else MIN_LONG_LIBRARY_CORRELATION
            )
            if excerpt.correlation >= min_correlation:
                return excerpt
    return None


def _find_excerpt(
    query: AudioLevels, reference: AudioLevels, part: Span, reference_start: Seconds
) -> AudioExcerpt | None:
    """there: where the part's start may lie in the reference, to half a second."""
    line = find_audio_line(query, reference, part, PlaybackChange(), reference_start, 0.5)
    if line is None or not is_significant(line, in_sync=False):
        return None
    return _extend_line(query, reference, line)


def _promising(query: AudioLevels, reference: AudioLevels) -> list[tuple[Seconds, Seconds]]:
    """Block starts of the query and where they may lie in the reference, best first."""
    left, starts = _blocks(query, SPACING_COARSE_ROWS * COARSE_FACTOR)
    right, theirs = _blocks(reference, 1)
    if not len(left) or not len(right):
        return []
    values = left @ right.T  # (blocks, windows)
    best = values.argmax(axis=1)
    order = np.argsort(-values.max(axis=1))
    return [
        (float(starts[row]), float(theirs[best[row]]))
        for row in order
        if values[row, best[row]] >= MIN_COARSE_CORRELATION
    ]


def _blocks(one: AudioLevels, every: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Windows of BLOCK_ROWS coarse rows, one starting at every so many fine rows.

    Returns (N, BLOCK_ROWS * B) unit vectors, near zero where nothing moves, and their moments.
    """
    length = BLOCK_COARSE_ROWS * COARSE_FACTOR
    padded = one.levels
    if len(padded) < length:  # a clip shorter than a block is one block
        padded = np.pad(padded, ((0, length - len(padded)), (0, 0)), mode="edge")
    total = np.concatenate([np.zeros((1, padded.shape[1])), np.cumsum(padded, axis=0, dtype=float)])
    coarse = ((total[COARSE_FACTOR:] - total[:-COARSE_FACTOR]) / COARSE_FACTOR).astype(
        np.float32
    )  # (T - 3, B)
    starts = np.arange(0, len(padded) - length + 1, every)
    rows = starts[:, None] + COARSE_FACTOR * np.arange(BLOCK_COARSE_ROWS)
    windows = coarse[rows]  # (N, BLOCK_ROWS, B)
    windows = windows - windows.mean(axis=1, keepdims=True)
    flat: NDArray[np.float32] = windows.reshape(len(starts), -1)
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    least = np.sqrt(flat.shape[1])  # a decibel of deviation: less is nothing
    unit = (flat / np.maximum(norm, least)).astype(np.float32)
    return unit, one.start_s + starts.astype(np.float64) * one.hop_s


def _extend_line(
    query: AudioLevels, reference: AudioLevels, line: AudioLine
) -> AudioExcerpt | None:
    """How far the sound stays the same on both sides of where it was found."""
    times = query.times
    query_levels, loud_q, _ = sample_levels(query, times)
    reference_levels, loud_r, known = sample_levels(reference, times + line.offset)
    audible = known & (loud_q > SILENT_DB) & (loud_r > SILENT_DB)
    if not audible.any():
        return None
    correlation, _ = local_audio_correlation(query_levels, reference_levels, audible)
    middle = int(np.searchsorted(times, (line.span.start + line.span.end) / 2))
    good = np.flatnonzero(audible & (correlation > MIN_LOCAL_CORRELATION))
    if not len(good):
        return None
    first = last = int(good[np.abs(good - middle).argmin()])
    hole = int(MAX_HOLE_S / query.hop_s)
    for index in good[good > last]:
        if index - last > hole:
            break
        last = int(index)
    for index in good[good < first][::-1]:
        if first - index > hole:
            break
        first = int(index)
    start, end = max(0.0, float(times[first])), float(times[last]) + query.hop_s
    if end - start < MIN_EXCERPT_S:
        return None
    refined = find_audio_line(
        query, reference, Span(start, end), PlaybackChange(), start + line.offset, 0.3
    )
    if (
        refined is None
        or refined.correlation < MIN_EXCERPT_CORRELATION
        or refined.audible_s < MIN_EXCERPT_S
    ):
        return None
    reference_span = Span(
        max(0.0, refined.reference_time(start)), max(0.0, refined.reference_time(end))
    )
    return AudioExcerpt(Span(start, end), reference_span, refined.correlation)
