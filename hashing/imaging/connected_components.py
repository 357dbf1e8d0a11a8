"""Connected cells, of pictures and of pictures over time. Cells are joined by their sides.

As in scipy.ndimage, whose import takes longer than most of what a check does.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.types import Box

type Cells = NDArray[np.bool_]
type Labels = NDArray[np.int32]  # 0 is the ground, parts count from 1


def fill_holes(cells: Cells) -> Cells:
    """(h, w) with all holes filled."""
    ground = np.pad(~cells, 1, constant_values=True).astype(np.uint8)
    _, labels = cv2.connectedComponents(ground, connectivity=4)
    return np.asarray(labels[1:-1, 1:-1] != labels[0, 0], bool)


def bounding_slices(cells: Cells) -> tuple[slice, slice]:
    """The rows and the columns of (h, w) that hold any cell; there has to be one."""
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def bounding_box(cells: Cells) -> Box:
    """The same as shares of the picture, 0..1."""
    rows, columns = bounding_slices(cells)
    height, width = cells.shape
    return (columns.start / width, rows.start / height, columns.stop / width, rows.stop / height)


def label_runs(on: NDArray[np.bool_]) -> Labels:
    """(K,) labels of the stretches that are on, in order."""
    starts = on & ~np.concatenate([[False], on[:-1]])
    return np.where(on, np.cumsum(starts), 0).astype(np.int32)


def label_volume(frames: NDArray[np.uint8]) -> Labels:
    """(K, h, w) labels of what hangs together in a picture or from one to the next, by place."""
    labels = np.zeros(frames.shape, np.int32)
    parent = [0]
    for index, frame in enumerate(frames):
        count, here = cv2.connectedComponents(frame, connectivity=4)
        labels[index] = np.where(here > 0, here + (len(parent) - 1), 0)
        parent += range(len(parent), len(parent) + count - 1)
        if index:
            both = (labels[index] > 0) & (labels[index - 1] > 0)
            touching = np.stack([labels[index - 1][both], labels[index][both]], axis=1)
            for one, other in np.unique(touching, axis=0).tolist():
                a, b = _root(parent, one), _root(parent, other)
                parent[max(a, b)] = min(a, b)
    roots = np.array([_root(parent, label) for label in range(len(parent))])[labels]
    names, first, place = np.unique(roots, return_index=True, return_inverse=True)
    number = np.zeros(len(names), np.int32)
    parts = np.flatnonzero(names > 0)
    number[parts[np.argsort(first[parts])]] = np.arange(1, len(parts) + 1)
    return number[place].reshape(frames.shape)


def _root(parent: list[int], label: int) -> int:
    while parent[label] != label:
        parent[label] = label = parent[parent[label]]
    return label


def frame_extents(labels: Labels) -> list[tuple[int, int]]:
    """The first and the last picture of each part, from part 1 on."""
    out: dict[int, tuple[int, int]] = {}
    for index, frame in enumerate(labels):
        for label in np.unique(frame).tolist():
            out[label] = (out.get(label, (index, index))[0], index)
    return [out[label] for label in sorted(out) if label]
