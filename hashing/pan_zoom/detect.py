"""Does the part of the known picture that the item shows move or change size over time?

Each instant gets a window of its own (crop_path.py). One crop held over the whole match gives the
same everywhere but for noise; a moving one gives a smooth path. A moving camera held against a
slightly wrong moment also shifts the picture, but at random from instant to instant, and it does
not change the size.
"""

import numpy as np
from numpy.typing import NDArray

from hashing.align.correspondences import correspond, plain
from hashing.align.crop_path import MOVED, NEAR_PX, Path, corners, seen
from hashing.align.spatiotemporal import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import normalised
from hashing.types import Homography

MORE = 1.15  # times as many points agree instant by instant as under one transform
STIRS = 0.6  # share of the windows' variance that a drift explains
PLACES = 9  # moments of a path at which what is shown is measured


def stirs(query: FrameCache, reference: FrameCache, placement: Placement) -> bool:
    """Whether the instants that placing used drift at all, which is worth a closer look."""
    if min(len(query.times), len(reference.times)) < 2:
        return False
    held = correspond(query, reference, placement)
    common = plain(query, reference, placement, held).matrix
    found = seen(held, common)
    if len(found) < 3:
        return False
    own = sum(one.support for one in found)
    matrices = (common, placement.transform.matrix)
    still = max(sum(len(one.near(matrix, NEAR_PX).query) for one in held) for matrix in matrices)
    if own < MORE * still:
        return False
    times = np.array([one.time for one in found])
    at = (times - times.mean()) / max(1e-6, float(np.ptp(times)))
    sides = np.array([corners(one.window, query.size) for one in found]) / max(query.size)
    degree = 1 if len(found) < 5 else 2
    return any(_drifts(at, values, degree) for values in sides.T)


def _drifts(at: NDArray[np.float64], values: NDArray[np.float64], degree: int) -> bool:
    smooth = np.polyval(np.polyfit(at, values, degree), at)
    rest = float(((values - smooth) ** 2).sum())
    left = float(np.sqrt(rest / max(1, len(at) - degree - 1)))
    explained = 1 - rest / max(1e-12, float(((values - values.mean()) ** 2).sum()))
    span = float(np.ptp(smooth))
    return span >= STIRS * MOVED and span >= 2.5 * left and explained >= STIRS


def homographies(
    path: Path, reference_size: tuple[int, int], times: NDArray[np.float64]
) -> list[Homography]:
    """The contract's homographies at some moments of the query."""
    return [normalised(path.at(float(time)), path.size, reference_size) for time in times]
