"""Patches of two shapes are parted where their width changes; those of one shape are not."""

from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.explain.difference.residual import Difference
from hashing.explain.regions.find_patches import Patch
from hashing.explain.regions.split_patches import core, pieces

type Cells = NDArray[np.bool_]


def _cells(*boxes: tuple[int, int, int, int]) -> Cells:
    cells = np.zeros((90, 160), bool)
    for x0, y0, x1, y1 in boxes:
        cells[y0:y1, x0:x1] = True
    return cells


def _with(cells: Cells) -> tuple[Difference, Patch]:
    found = cast(Difference, SimpleNamespace(excess=np.full((1, *cells.shape), 3.0, np.float32)))
    return found, Patch(cells, 0, 0, np.array([True]), 1.0, 3.0)


@pytest.mark.parametrize("turned", [False, True])
def test_a_thing_on_a_line_of_writing_is_two(turned: bool) -> None:
    cells = _cells((60, 30, 95, 62), (20, 62, 140, 74))
    first, *_ = pieces(*_with(cells.T if turned else cells))
    assert sorted(int(part.cells.sum()) for part in first) == [35 * 32, 120 * 12]


def test_one_shape_is_one() -> None:
    ellipse = np.zeros((90, 160), np.uint8)
    cv2.ellipse(ellipse, (80, 45), (40, 25), 20, 0, 360, 1, -1)
    lines = _cells((30, 60, 130, 68), (40, 68, 120, 76))
    for cells in (_cells((20, 20, 70, 60)), ellipse > 0, lines):
        assert pieces(*_with(cells)) == []


def test_scraps_are_no_pieces() -> None:
    assert pieces(*_with(_cells((20, 10, 70, 80), (70, 44, 90, 46)))) == []


def test_tails_are_left_out_of_the_core() -> None:
    found, patch = _with(_cells((40, 20, 80, 55), (76, 50, 82, 88), (10, 52, 44, 56)))
    compact = core(found, patch)
    assert compact is not None
    x0, y0, x1, y1 = compact.box
    assert (x0 * 160, y0 * 90) == pytest.approx((41, 21), abs=2)
    assert (x1 * 160, y1 * 90) == pytest.approx((79, 54), abs=3)


def test_what_is_compact_is_its_own_core() -> None:
    assert core(*_with(_cells((40, 20, 80, 55)))) is None
