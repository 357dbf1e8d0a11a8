"""Do two photos differ because something in them has moved?

Where a copy differs from its reference, something was painted over, pasted or removed: what is
there now is nowhere in the reference. Where the same scene at another time differs, what was
here is now a little further on. So small patches of the regions that disagree are looked for in the
other photo around their place (normalised cross-correlation); one counts as moved if it is found
elsewhere far better than in place, if the patch there leads back to it and is no longer where it
was, and if its neighbours moved the same way. A lens and an inexact transform displace everything
smoothly: a cubic field, fitted to the whole frame, is taken off first.

The thresholds were set on 189 pairs of frames of 41 clips, 0.3 to 8 s apart, in which something
visibly moved, and on 188 edited copies of the same frames: of 118 pairs that were accepted before,
64 have moved, of the copies none, nor of 54 copies of photos of the development benchmark.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.similarity.local_correlation import MIN_AGREEING_CORRELATION, FrameSimilarity

__all__ = [
    "MovedContent",
    "measure_moved_content",
]

PATCH_PX = 15
PATCH_STEP_PX = 4
SEARCH_RADIUS_PX = 56  # a ninth of the longer side
FIELD_RADIUS_PX = 16  # within which a lens or an inexact transform displaces what is in place
MIN_PATCH_DEVIATION = 8.0  # grey levels in a patch
MIN_PATCH_CORRELATION = 0.8  # at the place where a patch is found
MIN_CORRELATION_GAIN = 0.25  # over the correlation in place
MIN_MOVED_PX = 2.0  # beyond the field
MAX_RETURN_ERROR_PX = 1.5  # of the way back
NEIGHBOUR_REACH_PX = 2 * PATCH_STEP_PX
MAX_NEIGHBOUR_ERROR_PX = 2.0  # between displacements of neighbours
MIN_NEIGHBOURS = 3  # that moved the same way
MAX_PATCHES = 600  # of the regions that disagree; evenly spread beyond
MAX_FIELD_PATCHES = 240
MIN_FIELD_PATCHES = 40  # with fewer, the transform is taken as exact
CUBIC_TERMS = 10
FIELD_ROUNDS = 6  # of reweighting

type Map = NDArray[np.float32]  # (h, w)
type Points = NDArray[np.intp]  # (n, 2) x, y in px
type Vectors = NDArray[np.float64]  # (n, 2) px


@dataclass(frozen=True, slots=True)
class MovedContent:
    """Patches of the regions of a photo that disagree with the other photo."""

    patches: int  # with texture
    moved: int  # of them, found again elsewhere

    @property
    def moved_share(self) -> float:
        """0..1; 0 where nothing disagrees."""
        return self.moved / self.patches if self.patches else 0.0


def measure_moved_content(similarity: FrameSimilarity) -> MovedContent:
    """Count the patches that moved between two photos of one scene."""
    query, reference = similarity.query, similarity.reference
    window = np.ones((PATCH_PX, PATCH_PX), np.uint8)
    inside = cv2.erode(similarity.covered.astype(np.uint8), window, borderValue=0) > 0
    textured = inside & similarity.textured & (_deviation(query) > MIN_PATCH_DEVIATION)
    differs = similarity.correlation < MIN_AGREEING_CORRELATION
    differing = _grid_points(textured & differs, MAX_PATCHES)
    if len(differing) <= MIN_NEIGHBOURS:
        return MovedContent(len(differing), 0)
    field = _fit_field(query, reference, _grid_points(textured, MAX_FIELD_PATCHES))
    moved = np.zeros(len(differing), bool)
    vectors = np.zeros((len(differing), 2))
    for index, (point, expected) in enumerate(
        zip(differing, field.at(differing, query.shape), strict=True)
    ):
        vector = _find_elsewhere(query, reference, point, differs)
        if vector is not None:
            vectors[index] = vector - expected
            moved[index] = bool(np.hypot(*vectors[index]) >= MIN_MOVED_PX)
    return MovedContent(len(differing), _count_coherent(differing[moved], vectors[moved]))


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


@dataclass(frozen=True, slots=True)
class _Field:
    """A displacement that is a cubic function of the place."""

    coefficients: NDArray[np.float64]  # (CUBIC_TERMS, 2)

    def at(self, points: Points, shape: tuple[int, ...]) -> Vectors:
        x, y = points[:, 0] / shape[1], points[:, 1] / shape[0]
        return np.asarray(_cubic_terms(x, y) @ self.coefficients, np.float64)


def _cubic_terms(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, CUBIC_TERMS) the terms of a cubic of two variables at (n,) places.

    Radial distortion of a lens is one (Brown, Decentering Distortion of Lenses, 1966).
    """
    powers = [(i, j) for i in range(4) for j in range(4 - i)]
    return np.column_stack([x**i * y**j for i, j in powers])


def _fit_field(query: Map, reference: Map, points: Points) -> _Field:
    """Fit the displacement that a lens or an inexact transform leaves in what is in place."""
    places, vectors = [], []
    for point in points:
        peak = _find_patch(query, reference, point, FIELD_RADIUS_PX)
        if peak is not None and peak.correlation > MIN_PATCH_CORRELATION:
            places.append(point)
            vectors.append(peak.vector)
    if len(places) < MIN_FIELD_PATCHES:
        return _Field(np.zeros((CUBIC_TERMS, 2)))
    x, y = np.array(places).T / np.array(query.shape[::-1])[:, None]
    design, target = _cubic_terms(x, y), np.array(vectors)
    weight = np.ones(len(places))
    for _ in range(FIELD_ROUNDS):
        root = np.sqrt(weight)[:, None]
        coefficients, *_ = np.linalg.lstsq(design * root, target * root, rcond=None)
        residual = np.hypot(*(target - design @ coefficients).T)
        scale = max(0.5, 2 * float(np.median(residual)))
        weight = 1 / (1 + (residual / scale) ** 2)  # Cauchy: what moved must not bend the field
    return _Field(coefficients)


def _count_coherent(points: Points, vectors: Vectors) -> int:
    """How many of the points have enough neighbours that moved the same way."""
    if not len(points):
        return 0
    near = np.abs(points[:, None] - points[None]).max(-1) <= NEIGHBOUR_REACH_PX
    same = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1) <= MAX_NEIGHBOUR_ERROR_PX
    return int(((near & same).sum(1) - 1 >= MIN_NEIGHBOURS).sum())
