"""How many different pictures a second two clips show over the same footage.

Repeated pictures do not count as shown. They can be told from still footage only where something
moves, so both clips are counted over the same moving moments.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.align import Line
from hashing.types import Seconds, Timeline

WINDOW_S = 1.0
MOVES = 0.8  # grey levels of change that most pictures of a moving second have
REPEATED = 0.06  # of that, up to which a picture is the one before again
LEAST_S = 2.0  # of moving footage, under which only the nominal rates are compared
STEADY = 0.8  # share of the known clip's pictures that must differ for counts to mean anything
EVEN = 0.15  # deviation of steps, as a share, up to which a nominal rate means something


@dataclass(frozen=True, slots=True)
class Rates:
    """Pictures a second of each clip's own time."""

    query: float
    reference: float
    counted: bool  # repeated pictures were told apart; else these are nominal rates
    nominal_query: float
    nominal_reference: float


def rates(query: Timeline, reference: Timeline, lines: tuple[Line, ...]) -> Rates | None:
    """Rates over the matched stretches; None where neither count nor nominal rates say much."""
    nominal = _nominal(query), _nominal(reference)
    seconds = [0.0, 0.0]
    shown = [0, 0]
    for line in lines:
        for start in np.arange(line.start, line.end - WINDOW_S, WINDOW_S).tolist():
            ends = sorted((line.at(start), line.at(start + WINDOW_S)))
            if ends[1] - ends[0] < 0.5 * WINDOW_S * line.speed:
                continue  # the query stands still here
            counts = _shown(query, start, start + WINDOW_S), _shown(reference, ends[0], ends[1])
            if counts[0] is None or counts[1] is None:
                continue
            shown[0] += counts[0]
            shown[1] += counts[1]
            seconds[0] += WINDOW_S
            seconds[1] += float(ends[1] - ends[0])
    steadily = seconds[0] >= LEAST_S and shown[1] >= STEADY * (nominal[1] or 0.0) * seconds[1]
    if steadily:
        of_query, of_reference = shown[0] / seconds[0], shown[1] / seconds[1]
        even = [
            known or seen for known, seen in zip(nominal, (of_query, of_reference), strict=True)
        ]
        return Rates(of_query, of_reference, True, even[0], even[1])
    if nominal[0] is None or nominal[1] is None:
        return None
    return Rates(nominal[0], nominal[1], False, nominal[0], nominal[1])


def _nominal(timeline: Timeline) -> float | None:
    """Pictures a second, where they come evenly."""
    steps = np.diff(timeline.times)
    if len(steps) < 4:
        return None
    usual = float(np.median(steps))
    odd = float((np.abs(steps - usual) > EVEN * usual).mean())
    return 1 / usual if odd < 0.1 else None


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
