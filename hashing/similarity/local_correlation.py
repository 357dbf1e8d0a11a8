"""Two frames under a transform: where in the frame do they agree?

Normalised cross-correlation in small windows, on luma, so that tint, contrast and vignettes do not
count. Windows without texture in either frame are left out. Thresholds were set by hand.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.imaging.boxes import mask_outside_boxes
from hashing.imaging.homography import Matrix, visible_outline
from hashing.imaging.warping import scaling_matrix
from hashing.types import Box

__all__ = [
    "MIN_AGREEING_CORRELATION",
    "MIN_TEXTURE_DEVIATION",
    "compare_frames",
    "compare_visible_part",
    "local_correlation",
]

COMPARISON_LONG_SIDE_PX = 256
CORRELATION_WINDOW_PX = 13
MIN_TEXTURE_DEVIATION = 5.0  # grey levels in a window; below, it is left out
DAYLIGHT_DEVIATION = 40.0  # grey levels over a frame taken by day
GRAIN_SIGMA_PX = 0.8  # noise is not texture
MIN_AGREEING_CORRELATION = 0.55


@dataclass(frozen=True, slots=True, eq=False)
class FrameSimilarity:
    """A query frame, the reference frame warped onto it, and where they agree.

    Maps have COMPARISON_LONG_SIDE_PX on their longest side at most, if nothing else was asked for.
    """

    query: NDArray[np.float32]  # (h, w) luma
    reference: NDArray[np.float32]  # (h, w) luma, warped onto the query
    covered: NDArray[np.bool_]  # (h, w) where both frames are
    correlation: NDArray[np.float32]  # (h, w) -1..1
    textured: NDArray[np.bool_]  # (h, w) covered, and textured in either
    matrix: Matrix  # the reference's pixels -> pixels of these maps

    @property
    def agreeing_share(self) -> float:
        """Share of the textured area that agrees, 0..1; 0 where nothing is textured."""
        if self.textured.sum() < 50:
            return 0.0
        return float((self.correlation[self.textured] > MIN_AGREEING_CORRELATION).mean())

    @property
    def mean_correlation(self) -> float:
        """Mean correlation of the textured area, -1..1; -1 where nothing is textured."""
        return float(self.correlation[self.textured].mean()) if self.textured.any() else -1.0


def compare_visible_part(
    query: NDArray[np.uint8],
    reference: NDArray[np.uint8],
    matrix: Matrix,
    hidden: tuple[Box, ...] = (),
    long_side_px: int = COMPARISON_LONG_SIDE_PX,
) -> FrameSimilarity:
    """Compare only the part of the query that the reference covers.

    An inset is so compared in as much detail as a full frame: what distinguishes two frames of one
    scene is lost first. Arguments as of `compare_frames`; hidden: parts of the query's frame, 0..1,
    that are left out.
    """
    height, width = query.shape[:2]
    box = visible_outline(matrix, (width, height), (reference.shape[1], reference.shape[0]))
    if box is None:
        return compare_frames(query, reference, matrix, long_side_px)
    free = mask_outside_boxes(hidden, (width, height)) if hidden else None
    x0, y0 = int(box[0] * width), int(box[1] * height)
    x1, y1 = max(x0 + 8, round(box[2] * width)), max(y0 + 8, round(box[3] * height))
    from_part = np.array([[1.0, 0, -x0], [0, 1, -y0], [0, 0, 1]])
    similarity = compare_frames(query[y0:y1, x0:x1], reference, from_part @ matrix, long_side_px)
    if free is None:
        return similarity
    size = similarity.query.shape[1], similarity.query.shape[0]
    part = cv2.resize(free[y0:y1, x0:x1].astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    # a correlation window reaches over the edge
    not_hidden = (
        cv2.erode(
            part, np.ones((CORRELATION_WINDOW_PX, CORRELATION_WINDOW_PX), np.uint8), borderValue=1
        )
        > 0
    )
    return replace(
        similarity,
        covered=similarity.covered & not_hidden,
        textured=similarity.textured & not_hidden,
    )


def compare_frames(
    query: NDArray[np.uint8],
    reference: NDArray[np.uint8],
    matrix: Matrix,
    long_side_px: int = COMPARISON_LONG_SIDE_PX,
) -> FrameSimilarity:
    """Compare a query frame with a reference frame under a transform.

    query, reference: (H, W, 3) uint8 RGB. matrix: reference pixels -> query pixels. long_side_px:
    of the maps, at most.
    """
    size_q = (query.shape[1], query.shape[0])
    shrink = min(1.0, long_side_px / max(size_q))
    size = (max(8, round(size_q[0] * shrink)), max(8, round(size_q[1] * shrink)))
    to_small = scaling_matrix(size_q, size)
    left = cv2.resize(_to_luma(query), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    whole = to_small @ matrix
    scale = np.sqrt(abs(np.linalg.det(whole[:2, :2])))
    soft = _to_luma(reference)
    if scale < 0.75:
        soft = np.asarray(cv2.GaussianBlur(soft, (0, 0), 0.45 / scale), np.uint8)
    right = cv2.warpPerspective(soft, whole, size, flags=cv2.INTER_LINEAR).astype(np.float32)
    ones = np.full(reference.shape[:2], 255, np.uint8)
    covered = cv2.warpPerspective(ones, whole, size, flags=cv2.INTER_NEAREST) > 250
    if scale > 1.3:  # an enlarged reference is soft: compare at its own sharpness
        left = np.asarray(cv2.GaussianBlur(left, (0, 0), 0.35 * scale), np.float32)
    correlation, deviation = local_correlation(
        _normalise_contrast(left, covered), _normalise_contrast(right, covered)
    )
    textured = covered & (deviation > MIN_TEXTURE_DEVIATION)
    return FrameSimilarity(left, right, covered, correlation, textured, whole)


def _normalise_contrast(luma: NDArray[np.float32], where: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Luma without grain, with the contrast of a dark frame raised: texture counts by night."""
    if not where.any():
        return luma
    luma = np.asarray(cv2.GaussianBlur(luma, (0, 0), GRAIN_SIGMA_PX), np.float32)
    gain = float(np.clip(DAYLIGHT_DEVIATION / max(1.0, float(luma[where].std())), 1.0, 4.0))
    return luma * gain


def _to_luma(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)


def local_correlation(
    left: NDArray[np.float32], right: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(h, w) correlation of two (h, w) luma maps in windows, -1..1, and the larger deviation."""

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(
            cv2.boxFilter(values, -1, (CORRELATION_WINDOW_PX, CORRELATION_WINDOW_PX)), np.float32
        )

    mean_l, mean_r = mean(left), mean(right)
    var_l = np.clip(mean(left * left) - mean_l**2, 0, None)
    var_r = np.clip(mean(right * right) - mean_r**2, 0, None)
    covariance = mean(left * right) - mean_l * mean_r
    correlation = covariance / (np.sqrt(var_l * var_r) + 4.0)
    return correlation, np.sqrt(np.maximum(var_l, var_r))
