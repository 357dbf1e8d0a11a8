"""Whether a box is the cell of a split screen: halves, thirds or quarters of the frame."""

from itertools import pairwise

import numpy as np

from hashing.types import Box

FLUSH = 0.025  # of the frame: how near a side counts as at it


def split_cell(box: Box, frame: Box) -> tuple[float, float] | None:
    """Width and height of the cell of a split screen that a box fills; None if it is none's."""
    wide, high = frame[2] - frame[0], frame[3] - frame[1]
    left, right = (box[0] - frame[0]) / wide, (box[2] - frame[0]) / wide
    top, bottom = (box[1] - frame[1]) / high, (box[3] - frame[1]) / high
    across, down = _cell(left, right), _cell(top, bottom)
    if across is None or down is None or (across == 1 and down == 1):
        return None
    if across < 1 and down < 1 and (across, down) != (0.5, 0.5):
        return None  # a small picture near a corner or a border, and not one of nine or more
    return across, down


def _cell(start: float, end: float) -> float | None:
    """Share of a frame's side that a split screen's cell takes up, from border to border."""
    if start <= FLUSH and end >= 1 - FLUSH:
        return 1.0
    for count in (2, 3, 4):
        borders = np.arange(count + 1) / count
        for low, high in pairwise(borders):
            if abs(start - low) <= FLUSH and abs(end - high) <= FLUSH:
                return float(high - low)
    if start <= FLUSH and abs(end - 2 / 3) <= FLUSH:
        return 2 / 3
    if end >= 1 - FLUSH and abs(start - 1 / 3) <= FLUSH:
        return 2 / 3
    return None
