"""Patches of a photo that lie elsewhere in another: what is small and moved far, which flow loses.

Small patches of the regions that disagree are looked for in the other photo around their place
(normalised cross-correlation). One counts as moved if it is found elsewhere far better than in
place, if the patch there leads back to it and is no longer where it was, and if its neighbours
moved the same way. The thresholds were set on the footage that `moved_content` names.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.similarity.dense_flow import Field, Map

__all__ = [
    "find_moved_patches",
]

# at 512 px on the longer side, for which all lengths in px are
PATCH_PX = 15
PATCH_STEP_PX = 4
SEARCH_RADIUS_PX = 56  # a ninth of the longer side
MIN_PATCH_DEVIATION = 8.0  # grey levels in a patch
MIN_PATCH_CORRELATION = 0.8  # at the place where a patch is found
MIN_CORRELATION_GAIN = 0.25  # over the correlation in place
MIN_MOVED_PX = 2.0  # beyond the field
MAX_RETURN_ERROR_PX = 1.5  # of the way back
NEIGHBOUR_REACH_PX = 2 * PATCH_STEP_PX
MAX_NEIGHBOUR_ERROR_PX = 2.0  # between displacements of neighbours
MIN_NEIGHBOURS = 3  # that moved the same way
MAX_PATCHES = 600  # of the regions that disagree; evenly spread beyond
MIN_MOVED_PATCHES = 10  # fewer are coincidence: at most 9 in 242 copies
MIN_MOVED_PATCH_SHARE = 0.03  # of the patches that disagree; no copy of 242 had more

type Points = NDArray[np.intp]  # (n, 2) x, y in px
type Vectors = NDArray[np.float64]  # (n, 2) px


def find_moved_patches(
    query: Map, reference: Map, differing: NDArray[np.bool_], field: Field
) -> NDArray[np.bool_]:
    """(h, w) the patches of the query that moved; empty where too few did to be no coincidence.

    differing: (h, w) where the photos disagree in place. field: what is in place lies so far off.
    """
    found = np.zeros(differing.shape, bool)
    points = _grid_points(differing & (_deviation(query) > MIN_PATCH_DEVIATION), MAX_PATCHES)
    if len(points) < MIN_MOVED_PATCHES:
        return found
    vectors = np.zeros((len(points), 2))
    moved = np.zeros(len(points), bool)
    for index, point in enumerate(points):
        vector = _find_elsewhere(query, reference, point, differing)
        if vector is not None:
            vectors[index] = vector - field[point[1], point[0]]
            moved[index] = bool(np.hypot(*vectors[index]) >= MIN_MOVED_PX)
    coherent = points[moved][_coherent(points[moved], vectors[moved])]
    if len(coherent) < max(MIN_MOVED_PATCHES, MIN_MOVED_PATCH_SHARE * len(points)):
        return found
    found[coherent[:, 1], coherent[:, 0]] = True
    cell = np.ones((PATCH_STEP_PX, PATCH_STEP_PX), np.uint8)
    return cv2.dilate(found.astype(np.uint8), cell) > 0


def _deviation(luma: Map) -> Map:
    mean = cv2.blur(luma, (PATCH_PX, PATCH_PX))
    squares = cv2.blur(luma * luma, (PATCH_PX, PATCH_PX))
    return np.sqrt(np.clip(squares - mean * mean, 0, None))


def _grid_points(mask: NDArray[np.bool_], most: int) -> Points:
    """Points of a grid where the mask is set, at most so many, evenly spread."""
    rows, columns = np.nonzero(mask[::PATCH_STEP_PX, ::PATCH_STEP_PX])
    points = np.column_stack([columns, rows]) * PATCH_STEP_PX
    if len(points) > most:
        points = points[np.linspace(0, len(points) - 1, most).astype(int)]
    return points


@dataclass(frozen=True, slots=True)
class _Peak:
    vector: Vectors  # (2,) px
    correlation: float
    correlation_in_place: float


def _find_patch(source: Map, target: Map, point: Points, radius: int) -> _Peak | None:
    """Where the patch of `source` around a point lies in `target`; None at the frame's edge."""
    half = PATCH_PX // 2
    height, width = source.shape
    x, y = int(point[0]), int(point[1])
    if not (half <= x < width - half and half <= y < height - half):
        return None
    left, top = max(0, x - half - radius), max(0, y - half - radius)
    right, bottom = min(width, x + half + 1 + radius), min(height, y + half + 1 + radius)
    patch = source[y - half : y + half + 1, x - half : x + half + 1]
    scores = cv2.matchTemplate(target[top:bottom, left:right], patch, cv2.TM_CCOEFF_NORMED)
    row, column = y - half - top, x - half - left  # in place
    best_row, best_column = np.unravel_index(int(scores.argmax()), scores.shape)
    return _Peak(
        np.array([best_column - column, best_row - row], float),
        float(scores[best_row, best_column]),
        float(scores[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2].max()),
    )


def _find_elsewhere(
    query: Map, reference: Map, point: Points, differs: NDArray[np.bool_]
) -> Vectors | None:
    """The displacement of a patch that has left the place where it is found; None otherwise.

    differs: (h, w) where the photos disagree in place.
    """
    there = _find_patch(query, reference, point, SEARCH_RADIUS_PX)
    if (
        there is None
        or there.correlation <= MIN_PATCH_CORRELATION
        or there.correlation - there.correlation_in_place <= MIN_CORRELATION_GAIN
    ):
        return None
    place = (point + there.vector).astype(np.intp)
    if not differs[place[1], place[0]]:
        return None  # it is still there as well: a pattern that repeats, or a clone
    back = _find_patch(reference, query, place, SEARCH_RADIUS_PX)
    if back is None or np.hypot(*(there.vector + back.vector)) > MAX_RETURN_ERROR_PX:
        return None
    return there.vector


def _coherent(points: Points, vectors: Vectors) -> NDArray[np.bool_]:
    """(n,) which of the points have enough neighbours that moved the same way."""
    if not len(points):
        return np.zeros(0, bool)
    near = np.abs(points[:, None] - points[None]).max(-1) <= NEIGHBOUR_REACH_PX
    same = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1) <= MAX_NEIGHBOUR_ERROR_PX
    return np.asarray((near & same).sum(1) - 1 >= MIN_NEIGHBOURS, bool)
