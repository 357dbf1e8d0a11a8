"""Keypoint correspondences of the frame pairs of a placement."""

from hashing.align.crop_path import FrameMatches
from hashing.align.frame_pairs import match_frames
from hashing.align.placement import Placement
from hashing.align.transform_search import SUFFICIENT_COARSE_INLIERS
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Transform, estimate_transform

__all__ = [
    "collect_correspondences",
    "estimate_common_transform",
]


def collect_correspondences(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> list[FrameMatches]:
    """Putative correspondences of the placement's frame pairs, in order of the query's time."""
    mirrored = placement.transform.mirrored
    coarse = (
        placement.transform.inliers >= SUFFICIENT_COARSE_INLIERS
    )  # then `place` matched them coarsely, and the caches still hold the keypoints
    pairs = {
        (frame_pair.query_index, frame_pair.reference_index): frame_pair
        for frame_pair in placement.pairs
    }
    out = []
    for indices, frame_pair in sorted(pairs.items()):
        matched = frame_pair.correspondences
        if matched is None:
            matched = match_frames(query, reference, indices, mirrored=mirrored, coarse=coarse)
        out.append(FrameMatches(float(query.times[indices[0]]), matched))
    return out


def estimate_common_transform(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    frame_matches: list[FrameMatches] | None = None,
) -> Transform:
    """The best transform without perspective of any single frame pair.

    The one that all pairs share is a compromise where the crop moves, and appears rotated. Returns
    the placement's own where it is axis-aligned already, or no pair gives one.
    """
    if placement.transform.model == "axis":
        return placement.transform
    frame_matches = (
        frame_matches
        if frame_matches is not None
        else collect_correspondences(query, reference, placement)
    )
    options = [
        estimate_transform(frame_match.pairs, reference.size) for frame_match in frame_matches
    ]
    without_perspective = [
        frame_match
        for frame_match in options
        if frame_match is not None and frame_match.model != "perspective"
    ]
    ranked = sorted(
        without_perspective,
        key=lambda frame_match: (frame_match.model != "axis", -frame_match.inliers),
    )
    return ranked[0] if ranked else placement.transform
