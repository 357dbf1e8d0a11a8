"""Areas and boxes of convex polygons in the unit square."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashing.imaging.polygons import (
    area_in_unit_square,
    box_in_unit_square,
    clip_to_unit_square,
)


def test_a_polygon_is_clipped_to_the_unit_square() -> None:
    large = np.array([[-1, -1], [2, -1], [2, 2], [-1, 2]], float)
    half = np.array([[0.5, -1], [2, -1], [2, 2], [0.5, 2]], float)
    assert area_in_unit_square(large) == 1.0
    assert area_in_unit_square(half) == pytest.approx(0.5)
    assert len(clip_to_unit_square(large + 5)) == 0


def test_a_corner_just_outside_costs_no_area() -> None:
    """OpenCV's intersection of convex polygons has half of this area."""
    corners = [
        [0.03391633370834451, 0.016832615638029895],
        [1.0106772798080546, -0.00018925675092334757],
        [1.0206241515659717, 1.0348382812339534],
        [0.04820377361397269, 1.051727380292505],
    ]
    assert area_in_unit_square(np.array(corners)) == pytest.approx(0.951, abs=0.001)


@given(st.floats(0, 6.3), st.floats(0.2, 3), st.floats(-0.5, 1.5), st.floats(-0.5, 1.5))
def test_the_area_is_the_share_of_a_grid_that_lies_inside(
    turn: float, size: float, x: float, y: float
) -> None:
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * size
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    grid = (np.indices((200, 200)).reshape(2, -1).T + 0.5) / 200
    inside = (np.abs((grid - [x, y]) @ np.linalg.inv(rotation)) <= 0.5).all(axis=1)
    polygon = corners @ rotation + [x, y]
    assert area_in_unit_square(polygon) == pytest.approx(inside.mean(), abs=0.02)
    if inside.any():
        x0, y0, x1, y1 = box_in_unit_square(polygon)
        low, high = grid[inside].min(axis=0), grid[inside].max(axis=0)
        assert x0 <= low[0]
        assert y0 <= low[1]
        assert x1 >= high[0]
        assert y1 >= high[1]
