"""Where the item stands still while the known footage moves on.

A freeze shows as two pieces of one line in time, the later set back by as long as the freeze
lasted, and as a stretch without change in the item's timeline where the known clip's has change.
Both are asked for: a slide that stands still in both is no freeze.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align import Agreement, Line, sample
from hashing.types import Seconds, Span, Timeline

SHORTEST_S = 0.4
LONGEST_S = 12.0
STILL = 0.3  # of the usual change, up to which a picture is the one before again
STILL_LEVELS = 0.15  # grey levels of change that are always stillness
FLICKER_S = 0.12  # of change that does not end a still run: a key picture inside it
SIDE_S = 4.0  # before and after the run that are held against both explanations
FEWEST_ROWS = 4
BETTER = 0.03  # correlation by which the pause has to win on the side after it
STEP_S = 0.05
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
    for index, is_still in zip(inside, still, strict=True):
        if not is_still:
            continue
        start, end = float(times[index - 1]), float(times[index])
        if out and start - out[-1].end <= FLICKER_S:
            out[-1] = Span(out[-1].start, end)
        else:
            out.append(Span(max(0.0, start), end))
    return [run for run in out if SHORTEST_S <= run.length <= LONGEST_S]


def paused(lines: list[Line], found: Agreement, query: Timeline, reference: Timeline) -> list[Line]:
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
        joined = _with_pause(touched, run, found, reference)
        if joined is not None:
            out = [line for line in out if line not in touched] + [joined]
    return sorted(out, key=lambda line: line.start)


def _with_pause(
    touched: list[Line], run: Span, found: Agreement, reference: Timeline
) -> Line | None:
    """One line that pauses within the run, or None where that explains nothing better."""
    start, end = min(line.start for line in touched), max(line.end for line in touched)
    longest = max(touched, key=lambda line: line.end - line.start)
    sign = -1.0 if longest.reversed else 1.0
    rows = found.query_times
    before = (rows >= max(start, run.start - SIDE_S)) & (rows < run.start)
    after = (rows >= run.end) & (rows < min(end, run.end + SIDE_S))
    if before.sum() < FEWEST_ROWS or after.sum() < FEWEST_ROWS:
        return None
    reach = sign * np.arange(-NEAR_S, run.length + NEAR_S, STEP_S)
    anchors = [line.at(moment) - sign * moment for line in touched for moment in (start, run.start)]
    offsets = np.unique(np.round(np.add.outer(anchors, reach) / STEP_S)) * STEP_S
    first = max(offsets, key=lambda o: _along(found, sign, o, before))
    lengths = np.append(np.arange(SHORTEST_S, run.length, STEP_S), run.length)
    stood = float(max(lengths, key=lambda s: _along(found, sign, first - sign * s, after)))
    if run.length - stood < 2 * STEP_S:
        stood = run.length
    later = first - sign * stood
    if (
        _along(found, sign, later, after) < _along(found, sign, first, after) + BETTER
        or _along(found, sign, first, before) < _along(found, sign, later, before) + BETTER
    ):
        return None  # what runs on explains it as well, or both sides look alike at both offsets
    pause = _placed(run, stood, found, sign, first)
    if not _moves(reference, pause, first, sign):
        return None
    joined = replace(
        longest,
        start=start,
        end=end,
        speed=1.0,
        offset=float(first),
        pauses=(*longest.pauses, pause),
    )
    return joined if follows(joined, found) >= follows_all(touched, found) - BETTER else None


def _along(found: Agreement, slope: float, offset: Seconds, rows: NDArray[np.bool_]) -> float:
    """Mean correlation along a straight line over some rows."""
    values = sample(found.correlation, found, slope, float(offset))[rows]
    return float(np.nan_to_num(values, nan=-0.2).mean())


def _placed(run: Span, stood: Seconds, found: Agreement, sign: float, offset: Seconds) -> Span:
    """Where in a still run a pause shorter than the run agrees best."""
    if run.length - stood < STEP_S:
        return run
    inside = (found.query_times >= run.start) & (found.query_times < run.end)
    best, pause = -np.inf, run
    for start in np.arange(run.start, run.end - stood + 1e-9, 2 * STEP_S):
        tried = Span(float(start), float(start) + stood)
        line = Line(run.start, run.end, 1.0, sign < 0, offset, 0.0, 0.0, (tried,))
        value = follows(line, found)
        if inside.any() and value > best:
            best, pause = value, tried
    return pause


def follows(line: Line, found: Agreement, part: Span | None = None) -> float:
    """Mean correlation along a line with its pauses, over its own stretch or over a part."""
    start, end = (part.start, part.end) if part else (line.start, line.end)
    rows = np.flatnonzero((found.query_times >= start) & (found.query_times < end))
    if not len(rows):
        return 0.0
    wanted = np.array([line.at(float(time)) for time in found.query_times[rows]])
    there = found.reference_times
    right = np.searchsorted(there, wanted).clip(1, len(there) - 1)
    values = np.maximum(found.correlation[rows, right - 1], found.correlation[rows, right])
    outside = (wanted < there[0] - 0.15) | (wanted > there[-1] + 0.15)
    return float(np.where(outside, -0.2, values).mean())


def follows_all(lines: list[Line], found: Agreement) -> float:
    """The same over several lines, by their lengths."""
    lengths = [line.end - line.start for line in lines]
    total = sum(follows(line, found) * length for line, length in zip(lines, lengths, strict=True))
    return total / sum(lengths)


def _moves(reference: Timeline, run: Span, offset: Seconds, sign: float) -> bool:
    """Whether the known clip changes over what would have been shown during the run."""
    low, high = sorted((sign * run.start + offset, sign * run.end + offset))
    inside: NDArray[np.bool_] = (reference.times > low) & (reference.times <= high)
    return bool(inside.any()) and float(np.mean(reference.change[inside])) > 2 * STILL_LEVELS
