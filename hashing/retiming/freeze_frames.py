"""Where the item stands still while the known footage moves on.

A freeze shows as two pieces of one line in time, the later set back by as long as the freeze
lasted, and as a stretch without change in the item's timeline where the known clip's has change.
Both are asked for: a slide that stands still in both is no freeze.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.types import CorrelationMatrix, Line, Seconds, Span, Timeline

SHORTEST_S = 0.4
LONGEST_S = 12.0
STILL = 0.3  # of the usual change, up to which a picture is the one before again
STILL_LEVELS = 0.15  # grey levels of change that are always stillness
STOOD = 0.2  # of what the known clip changes meanwhile, up to which the item stood still
FLICKER_S = 0.12  # of change that does not end a still run: a key picture inside it
FLICKER = 1.5  # grey levels of it; where more is usual, that
LEAST_LEVEL = 0.6  # of the pieces: below, the pictures do not fit well enough to say when
REFINED_S = (0.2, 0.4)  # a coder may go on refining a picture that stands still
SIDE_S = 4.0  # before and after the run that are held against both explanations
FEWEST_ROWS = 4
BETTER = 0.03  # correlation by which the pause has to win on the side after it
WORSE = 0.03  # by which it may lose against several pieces
STEP_S = 0.05
ON_IT_S, GAP_S = 0.15, 0.6  # a piece this near to the line and to its ends belongs to it
NEAR_S = 0.4  # how far a piece may lie from where the line was found


def still_runs(timeline: Timeline, part: Span) -> list[Span]:
    """Stretches of at least SHORTEST_S within `part` in which nothing changes."""
    times, change = timeline.times, timeline.change
    inside = np.flatnonzero((times > part.start) & (times < part.end))
    if len(inside) < 3:
        return []
    usual = float(np.median(change[inside]))
    still = change[inside] <= max(STILL_LEVELS, STILL * usual)
    out: list[Span] = []
    most = 0.0  # change since the last still picture
    for index, is_still in zip(inside, still, strict=True):
        if not is_still:
            most = max(most, float(change[index]))
            continue
        start, end = float(times[index - 1]), float(times[index])
        flickers, most = most <= max(FLICKER, usual), 0.0
        if out and flickers and start - out[-1].end <= FLICKER_S:
            out[-1] = Span(out[-1].start, end)
        else:
            out.append(Span(max(0.0, start), end))
    return [run for run in out if SHORTEST_S <= run.length <= LONGEST_S]


def paused(
    lines: list[Line], found: CorrelationMatrix, query: Timeline, reference: Timeline
) -> list[Line]:
    """Lines, with pieces that a freeze parts joined into one line with a pause."""
    out = list(lines)
    if not out:
        return out
    whole = Span(max(0.0, min(line.start for line in out)), max(line.end for line in out))
    for run in still_runs(query, whole):
        touched = [
            line for line in out if line.start < run.end + 1.0 and line.end > run.start - 1.0
        ]
        if not touched or len({line.reversed for line in touched}) > 1:
            continue
        if max(line.correlation for line in touched) < LEAST_LEVEL:
            continue
        joined = _with_pause(touched, run, found, (query, reference))
        if joined is not None:
            rest = [line for line in out if line not in touched]
            out = _absorbed(joined, rest)
    return sorted(out, key=lambda line: line.start)


def _absorbed(joined: Line, rest: list[Line]) -> list[Line]:
    """The line together with the others that lie on it already."""
    out = []
    for line in sorted(rest, key=lambda one: -one.end):
        ends = (line.start, line.end)
        on_it = all(
            abs(line.reference_time(end) - joined.reference_time(end)) < ON_IT_S for end in ends
        )
        near = line.start - joined.end < GAP_S and joined.start - line.end < GAP_S
        if line.reversed == joined.reversed and on_it and near:
            start, end = min(joined.start, line.start), max(joined.end, line.end)
            joined = replace(joined, start=start, end=end)
        else:
            out.append(line)
    return [*out, joined]


def _with_pause(
    touched: list[Line], run: Span, found: CorrelationMatrix, timelines: tuple[Timeline, Timeline]
) -> Line | None:
    """One line that pauses within the run, or None where that explains nothing better."""
    longest = max(touched, key=lambda line: line.end - line.start)
    speeds = [1.0] if abs(longest.speed - 1) < 0.02 else [1.0, longest.speed]
    best: Line | None = None
    begins = [run, *(Span(run.start - one, run.end) for one in REFINED_S if run.start > one)]
    for speed in speeds:  # a line across a freeze is itself too slow: real time is tried first
        for began in begins:
            line = _at_speed(touched, longest, speed, began, found, timelines)
            if line is None:
                continue
            if best is None or follows(line, found) > follows(best, found) + BETTER / 2:
                best = line
    worse = WORSE if len(touched) > 1 else 0.0  # one unbroken line needs no pause to be explained
    if best is None or follows(best, found) < follows_all(touched, found) - worse:
        return None
    return best


def _at_speed(
    touched: list[Line],
    longest: Line,
    speed: float,
    run: Span,
    found: CorrelationMatrix,
    timelines: tuple[Timeline, Timeline],
) -> Line | None:
    start, end = min(line.start for line in touched), max(line.end for line in touched)
    slope = -speed if longest.reversed else speed
    rows = found.query_times
    before = (rows >= max(start, run.start - SIDE_S)) & (rows < run.start)
    after = (rows >= run.end) & (rows < min(end, run.end + SIDE_S))
    if before.sum() < FEWEST_ROWS or after.sum() < FEWEST_ROWS:
        return None
    reach = slope * np.arange(-NEAR_S, run.length + NEAR_S, STEP_S)
    anchors = [
        line.reference_time(one) - slope * one for line in touched for one in (start, run.start)
    ]
    offsets = np.unique(np.round(np.add.outer(anchors, reach) / STEP_S)) * STEP_S
    first = float(max(offsets, key=lambda o: _along(found, slope, o, before)))
    lengths = np.append(np.arange(SHORTEST_S, run.length, STEP_S), run.length)
    stood = float(max(lengths, key=lambda s: _along(found, slope, first - slope * s, after)))
    whole = _along(found, slope, first - slope * run.length, after)
    if whole > _along(found, slope, first - slope * stood, after) - 0.01:
        stood = run.length
    later = first - slope * stood
    if (
        _along(found, slope, later, after) < _along(found, slope, first, after) + BETTER
        or _along(found, slope, first, before) < _along(found, slope, later, before) + BETTER
    ):
        return None  # what runs on explains it as well, or both sides look alike at both offsets
    line = replace(longest, start=start, end=end, speed=speed, offset=first)
    pause = _placed(run, stood, line, found)
    if not _goes_on(*timelines, pause, line):
        return None
    return replace(line, pauses=(*longest.pauses, pause))


def _along(
    found: CorrelationMatrix, slope: float, offset: Seconds, rows: NDArray[np.bool_]
) -> float:
    """Mean correlation along a straight line over some rows."""
    values = between(found, slope, float(offset))[rows]
    return float(np.nan_to_num(values, nan=-0.2).mean())


def between(found: CorrelationMatrix, slope: float, offset: Seconds) -> NDArray[np.float64]:
    """(Kq,) correlations along a line, interpolated between moments; NaN outside the reference.

    The first and the last moment stand for as long before and after as moments are apart.
    """
    there = found.reference_times
    wanted = slope * found.query_times + offset
    step = (there[-1] - there[0]) / max(1, len(there) - 1)
    near = (wanted > there[0] - step) & (wanted < there[-1] + step)
    wanted = np.where(near, wanted.clip(there[0], there[-1]), wanted)
    at = np.interp(wanted, there, np.arange(len(there)), left=np.nan, right=np.nan)
    inside = np.isfinite(at)
    low = np.floor(np.where(inside, at, 0)).astype(int)
    high = np.minimum(low + 1, len(there) - 1)
    share = np.where(inside, at, 0) - low
    rows = np.arange(len(at))
    values = found.values[rows, low] * (1 - share) + found.values[rows, high] * share
    return np.where(inside, values, np.nan)


def _placed(run: Span, stood: Seconds, line: Line, found: CorrelationMatrix) -> Span:
    """Where in a still run a pause shorter than the run agrees best."""
    if run.length - stood < STEP_S:
        return run
    starts = np.arange(run.start, run.end - stood + 1e-9, 2 * STEP_S).tolist()
    tried = [Span(start, start + stood) for start in starts]
    return max(tried, key=lambda pause: follows(replace(line, pauses=(pause,)), found, run))


def follows(line: Line, found: CorrelationMatrix, part: Span | None = None) -> float:
    """Mean correlation along a line with its pauses, over its own stretch or over a part."""
    start, end = (part.start, part.end) if part else (line.start, line.end)
    rows = np.flatnonzero((found.query_times >= start) & (found.query_times < end))
    if not len(rows):
        return 0.0
    wanted = np.array([line.reference_time(float(time)) for time in found.query_times[rows]])
    there = found.reference_times
    right = np.searchsorted(there, wanted).clip(1, len(there) - 1)
    values = np.maximum(found.values[rows, right - 1], found.values[rows, right])
    outside = (wanted < there[0] - 0.15) | (wanted > there[-1] + 0.15)
    return float(np.where(outside, -0.2, values).mean())


def follows_all(lines: list[Line], found: CorrelationMatrix) -> float:
    """The same over several lines, by their lengths."""
    lengths = [line.end - line.start for line in lines]
    total = sum(follows(line, found) * length for line, length in zip(lines, lengths, strict=True))
    return total / sum(lengths)


def _goes_on(query: Timeline, reference: Timeline, pause: Span, line: Line) -> bool:
    """Whether the known clip changes over what would have been shown, and the item does not."""
    low, high = sorted((line.reference_time(pause.start), line.reference_time(pause.end)))
    inside: NDArray[np.bool_] = (reference.times > low) & (reference.times <= high)
    stood: NDArray[np.bool_] = (query.times > pause.start) & (query.times <= pause.end)
    if not inside.any():
        return False
    known = float(np.sum(reference.change[inside]))
    moves = known / float(inside.sum()) > 2 * STILL_LEVELS
    return moves and float(np.sum(query.change[stood])) <= STOOD * known
