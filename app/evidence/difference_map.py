"""What differs between a frame of the item and the known frame that is laid onto it."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.evidence.face_redaction import (
    Rgb,
)
from hashing.types import Homography

FULL_SCALE: Final = 0.35  # difference shown as the brightest colour, of full brightness

OUTSIDE_RGB: Final = (222, 224, 228)  # of the difference map: no known picture there


def difference_map(
    query: Rgb, reference: Rgb, homography: Homography, filled: Callable[[Rgb], Rgb]
) -> tuple[Rgb, float | None]:
    """What differs once the known picture is laid over the item's and brightness is fitted.

    query, reference: already redacted. filled: what is filled in the query, filled here again.

    Returns the picture (blue: the same, yellow: FULL_SCALE or more of full brightness) and the
    mean difference 0..1, None where the two share no picture.
    """
    size = (query.shape[1], query.shape[0])
    matrix = pixel_matrix(query, reference, homography)
    warped = np.asarray(cv2.warpPerspective(_luma(reference), matrix, size), np.float32)
    shared = _covered(query, reference, matrix)
    if shared.sum() < 16:
        return np.full_like(query, OUTSIDE_RGB), None
    ours = _luma(query)
    gain, offset = _brightness_fit(warped[shared], ours[shared])
    apart = cv2.GaussianBlur(np.abs(ours - (gain * warped + offset)), (5, 5), 1.0)
    scaled = np.clip(apart * (255 / FULL_SCALE), 0, 255).astype(np.uint8)
    painted = cv2.cvtColor(cv2.applyColorMap(scaled, cv2.COLORMAP_CIVIDIS), cv2.COLOR_BGR2RGB)
    painted[~shared] = OUTSIDE_RGB
    return filled(np.asarray(painted, np.uint8)), float(apart[shared].mean())


def aligned(
    query: Rgb, reference: Rgb, homography: Homography, filled: Callable[[Rgb], Rgb]
) -> Rgb:
    """The known picture laid into the item's frame: mirror, turn and crop undone.

    query, reference: already redacted; of the query only the size is used. filled: what is filled
    in the query, filled here again. Where the known picture does not reach it is OUTSIDE_RGB.
    """
    matrix = pixel_matrix(query, reference, homography)
    size = (query.shape[1], query.shape[0])
    laid = np.asarray(cv2.warpPerspective(reference, matrix, size), np.uint8)
    laid[~_covered(query, reference, matrix)] = OUTSIDE_RGB
    return filled(laid)


def _covered(query: Rgb, reference: Rgb, matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(H, W) of the item's picture: where the known picture reaches."""
    ones = np.ones(reference.shape[:2], np.uint8)
    size = (query.shape[1], query.shape[0])
    return np.asarray(cv2.warpPerspective(ones, matrix, size, flags=cv2.INTER_NEAREST) > 0)


def _luma(picture: Rgb) -> NDArray[np.float32]:
    """(H, W, 3) RGB -> (H, W) 0..1"""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)


def _brightness_fit(
    reference: NDArray[np.float32], query: NDArray[np.float32]
) -> tuple[float, float]:
    """Gain and offset that lay the reference's brightness over the query's, outliers left out."""
    keep = np.ones(len(query), bool)
    gain, offset = 1.0, 0.0
    for _ in range(3):
        x, y = reference[keep], query[keep]
        spread = float(x.var())
        if spread < 1e-5:
            return 1.0, float(np.median(y) - np.median(x))
        gain = float(np.clip(((x - x.mean()) * (y - y.mean())).mean() / spread, 0.25, 4.0))
        offset = float(y.mean() - gain * x.mean())
        residual = np.abs(query - gain * reference - offset)
        keep = residual <= np.quantile(residual, 0.8)
    return gain, offset


def pixel_matrix(query: Rgb, reference: Rgb, homography: Homography) -> NDArray[np.float64]:
    """(3, 3) from pixels of the known picture to pixels of the item's."""
    to_pixels = np.diag([query.shape[1], query.shape[0], 1.0])
    from_pixels = np.diag([1 / reference.shape[1], 1 / reference.shape[0], 1.0])
    return np.asarray(to_pixels @ np.array(homography, float) @ from_pixels, np.float64)
