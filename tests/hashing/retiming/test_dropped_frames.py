"""Missing pictures told from speed where sizes of changes lean to them, but do not settle it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.retiming import dropped_frames
from hashing.retiming.dropped_frames import Departures, estimate_dropped_frames
from hashing.retiming.frame_skipping import StepCosts
from hashing.types import Descriptors, Fingerprint, Line, MediaInfo, Timeline

COUNT, RATE = 200, 25.0
BLURRED_S = 0.02  # by which a moment is found beside where it is
LEANING = StepCosts(any_step_cost=0.17, even_step_cost=0.27, median_change=15.0)


@pytest.fixture(autouse=True)
def _sizes_lean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropped_frames, "measure_step_costs", lambda *_: LEANING)


def clip(count: int) -> Fingerprint:
    times = np.arange(count) / RATE
    frames = Descriptors(
        np.zeros(0),
        np.zeros((0, 512), np.float16),
        np.zeros((0, 32), np.uint8),
        np.zeros(0, np.uint8),
        np.zeros((0, 8), np.uint8),
        np.zeros(0, bool),
    )
    info = MediaInfo("video", 64, 36, count / RATE, RATE)
    return Fingerprint(info, "made", "all", frames, Timeline(times, np.ones(count, np.float32)))


def edited(kept: NDArray[np.intp], seed: int) -> tuple[Line, Departures, Fingerprint, Fingerprint]:
    """What is known of a clip that shows the `kept` pictures of another."""
    times = np.arange(len(kept)) / RATE
    slope, offset = (float(coefficient) for coefficient in np.polyfit(times, kept / RATE, 1))
    line = Line(0.0, float(times[-1]), slope, False, offset, 0.9, 0.5)
    off = (kept / RATE - slope * times - offset)[::3]
    off = off + np.random.default_rng(seed).normal(0, BLURRED_S, len(off))
    beside = Departures(times[::3], off, np.full(len(off), 0.05))
    return line, beside, clip(len(kept)), clip(COUNT)


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_moments_that_wander_settle_that_pictures_are_missing(seed: int) -> None:
    kept = np.flatnonzero(np.random.default_rng(seed).random(COUNT) > 0.25)
    assert estimate_dropped_frames(*edited(kept, seed)).dropped_share > 0.15


@pytest.mark.parametrize("seed", range(1, 9))
def test_moments_on_a_straight_line_are_a_speed(seed: int) -> None:
    kept = np.floor(np.arange(int(COUNT / 1.3)) * 1.3).astype(np.intp)
    assert estimate_dropped_frames(*edited(kept, seed)).dropped_share == 0


def test_quiet_changes_alone_do_not_tell_missing_pictures() -> None:
    """Where hardly anything changes a coder leaves pictures as they were, here and there."""
    assert (
        StepCosts(any_step_cost=0.105, even_step_cost=0.208, median_change=4.0).drops_at_random()
        is True
    )
    assert (
        StepCosts(any_step_cost=0.105, even_step_cost=0.208, median_change=0.33).drops_at_random()
        is None
    )
