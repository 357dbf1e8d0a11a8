"""How far a patch stands out of what differs elsewhere in its picture, and what moves under it.

Excess counts remainders in units of what is usual for a copy. How evenly that is spread differs
from copy to copy: in an even one a faint patch is a change, in an uneven one it is chance. The
measure of that is the picture itself: the place of the patch's size that differs most elsewhere.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.explain.difference.residual import Difference, remains
from hashing.explain.regions.find_patches import Patch

CLIPPED = 6.0  # excess; more says nothing more
RIM = np.ones((5, 5), np.uint8)
COUNTED = 0.6  # share of a place that has to be free of patches
FEWEST = 400  # places to compare with
LEAST = 0.3  # excess: evener than this is no measure

type Cells = NDArray[np.bool_]


def stands_out(found: Difference, patch: Patch, over: list[Patch]) -> float:
    """Mean excess of a patch over that of the like place that differs most; 0 without such places.

    over: what was laid over the picture, which differs anyhow and is left out.
    """
    excess = np.clip(found.excess[patch.on], 0, CLIPPED).mean(axis=0)  # (h, w)
    free = found.covered.copy()
    for one in (patch, *over):
        free &= cv2.dilate(one.cells.astype(np.uint8), RIM) == 0
    core = patch.core
    side = max(3, int(np.sqrt(core.sum())) | 1)
    weight = _mean(free.astype(np.float32), side)
    around = _mean(np.where(free, excess, 0).astype(np.float32), side)
    places = weight > COUNTED
    if places.sum() < FEWEST:
        return 0.0
    most = float((around[places] / weight[places]).max())
    return float(excess[core].mean()) / max(LEAST, most)


def unsettled(found: Difference, patch: Patch) -> float:
    """Share of a patch's difference that one step of the known copy makes there by itself.

    0 for photos. A still may be of a moment between two kept pictures: where things move, it
    differs from both.
    """
    times = found.scene.reference.times
    seen = np.flatnonzero(patch.on)
    k = int(seen[len(seen) // 2])
    at = int(np.abs(times - found.reference_times[k]).argmin())
    beside = [i for i in (at - 1, at + 1) if 0 <= i < len(times)]
    here, *others = found.scene.views([at, *beside])
    differs = float(remains(found.query[k], [here])[0][patch.cells].sum())
    steps = [float(remains(here, [one])[0][patch.cells].sum()) for one in others]
    return max(steps, default=0.0) / max(differs, 1e-3)


def _mean(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    return np.asarray(cv2.boxFilter(values, -1, (side, side)), np.float32)
