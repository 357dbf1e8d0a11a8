"""Correspondences of two frames -> the transform between them, and its support.

Estimated by MAGSAC++ (Barath et al., CVPR 2020, OpenCV's USAC). Correspondences
of several frame pairs that share one transform are pooled before estimation, so that it does not
depend on one lucky frame. Of the models that explain the pooled points nearly as well, the simplest
is taken: axis-aligned scaling, then affine, then perspective.

Pixel coordinates here have (0, 0) at the centre of the first pixel, as in OpenCV.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.imaging.keypoints import (
    Correspondences,
)
from hashing.types import Box, Homography

__all__ = [
    "MIN_INLIERS",
    "Matrix",
    "Transform",
    "apply_transform",
    "estimate_transform",
    "to_pixel_matrix",
    "to_unit_homography",
    "visible_box",
    "visible_outline",
]


INLIER_TOLERANCE_PX = 3.0
MIN_VISIBLE_SIDE = 0.1  # of the frame's sides; set by hand
MIN_INLIERS = 8  # with fewer, there is no transform; set by hand

type Matrix = NDArray[np.float64]  # (3, 3), last element 1


@dataclass(frozen=True, slots=True, eq=False)
class Transform:
    """A transform from reference to query pixels, and its support."""

    matrix: Matrix
    inliers: int
    candidates: int  # putative correspondences it was estimated from
    spread: float  # share of a 6 x 6 grid over the reference that has inliers, 0..1
    model: str  # "axis", "affine" or "perspective"

    @property
    def mirrored(self) -> bool:
        return bool(np.linalg.det(self.matrix[:2, :2]) < 0)


def estimate_transform(
    pairs: Correspondences, reference_size: tuple[int, int], tolerance: float = INLIER_TOLERANCE_PX
) -> Transform | None:
    """Estimate the transform that most correspondences agree on; None where too few do.

    reference_size: (width, height) px. tolerance: of inliers, in query pixels.
    """
    if len(pairs.query) < MIN_INLIERS:
        return None
    source, target = pairs.reference.astype(np.float64), pairs.query.astype(np.float64)
    options = [
        (name, matrix, _inlier_mask(matrix, source, target, tolerance))
        for name, matrix in _hypotheses(source, target, tolerance)
        if is_plausible(matrix, reference_size)
    ]
    if not options:
        return None
    most_inliers = max(int(inlier_mask.sum()) for _, _, inlier_mask in options)
    if most_inliers < MIN_INLIERS:
        return None
    for name, matrix, inlier_mask in options:  # simplest first
        if inlier_mask.sum() >= 0.9 * most_inliers:
            refined = _refit(name, matrix, source, target, inlier_mask, tolerance)
            inlier_mask = _inlier_mask(refined, source, target, tolerance)
            spread = _spread(source[inlier_mask], refined, reference_size)
            return Transform(refined, int(inlier_mask.sum()), len(source), spread, name)
    return None


def _hypotheses(
    source: NDArray[np.float64], target: NDArray[np.float64], tolerance: float
) -> list[tuple[str, Matrix]]:
    cv2.setRNGSeed(1)
    hypotheses: list[tuple[str, Matrix]] = []
    affine, inliers = cv2.estimateAffine2D(
        source, target, method=cv2.USAC_MAGSAC, ransacReprojThreshold=tolerance, maxIters=2000
    )
    if affine is not None:
        full = np.vstack([affine, [0.0, 0.0, 1.0]])
        agree = inliers.ravel().astype(bool)
        if agree.sum() >= 3:
            hypotheses.append(("axis", _fit_axis(source[agree], target[agree], full)))
        hypotheses.append(("affine", full))
    matrix, _ = cv2.findHomography(source, target, cv2.USAC_MAGSAC, tolerance, maxIters=2000)
    if matrix is not None:
        hypotheses.append(("perspective", np.asarray(matrix, np.float64)))
    return hypotheses


def _inlier_mask(
    matrix: Matrix, source: NDArray[np.float64], target: NDArray[np.float64], tolerance: float
) -> NDArray[np.bool_]:
    """(N,) whether a transform maps source to target to within the tolerance, query pixels."""
    mapped = apply_transform(matrix, source)
    near: NDArray[np.bool_] = np.hypot(*(mapped - target).T) <= tolerance
    return near


def _refit(
    name: str,
    matrix: Matrix,
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    agree: NDArray[np.bool_],
    tolerance: float,
) -> Matrix:
    """Refit a model by least squares to its inliers, twice."""
    for _ in range(2):
        if name == "axis":
            matrix = _fit_axis(source[agree], target[agree], matrix)
        elif name == "affine":
            matrix = _fit_affine(source[agree], target[agree])
        else:
            solved, _ = cv2.findHomography(source[agree], target[agree], 0)
            matrix = matrix if solved is None else np.asarray(solved, np.float64)
        closer = _inlier_mask(matrix, source, target, tolerance)
        if closer.sum() < MIN_INLIERS:
            break
        agree = closer
    return matrix


def _fit_affine(source: NDArray[np.float64], target: NDArray[np.float64]) -> Matrix:
    ones = np.column_stack([source, np.ones(len(source))])  # (N, 3)
    solved, *_ = np.linalg.lstsq(ones, target, rcond=None)  # (3, 2)
    return np.vstack([solved.T, [0.0, 0.0, 1.0]])


def _fit_axis(source: NDArray[np.float64], target: NDArray[np.float64], near: Matrix) -> Matrix:
    """Fit scaling and shift along the axes; quarter turns and mirroring are those of `near`."""
    swap = abs(near[0, 1]) + abs(near[1, 0]) > abs(near[0, 0]) + abs(near[1, 1])
    matrix = np.zeros((3, 3))
    matrix[2, 2] = 1.0
    for row in (0, 1):
        column = 1 - row if swap else row
        design = np.column_stack([source[:, column], np.ones(len(source))])
        (scale, shift), *_ = np.linalg.lstsq(design, target[:, row], rcond=None)
        matrix[row, column], matrix[row, 2] = scale, shift
    return matrix


def apply_transform(matrix: Matrix, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N, 2) points mapped by a transform; points at infinity come back very far away."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T  # (N, 3)
    depth = mapped[:, 2:]
    depth = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
    result: NDArray[np.float64] = mapped[:, :2] / depth
    return result


def is_plausible(matrix: Matrix, reference_size: tuple[int, int]) -> bool:
    """Whether an edit could be this transform: no fold, no extreme scaling, mild perspective."""
    if matrix is None or not np.isfinite(matrix).all():
        return False
    width, height = reference_size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    depth = corners @ matrix[2, :2] + matrix[2, 2]
    if depth.min() <= 0.3 * depth.max():
        return False
    scales = np.linalg.svd(matrix[:2, :2] / matrix[2, 2], compute_uv=False)
    return bool(scales[1] > 0.06 and scales[0] < 16 and scales[0] / scales[1] < 4.5)


def _spread(inliers: NDArray[np.float64], matrix: Matrix, reference_size: tuple[int, int]) -> float:
    """Share of a 6 x 6 grid over the reference that has inliers, 0..1."""
    width, height = reference_size
    cells = np.floor(inliers / [width / 6, height / 6]).astype(int).clip(0, 5)
    return len(np.unique(cells[:, 0] * 6 + cells[:, 1])) / 36


def pixels_to_unit(width: int, height: int) -> Matrix:
    """Pixel centres -> coordinates 0..1 over the whole frame."""
    return np.array([[1 / width, 0, 0.5 / width], [0, 1 / height, 0.5 / height], [0, 0, 1.0]])


def to_unit_homography(
    matrix: Matrix, query_size: tuple[int, int], reference_size: tuple[int, int]
) -> Homography:
    """A transform of pixels as the homography of the contract: 0..1 on both sides, last element 1.

    Sizes are (width, height) px.
    """
    unit = pixels_to_unit(*query_size) @ matrix @ np.linalg.inv(pixels_to_unit(*reference_size))
    unit = unit / unit[2, 2]
    a, b, c = (tuple(float(v) for v in row) for row in unit)
    return (a, b, c)  # type: ignore[return-value]  # rows of three, by shape


def to_pixel_matrix(
    homography: Homography, query_size: tuple[int, int], reference_size: tuple[int, int]
) -> Matrix:
    """The homography of the contract as a transform of pixels, for frames of these sizes."""
    matrix = (
        np.linalg.inv(pixels_to_unit(*query_size))
        @ np.array(homography)
        @ pixels_to_unit(*reference_size)
    )
    scaled: Matrix = matrix / matrix[2, 2]
    return scaled


def visible_outline(
    matrix: Matrix, query_size: tuple[int, int], reference_size: tuple[int, int]
) -> Box | None:
    """The upright box that the reference fills in the query's frame, 0..1.

    None where it is narrower than MIN_VISIBLE_SIDE.
    """
    width, height = reference_size
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float64)
    mapped = apply_transform(matrix, corners) / query_size
    (x0, y0), (x1, y1) = mapped.min(axis=0).clip(0, 1), mapped.max(axis=0).clip(0, 1)
    if x1 - x0 < MIN_VISIBLE_SIDE or y1 - y0 < MIN_VISIBLE_SIDE:
        return None
    return float(x0), float(y0), float(x1), float(y1)


def visible_box(homography: Homography) -> Box:
    """The upright box in the reference, 0..1, around what lies inside the query's frame."""
    inverse = np.linalg.inv(np.array(homography))
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    polygon = apply_transform(inverse, frame).astype(np.float32)
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    area, shared = cv2.intersectConvexConvex(polygon, unit)
    if shared is None or area <= 0:
        return (0.0, 0.0, 1.0, 1.0)
    xs, ys = shared.reshape(-1, 2).clip(0, 1).T
    return (float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
