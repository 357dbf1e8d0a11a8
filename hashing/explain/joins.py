"""Where a match ends, and whether the query was joined to other footage there.

A match that ends before the query does ends at a cut, or it was lost. At a cut, the reference may
go on (the query was joined to other footage) or end its shot there too: then both clips may have
been made with the same short part, such as an intro, a station ident or an advert.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hashing.align.segments import is_cut
from hashing.types import Fingerprint, Seconds, Segment, Span

__all__ = ["Joins", "find_joins"]

NEAR_S: Seconds = 0.25  # between a segment's end and a cut; preview frames are 0.1 s apart
MIN_REST_S: Seconds = 1.0  # of footage beyond the end of a match; set by hand
# of an intro, ident or advert: advertisers buy 15 s and 30 s, intros are shorter; set by hand
MAX_SHARED_S: Seconds = 30.0
MAX_SHARED_PART = 0.5  # of the duration of either clip; a larger part is what the clip is about


@dataclass(frozen=True, slots=True)
class Joins:
    """What was measured at the ends of a match.

    to_other_footage: the query cuts to footage that is not the reference's. shared_material: a
    short part that is cut in, and cut off, in both clips.
    """

    to_other_footage: bool = False
    shared_material: bool = False


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a segment at which the query goes on. cut: in the query, and in the reference."""

    query_cut: bool
    reference_cut: bool


def find_joins(query: Fingerprint, reference: Fingerprint, segments: Sequence[Segment]) -> Joins:
    """What the ends of a match say. Nothing of a still, or of a match that fills the query."""
    if "still" in (query.info.kind, reference.info.kind) or not segments:
        return Joins()
    ends = [
        _End(_cuts_near(query, at), _cuts_near(reference, there))
        for at, there, rest in _ends(query, segments)
        if rest.length >= MIN_REST_S and not _is_blank(query, rest)
    ]
    if not ends or not all(end.query_cut for end in ends):
        return Joins(to_other_footage=any(end.query_cut for end in ends))
    short = all(
        _is_short([getattr(segment, side) for segment in segments], fingerprint)
        for side, fingerprint in (("query", query), ("reference", reference))
    )
    return Joins(True, short and all(end.reference_cut for end in ends))


def _ends(query: Fingerprint, segments: Sequence[Segment]) -> list[tuple[Seconds, Seconds, Span]]:
    """(query, reference, the query's rest up to the next segment) of each end of each segment."""
    times = query.timeline.times
    first, last = float(times[0]), max(float(times[-1]), query.info.duration_s or 0.0)
    ordered = sorted(segments, key=lambda segment: segment.query)
    before = [first, *(segment.query.end for segment in ordered[:-1])]
    after = [*(segment.query.start for segment in ordered[1:]), last]
    ends = []
    for segment, previous, following in zip(ordered, before, after, strict=True):
        start, end = segment.reference.start, segment.reference.end
        if segment.reversed:
            start, end = end, start
        ends.append((segment.query.start, start, _span(previous, segment.query.start)))
        ends.append((segment.query.end, end, _span(segment.query.end, following)))
    return ends


def _span(start: Seconds, end: Seconds) -> Span:
    return Span(start, max(start, end))


def _is_blank(fingerprint: Fingerprint, span: Span) -> bool:
    """Whether a span is black, a fade or featureless: no footage that could be another's."""
    described = fingerprint.descriptors
    # a row stands until the next; that of the match reaches a little beyond its end
    inside = (described.times > span.start + NEAR_S) & (described.times < span.end)
    return bool(inside.any() and described.flat[inside].all())


def _cuts_near(fingerprint: Fingerprint, time: Seconds) -> bool:
    """Whether a clip cuts near a timestamp, or begins or ends there."""
    timeline = fingerprint.timeline
    last = max(float(timeline.times[-1]), fingerprint.info.duration_s or 0.0)
    if time <= float(timeline.times[0]) + NEAR_S or time >= last - NEAR_S:
        return True
    near = np.flatnonzero(np.abs(timeline.times - time) <= NEAR_S)
    return any(is_cut(timeline.change, int(index)) for index in near)


def _is_short(spans: Sequence[Span], fingerprint: Fingerprint) -> bool:
    seconds = sum(span.length for span in spans)
    return seconds <= min(MAX_SHARED_S, MAX_SHARED_PART * (fingerprint.info.duration_s or 0.0))
