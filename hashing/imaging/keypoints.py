"""Keypoints of two frames, and the correspondences between them.

SIFT keypoints (Lowe, IJCV 2004) with RootSIFT descriptors (Arandjelović & Zisserman, CVPR 2012),
matched by the ratio test both ways. Coordinates as in `hashing.imaging.homography`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MAX_KEYPOINTS",
    "Correspondences",
    "Keypoints",
    "detect_keypoints",
    "flip_horizontally",
    "match_keypoints",
    "pool_correspondences",
    "unflip_points",
]


MAX_KEYPOINTS = 900
SIFT_CONTRAST = 0.02  # half of OpenCV's default: dull and compressed frames have weak corners

MAX_DISTANCE_RATIO = 0.82  # Lowe's 0.8, a little looser since MAGSAC follows

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
