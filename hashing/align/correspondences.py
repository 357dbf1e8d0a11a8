"""Corresponding points of a query frame and a reference frame."""

from hashing.align.crop_path import Held
from hashing.align.spatiotemporal import PLENTY, Placement, correspondences
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Transform, estimate


def correspond(query: FrameCache, reference: FrameCache, placement: Placement) -> list[Held]:
    """Putative correspondences at the instants that placing used, in the query's order."""
    mirrored = placement.transform.mirrored
    coarse = placement.transform.inliers >= PLENTY  # then placing found them so, and kept them
    pairs = {(pair.query_index, pair.reference_index): pair for pair in placement.pairs}
    out = []
    for indices, pair in sorted(pairs.items()):
        found = pair.held
        if found is None:
            found = correspondences(query, reference, indices, mirrored, coarse=coarse)
        out.append(Held(float(query.times[indices[0]]), found))
    return out


def plain(
    query: FrameCache, reference: FrameCache, placement: Placement, held: list[Held] | None = None
) -> Transform:
    """A transform without perspective that fits at least one instant.

    The common one of a crop that moves is a compromise, which leans.
    """
    if placement.transform.model == "axis":
        return placement.transform
    held = held if held is not None else correspond(query, reference, placement)
    options = [estimate(one.pairs, reference.size) for one in held]
    found = [one for one in options if one is not None and one.model != "perspective"]
    ranked = sorted(found, key=lambda one: (one.model != "axis", -one.inliers))
    return ranked[0] if ranked else placement.transform
