"""Corresponding points of a query frame and a reference frame."""

from hashing.align.crop_path import FrameMatches
from hashing.align.spatiotemporal import SUFFICIENT_COARSE_INLIERS, Placement, match_frames
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Transform, estimate_transform

__all__ = [
    "collect_correspondences",
    "estimate_common_transform",
]


def collect_correspondences(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> list[FrameMatches]:
    """Putative correspondences at the instants that placing used, in the query's order."""
    mirrored = placement.transform.mirrored
    coarse = (
        placement.transform.inliers >= SUFFICIENT_COARSE_INLIERS
    )  # then placing found them so, and kept them
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
    """A transform without perspective that fits at least one instant.

    The common one of a crop that moves is a compromise, which leans.
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
