import numpy as np
import pytest

from hashing.align.video_against_still import find_still_line
from hashing.types import CorrelationMatrix

TIMES = np.arange(60) / 10


def correlations_along(along: np.ndarray) -> CorrelationMatrix:
    return CorrelationMatrix(TIMES, np.zeros(1), along.astype(np.float32)[:, None])


def test_a_moving_scene_is_the_still_s_only_around_its_timestamp() -> None:
    line = find_still_line(correlations_along(1 - 0.4 * np.abs(TIMES - 3.0)), 3.0)
    assert (line.start, line.end) == pytest.approx((2.8, 3.3), abs=0.11)
    assert line.correlation == pytest.approx(1.0)


def test_a_scene_that_stands_is_the_still_s_throughout() -> None:
    line = find_still_line(correlations_along(np.full(60, 0.97)), 1.2)
    assert (line.start, line.end) == pytest.approx((0.0, 6.0))


def test_the_same_picture_again_later_is_another_segment() -> None:
    along = np.where((TIMES < 1.05) | (TIMES > 4.95), 0.95, 0.1)
    line = find_still_line(correlations_along(along), 0.5)
    assert (line.start, line.end) == pytest.approx((0.0, 1.1))
