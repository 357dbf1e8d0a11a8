"""Lines in time -> the segments that a report shows.

A cut in the query is a spike in its frame-to-frame change, exact to one frame of the original.
Boundaries found on preview frames, a tenth of a second apart, are moved to a spike that is near.
Thresholds were set by hand on the development benchmark.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.crop_path import CropPath
from hashing.align.temporal_lines import MIN_SEGMENT_S
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Transform, to_unit_homography, visible_box
from hashing.types import Fingerprint, Homography, Line, Seconds, Segment, Span

__all__ = [
    "MAX_JOIN_GAP_S",
    "MAX_LINE_DIFFERENCE_S",
    "is_cut",
    "sample_path",
    "snap_to_real_time",
    "to_segments",
]

MAX_SNAP_S = 0.26  # that a boundary may move to a cut or to an end of the clip
REAL_TIME_TOLERANCE = 0.012  # of a speed, from 1
ENDPOINT_ERROR_S = 0.2  # of both ends of a line together: two preview frames
MAX_REAL_TIME_TOLERANCE = 0.03  # of a speed, from 1, however short the line
MIN_CUT_LUMA_CHANGE = 12.0  # grey levels
MAX_LINE_DIFFERENCE_S = 0.12  # between pieces that are one line
PATH_SPACING_S, MAX_PATH_STEPS = 0.5, 32  # of a moving crop's homographies
MAX_JOIN_GAP_S = 0.6  # between two pieces of one line


def duration(fingerprint: Fingerprint) -> Seconds:
    """Duration of a clip's video in seconds; 0 for a still."""
    return float(fingerprint.info.duration_s or 0.0)


def to_segments(
    query: FrameCache,
    reference: FrameCache,
    lines: tuple[Line, ...],
    transform: Transform,
    score: float,
    path: CropPath | None = None,
) -> tuple[Segment, ...]:
    """The segments of some lines in the query's order, each with its geometry.

    transform: reference -> query pixels. score: 0..1. path: of a moving crop; a segment's
    homography is then that of its middle.
    """
    homography = to_unit_homography(transform.matrix, query.size, reference.size)
    homographies: tuple[tuple[Seconds, Homography], ...] = ()
    out = []
    for line in join_lines([snap_to_real_time(line) for line in lines]):
        spans = _spans(query, reference, line)
        if spans is None:
            continue
        if path is not None:
            middle = (spans[0].start + spans[0].end) / 2
            homography = to_unit_homography(path.transform_at(middle), query.size, reference.size)
            homographies = sample_path(path, spans[0], reference.size)
        still = query.fingerprint.info.kind == "still" or reference.fingerprint.info.kind == "still"
        out.append(
            Segment(
                query=spans[0],
                reference=spans[1],
                score=score,
                speed=None if still else line.playback_speed,
                reversed=line.reversed,
                visible=visible_box(homography),
                homography=homography,
                mirrored=transform.mirrored,
                inliers=transform.inliers,
                path=homographies,
            )
        )
    return tuple(out)


def sample_path(
    path: CropPath, span: Span, reference_size: tuple[int, int]
) -> tuple[tuple[Seconds, Homography], ...]:
    """Homographies of a moving crop at timestamps of a segment, including both ends."""
    steps = int(np.clip((span.end - span.start) / PATH_SPACING_S, 2, MAX_PATH_STEPS))
    times = np.linspace(span.start, span.end, steps + 1)
    return tuple(
        (float(time), to_unit_homography(path.transform_at(float(time)), path.size, reference_size))
        for time in times
    )


def snap_to_real_time(line: Line) -> Line:
    """The line at exactly real time, where its speed is within measurement error of that."""
    length = line.end - line.start
    allowed = (
        max(REAL_TIME_TOLERANCE, min(MAX_REAL_TIME_TOLERANCE, ENDPOINT_ERROR_S / length))
        if length > 0
        else 1.0
    )
    if abs(line.speed - 1) > allowed or line.pauses:
        return line
    middle = (line.start + line.end) / 2
    slope = -1.0 if line.reversed else 1.0
    return replace(line, speed=1.0, offset=line.reference_time(middle) - slope * middle)


def join_lines(lines: list[Line]) -> list[Line]:
    """Join neighbouring pieces of the same line."""
    out: list[Line] = []
    for line in sorted(lines, key=lambda line_: line_.start):
        last = out[-1] if out else None
        if last is not None and _is_same_line(last, line):
            longer = last if last.end - last.start >= line.end - line.start else line
            out[-1] = replace(longer, start=last.start, end=line.end)
        else:
            out.append(line)
    return out


def _is_same_line(last: Line, line: Line) -> bool:
    if last.reversed != line.reversed or line.start - last.end > MAX_JOIN_GAP_S or line.pauses:
        return False
    return all(
        abs(last.reference_time(t) - line.reference_time(t)) < MAX_LINE_DIFFERENCE_S
        for t in (last.start, last.end, line.end)
    )


def _spans(query: FrameCache, reference: FrameCache, line: Line) -> tuple[Span, Span] | None:
    length_r = duration(reference.fingerprint)
    if query.fingerprint.info.kind == "still":
        timestamp = float(np.clip(line.offset, 0, length_r))
        return Span(0.0, 0.0), Span(timestamp, timestamp)
    start = snap_to_cut(query.fingerprint, line.start)
    end = snap_to_cut(query.fingerprint, line.end)
    length_q = duration(query.fingerprint)
    if length_q < MIN_SEGMENT_S and reference.fingerprint.info.kind == "video":
        start, end = 0.0, length_q  # a query as short as that has one line or none
    if reference.fingerprint.info.kind == "still":
        if end <= start:  # both were moved to one cut
            start, end = line.start, min(line.end, length_q)
        return (Span(start, end), Span(0.0, 0.0)) if end > start else None
    # the reference has ends too: the query cannot show more than there is
    ends = sorted((line.query_time(0.0), line.query_time(length_r)))
    if start < ends[0] < start + MAX_SNAP_S:
        start = ends[0]
    if end - MAX_SNAP_S < ends[1] < end:
        end = ends[1]
    low, high = sorted((line.reference_time(start), line.reference_time(end)))
    low, high = float(np.clip(low, 0, length_r)), float(np.clip(high, 0, length_r))
    if end - start < min(0.2, length_q) or high <= low:
        return None
    return Span(max(0.0, start), end), Span(low, high)


def snap_to_cut(clip: Fingerprint, timestamp: Seconds) -> Seconds:
    """The timestamp, moved to the clip's start, end or clearest cut where one is near."""
    length = duration(clip)
    if timestamp < MAX_SNAP_S:
        return 0.0
    if length - timestamp < MAX_SNAP_S:
        return length
    times, change = clip.timeline.times, clip.timeline.change
    near = np.flatnonzero(np.abs(times - timestamp) <= MAX_SNAP_S)
    if not len(near):
        return timestamp
    best = int(near[change[near].argmax()])
    return float(times[best]) if is_cut(change, best) else timestamp


def is_cut(change: NDArray[np.float32], index: int) -> bool:
    """Whether the change at `index`, in grey levels, is a cut: far above that of its neighbours."""
    around = np.concatenate([change[max(0, index - 8) : index], change[index + 1 : index + 9]])
    median_change = float(np.median(around)) if len(around) else 0.0
    return bool(change[index] > max(MIN_CUT_LUMA_CHANGE, 3 * median_change))
