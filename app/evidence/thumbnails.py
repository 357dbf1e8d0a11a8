"""Frames as small JPEGs: a redacted thumbnail of a clip, and the encoder of a sheet's frames."""

from typing import Final, Literal

import cv2

from app.evidence.evidence_frames import (
    frame_at,
)
from app.evidence.face_redaction import Detector, Rgb, destroy
from app.evidence.installed_detector import installed_detector
from hashing.types import PreviewFrames

LONG_SIDE_PX: Final = 480

JPEG_QUALITY: Final = 72


def thumbnail(
    kept: PreviewFrames, detector: Detector | Literal["installed"] | None = "installed"
) -> bytes:
    """A clip's picture for lists: a third into it, faces filled, a JPEG.

    Raises DecodeError where the kept pictures are damaged.
    """
    if detector == "installed":
        detector = installed_detector([])
    time_s = float(kept.times[len(kept.times) // 3])
    here = frame_at(kept, time_s, detector, unblurred=False)
    return jpeg(destroy(here.picture, here.faces))


def jpeg(picture: Rgb) -> bytes:
    """(H, W, 3) RGB -> a JPEG of at most LONG_SIDE_PX a side, without any metadata."""
    height, width = picture.shape[:2]
    scale = min(1.0, LONG_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    done, content = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise ValueError(f"a picture of {width} x {height} cannot be encoded")
    return bytes(content)
