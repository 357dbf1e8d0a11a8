"""Connected cells, held against scipy's."""

import numpy as np
import pytest
from scipy import ndimage

from hashing.imaging.connected_components import fill_holes, frame_extents, label_runs, label_volume


@pytest.mark.parametrize("density", [0.1, 0.3, 0.5, 0.7])
def test_the_same_as_scipys(density: float) -> None:
    rng = np.random.default_rng(7)
    for _ in range(40):
        shape = rng.integers(1, 20, 3)
        cells = rng.random(shape) < density
        labels, _ = ndimage.label(cells)
        assert np.array_equal(label_volume(cells.astype(np.uint8)), labels)
        assert frame_extents(labels) == [
            (found[0].start, found[0].stop - 1) for found in ndimage.find_objects(labels)
        ]
        assert np.array_equal(fill_holes(cells[0]), ndimage.binary_fill_holes(cells[0]))
        assert np.array_equal(label_runs(cells[:, 0, 0]), ndimage.label(cells[:, 0, 0])[0])


def test_parts_that_meet_later_are_one() -> None:
    cells = np.zeros((3, 3, 5), np.uint8)
    cells[0, 1, [0, 4]] = 1
    cells[1, 1, [0, 4]] = 1
    cells[2, 1, :] = 1
    assert set(np.unique(label_volume(cells)).tolist()) == {0, 1}
