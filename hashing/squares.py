"""Whether a part of a picture was turned to blocks: flat within them, steps between them."""

import cv2
import numpy as np
from numpy.typing import NDArray

type Grey = NDArray[np.float32]
type Mask = NDArray[np.bool_]

STEPS = 0.65  # share of blocks without gradient
LINED_UP, LINED_UP_BOTH = 0.5, 0.58  # of all slope, on the steepest quarter of rows, of columns


def in_blocks(left: Grey, right: Grey, box: Mask) -> bool:
    """Whether a box of the item is flat but for steps, and the known copy's is not."""
    return _stepped(left, box) > max(STEPS, 1.4 * _stepped(right, box))


def in_squares(left: Grey, right: Grey, box: Mask) -> bool:
    """Whether a box is in blocks whose edges lie on a few rows and columns.

    What was filled in from around has its slopes anywhere.
    """
    if not in_blocks(left, right, box):
        return False
    shares = _lined_up(left, box)
    return min(shares) >= LINED_UP and sum(shares) >= 2 * LINED_UP_BOTH


def _lined_up(grey: Grey, box: Mask) -> tuple[float, float]:
    """The share of all slope across that the steepest quarter of columns has; the same down."""
    rows, columns = np.flatnonzero(box.any(axis=1)), np.flatnonzero(box.any(axis=0))
    inside = slice(rows[0] + 2, rows[-1] - 1), slice(columns[0] + 2, columns[-1] - 1)
    across = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0))[inside].mean(axis=0)
    down = np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1))[inside].mean(axis=1)
    return _of_steepest(across), _of_steepest(down)


def _of_steepest(slopes: NDArray[np.floating]) -> float:
    steepest = np.sort(slopes)[-max(1, len(slopes) // 4) :]
    return float(steepest.sum() / max(float(slopes.sum()), 1e-6))


def _stepped(grey: Grey, box: Mask) -> float:
    """Share of a box without gradient."""
    across = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=0.125))
    down = np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=0.125))
    return float((np.minimum(across, down)[box] < 1.5).mean())
