"""Connected cells, compared with a search that visits a cell at a time."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from hashing.imaging.connected_components import fill_holes, frame_extents, label_runs, label_volume


def slow_labels(cells: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Components by flooding from each cell in turn, over neighbours along the axes."""
    labels = np.zeros(cells.shape, np.int32)
    count = 0
    for start in map(tuple, np.argwhere(cells).tolist()):
        if labels[start]:
            continue
        count += 1
        labels[start] = count
        waiting = [start]
        while waiting:
            cell = waiting.pop()
            for axis in range(cells.ndim):
                for step in (-1, 1):
                    beside = (*cell[:axis], cell[axis] + step, *cell[axis + 1 :])
                    inside = 0 <= beside[axis] < cells.shape[axis]
                    if inside and cells[beside] and not labels[beside]:
                        labels[beside] = count
                        waiting.append(beside)
    return labels


@pytest.mark.parametrize("density", [0.1, 0.3, 0.5, 0.7])
def test_components_are_those_of_flooding(density: float) -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        cells = rng.random(rng.integers(1, 14, 3)) < density
        labels = label_volume(cells.astype(np.uint8))
        assert labels.dtype == np.int32
        assert np.array_equal(labels, slow_labels(cells))
        frames = [
            np.flatnonzero((labels == part).any(axis=(1, 2))) for part in range(1, labels.max() + 1)
        ]
        assert frame_extents(labels) == [(frame[0], frame[-1]) for frame in frames]
        assert np.array_equal(label_runs(cells[:, 0, 0]), slow_labels(cells[:, 0, 0]))


@pytest.mark.parametrize("density", [0.1, 0.3, 0.5, 0.7])
def test_holes_are_filled_as_scipy_fills_them(density: float) -> None:
    rng = np.random.default_rng(7)
    for _ in range(40):
        cells = rng.random(rng.integers(1, 20, 2)) < density
        assert np.array_equal(fill_holes(cells), ndimage.binary_fill_holes(cells))


def test_parts_that_meet_later_are_one() -> None:
    cells = np.zeros((3, 3, 5), np.uint8)
    cells[0, 1, [0, 4]] = 1
    cells[1, 1, [0, 4]] = 1
    cells[2, 1, :] = 1
    assert set(np.unique(label_volume(cells)).tolist()) == {0, 1}
