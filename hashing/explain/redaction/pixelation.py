"""Whether a part of a picture was turned to blocks: its slopes lie on evenly spaced lines.

Between the lines a block is flat, however plain or rich the scene was, and lines run both along
rows and along columns. A scene has slopes anywhere.
"""

import numpy as np
from numpy.typing import NDArray

type Grey = NDArray[np.float32]
type Profile = NDArray[np.float64]

SMALLEST_PX, LARGEST_PX = 5.0, 30.0  # of a block
STEP_PX = 0.25
WIDE_PX = 1.0  # of a line to either side, coding and resizing included
ROWS = 2.5  # blocks that a part has to have along each side
FAINT = 1.5  # grey levels from pixel to pixel that coding leaves inside a block
LINED_UP, LINED_UP_BOTH = 0.4, 0.9  # of slope beyond chance; a scene has 0.35 of one direction
CLEARER = 0.25  # than the known copy's there


def in_squares(mine: list[Grey], known: list[Grey]) -> bool:
    """Whether a part of the item is pixelated, and the known copy is not, at some instants.

    mine, known: (h, w) cuts of the same place.
    """
    across, down = (lined_up(_slope(mine, axis)) for axis in (1, 0))
    if min(across, down) < LINED_UP or across + down < LINED_UP_BOTH:
        return False
    before = (lined_up(_slope(known, axis)) for axis in (1, 0))
    return all(a >= b + CLEARER for a, b in zip((across, down), before, strict=True))


def _slope(parts: list[Grey], axis: int) -> Profile:
    """Slope along an axis, summed across it and over instants."""
    slopes = [np.maximum(0.0, np.abs(np.diff(one, axis=axis)) - FAINT) for one in parts]
    return np.asarray(np.sum([one.sum(axis=1 - axis) for one in slopes], axis=0), np.float64)


def lined_up(slope: Profile) -> float:
    """Share of slope on the best evenly spaced block edges, beyond what any lines have; 0..1."""
    total = float(slope.sum())
    if total <= 0:
        return 0.0
    place, best = np.arange(len(slope)), 0.0
    for side in np.arange(SMALLEST_PX, min(LARGEST_PX, len(slope) / ROWS), STEP_PX):
        starts = np.arange(0, side, 0.5)[:, None]
        off = np.abs((place - starts + side / 2) % side - side / 2)
        near = off <= WIDE_PX  # (starts, places)
        chance = near.mean(axis=1)
        share = (near * slope).sum(axis=1) / total
        best = max(best, float(((share - chance) / (1 - chance)).max()))
    return best
