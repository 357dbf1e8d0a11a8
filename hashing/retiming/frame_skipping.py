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

MIN_FRAMES, MAX_FRAMES = 30, 450  # pictures that are looked at
MAX_LINE_DISTANCE_S = 0.35  # how far from its line a picture may lie
MAX_STEP_FRAMES = 5  # pictures
LUMA_CHANGE_FLOOR = 0.15  # grey levels: changes below are all as small
MAX_FRAME_COST = 1.0  # cost of a picture that fits not at all
CHANGE_GAINS = (
    0.7,
    0.85,
    1.0,
    1.15,
    1.35,
)  # of the item's changes to the known clip's, about a guess
FINE_GAINS = (0.93, 1.0, 1.07)  # beside these gains
STEP_EXPONENTS = (0.0, 0.3, 0.6)  # change of n pictures together: their sum over n to this power
EVEN_STEP_PHASES = np.arange(-1.5, 1.5, 0.125)  # pictures
EVEN_STEP_TILTS = np.linspace(-0.02, 0.02, 41)  # of the speed
MAX_EVEN_STEP_TRIALS = 4  # gains and bends that even steps are tried with, by what any steps cost
MAX_EVEN_COST_RATIO, MIN_RANDOM_COST_RATIO = (
    1.5,
    1.8,
)  # cost of even steps over that of any: up to, and from
MIN_SUGGESTIVE_COST_RATIO = 1.4  # … from which the moments that agree best may settle it
MIN_COST_DIFFERENCE = 0.06  # by which even steps must cost more
QUIET_LUMA_CHANGE, MIN_RANDOM_COST_RATIO_QUIET = (
    1.0,
    2.2,
)  # below such changes coding leaves pictures as they were
MAX_ZERO_STEP_SHARE = (
    0.02  # pictures that pass in one of the item's, beyond one, that make a question
)


@dataclass(frozen=True, slots=True, eq=False)
class _FrameWindow:
    """The known pictures that each of the item's may be."""

    change: NDArray[np.float64]  # (n,) of the item
    middle: NDArray[np.intp]  # (n,) known picture on the line
    fractional: NDArray[np.float64]  # (n,) the same, not rounded
    offsets: NDArray[np.intp]  # (w,) beside the middle
    passed: NDArray[np.float64]  # (n, w, LONGEST_STEP) known change over 1.. pictures up to there


@dataclass(frozen=True, slots=True)
class StepCosts:
    """What a faster item's pictures cost as known ones, after steps of any size and even ones."""

    any_step_cost: float
    even_step_cost: float
    median_change: float  # grey levels, usual of the item's pictures

    def drops_at_random(self) -> bool | None:
        """Whether pictures are missing by chance; False where evenly left out, or all there.

        None where too little changes, or too evenly, to tell.
        """
        min_ratio = (
            MIN_RANDOM_COST_RATIO
            if self.median_change >= QUIET_LUMA_CHANGE
            else MIN_RANDOM_COST_RATIO_QUIET
        )
        if (
            self.even_step_cost >= min_ratio * self.any_step_cost
            and self.even_step_cost - self.any_step_cost >= MIN_COST_DIFFERENCE
        ):
            return True
        even = (
            self.even_step_cost <= MAX_EVEN_COST_RATIO * self.any_step_cost
            or self.even_step_cost - self.any_step_cost < MIN_COST_DIFFERENCE / 2
        )
        return False if even and self.even_step_cost < MAX_FRAME_COST / 4 else None

    def suggests_drops(self) -> bool:
        """Whether even steps cost more, if not enough more to tell by that alone."""
        return (
            self.even_step_cost >= MIN_SUGGESTIVE_COST_RATIO * self.any_step_cost
            and self.even_step_cost - self.any_step_cost >= MIN_COST_DIFFERENCE
        )


def measure_step_costs(query: Timeline, reference: Timeline, line: Line) -> StepCosts | None:
    """How evenly the item's pictures follow each other in the known clip; None if not compared."""
    window = _make_window(query, reference, line)
    if window is None:
        return None
    parameters = [(gain, bend) for bend in STEP_EXPONENTS for gain in CHANGE_GAINS]
    costs = [
        _cheapest_any_steps(window, _step_costs(window, *parameter)) for parameter in parameters
    ]
    likeliest = [parameters[k] for k in np.argsort(costs, kind="stable")[:MAX_EVEN_STEP_TRIALS]]
    any_cost = min(
        costs
    )  # steps of any size make up for a gain that is a little off, even ones cannot
    even_cost = _cheapest_even_steps(
        window,
        [_step_costs(window, gain * fine, bend) for gain, bend in likeliest for fine in FINE_GAINS],
    )
    if not np.isfinite(any_cost) or not np.isfinite(even_cost):
        return None
    return StepCosts(any_cost, even_cost, float(np.median(window.change)))


def _make_window(query: Timeline, reference: Timeline, line: Line) -> _FrameWindow | None:
    inside = np.flatnonzero((query.times >= line.start) & (query.times < line.end))[1:]
    spare = max(0, len(inside) - MAX_FRAMES) // 2
    inside = inside[spare : spare + MAX_FRAMES]
    steps = np.diff(reference.times)
    if len(inside) < MIN_FRAMES or len(steps) <= MAX_STEP_FRAMES or line.reversed:
        return None
    step: Seconds = float(np.median(steps))
    if float(np.median(np.diff(query.times[inside]))) * line.speed / step > MAX_STEP_FRAMES / 2:
        return None
    reference_moments_ = np.array(
        [line.reference_time(float(time)) for time in query.times[inside]]
    )
    fractional = np.interp(
        reference_moments_, reference.times, np.arange(len(reference.times), dtype=np.float64)
    )
    middle = np.ceil(fractional - 1e-6).astype(np.intp)
    reach = max(3, round(MAX_LINE_DISTANCE_S / step))
    offsets = np.arange(-reach, reach + 1)
    frame_indices = (middle[:, None] + offsets).clip(
        MAX_STEP_FRAMES, len(reference.times) - 1
    )  # (n, w)
    cumulative_change = np.concatenate([[0.0], np.cumsum(reference.change, dtype=np.float64)])
    passed = [
        cumulative_change[frame_indices + 1] - cumulative_change[frame_indices + 1 - size]
        for size in range(1, MAX_STEP_FRAMES + 1)
    ]
    change = query.change[inside].astype(np.float64)
    return _FrameWindow(change, middle, fractional, offsets, np.stack(passed, axis=-1))


def _step_costs(window: _FrameWindow, gain: float, bend: float) -> NDArray[np.float64]:
    """(n, w, LONGEST_STEP) of each picture being that known one, after a step of that size."""
    sizes = np.arange(1, MAX_STEP_FRAMES + 1)
    expected_change = window.passed * sizes**-bend
    median_passed = np.median(window.passed[:, len(window.offsets) // 2, 0])
    speed = (window.fractional[-1] - window.fractional[0]) / (len(window.fractional) - 1)
    guess = np.median(window.change) / max(1e-6, float(median_passed)) / speed ** (1 - bend)
    ratio = (window.change[:, None, None] + LUMA_CHANGE_FLOOR) / (
        gain * guess * expected_change + LUMA_CHANGE_FLOOR
    )
    cost: NDArray[np.float64] = np.minimum(np.abs(np.log(ratio)), MAX_FRAME_COST)
    return cost


def _cheapest_any_steps(window: _FrameWindow, cost: NDArray[np.float64]) -> float:
    """Mean cost of the cheapest path with steps of any size."""
    width = len(window.offsets)
    places = np.arange(width)
    total = np.zeros(width)
    for row in range(1, len(cost)):
        middle_shift = window.middle[row] - window.middle[row - 1]
        by_step = np.full((MAX_STEP_FRAMES, width), np.inf)
        for size in range(1, MAX_STEP_FRAMES + 1):
            before = places + middle_shift - size
            in_window = (before >= 0) & (before < width)
            by_step[size - 1, in_window] = total[before[in_window]] + cost[row, in_window, size - 1]
        total = by_step.min(axis=0)
    return float(total.min()) / (len(cost) - 1)


def _cheapest_even_steps(window: _FrameWindow, costs: list[NDArray[np.float64]]) -> float:
    """Mean cost of the cheapest path that keeps to a straight line."""
    count, half = len(window.fractional), len(window.offsets) // 2
    rows = np.arange(1, count)
    best = np.inf
    for tilt in EVEN_STEP_TILTS:
        for phase in EVEN_STEP_PHASES:
            shown = np.floor(
                window.fractional + phase + tilt * (np.arange(count) - count / 2) + 1e-6
            )
            sizes = np.diff(shown).astype(np.intp)
            places = shown[1:].astype(np.intp) - window.middle[1:] + half
            within = (places >= 0) & (places < len(window.offsets))
            if (
                (sizes < 1).mean() > MAX_ZERO_STEP_SHARE
                or sizes.max() > MAX_STEP_FRAMES
                or not within.all()
            ):
                continue
            step = sizes.clip(1) - 1
            best = min(best, *(float(cost[rows, places, step].mean()) for cost in costs))
    return best
