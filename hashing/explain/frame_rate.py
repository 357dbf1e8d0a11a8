"""How many different pictures a second two clips show over the same footage.

Repeated pictures do not count as shown. They can be told from still footage only where something
moves, so both clips are counted over the same moving moments.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.types import Line, Seconds, Timeline

WINDOW_S = 1.0
MOVES = 0.8  # grey levels of change that most pictures of a moving second have
REPEATED = 0.06  # of that, up to which a picture is the one before again
LEAST_S = 2.0  # of moving footage, under which only the nominal rates are compared
STEADY = 0.8  # share of the known clip's pictures that must differ for counts to mean anything
EVEN = 0.15  # deviation of steps, as a share, up to which a nominal rate means something
HELD, GOES_ON = 0.3, 0.5  # of what the known clip changes meanwhile: up to HELD a picture repeats
REPEATS = 0.12  # share of repeats from which they are some
FEWEST = 16  # pictures, under which nothing is said of repeats
BETWEEN = 0.35  # of the repeats: more pictures between HELD and GOES_ON are no clear cut
LONGEST_S = 0.34  # of repeats on end: longer ones are a stretch that stands still, and no rate
MOST_CHANGE = 6.0  # of the usual: more is a cut


@dataclass(frozen=True, slots=True)
class Rates:
    """Pictures a second of each clip's own time."""

    query: float
    reference: float
    counted: bool  # repeated pictures were told apart; else these are nominal rates
    nominal_query: float
    nominal_reference: float
    repeating: bool = False  # the query repeats pictures while the known clip moves on


def rates(query: Timeline, reference: Timeline, lines: tuple[Line, ...]) -> Rates | None:
    """Rates over the matched stretches; None where neither count nor nominal rates say much."""
    even = _nominal(query), _nominal(reference)
    seconds = [0.0, 0.0]
    shown = [0, 0]
    for line in lines:
        for start in np.arange(line.start, line.end - WINDOW_S, WINDOW_S).tolist():
            ends = sorted((line.reference_time(start), line.reference_time(start + WINDOW_S)))
            if ends[1] - ends[0] < 0.95 * WINDOW_S * line.speed:
                continue  # the query stands still somewhere here
            counts = _shown(query, start, start + WINDOW_S), _shown(reference, ends[0], ends[1])
            if counts[0] is None or counts[1] is None:
                continue
            shown[0] += counts[0]
            shown[1] += counts[1]
            seconds[0] += WINDOW_S
            seconds[1] += float(ends[1] - ends[0])
    steadily = seconds[0] >= LEAST_S and shown[1] >= STEADY * (even[1] or 0.0) * seconds[1]
    fastest = _fastest(query)
    if fastest is None:
        return None
    ours = even[0] or (shown[0] / seconds[0] if steadily else fastest)
    nominal = ours, even[1] or _mean_rate(reference, lines)
    repeats = repeated(query, reference, lines)
    if repeats is not None and repeats >= REPEATS:
        of_query = nominal[0] * (1 - repeats)
        of_reference = shown[1] / seconds[1] if steadily else nominal[1]
        return Rates(of_query, of_reference, True, *nominal, repeating=True)
    if steadily:
        return Rates(shown[0] / seconds[0], shown[1] / seconds[1], True, *nominal)
    return Rates(*nominal, False, *nominal)


def repeated(query: Timeline, reference: Timeline, lines: tuple[Line, ...]) -> float | None:
    """Share of the query's pictures that are the one before again while the known clip moves on.

    Each picture's change is held against what the known clip changes over the same time, since a
    coder goes on refining a repeated picture, and a quiet scene changes little without repeats.
    None where too little moves, where there is no clear cut between the two kinds, or where the
    known clip repeats pictures itself: how much of one falls on the item's next is then not known.
    """
    if _halting(reference, lines):
        return None
    moved = np.cumsum(reference.change, dtype=np.float64)
    ratios: list[NDArray[np.float64]] = []
    steps: list[NDArray[np.float64]] = []
    for line in lines:
        times = query.times
        inside = (times[:-1] >= line.start) & (times[1:] <= line.end)
        for pause in line.pauses:
            inside &= (times[1:] <= pause.start) | (times[:-1] >= pause.end)
        moments = np.array([line.reference_time(float(time)) for time in times])
        due = np.abs(np.diff(np.interp(moments, reference.times, moved)))
        usual = float(np.median(due[inside])) if inside.any() else 0.0
        inside &= (due > MOVES) & (due < MOST_CHANGE * usual)
        ratios.append(query.change[1:][inside] / due[inside])
        steps.append(np.diff(times)[inside])
    ratio, step = np.concatenate(ratios), np.concatenate(steps)
    if step.sum() < LEAST_S:
        return None
    ratio = ratio / max(float(np.percentile(ratio, 80)), 1e-6)
    ratio = ratio[~_standing(ratio < HELD, step)]
    if len(ratio) < FEWEST:
        return None
    held = float((ratio < HELD).mean())
    between = float(((ratio >= HELD) & (ratio < GOES_ON)).mean())
    return held if held < 0.5 * REPEATS or between < BETWEEN * held else None


def _halting(reference: Timeline, lines: tuple[Line, ...]) -> bool:
    """Whether some of the known pictures that move change far less than those beside them."""
    halts = moving = 0
    for line in lines:
        low, high = sorted((line.reference_time(line.start), line.reference_time(line.end)))
        change = reference.change[(reference.times > low) & (reference.times < high)]
        if len(change) < 3:
            continue
        beside = np.minimum(change[:-2], change[2:])
        halts += int((change[1:-1][beside > MOVES] < HELD * beside[beside > MOVES]).sum())
        moving += int((beside > MOVES).sum())
    return halts > 0.5 * REPEATS * moving


def _standing(held: NDArray[np.bool_], step: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) which pictures belong to a run of repeats that lasts longer than LONGEST_S."""
    out = np.zeros(len(held), bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], held, [False]])))
    for first, last in edges.reshape(-1, 2):
        out[first:last] = step[first:last].sum() > LONGEST_S
    return out


def _nominal(timeline: Timeline) -> float | None:
    """Pictures a second, where they come evenly."""
    steps = np.diff(timeline.times)
    if len(steps) < 4:
        return None
    usual = float(np.median(steps))
    odd = float((np.abs(steps - usual) > EVEN * usual).mean())
    return 1 / usual if odd < 0.1 else None


def _fastest(timeline: Timeline) -> float | None:
    """Pictures a second where they come fastest, which is what unevenly shown ones come close to.

    As from a screen, or with pictures missing: such a clip shows no more than that.
    """
    steps = np.diff(timeline.times)
    return 1 / float(np.percentile(steps, 10)) if len(steps) >= 4 else None


def _mean_rate(reference: Timeline, lines: tuple[Line, ...]) -> float:
    """Pictures a second over the matched stretches."""
    ends = [
        sorted((line.reference_time(line.start), line.reference_time(line.end))) for line in lines
    ]
    count = sum(int(((reference.times >= a) & (reference.times < b)).sum()) for a, b in ends)
    return count / max(1e-6, sum(b - a for a, b in ends))


def _shown(timeline: Timeline, start: Seconds, end: Seconds) -> int | None:
    """Different pictures in a stretch; None where too little moves to tell."""
    inside: NDArray[np.bool_] = (timeline.times >= start) & (timeline.times < end)
    change = timeline.change[inside]
    if len(change) < 4:
        return None
    typical = float(np.percentile(change, 80 if len(change) > 8 else 60))
    if typical < MOVES:
        return None
    return int((change > REPEATED * typical).sum())
