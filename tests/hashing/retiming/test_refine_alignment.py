"""A speed near real time is told only where real time explains the moments clearly worse."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.retiming.refine_alignment import confirm_speed
from hashing.types import CorrelationMatrix, Line

STEP_S = 0.12
FALL = 0.05  # of correlation in a fifth of a second
FILM_IN_PAL = 25 / 24


def agreeing(shown: NDArray[np.float64]) -> CorrelationMatrix:
    """Rows that agree best at the moments that they show, and less at those beside them."""
    times = np.arange(len(shown)) * STEP_S
    there = np.arange(0, 12, STEP_S)
    apart = np.abs(shown[:, None] - there)  # (Kq, Kr)
    values = 0.999 - FALL * np.minimum(apart / 0.2, 10.0)
    return CorrelationMatrix(times, there, values.astype(np.float32))


def line(correlations: CorrelationMatrix, speed: float, offset: float) -> Line:
    return Line(0.0, float(correlations.query_times[-1]) + STEP_S, speed, False, offset, 0.99, 0.9)


@pytest.mark.parametrize("speed", [FILM_IN_PAL, 0.96])
def test_a_clear_speed_near_real_time_is_kept(speed: float) -> None:
    correlations = agreeing(np.arange(64) * STEP_S * speed + 1)
    refined = line(correlations, speed, 1.0)
    assert confirm_speed(refined, correlations, in_real_time=False) is refined


@pytest.mark.parametrize("speed", [1.033, 0.967, 1.08])
def test_a_line_that_tilts_for_nothing_is_in_real_time(speed: float) -> None:
    correlations = agreeing(np.arange(64) * STEP_S + 1)
    middle = 32 * STEP_S
    tilted = line(correlations, speed, 1.0 + middle - speed * middle)
    assert confirm_speed(tilted, correlations, in_real_time=False).speed == 1.0


def test_real_time_is_put_where_the_moments_are() -> None:
    """A tilted line may be off as a whole too: turned about its middle it would be worse."""
    correlations = agreeing(np.arange(64) * STEP_S + 0.96)
    straight = confirm_speed(line(correlations, 1.03, 0.98), correlations, in_real_time=False)
    assert straight.speed == 1.0
    assert straight.offset == pytest.approx(0.96, abs=0.03)


def test_rows_that_say_nothing_make_no_speed() -> None:
    still = CorrelationMatrix(
        np.arange(64) * STEP_S, np.arange(0, 12, STEP_S), np.ones((64, 100), "f4")
    )
    assert confirm_speed(line(still, 1.05, 1.0), still, in_real_time=False).speed == 1.0
