"""Connected components of masks and of masks over time. Cells are joined by their sides.

Labelling is SciPy's. Holes are filled with OpenCV: at 256 x 144 cells it takes a quarter to a
twentieth of the time of `scipy.ndimage.binary_fill_holes`, with equal results.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hashing.types import Box

__all__ = [
    "bounding_box",
    "bounding_slices",
    "fill_holes",
    "frame_extents",
    "label_runs",
    "label_volume",
]

type Cells = NDArray[np.bool_]
type Labels = NDArray[np.int32]  # 0 is the background, components count from 1


def fill_holes(cells: Cells) -> Cells:
    """(h, w) mask with all holes filled."""
    background = np.pad(~cells, 1, constant_values=True).astype(np.uint8)
    _, labels = cv2.connectedComponents(background, connectivity=4)
    return np.asarray(labels[1:-1, 1:-1] != labels[0, 0], bool)


def bounding_slices(cells: Cells) -> tuple[slice, slice]:
    """The rows and the columns of a (h, w) mask with any cell in them.

    Raises IndexError where no cell is set.
    """
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def bounding_box(cells: Cells) -> Box:
    """The box around all set cells of a (h, w) mask, 0..1 of its size.

    Raises IndexError where no cell is set.
    """
    rows, columns = bounding_slices(cells)
    height, width = cells.shape
    return (columns.start / width, rows.start / height, columns.stop / width, rows.stop / height)


def label_runs(on: NDArray[np.bool_]) -> Labels:
    """(K,) labels of the runs of True, in order."""
    return np.asarray(ndimage.label(on)[0], np.int32)


def label_volume(frames: NDArray[np.uint8]) -> Labels:
    """(K, h, w) labels of components that are connected within a frame or over time.

    frames: (K, h, w), 0 is the background; a cell's neighbours in time are at the same place.
    Components are numbered in the order of their first cells.
    """
    return np.asarray(ndimage.label(frames)[0], np.int32)


def frame_extents(labels: Labels) -> list[tuple[int, int]]:
    """Index of the first and of the last frame of each component, from component 1 on."""
    return [(slices[0].start, slices[0].stop - 1) for slices in ndimage.find_objects(labels)]
