"""Two frames -> the transform between them, and its support.

SIFT keypoints (Lowe, IJCV 2004) with RootSIFT descriptors (Arandjelović & Zisserman, CVPR 2012),
the ratio test both ways, then MAGSAC++ (Barath et al., CVPR 2020, OpenCV's USAC). Correspondences
of several frame pairs that share one transform are pooled before estimation, so that it does not
depend on one lucky frame. Of the models that explain the pooled points nearly as well, the simplest
is taken: axis-aligned scaling, then affine, then perspective.

Pixel coordinates here have (0, 0) at the centre of the first pixel, as in OpenCV.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.types import Box, Homography

__all__ = [
    "MAX_KEYPOINTS",
    "MIN_INLIERS",
    "Correspondences",
    "Keypoints",
    "Matrix",
    "Transform",
    "apply_transform",
    "detect_keypoints",
    "estimate_transform",
    "flip_horizontally",
    "mask_outside",
    "match_keypoints",
    "pool_correspondences",
    "to_pixel_matrix",
    "to_unit_homography",
    "unflip_points",
    "visible_box",
    "visible_outline",
]

MAX_KEYPOINTS = 900
SIFT_CONTRAST = 0.02  # half of OpenCV's default: dull and compressed frames have weak corners
MAX_DISTANCE_RATIO = 0.82  # Lowe's 0.8, a little looser since MAGSAC follows
INLIER_TOLERANCE_PX = 3.0
MIN_VISIBLE_SIDE = 0.1  # of the frame's sides; set by hand
MIN_INLIERS = 8  # with fewer, there is no transform; set by hand

type Matrix = NDArray[np.float64]  # (3, 3), last element 1
type Points = NDArray[np.float32]  # (N, 2) x, y


@dataclass(frozen=True, slots=True, eq=False)
class Keypoints:
    """Keypoints of one frame."""

    points: Points
    sizes: NDArray[np.float32]  # (N,) px
    descriptors: NDArray[np.float32]  # (N, 128) RootSIFT
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Correspondences:
    """Putative correspondences between one query and one reference frame."""

    query: Points  # (N, 2)
    reference: Points  # (N, 2)


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


def detect_keypoints(image: NDArray[np.uint8], max_keypoints: int = MAX_KEYPOINTS) -> Keypoints:
    """SIFT keypoints with RootSIFT descriptors. image: (H, W, 3) uint8 RGB or (H, W) grey."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image
    sift = cv2.SIFT.create(nfeatures=max_keypoints, contrastThreshold=SIFT_CONTRAST)
    keypoints, descriptors = sift.detectAndCompute(grey, None)
    height, width = grey.shape
    if descriptors is None:
        none = np.zeros((0, 2), np.float32)
        empty = np.zeros((0, 128), np.float32)
        return Keypoints(none, np.zeros(0, np.float32), empty, width, height)
    root = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-9))
    points = np.array([k.pt for k in keypoints], np.float32)
    sizes = np.array([k.size for k in keypoints], np.float32)
    return Keypoints(points, sizes, root.astype(np.float32), width, height)


def flip_horizontally(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image mirrored left to right. SIFT is not invariant to mirroring: both are tried."""
    return np.ascontiguousarray(image[:, ::-1])


def unflip_points(points: Points, width: int) -> Points:
    """(N, 2) points of a mirrored image of this width, as points of the image itself."""
    return np.stack([width - 1 - points[:, 0], points[:, 1]], axis=1).astype(np.float32)


def match_keypoints(
    query: Keypoints, reference: Keypoints, max_ratio: float = MAX_DISTANCE_RATIO
) -> Correspondences:
    """Correspondences that pass the ratio test, each point of either frame at most once."""
    if len(query.points) < 2 or len(reference.points) < 2:
        none = np.zeros((0, 2), np.float32)
        return Correspondences(none, none)
    cosines = query.descriptors @ reference.descriptors.T  # (Nq, Nr)
    best = cosines.argmax(axis=1)
    rows = np.arange(len(best))
    top = cosines[rows, best]
    cosines[rows, best] = -1
    second = cosines.max(axis=1)
    # distances of unit vectors: d² = 2 - 2 cos
    distinctive = (2 - 2 * top) < max_ratio**2 * (2 - 2 * second)
    order = np.flatnonzero(distinctive)[np.argsort(-top[distinctive])]
    _, first = np.unique(best[order], return_index=True)
    keep = order[np.sort(first)]
    q, r = query.points[keep], reference.points[best[keep]]
    # SIFT may give one point several orientations: it supports a transform only once
    _, unique = np.unique(np.round(np.concatenate([q, r], axis=1)), axis=0, return_index=True)
    unique.sort()
    return Correspondences(q[unique], r[unique])


def pool_correspondences(parts: list[Correspondences]) -> Correspondences:
    """The correspondences of several frame pairs as one set."""
    if not parts:
        none = np.zeros((0, 2), np.float32)
        return Correspondences(none, none)
    return Correspondences(
        np.concatenate([p.query for p in parts]), np.concatenate([p.reference for p in parts])
    )


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


def mask_outside(boxes: tuple[Box, ...], size: tuple[int, int]) -> NDArray[np.bool_]:
    """(h, w) mask of the pixels outside all `boxes`, 0..1. size: (width, height)."""
    outside = np.ones((size[1], size[0]), bool)
    for x0, y0, x1, y1 in boxes:
        rows = slice(int(y0 * size[1]), int(np.ceil(y1 * size[1])))
        outside[rows, int(x0 * size[0]) : int(np.ceil(x1 * size[0]))] = False
    return outside


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
