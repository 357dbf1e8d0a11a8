"""Moments told apart where a shot agrees with itself at 0.99 and more."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.retiming.peak_sharpness import (
    is_only_reversed,
    mean_peak_distance,
    peak_distances,
    sharpen_peaks,
    vote_line,
)
from hashing.types import CorrelationMatrix, Line

QUIET = 0.9995
FALL = 0.004  # of correlation in a fifth of a second


def quiet(shown: NDArray[np.float64], says: slice = slice(None)) -> CorrelationMatrix:
    """Rows a tenth of a second apart that agree a little better at the moments that they show."""
    times = np.arange(len(shown)) / 10
    there = np.arange(80) / 10
    apart = np.abs(shown[:, None] - there)  # (Kq, Kr)
    fall = np.zeros((len(shown), 1))
    fall[says] = FALL
    values = QUIET - fall * np.minimum(apart / 0.2, 5.0)
    return CorrelationMatrix(times, there, values.astype(np.float32))


def line(
    correlations: CorrelationMatrix, speed: float = 1.0, offset: float = 1.0, back: bool = False
) -> Line:
    return Line(0.0, len(correlations.query_times) / 10, speed, back, offset, QUIET, 0.02)


def test_a_row_without_a_fall_says_nothing_of_when() -> None:
    correlations = quiet(np.arange(30) / 10 + 1, slice(0, 12))
    assert (peak_distances(correlations)[:12].max(axis=1) > 3).all()
    assert not peak_distances(correlations)[12:].any()


def test_moments_a_fifth_of_a_second_off_lose_one_unit() -> None:
    correlations = quiet(np.arange(30) / 10 + 1)
    lost = (
        correlations.values[5, 17] - sharpen_peaks(correlations).values[5, 17]
    )  # shows 1.5, held at 1.7
    assert lost == pytest.approx(0.05, rel=0.05)


@pytest.mark.parametrize("speed", [0.67, 1.25, 1.5, 2.0])
def test_a_quiet_line_at_the_wrong_speed_is_located_by_its_peaks(speed: float) -> None:
    correlations = quiet(np.arange(30) / 10 * speed + 1)
    other = vote_line(line(correlations, offset=1.3), sharpen_peaks(correlations), correlations)
    assert other.speed == pytest.approx(speed, rel=0.06)  # votes are coarse; fitted afterwards
    assert not other.reversed


def test_a_line_that_fits_is_left_as_it_is() -> None:
    correlations = quiet(np.arange(30) / 10 + 1)
    right = line(correlations)
    assert vote_line(right, sharpen_peaks(correlations), correlations) is right


def test_noise_without_a_peak_moves_no_line() -> None:
    random = np.random.default_rng(3)
    still = quiet(np.arange(30) / 10 + 1, slice(0, 0))
    noisy = still.values - random.uniform(0, 0.0001, still.values.shape)
    correlations = replace(still, values=noisy.astype(np.float32))
    kept = line(correlations, speed=1.1)
    assert vote_line(kept, sharpen_peaks(correlations), correlations) is kept


def test_strays_are_counted_over_rows_that_say_when() -> None:
    correlations = quiet(np.arange(30) / 10 + 1, slice(0, 12))
    assert mean_peak_distance(line(correlations), correlations) < 0.1
    assert mean_peak_distance(line(correlations, offset=1.4), correlations) == pytest.approx(
        2.0, rel=0.1
    )


def test_quiet_footage_that_runs_only_backwards_is_reported() -> None:
    correlations = quiet(5.0 - np.arange(30) / 10, slice(5, 25))
    assert is_only_reversed(line(correlations, offset=5.0, back=True), correlations)


def test_quiet_footage_that_runs_either_way_is_not() -> None:
    swing = np.where(np.arange(30) % 2, 2.0 + np.arange(30) / 10, 5.0 - np.arange(30) / 10)
    correlations = quiet(swing)
    assert not is_only_reversed(line(correlations, offset=5.0, back=True), correlations)
