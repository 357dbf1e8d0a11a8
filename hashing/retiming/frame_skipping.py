"""Which of the known clip's pictures a faster item shows: every so many evenly, or some by chance.

Footage sped up at its old rate leaves pictures out at even distances; pictures that got lost are
missing anywhere. Both run equally fast, and both timelines hold how much each picture changed from
the one before: a picture after a gap changes by what all the missing ones changed together. The
cheapest path through the known clip's pictures with steps of any size (dynamic programming) is held
against the cheapest with even steps: an even step where a picture is not missing costs clearly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.types import Line, Seconds, Timeline

FEWEST, MOST = 30, 450  # pictures that are looked at
REACH_S = 0.35  # how far from its line a picture may lie
LONGEST_STEP = 5  # pictures
EPSILON = 0.15  # grey levels: changes below are all as small
DEAREST = 1.0  # cost of a picture that fits not at all
GAINS = (0.7, 0.85, 1.0, 1.15, 1.35)  # of the item's changes to the known clip's, about a guess
FINER = (0.93, 1.0, 1.07)  # beside these gains
BENDS = (0.0, 0.3, 0.6)  # change of n pictures together: their sum over n to this power
PHASES = np.arange(-1.5, 1.5, 0.125)  # pictures
TILTS = np.linspace(-0.02, 0.02, 41)  # of the speed
LIKELIEST = 4  # gains and bends that even steps are tried with, by what any steps cost
EVENLY, BY_CHANCE = 1.5, 1.8  # cost of even steps over that of any: up to, and from
LEANING = 1.4  # … from which the moments that agree best may settle it
CLEARLY = 0.06  # by which even steps must cost more
QUIET_LEVELS, QUIET_BY_CHANCE = 1.0, 2.2  # below such changes coding leaves pictures as they were
FEWEST_MISSING = 0.02  # pictures that pass in one of the item's, beyond one, that make a question


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    """The known pictures that each of the item's may be."""

    change: NDArray[np.float64]  # (n,) of the item
    middle: NDArray[np.intp]  # (n,) known picture on the line
    at: NDArray[np.float64]  # (n,) the same, not rounded
    offsets: NDArray[np.intp]  # (w,) beside the middle
    passed: NDArray[np.float64]  # (n, w, LONGEST_STEP) known change over 1.. pictures up to there


@dataclass(frozen=True, slots=True)
class Steps:
    """What a faster item's pictures cost as known ones, after steps of any size and even ones."""

    freely: float
    evenly: float
    change: float  # grey levels, usual of the item's pictures

    def by_chance(self) -> bool | None:
        """Whether pictures are missing by chance; False where evenly left out, or all there.

        None where too little changes, or too evenly, to tell.
        """
        least = BY_CHANCE if self.change >= QUIET_LEVELS else QUIET_BY_CHANCE
        if self.evenly >= least * self.freely and self.evenly - self.freely >= CLEARLY:
            return True
        evenly = self.evenly <= EVENLY * self.freely or self.evenly - self.freely < CLEARLY / 2
        return False if evenly and self.evenly < DEAREST / 4 else None

    def leaning(self) -> bool:
        """Whether even steps cost more, if not enough more to tell by that alone."""
        return self.evenly >= LEANING * self.freely and self.evenly - self.freely >= CLEARLY


def steps_of(query: Timeline, reference: Timeline, line: Line) -> Steps | None:
    """How evenly the item's pictures follow each other in the known clip; None if not compared."""
    window = _window(query, reference, line)
    if window is None:
        return None
    tried = [(gain, bend) for bend in BENDS for gain in GAINS]
    costs = [_any_steps(window, _costs(window, *one)) for one in tried]
    likely = [tried[k] for k in np.argsort(costs, kind="stable")[:LIKELIEST]]
    free = min(costs)  # steps of any size make up for a gain that is a little off, even ones cannot
    even = _even_steps(
        window, [_costs(window, gain * fine, bend) for gain, bend in likely for fine in FINER]
    )
    if not np.isfinite(free) or not np.isfinite(even):
        return None
    return Steps(free, even, float(np.median(window.change)))


def _window(query: Timeline, reference: Timeline, line: Line) -> _Window | None:
    inside = np.flatnonzero((query.times >= line.start) & (query.times < line.end))[1:]
    spare = max(0, len(inside) - MOST) // 2
    inside = inside[spare : spare + MOST]
    steps = np.diff(reference.times)
    if len(inside) < FEWEST or len(steps) <= LONGEST_STEP or line.reversed:
        return None
    step: Seconds = float(np.median(steps))
    if float(np.median(np.diff(query.times[inside]))) * line.speed / step > LONGEST_STEP / 2:
        return None
    moments = np.array([line.reference_time(float(time)) for time in query.times[inside]])
    at = np.interp(moments, reference.times, np.arange(len(reference.times), dtype=np.float64))
    middle = np.ceil(at - 1e-6).astype(np.intp)
    reach = max(3, round(REACH_S / step))
    offsets = np.arange(-reach, reach + 1)
    known = (middle[:, None] + offsets).clip(LONGEST_STEP, len(reference.times) - 1)  # (n, w)
    moved = np.concatenate([[0.0], np.cumsum(reference.change, dtype=np.float64)])
    passed = [moved[known + 1] - moved[known + 1 - size] for size in range(1, LONGEST_STEP + 1)]
    change = query.change[inside].astype(np.float64)
    return _Window(change, middle, at, offsets, np.stack(passed, axis=-1))


def _costs(window: _Window, gain: float, bend: float) -> NDArray[np.float64]:
    """(n, w, LONGEST_STEP) of each picture being that known one, after a step of that size."""
    sizes = np.arange(1, LONGEST_STEP + 1)
    due = window.passed * sizes**-bend
    usual = np.median(window.passed[:, len(window.offsets) // 2, 0])
    speed = (window.at[-1] - window.at[0]) / (len(window.at) - 1)
    guess = np.median(window.change) / max(1e-6, float(usual)) / speed ** (1 - bend)
    ratio = (window.change[:, None, None] + EPSILON) / (gain * guess * due + EPSILON)
    cost: NDArray[np.float64] = np.minimum(np.abs(np.log(ratio)), DEAREST)
    return cost


def _any_steps(window: _Window, cost: NDArray[np.float64]) -> float:
    """Mean cost of the cheapest path with steps of any size."""
    width = len(window.offsets)
    places = np.arange(width)
    total = np.zeros(width)
    for row in range(1, len(cost)):
        moved = window.middle[row] - window.middle[row - 1]
        ways = np.full((LONGEST_STEP, width), np.inf)
        for size in range(1, LONGEST_STEP + 1):
            before = places + moved - size
            ok = (before >= 0) & (before < width)
            ways[size - 1, ok] = total[before[ok]] + cost[row, ok, size - 1]
        total = ways.min(axis=0)
    return float(total.min()) / (len(cost) - 1)


def _even_steps(window: _Window, costs: list[NDArray[np.float64]]) -> float:
    """Mean cost of the cheapest path that keeps to a straight line."""
    count, half = len(window.at), len(window.offsets) // 2
    rows = np.arange(1, count)
    best = np.inf
    for tilt in TILTS:
        for phase in PHASES:
            shown = np.floor(window.at + phase + tilt * (np.arange(count) - count / 2) + 1e-6)
            sizes = np.diff(shown).astype(np.intp)
            places = shown[1:].astype(np.intp) - window.middle[1:] + half
            within = (places >= 0) & (places < len(window.offsets))
            if (
                (sizes < 1).mean() > FEWEST_MISSING
                or sizes.max() > LONGEST_STEP
                or not within.all()
            ):
                continue
            step = sizes.clip(1) - 1
            best = min(best, *(float(cost[rows, places, step].mean()) for cost in costs))
    return best
