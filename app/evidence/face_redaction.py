"""Destroy faces in the frames of one clip. Pure: arrays in, arrays out.

A face found in one frame is filled there, enlarged, and also in the frames shortly before and
after: at the same place, and where it was followed to. Where detection fails the whole frame is
filled. The fill is one flat colour and depends on nothing in the frame.
"""

import hashlib
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.faces import TURNS_DEG, Face
from hashing.types import Box, Homography

type Rgb = NDArray[np.uint8]
type Boxes = tuple[Box, ...] | None  # None: all of the picture

FILL_RGB: Final = (58, 64, 74)
ENLARGE: Final = 1.6  # of each side: hair, ears and the chin make a face known too
MIN_SIDE_PX: Final = 6
FOLLOW_REACH: Final = 1.0  # how far a face is looked for, in its own sizes, to each side
FOLLOW_PX: Final = 48  # a larger face is followed in a smaller copy: finer places change no fill
FOLLOW_CORRELATION: Final = 0.5  # of the face's patch; below it the face was not followed
FULL_EVERY: Final = 6
WHOLE: Final[Box] = (0.0, 0.0, 1.0, 1.0)


class FrameDetector(Protocol):
    """Detects the faces of one frame."""

    def detect(
        self, picture: Rgb, *, long_side_px: int | None = ..., thorough: bool = ...
    ) -> list[Face]: ...


class Detector(Protocol):
    """Detects faces, in chosen turns; `hashing.faces.FaceDetector` does."""

    def detect(
        self,
        picture: Rgb,
        *,
        long_side_px: int | None = ...,
        thorough: bool = ...,
        centerface_turns_deg: Collection[int] = ...,
    ) -> list[Face]: ...


class CachingDetector:
    """A detector for one item and one clip: it examines the same frame in the same way only once.

    It learns how the footage is turned. Examining a frame less thoroughly is quicker then: the slow
    detector takes it upright and in as many turns as it takes to detect each clear face so far
    clearly, and in all turns every FULL_EVERY-th time. A wrong turn alone
    missed 4 of 110 faces, in the right one none (benchmarks/truth/faces.json, 24 px and more).
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._faces: dict[tuple[bytes, int | None, bool], list[Face]] = {}
        self._turns_deg = {0}
        self._quick = 0  # frames examined less thoroughly

    def detect(
        self, picture: Rgb, *, long_side_px: int | None = None, thorough: bool = True
    ) -> list[Face]:
        """As the detector does."""
        digest = hashlib.blake2b(np.ascontiguousarray(picture), digest_size=16)
        digest.update(repr(picture.shape).encode())
        key = (digest.digest(), long_side_px, thorough)
        if key not in self._faces:
            turns_deg: Collection[int] = TURNS_DEG
            if not thorough:
                if self._quick % FULL_EVERY:
                    turns_deg = self._turns_deg
                self._quick += 1
            faces = self._detector.detect(
                picture,
                long_side_px=long_side_px,
                thorough=thorough,
                centerface_turns_deg=turns_deg,
            )
            for face in faces:
                if face.clear_turns_deg and not self._turns_deg.intersection(face.clear_turns_deg):
                    self._turns_deg.add(face.clear_turns_deg[0])
            self._faces[key] = faces
        return self._faces[key]


def detect_faces(
    picture: Rgb,
    detector: FrameDetector | None,
    long_side_px: int | None = None,
    *,
    thorough: bool = True,
) -> Boxes:
    """The faces of one frame; None where it must go as a whole."""
    if detector is None:
        return None
    try:
        faces = detector.detect(picture, long_side_px=long_side_px, thorough=thorough)
    except (cv2.error, ValueError, MemoryError):
        return None
    return tuple(face.box for face in faces)


def faces_near(
    frames: Sequence[Rgb], shown: int, detector: FrameDetector | None, helper_long_side_px: int
) -> Boxes:
    """What to fill in one of some frames that follow each other closely.

    Faces are detected in that frame, the first and the last. A face of the first or the last is
    filled in the frame between too: at the same place, and where following it frame by frame led.
    """
    own = detect_faces(frames[shown], detector)
    if own is None:
        return None
    paths = (frames[: shown + 1], frames[shown:][::-1])  # from either end to the frame shown
    boxes = list(own)
    for path in paths:
        if len(path) > 1:
            there = detect_faces(path[0], detector, helper_long_side_px, thorough=False)
            boxes += track_faces(there, path)
    return tuple(boxes)


def track_faces(boxes: Boxes, path: Sequence[Rgb]) -> tuple[Box, ...]:
    """The boxes of the first of these frames, and where in the last one they were followed to.

    A face is followed from frame to frame, and straight from the first to the last, for one that
    something passes in front of. None, a frame in which detection failed, gives no boxes.
    """
    places: list[Box] = []
    for box in boxes or ():
        places.append(box)
        step: Box | None = box
        for there, here in pairwise(path):
            step = _track_box(step, there, here) if step is not None else None
        for moved in (step, _track_box(box, path[0], path[-1]) if len(path) > 2 else None):
            if moved is not None and moved not in places:
                places.append(moved)
    return tuple(places)


def _track_box(box: Box, there: Rgb, here: Rgb) -> Box | None:
    """Where the patch in `box` of one frame lies in another of the same size, if it does."""
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
    scale = min(1.0, FOLLOW_PX / max(patch.shape[:2]))
    if scale < 1:
        patch, area = _shrink(patch, scale), _shrink(area, scale)
    if area.shape[0] < patch.shape[0] or area.shape[1] < patch.shape[1]:
        return None
    scores = cv2.matchTemplate(area, patch, cv2.TM_CCOEFF_NORMED)
    _, best, _, (dx, dy) = cv2.minMaxLoc(scores)
    if not best >= FOLLOW_CORRELATION:  # also refuses NaN
        return None
    x, y = left + dx / scale, top + dy / scale
    return (x / width, y / height, (x + x1 - x0) / width, (y + y1 - y0) / height)


def _shrink(picture: Rgb, scale: float) -> Rgb:
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def destroy(picture: Rgb, boxes: Boxes, enlarge: float = ENLARGE) -> Rgb:
    """A copy of the picture with every box, enlarged, filled with one flat colour."""
    destroyed = picture.copy()
    if boxes is None:
        destroyed[:] = FILL_RGB
        return destroyed
    height, width = picture.shape[:2]
    for box in boxes:
        x0, y0, x1, y1 = _pixels(enlarge_box(box, enlarge), width, height)
        destroyed[y0:y1, x0:x1] = FILL_RGB
    return destroyed


def enlarge_box(box: Box, factor: float = ENLARGE) -> Box:
    """The box around the same centre with its sides multiplied, cut at the picture's edge."""
    x0, y0, x1, y1 = box
    dx, dy = (x1 - x0) * (factor - 1) / 2, (y1 - y0) * (factor - 1) / 2
    return (max(0.0, x0 - dx), max(0.0, y0 - dy), min(1.0, x1 + dx), min(1.0, y1 + dy))


def map_boxes(boxes: Boxes, homography: Homography) -> Boxes:
    """The same places in the other picture: the upright boxes around the mapped corners.

    None, the whole picture, stays None. Boxes that fall outside the other picture are left out.
    """
    if boxes is None:
        return None
    return tuple(m for box in boxes if (m := _map_box(box, homography)) is not None)


def _map_box(box: Box, homography: Homography) -> Box | None:
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


def invert(homography: Homography) -> Homography | None:
    """The way back, or None where there is none."""
    matrix = np.array(homography, float)
    if abs(np.linalg.det(matrix)) < 1e-9:
        return None
    back = np.linalg.inv(matrix)
    if abs(back[2, 2]) < 1e-9:
        return None
    a, b, c = (tuple(float(v) for v in row) for row in back / back[2, 2])
    return (a, b, c)  # type: ignore[return-value]  # rows of three


def join_boxes(*parts: Boxes) -> Boxes:
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
