"""Blank by hand what no detector finds: rectangles, or everything but rectangles. Pure.

A mask says which pixels of a frame go. Where two frames are aligned it is laid onto the other
frame as well, so that what is blanked in one is not shown by the other.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.evidence.evidence_sheet import Redaction, Side
from app.evidence.face_redaction import FILL_RGB
from hashing.types import Seconds

type Rgb = NDArray[np.uint8]
type Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class HandFill:
    """What a person blanked in one frame."""

    mask: Mask  # (H, W): filled
    beyond: bool  # outside the frame all is filled too, because only parts were kept

    def lay_onto(self, matrix: NDArray[np.float64], shape: tuple[int, ...]) -> "HandFill":
        """The same places of another frame. matrix: (3, 3) from pixels of this one to its pixels.

        All of the other frame where there is no finite place for a corner of this one.
        """
        height, width = self.mask.shape
        corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], float)
        if ((corners @ matrix.T)[:, 2] <= 1e-9).any():
            return HandFill(np.ones(shape[:2], bool), self.beyond)
        laid = cv2.warpPerspective(
            self.mask.astype(np.uint8),
            matrix,
            (shape[1], shape[0]),
            flags=cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=int(self.beyond),
        )
        grown = cv2.dilate(laid, np.ones((3, 3), np.uint8))  # a pixel lands up to one beside
        return HandFill(np.asarray(grown > 0), self.beyond)


def hand_fill(
    redaction: Redaction | None, side: Side, time_s: Seconds, shape: tuple[int, ...]
) -> HandFill | None:
    """What was blanked by hand in this frame; None where nothing was on this side."""
    if redaction is None:
        return None
    blanked = [p.box for p in redaction.blanked if p.side == side and p.covers(time_s)]
    kept = [p for p in redaction.kept if p.side == side]
    if not blanked and not kept:
        return None
    height, width = shape[:2]
    mask = np.full((height, width), bool(kept))
    for part in kept:
        if part.covers(time_s):
            x0, y0, x1, y1 = part.box  # a pixel that the edge cuts is not kept
            left, top = int(np.ceil(x0 * width)), int(np.ceil(y0 * height))
            mask[top : int(y1 * height), left : int(x1 * width)] = False
    for x0, y0, x1, y1 in blanked:
        right, bottom = int(np.ceil(x1 * width)), int(np.ceil(y1 * height))
        mask[int(y0 * height) : bottom, int(x0 * width) : right] = True
    return HandFill(mask, bool(kept))


def blank(picture: Rgb, *fills: HandFill | None) -> Rgb:
    """A copy of the picture without what these fills cover."""
    blanked = picture.copy()
    for fill in fills:
        if fill is not None:
            blanked[fill.mask] = FILL_RGB
    return blanked
