"""Match the keypoints of one pair of frames, and count those that agree with a transform."""

import numpy as np

from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import (
    Transform,
    apply_transform,
)
from hashing.imaging.keypoints import (
    Correspondences,
    match_keypoints,
    unflip_points,
)
from hashing.types import Box

__all__ = ["count_inliers", "match_frames"]


def match_frames(
    query: FrameCache,
    reference: FrameCache,
    pair: tuple[int, int],
    region: Box | None = None,
    *,
    mirrored: bool,
    coarse: bool = False,
) -> Correspondences:
    """Match the keypoints of one frame pair, in pixels of the whole frames.

    pair: indices of the query's and the reference's frame. region: of the query, 0..1.
    """
    left = query.features(pair[0], region, mirrored=mirrored, coarse=coarse)
    pairs = match_keypoints(left, reference.features(pair[1], coarse=coarse))
    if mirrored:
        pairs = Correspondences(unflip_points(pairs.query, query.width), pairs.reference)
    return pairs


def count_inliers(transform: Transform, pairs: Correspondences) -> int:
    """Number of correspondences that a transform maps to within 3 px."""
    if not len(pairs.query):
        return 0
    error = np.hypot(*(apply_transform(transform.matrix, pairs.reference) - pairs.query).T)
    return int((error <= 3.0).sum())
