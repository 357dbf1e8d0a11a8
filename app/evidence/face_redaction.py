"""Destroy faces in the pictures of one clip. Pure: arrays in, arrays out.

A face found in one picture is filled there, enlarged, and also in the pictures shortly before and
after: at the same place, and where it was followed to. Where detection fails the whole picture is
filled. The fill is one flat colour and depends on nothing in the picture.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.faces import LONG_SIDES_PX, Face
from hashing.types import Box, Homography

type Rgb = NDArray[np.uint8]
type Boxes = tuple[Box, ...] | None  # None: all of the picture

FILL_RGB: Final = (58, 64, 74)
ENLARGE: Final = 1.6  # of each side: hair, ears and the chin make a face known too
MIN_SIDE_PX: Final = 6
HOLD_S: Final = 0.75  # a face seen this long before or after is taken to be there still
FOLLOW_REACH: Final = 1.0  # how far a face is looked for, in its own sizes, to each side
FOLLOW_CORRELATION: Final = 0.5  # of the face's patch; below it the face was not followed
WHOLE: Final[Box] = (0.0, 0.0, 1.0, 1.0)


class Detects(Protocol):
    """What finds faces; `hashing.faces.FaceDetector` does."""

    def detect(self, picture: Rgb, *, long_sides_px: tuple[int, ...] = ...) -> list[Face]: ...


class Remembering:
    """A detector that looks at the same picture in the same size only once."""

    def __init__(self, detector: Detects) -> None:
        self._detector = detector
        self._seen: dict[tuple[bytes, int], list[Face]] = {}

    def detect(self, picture: Rgb, *, long_sides_px: tuple[int, ...] = LONG_SIDES_PX) -> list[Face]:
        """As the detector does, doubles of several sizes included."""
        digest = hashlib.blake2b(np.ascontiguousarray(picture), digest_size=16)
        digest.update(repr(picture.shape).encode())
        found: list[Face] = []
        for side in long_sides_px:
            key = (digest.digest(), side)
            if key not in self._seen:
                self._seen[key] = self._detector.detect(picture, long_sides_px=(side,))
            found += self._seen[key]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One picture, its moment, and whether it is shown or only helps its neighbours."""

    time_s: float
    picture: Rgb  # (H, W, 3) uint8
    shown: bool = True


def face_boxes(
    looks: Sequence[Look],
    detector: Detects | None,
    long_sides_px: tuple[int, ...] = LONG_SIDES_PX,
    helper_long_sides_px: tuple[int, ...] = LONG_SIDES_PX[:1],
) -> list[Boxes]:
    """What to fill in each look, in their order; None where the whole picture must go.

    detector: None where no detector is installed.
    """
    found = [
        found_faces(look.picture, detector, long_sides_px if look.shown else helper_long_sides_px)
        for look in looks
    ]
    return [_held(index, looks, found) for index in range(len(looks))]


def found_faces(picture: Rgb, detector: Detects | None, long_sides_px: tuple[int, ...]) -> Boxes:
    """The faces of one picture, looked at in these sizes; None where it must go as a whole."""
    if detector is None:
        return None
    try:
        faces = detector.detect(picture, long_sides_px=long_sides_px)
    except (cv2.error, ValueError, MemoryError):
        return None
    return tuple(face.box for face in faces)


def _held(index: int, looks: Sequence[Look], found: Sequence[Boxes]) -> Boxes:
    """The boxes of this look and of its neighbours in time, also where they were followed to."""
    own = found[index]
    if own is None:
        return None
    here = looks[index]
    boxes = list(own)
    for other, there in zip(found, looks, strict=True):
        if there is here or abs(there.time_s - here.time_s) > HOLD_S or other is None:
            continue
        for box in other:
            boxes.append(box)
            moved = _followed(box, there.picture, here.picture)
            if moved is not None:
                boxes.append(moved)
    return tuple(boxes)


def held_by_neighbours(looks: Sequence[Look], found: Sequence[Boxes]) -> list[Boxes]:
    """The boxes of each look, and those of the one before and the one after, however far apart.

    A face that one picture of a strip shows is filled in its neighbours too: at the same place,
    and where it was followed to.
    """
    held: list[Boxes] = []
    for index, here in enumerate(looks):
        own = found[index]
        if own is None:
            held.append(None)
            continue
        boxes = list(own)
        for beside in (index - 1, index + 1):
            if not 0 <= beside < len(looks):
                continue
            for box in found[beside] or ():
                boxes.append(box)
                moved = _followed(box, looks[beside].picture, here.picture)
                if moved is not None:
                    boxes.append(moved)
        held.append(tuple(boxes))
    return held


def _followed(box: Box, there: Rgb, here: Rgb) -> Box | None:
    """Where the patch in `box` of one picture lies in another of the same size, if it does."""
    height, width = here.shape[:2]
    if there.shape != here.shape:
        return None
    x0, y0, x1, y1 = _pixels(box, width, height)
    patch = there[y0:y1, x0:x1]
    if min(patch.shape[:2]) < MIN_SIDE_PX or float(patch.std()) < 1:
        return None
    reach_x, reach_y = round((x1 - x0) * FOLLOW_REACH), round((y1 - y0) * FOLLOW_REACH)
    left, top = max(0, x0 - reach_x), max(0, y0 - reach_y)
    area = here[top : y1 + reach_y, left : x1 + reach_x]
    scores = cv2.matchTemplate(area, patch, cv2.TM_CCOEFF_NORMED)
    _, best, _, (dx, dy) = cv2.minMaxLoc(scores)
    if not best >= FOLLOW_CORRELATION:  # also refuses NaN
        return None
    x, y = left + dx, top + dy
    return (x / width, y / height, (x + x1 - x0) / width, (y + y1 - y0) / height)


def destroy(picture: Rgb, boxes: Boxes, enlarge: float = ENLARGE) -> Rgb:
    """A copy of the picture with every box, enlarged, filled with one flat colour."""
    destroyed = picture.copy()
    if boxes is None:
        destroyed[:] = FILL_RGB
        return destroyed
    height, width = picture.shape[:2]
    for box in boxes:
        x0, y0, x1, y1 = _pixels(enlarged(box, enlarge), width, height)
        destroyed[y0:y1, x0:x1] = FILL_RGB
    return destroyed


def enlarged(box: Box, factor: float = ENLARGE) -> Box:
    """The box around the same centre with its sides multiplied, cut at the picture's edge."""
    x0, y0, x1, y1 = box
    dx, dy = (x1 - x0) * (factor - 1) / 2, (y1 - y0) * (factor - 1) / 2
    return (max(0.0, x0 - dx), max(0.0, y0 - dy), min(1.0, x1 + dx), min(1.0, y1 + dy))


def mapped(boxes: Boxes, homography: Homography) -> Boxes:
    """The same places in the other picture: the upright boxes around the mapped corners.

    None, the whole picture, stays None. Boxes that fall outside the other picture are left out.
    """
    if boxes is None:
        return None
    return tuple(m for box in boxes if (m := _mapped_box(box, homography)) is not None)


def _mapped_box(box: Box, homography: Homography) -> Box | None:
    x0, y0, x1, y1 = box
    corners = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]], float)  # (4, 3)
    moved = corners @ np.array(homography, float).T  # (4, 3)
    if (moved[:, 2] <= 1e-9).any():  # behind the picture plane: no finite place to fill
        return WHOLE
    x, y = (moved[:, :2] / moved[:, 2:]).T
    left, top, right, bottom = (
        float(np.clip(v, 0, 1)) for v in (x.min(), y.min(), x.max(), y.max())
    )
    if right <= left or bottom <= top:
        return None
    return (left, top, right, bottom)


def inverse(homography: Homography) -> Homography | None:
    """The way back, or None where there is none."""
    matrix = np.array(homography, float)
    if abs(np.linalg.det(matrix)) < 1e-9:
        return None
    back = np.linalg.inv(matrix)
    if abs(back[2, 2]) < 1e-9:
        return None
    a, b, c = (tuple(float(v) for v in row) for row in back / back[2, 2])
    return (a, b, c)  # type: ignore[return-value]  # rows of three


def together(*parts: Boxes) -> Boxes:
    """All boxes of all parts; the whole picture where any part says so."""
    boxes: list[Box] = []
    for part in parts:
        if part is None:
            return None
        boxes += part
    return tuple(boxes)


def _pixels(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """The pixels that the box touches, at least MIN_SIDE_PX of them a side where there is room."""
    x0, x1 = _pixel_range(box[0], box[2], width)
    y0, y1 = _pixel_range(box[1], box[3], height)
    return x0, y0, x1, y1


def _pixel_range(low: float, high: float, size: int) -> tuple[int, int]:
    first, last = int(np.floor(low * size)), int(np.ceil(high * size))
    short = MIN_SIDE_PX - (last - first)
    if short > 0:
        first, last = first - short // 2, last + (short + 1) // 2
    return max(0, first), min(size, last)
