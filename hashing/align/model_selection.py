"""Prefer an axis-aligned transform where it explains nearly as many correspondences.

With a tolerance of three pixels, a transform of six or eight parameters rotates after whatever
moves in the frame. Where scaling and shift along the axes explain nearly the same correspondences,
nearly as closely, that is what was done. Thresholds were set by hand.
"""

from dataclasses import replace

import numpy as np

from hashing.align.correspondences import collect_correspondences
from hashing.align.crop_path import FrameMatches
from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import MIN_INLIERS, Matrix, Transform, apply_transform

__all__ = [
    "prefer_axis_aligned",
]

MIN_EXPLAINED_SHARE = 0.8  # of the inliers, that the axis-aligned transform must explain
MAX_RESIDUAL_PX = 10.0  # from the given transform: farther correspondences are left out
INLIER_TOLERANCES_PX = (2.0, 3.5)
REWEIGHTING_ROUNDS = 6


def prefer_axis_aligned(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> Placement:
    """The placement with an axis-aligned transform, where that explains it nearly as well."""
    if placement.transform.model == "axis":
        return placement
    matrix = fit_axis_aligned(
        collect_correspondences(query, reference, placement), placement.transform
    )
    if matrix is None:
        return placement
    return replace(placement, transform=replace(placement.transform, matrix=matrix, model="axis"))


def fit_axis_aligned(frame_matches: list[FrameMatches], transform: Transform) -> Matrix | None:
    """Fit scaling and shift along the axes to the correspondences of `transform`.

    None where they explain too few of them.
    """
    matrix = transform.matrix
    source = np.concatenate(
        [np.zeros((0, 2)), *(matches.pairs.reference for matches in frame_matches)]
    )
    target = np.concatenate([np.zeros((0, 2)), *(matches.pairs.query for matches in frame_matches)])
    errors = np.hypot(*(apply_transform(matrix, source) - target).T)
    near = errors <= MAX_RESIDUAL_PX
    explained = [int((errors <= reach).sum()) for reach in INLIER_TOLERANCES_PX]
    source, target = source[near], target[near]
    if len(source) < MIN_INLIERS:
        return None
    swap = abs(matrix[0, 1]) + abs(matrix[1, 0]) > abs(matrix[0, 0]) + abs(matrix[1, 1])
    axis_aligned = np.zeros((3, 3))
    axis_aligned[2, 2] = 1.0
    weights = np.ones(len(source))
    for _ in range(REWEIGHTING_ROUNDS):
        for row in (0, 1):
            column = 1 - row if swap else row
            if np.ptp(source[:, column]) < 1.0:
                return None
            scale, shift = np.polyfit(source[:, column], target[:, row], 1, w=np.sqrt(weights))
            axis_aligned[row, column], axis_aligned[row, 2] = scale, shift
        residuals = np.hypot(*(apply_transform(axis_aligned, source) - target).T)
        weights = 1 / (1 + (residuals / 2.0) ** 2) ** 2  # Geman-McClure
    agree = [int((residuals <= reach).sum()) for reach in INLIER_TOLERANCES_PX]
    enough = all(
        now >= MIN_EXPLAINED_SHARE * before for now, before in zip(agree, explained, strict=True)
    )
    return axis_aligned if enough and max(agree) >= MIN_INLIERS else None
