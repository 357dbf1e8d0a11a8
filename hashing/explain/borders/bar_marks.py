"""Whether the marks on a broad bar are another picture's: a dark one looks like a bar with letters.

Letters are small; a thing in a picture reaches across much of it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

CELL = 0.23  # of the frame: a bar as broad may be a cell of a split screen
DEEP, LONG = 0.5, 0.15  # of the bar's depth and length: a mark that spans both is no letter


def holds_picture(
    views: list[NDArray[np.float32]], colour: tuple[int, int, int], same: float, whole: int
) -> bool:
    """Whether the marks on a broad bar are no letters, at most of the looks.

    views: (depth, length, 3) each, lines from the frame's edge inward. same: grey levels in any
    channel that still are the bar's colour. whole: lines of the frame.
    """
    if len(views[0]) < CELL * whole:
        return False
    return bool(np.median([_large_mark(one, colour, same) for one in views]) > 0.5)


def _large_mark(lines: NDArray[np.float32], colour: tuple[int, int, int], same: float) -> bool:
    marks = (np.abs(lines - np.array(colour)).max(axis=2) > same).astype(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    depth, length = marks.shape
    return any(high >= DEEP * depth and wide >= LONG * length for _, _, wide, high, _ in boxes[1:])
