"""Confirm and extend a place at which two clips may have the same audio.

Names the clip that audio comes from: codes (see audio_codes.py) propose a place in the library, and
here the levels are correlated around it. Thresholds were set by hand.
"""

from dataclasses import dataclass

import numpy as np

from hashing.audio.cross_correlation import (
    AudioLevels,
    AudioLine,
    PlaybackChange,
    find_audio_line,
    is_significant,
    local_audio_correlation,
    sample_levels,
)
from hashing.audio.spectrogram import SILENT_DB
from hashing.types import Seconds, Span

__all__ = [
    "AudioExcerpt",
    "find_excerpt_at",
]

SEARCH_ROWS = 96  # of an audio fingerprint: about 6 s
MIN_LOCAL_CORRELATION = 0.35  # an excerpt extends over rows above it
MAX_HOLE_S = 1.5  # of rows below it that does not end an excerpt
MIN_EXCERPT_S = 3.0
MIN_SHORT_LIBRARY_CORRELATION, MIN_LONG_LIBRARY_CORRELATION, MIN_LONG_EXCERPT_S = (
    0.9,
    0.75,
    5.0,
)  # correlations, below and from this length: the best of a whole library is similar by chance
LEAD_S = 1.5  # searched before a block that codes found, which may not be the first
MIN_EXCERPT_CORRELATION = 0.65  # over the whole excerpt; fades and bursts of unlike audio reach 0.6


@dataclass(frozen=True, slots=True)
class AudioExcerpt:
    """Spans of two clips with the same audio, in real time."""

    query: Span
    reference: Span
    correlation: float  # -1..1


def find_excerpt_at(
    query: AudioLevels, reference: AudioLevels, start: Seconds, reference_start: Seconds
) -> AudioExcerpt | None:
    """The excerpt around `start` in the query that lies around `reference_start` in the reference.

    Both times in seconds; both clips must be of one space and hop. Strict, since the place was the
    best of a whole library, in which something is always similar. None where it is not certain.
    """
    length = SEARCH_ROWS * query.hop_s
    for lead_s in (LEAD_S, 0.0):  # other audio before it may be much louder
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
    """The excerpt around `part`, whose start lies near `reference_start`, within half a second."""
    line = find_audio_line(query, reference, part, PlaybackChange(), reference_start, 0.5)
    if line is None or not is_significant(line, in_sync=False):
        return None
    return _extend_line(query, reference, line)


def _extend_line(
    query: AudioLevels, reference: AudioLevels, line: AudioLine
) -> AudioExcerpt | None:
    """Extend a line to both sides as far as the audio stays the same; None where it is short."""
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
