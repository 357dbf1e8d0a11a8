"""Which stretches of two clips' sound are the same, wherever they lie.

For naming the clip that a sound comes from: parts of the query are held against all moments of the
reference on prints a quarter as fine, and finely only where that is promising. Where codes (see
sound_codes.py) have told a place already, that place alone is looked at.
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

SEARCH_ROWS = 96  # of a print, looked for at once: about 6 s
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


def find_excerpt_at(
    query: AudioLevels, reference: AudioLevels, start: Seconds, reference_start: Seconds
) -> AudioExcerpt | None:
    """The stretch that sounds the same around one moment of the query and one of the reference.

    Between prints of one space and hop alone. Stricter than `same_sound`: the place was the best of
    a whole library's, where something is always a little like. None where it is not sure.
    """
    length = SEARCH_ROWS * query.hop_s
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
