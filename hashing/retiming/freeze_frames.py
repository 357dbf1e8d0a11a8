"""Freeze frames: where the query stands still while the reference moves on.

A freeze appears as two pieces of one line in time, the later one set back by the length of the
freeze, and as a span without change in the query's timeline where the reference's changes. Both are
required: a slide that stands still in both clips is no freeze. Thresholds were set by hand on the
development benchmark.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.types import CorrelationMatrix, Line, Seconds, Span, Timeline

__all__ = [
    "mean_correlation",
]

MIN_FREEZE_S = 0.4
MAX_FREEZE_S = 12.0
MAX_STILL_CHANGE_SHARE = 0.3  # of the median luma change, of a repeated frame
STILL_LUMA_CHANGE = 0.15  # grey levels, of a repeated frame in any clip
MAX_FROZEN_CHANGE_SHARE = 0.2  # of the reference's change meanwhile, of a frozen query
MAX_FLICKER_S = 0.12  # of change inside a still span: a key frame
MAX_FLICKER_LUMA_CHANGE = 1.5  # grey levels of it, or the median change where that is more
MIN_PIECE_CORRELATION = 0.6  # of the best piece; with less, timestamps are too uncertain
REFINEMENT_DELAYS_S = (0.2, 0.4)  # a coder may go on refining a frozen frame
CONTEXT_S = 4.0  # before and after the still span, on which offsets are compared
MIN_CONTEXT_FRAMES = 4
MIN_PAUSE_GAIN = 0.03  # of correlation, of each side's own offset over the other's
MAX_LOSS_TO_PIECES = 0.03  # of correlation, against several pieces without a pause
SEARCH_STEP_S = 0.05
MAX_LINE_OFFSET_S, MAX_LINE_GAP_S = (
    0.15,
    0.6,
)  # from the line and from its ends, of a piece that belongs to it
OFFSET_REACH_S = 0.4  # of the offsets tried, beyond the still span


def find_still_spans(timeline: Timeline, part: Span) -> list[Span]:
    """Spans within `part` in which nothing changes, MIN_FREEZE_S to MAX_FREEZE_S long."""
    times, change = timeline.times, timeline.change
    inside = np.flatnonzero((times > part.start) & (times < part.end))
    if len(inside) < 3:
        return []
    median_change = float(np.median(change[inside]))
    still = change[inside] <= max(STILL_LUMA_CHANGE, MAX_STILL_CHANGE_SHARE * median_change)
    out: list[Span] = []
    max_change = 0.0  # since the last still frame
    for index, is_still in zip(inside, still, strict=True):
        if not is_still:
            max_change = max(max_change, float(change[index]))
            continue
        start, end = float(times[index - 1]), float(times[index])
        flickers, max_change = max_change <= max(MAX_FLICKER_LUMA_CHANGE, median_change), 0.0
        if out and flickers and start - out[-1].end <= MAX_FLICKER_S:
            out[-1] = Span(out[-1].start, end)
        else:
            out.append(Span(max(0.0, start), end))
    return [run for run in out if MIN_FREEZE_S <= run.length <= MAX_FREEZE_S]


def insert_pauses(
    lines: list[Line], correlations: CorrelationMatrix, query: Timeline, reference: Timeline
) -> list[Line]:
    """Join pieces that a freeze separates into one line with a pause; lines in order of start."""
    out = list(lines)
    if not out:
        return out
    all_lines = Span(max(0.0, min(line.start for line in out)), max(line.end for line in out))
    for still_span in find_still_spans(query, all_lines):
        pieces = [
            line
            for line in out
            if line.start < still_span.end + 1.0 and line.end > still_span.start - 1.0
        ]
        if not pieces or len({line.reversed for line in pieces}) > 1:
            continue
        if max(line.correlation for line in pieces) < MIN_PIECE_CORRELATION:
            continue
        line_with_pause = _with_pause(pieces, still_span, correlations, (query, reference))
        if line_with_pause is not None:
            rest = [line for line in out if line not in pieces]
            out = _absorb_lines(line_with_pause, rest)
    return sorted(out, key=lambda line: line.start)


def _absorb_lines(joined: Line, others: list[Line]) -> list[Line]:
    """The lines, with those that lie on `joined` already absorbed into it."""
    out = []
    for line in sorted(others, key=lambda other: -other.end):
        ends = (line.start, line.end)
        on_it = all(
            abs(line.reference_time(end) - joined.reference_time(end)) < MAX_LINE_OFFSET_S
            for end in ends
        )
        near = line.start - joined.end < MAX_LINE_GAP_S and joined.start - line.end < MAX_LINE_GAP_S
        if line.reversed == joined.reversed and on_it and near:
            start, end = min(joined.start, line.start), max(joined.end, line.end)
            joined = replace(joined, start=start, end=end)
        else:
            out.append(line)
    return [*out, joined]


def _with_pause(
    pieces: list[Line],
    still_span: Span,
    correlations: CorrelationMatrix,
    timelines: tuple[Timeline, Timeline],
) -> Line | None:
    """One line with a pause within the still span; None where that explains nothing better."""
    longest = max(pieces, key=lambda line: line.end - line.start)
    speeds = [1.0] if abs(longest.speed - 1) < 0.02 else [1.0, longest.speed]
    best: Line | None = None
    span_candidates = [
        still_span,
        *(
            Span(still_span.start - delay, still_span.end)
            for delay in REFINEMENT_DELAYS_S
            if still_span.start > delay
        ),
    ]
    for speed in speeds:  # a line across a freeze is too slow itself: real time is tried first
        for span in span_candidates:
            line = _pause_at_speed(pieces, longest, speed, span, correlations, timelines)
            if line is None:
                continue
            if (
                best is None
                or mean_correlation(line, correlations)
                > mean_correlation(best, correlations) + MIN_PAUSE_GAIN / 2
            ):
                best = line
    allowed_loss = (
        MAX_LOSS_TO_PIECES if len(pieces) > 1 else 0.0
    )  # one unbroken line is explained without a pause
    if (
        best is None
        or mean_correlation(best, correlations)
        < mean_correlation_of_all(pieces, correlations) - allowed_loss
    ):
        return None
    return best


def _pause_at_speed(
    pieces: list[Line],
    longest: Line,
    speed: float,
    still_span: Span,
    correlations: CorrelationMatrix,
    timelines: tuple[Timeline, Timeline],
) -> Line | None:
    start, end = min(line.start for line in pieces), max(line.end for line in pieces)
    slope = -speed if longest.reversed else speed
    rows = correlations.query_times
    before = (rows >= max(start, still_span.start - CONTEXT_S)) & (rows < still_span.start)
    after = (rows >= still_span.end) & (rows < min(end, still_span.end + CONTEXT_S))
    if before.sum() < MIN_CONTEXT_FRAMES or after.sum() < MIN_CONTEXT_FRAMES:
        return None
    shifts = slope * np.arange(-OFFSET_REACH_S, still_span.length + OFFSET_REACH_S, SEARCH_STEP_S)
    anchors = [
        line.reference_time(start_time) - slope * start_time
        for line in pieces
        for start_time in (start, still_span.start)
    ]
    offsets = np.unique(np.round(np.add.outer(anchors, shifts) / SEARCH_STEP_S)) * SEARCH_STEP_S
    offset_before = float(max(offsets, key=lambda o: _mean_on_rows(correlations, slope, o, before)))
    lengths = np.append(
        np.arange(MIN_FREEZE_S, still_span.length, SEARCH_STEP_S), still_span.length
    )
    pause_s = float(
        max(
            lengths,
            key=lambda s: _mean_on_rows(correlations, slope, offset_before - slope * s, after),
        )
    )
    whole_span = _mean_on_rows(
        correlations, slope, offset_before - slope * still_span.length, after
    )
    if (
        whole_span
        > _mean_on_rows(correlations, slope, offset_before - slope * pause_s, after) - 0.01
    ):
        pause_s = still_span.length
    offset_after = offset_before - slope * pause_s
    if (
        _mean_on_rows(correlations, slope, offset_after, after)
        < _mean_on_rows(correlations, slope, offset_before, after) + MIN_PAUSE_GAIN
        or _mean_on_rows(correlations, slope, offset_before, before)
        < _mean_on_rows(correlations, slope, offset_after, before) + MIN_PAUSE_GAIN
    ):
        return None  # either side correlates as well at the other's offset
    line = replace(longest, start=start, end=end, speed=speed, offset=offset_before)
    pause = _locate_pause(still_span, pause_s, line, correlations)
    if not _is_freeze(*timelines, pause, line):
        return None
    return replace(line, pauses=(*longest.pauses, pause))


def _mean_on_rows(
    correlations: CorrelationMatrix, slope: float, offset: Seconds, rows: NDArray[np.bool_]
) -> float:
    """Mean correlation along a straight line over the rows in a (Kq,) mask."""
    values = interpolate_along(correlations, slope, float(offset))[rows]
    return float(np.nan_to_num(values, nan=-0.2).mean())


def interpolate_along(
    correlations: CorrelationMatrix, slope: float, offset: Seconds
) -> NDArray[np.float64]:
    """(Kq,) correlations along a straight line, interpolated; NaN outside the reference.

    The first and the last timestamp count for one interval before and after them.
    """
    reference_times = correlations.reference_times
    wanted = slope * correlations.query_times + offset
    step = (reference_times[-1] - reference_times[0]) / max(1, len(reference_times) - 1)
    near = (wanted > reference_times[0] - step) & (wanted < reference_times[-1] + step)
    wanted = np.where(near, wanted.clip(reference_times[0], reference_times[-1]), wanted)
    fractional = np.interp(
        wanted, reference_times, np.arange(len(reference_times)), left=np.nan, right=np.nan
    )
    inside = np.isfinite(fractional)
    low = np.floor(np.where(inside, fractional, 0)).astype(int)
    high = np.minimum(low + 1, len(reference_times) - 1)
    share = np.where(inside, fractional, 0) - low
    rows = np.arange(len(fractional))
    values = correlations.values[rows, low] * (1 - share) + correlations.values[rows, high] * share
    return np.where(inside, values, np.nan)


def _locate_pause(
    still_span: Span, pause_s: Seconds, line: Line, correlations: CorrelationMatrix
) -> Span:
    """The position in a still span at which a shorter pause correlates best."""
    if still_span.length - pause_s < SEARCH_STEP_S:
        return still_span
    starts = np.arange(
        still_span.start, still_span.end - pause_s + 1e-9, 2 * SEARCH_STEP_S
    ).tolist()
    pauses = [Span(start, start + pause_s) for start in starts]
    return max(
        pauses,
        key=lambda pause: mean_correlation(
            replace(line, pauses=(pause,)), correlations, still_span
        ),
    )


def mean_correlation(
    line: Line, correlations: CorrelationMatrix, span: Span | None = None
) -> float:
    """Mean correlation along a line with its pauses, over all of it or over `span`."""
    start, end = (span.start, span.end) if span else (line.start, line.end)
    rows = np.flatnonzero((correlations.query_times >= start) & (correlations.query_times < end))
    if not len(rows):
        return 0.0
    wanted = np.array([line.reference_time(float(time)) for time in correlations.query_times[rows]])
    reference_times = correlations.reference_times
    right = np.searchsorted(reference_times, wanted).clip(1, len(reference_times) - 1)
    values = np.maximum(correlations.values[rows, right - 1], correlations.values[rows, right])
    outside = (wanted < reference_times[0] - 0.15) | (wanted > reference_times[-1] + 0.15)
    return float(np.where(outside, -0.2, values).mean())


def mean_correlation_of_all(lines: list[Line], correlations: CorrelationMatrix) -> float:
    """Mean correlation along several lines, weighted by their lengths."""
    lengths = [line.end - line.start for line in lines]
    total = sum(
        mean_correlation(line, correlations) * length
        for line, length in zip(lines, lengths, strict=True)
    )
    return total / sum(lengths)


def _is_freeze(query: Timeline, reference: Timeline, pause: Span, line: Line) -> bool:
    """Whether the reference changes over what a pause leaves out, and the query does not."""
    low, high = sorted((line.reference_time(pause.start), line.reference_time(pause.end)))
    inside: NDArray[np.bool_] = (reference.times > low) & (reference.times <= high)
    paused_frames: NDArray[np.bool_] = (query.times > pause.start) & (query.times <= pause.end)
    if not inside.any():
        return False
    reference_change = float(np.sum(reference.change[inside]))
    moves = reference_change / float(inside.sum()) > 2 * STILL_LUMA_CHANGE
    return (
        moves
        and float(np.sum(query.change[paused_frames])) <= MAX_FROZEN_CHANGE_SHARE * reference_change
    )
