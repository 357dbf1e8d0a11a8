"""Does the part of the reference that the query shows move or change size over time?

Each frame pair gets a window of its own (crop_path.py). A fixed crop gives the same window
throughout, but for noise; a moving one gives a smooth path. A moving camera compared with slightly
wrong timestamps also shifts the window, but at random, and does not change its size. Thresholds
were set by hand on the development benchmark.
"""

import numpy as np
from numpy.typing import NDArray

from hashing.align.correspondences import collect_correspondences, estimate_common_transform
from hashing.align.crop_path import (
    MIN_TRAVEL,
    WINDOW_INLIER_PX,
    CropPath,
    measure_windows,
    window_edges,
)
from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import to_unit_homography
from hashing.types import Homography

__all__ = [
    "SAMPLED_TIMES",
    "crop_drifts",
    "path_homographies",
]

MIN_INLIER_GAIN = 1.15  # of inliers with a window per frame pair over those of one transform
MIN_EXPLAINED_VARIANCE = 0.6  # of the windows' variance, by a drift
SAMPLED_TIMES = 9  # of a path, at which the visible part is measured


def crop_drifts(query: FrameCache, reference: FrameCache, placement: Placement) -> bool:
    """Whether the windows of a placement's frame pairs drift, so that a path is worth fitting."""
    if min(len(query.times), len(reference.times)) < 2:
        return False
    frame_matches = collect_correspondences(query, reference, placement)
    common = estimate_common_transform(query, reference, placement, frame_matches).matrix
    windows = measure_windows(frame_matches, common)
    if len(windows) < 3:
        return False
    window_inliers = sum(window.inliers for window in windows)
    matrices = (common, placement.transform.matrix)
    fixed_inliers = max(
        sum(len(window.inliers(matrix, WINDOW_INLIER_PX).query) for window in frame_matches)
        for matrix in matrices
    )
    if window_inliers < MIN_INLIER_GAIN * fixed_inliers:
        return False
    times = np.array([window.time for window in windows])
    time_fraction = (times - times.mean()) / max(1e-6, float(np.ptp(times)))
    sides = np.array([window_edges(window.window, query.size) for window in windows]) / max(
        query.size
    )
    degree = 1 if len(windows) < 5 else 2
    return any(_drifts(time_fraction, values, degree) for values in sides.T)


def _drifts(time_fraction: NDArray[np.float64], values: NDArray[np.float64], degree: int) -> bool:
    smooth = np.polyval(np.polyfit(time_fraction, values, degree), time_fraction)
    residual = float(((values - smooth) ** 2).sum())
    noise = float(np.sqrt(residual / max(1, len(time_fraction) - degree - 1)))
    explained = 1 - residual / max(1e-12, float(((values - values.mean()) ** 2).sum()))
    span = float(np.ptp(smooth))
    return (
        span >= MIN_EXPLAINED_VARIANCE * MIN_TRAVEL
        and span >= 2.5 * noise
        and explained >= MIN_EXPLAINED_VARIANCE
    )


def path_homographies(
    path: CropPath, reference_size: tuple[int, int], times: NDArray[np.float64]
) -> list[Homography]:
    """The homographies of the contract at some timestamps of the query, s."""
    return [
        to_unit_homography(path.transform_at(float(time)), path.size, reference_size)
        for time in times
    ]
