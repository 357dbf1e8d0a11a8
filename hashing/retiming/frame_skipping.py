"""Which of the reference's frames does a faster query show: evenly spaced ones, or random ones?

Footage sped up at its frame rate skips frames evenly; dropped frames are missing at random. Both
run equally fast, but both timelines hold how much each frame changed from the one before, and the
frame after a gap changes by what all missing ones changed together. The cheapest path through the
reference's frames with steps of any size (dynamic programming) is compared with the cheapest one
with even steps: an even step where no frame is missing costs clearly more. Thresholds were set by
hand on the development benchmark.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.types import Line, Seconds, Timeline

MIN_FRAMES, MAX_FRAMES = 30, 450  # of the query, on which costs are measured
MAX_LINE_DISTANCE_S = 0.35  # of a frame from its line
MAX_STEP_FRAMES = 5  # frames
LUMA_CHANGE_FLOOR = 0.15  # grey levels, added to changes before ratios are taken
MAX_FRAME_COST = 1.0  # of a frame that does not fit at all
CHANGE_GAINS = (
    0.7,
    0.85,
    1.0,
    1.15,
    1.35,
)  # of the query's luma changes to the reference's, relative to a guess
FINE_GAINS = (0.93, 1.0, 1.07)  # relative to each of these
STEP_EXPONENTS = (0.0, 0.3, 0.6)  # the change over n frames is their sum over n to this power
EVEN_STEP_PHASES = np.arange(-1.5, 1.5, 0.125)  # frames
EVEN_STEP_TILTS = np.linspace(-0.02, 0.02, 41)  # of the speed
MAX_EVEN_STEP_TRIALS = 4  # gains and exponents, the cheapest with any steps
MAX_EVEN_COST_RATIO, MIN_RANDOM_COST_RATIO = (
    1.5,
    1.8,
)  # cost of even steps over that of any steps
MIN_SUGGESTIVE_COST_RATIO = 1.4  # … from which the timestamps that correlate best may decide
MIN_COST_DIFFERENCE = 0.06  # of even steps from any steps
QUIET_LUMA_CHANGE, MIN_RANDOM_COST_RATIO_QUIET = (
    1.0,
    2.2,
)  # grey levels, below which coding repeats frames; and the ratio then
MAX_ZERO_STEP_SHARE = 0.02  # of the query's steps that may stay on one reference frame


@dataclass(frozen=True, slots=True, eq=False)
class _FrameWindow:
    """The reference frames near its line that each of the query's frames may show."""

    change: NDArray[np.float64]  # (n,) grey levels, of the query's frames
    middle: NDArray[np.intp]  # (n,) index of the reference frame on the line
    fractional: NDArray[np.float64]  # (n,) that index before rounding
    offsets: NDArray[np.intp]  # (w,) frames from the middle
    passed: NDArray[np.float64]  # (n, w, MAX_STEP_FRAMES) change over 1.. frames up to there


@dataclass(frozen=True, slots=True)
class StepCosts:
    """Mean costs of matching a faster query's frames, with steps of any size and with even ones."""

    any_step_cost: float
    even_step_cost: float
    median_change: float  # grey levels, of the query's frames

    def drops_at_random(self) -> bool | None:
        """Whether frames are missing at random; False where they are skipped evenly, or none is.

        None where too little changes, or too evenly, to decide.
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
        """Whether even steps cost more, if not enough to decide by that alone."""
        return (
            self.even_step_cost >= MIN_SUGGESTIVE_COST_RATIO * self.any_step_cost
            and self.even_step_cost - self.any_step_cost >= MIN_COST_DIFFERENCE
        )


def measure_step_costs(query: Timeline, reference: Timeline, line: Line) -> StepCosts | None:
    """Measure how evenly the query's frames follow each other in the reference along a line.

    None where there are too few frames, or the line is reversed or too fast.
    """
    window = _make_window(query, reference, line)
    if window is None:
        return None
    parameters = [(gain, bend) for bend in STEP_EXPONENTS for gain in CHANGE_GAINS]
    costs = [
        _cheapest_any_steps(window, _step_costs(window, *parameter)) for parameter in parameters
    ]
    likeliest = [parameters[k] for k in np.argsort(costs, kind="stable")[:MAX_EVEN_STEP_TRIALS]]
    any_cost = min(costs)  # steps of any size compensate an inexact gain, even ones cannot
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
    reference_times = np.array([line.reference_time(float(time)) for time in query.times[inside]])
    fractional = np.interp(
        reference_times, reference.times, np.arange(len(reference.times), dtype=np.float64)
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
    """(n, w, MAX_STEP_FRAMES) cost of each frame being each reference frame after each step."""
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
    """Mean cost of the cheapest path with even steps, over phases and tilts of the line."""
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
