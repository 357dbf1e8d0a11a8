"""A faint patch stands out of an even copy and not of an uneven one; what moves is not settled."""

import numpy as np
import pytest

from hashing.explain.difference.residual import Difference, difference
from hashing.explain.regions.find_patches import Patch
from hashing.explain.regions.patch_significance import stands_out, unsettled
from tests.hashing.explain import overlay_made as made

BOX = (0.2, 0.3, 0.4, 0.7)


def _photo(change: made.Change | None) -> Difference:
    still = made.reel(change=change, length=0)
    found = difference(still, made.reel(length=0), made.placed(length=0))
    assert found is not None
    return found


def _patch(found: Difference, box: tuple[float, float, float, float] = BOX) -> Patch:
    height, width = found.covered.shape
    cells = np.zeros((height, width), bool)
    cells[
        int(box[1] * height) : int(box[3] * height), int(box[0] * width) : int(box[2] * width)
    ] = 1
    return Patch(
        cells, 0, 0, np.array([True]), 1.0, float(np.percentile(found.excess[0][cells], 75))
    )


def test_a_changed_place_stands_out() -> None:
    found = _photo(made.painted_out(BOX, 0.0, 1.0))
    assert stands_out(found, _patch(found), []) > 1.5


@pytest.mark.parametrize("change", [None, made.recompressed, made.softened, made.noisy])
def test_a_place_of_a_copy_does_not(change: made.Change | None) -> None:
    found = _photo(change)
    assert stands_out(found, _patch(found), []) < 1.3


def test_what_was_laid_over_elsewhere_is_left_out() -> None:
    paint = made.painted_out(BOX, 0.0, 1.0)
    found = _photo(lambda one, t: made.subtitled(paint(one, t), t))
    words = _patch(found, (0.1, 0.74, 0.9, 1.0))
    assert stands_out(found, _patch(found), []) < 1.5 * stands_out(found, _patch(found), [words])
    assert stands_out(found, _patch(found), [words]) > 1.5


def test_nothing_moves_in_a_photo_and_things_may_in_a_still_of_a_video() -> None:
    photo = _photo(made.recompressed)
    assert unsettled(photo, _patch(photo)) == 0.0
    video = made.reel()
    between = made.reel(change=lambda _, t: made.shot(21, 2.05), length=0)
    found = difference(between, video, made.placed(length=0, offset=2.0))
    assert found is not None
    assert unsettled(found, _patch(found, (0.05, 0.05, 0.95, 0.95))) > 0.35
