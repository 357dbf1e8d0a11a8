"""Films with a real face planted in a made scene, and ways to look for it afterwards."""

import base64
import re
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.decode.preview_codec import Encoder
from hashing.types import Homography, Match, PreviewFrames, Segment, Span
from tests.made.planes import planes
from tests.made.scenes import scene

type Rgb = NDArray[np.uint8]

PORTRAIT = Path(__file__).parents[3] / "samples" / "library" / "portrait.png"  # NASA, public domain
FACE_CROP = (slice(20, 210), slice(140, 310))  # head in the portrait: rows, columns
CORE = (slice(0.25, 0.95), slice(0.2, 0.85))  # of the crop: eyes, nose and mouth
SIZE = (512, 288)
FACE_PX = 90  # height of the planted head

# the item shows 80 % of the known picture, mirrored: x' = 1 - (x - 0.1) / 0.8, y' = (y - 0.1) / 0.8
CROP_AND_MIRROR: Homography = (
    (-1 / 0.8, 0.0, 1 + 0.1 / 0.8),
    (0.0, 1 / 0.8, -0.1 / 0.8),
    (0.0, 0.0, 1.0),
)


def head(height: int = FACE_PX) -> Rgb:
    """The astronaut's head, (height, ~0.9 height, 3) RGB."""
    portrait = cv2.imread(str(PORTRAIT))
    assert portrait is not None
    crop = cv2.cvtColor(portrait[FACE_CROP], cv2.COLOR_BGR2RGB)
    width = round(height * crop.shape[1] / crop.shape[0])
    small = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def with_head(picture: Rgb, x: int, y: int, height: int = FACE_PX) -> Rgb:
    """A copy of the picture with the head's top left at (x, y)."""
    planted = picture.copy()
    face = head(height)
    planted[y : y + face.shape[0], x : x + face.shape[1]] = face
    return planted


def cropped_and_mirrored(picture: Rgb) -> Rgb:
    """What CROP_AND_MIRROR does, at the same size."""
    height, width = picture.shape[:2]
    part = picture[
        round(0.1 * height) : round(0.9 * height), round(0.1 * width) : round(0.9 * width)
    ]
    return np.asarray(cv2.resize(part[:, ::-1], (width, height), interpolation=cv2.INTER_LINEAR))


def film(frames: list[Rgb]) -> PreviewFrames:
    """Kept pictures, ten a second."""
    encoder = Encoder(frames[0].shape[1], frames[0].shape[0])
    for index, frame in enumerate(frames):
        encoder.add(index / 10, planes(frame))
    return encoder.finish()


def reference_frames(count: int = 20, seed: int = 5) -> list[Rgb]:
    """A scene in which the astronaut's head drifts to the right."""
    return [with_head(scene(seed, i / 10, SIZE), 200 + 2 * i, 110) for i in range(count)]


def plain_frames(count: int = 20) -> list[Rgb]:
    """A dark wall without anyone: all that a difference map would show is who is missing."""
    wall = np.broadcast_to(np.linspace(0, 12, SIZE[0])[None, :, None], (SIZE[1], SIZE[0], 3))
    return [wall.astype(np.uint8)] * count


def match(seconds: float = 2.0, homography: Homography | None = CROP_AND_MIRROR) -> Match:
    whole = Span(0.0, seconds)
    return Match(
        0.97,
        "accepted",
        (Segment(whole, whole, 0.97, 1.0, False, (0.1, 0.1, 0.9, 0.9), homography, True, 100),),
    )


def pictures_of(page: str) -> list[Rgb]:
    """Every picture inside a page, decoded."""
    found = re.findall(r"data:image/[a-z]+;base64,([A-Za-z0-9+/=]+)", page)
    return [decoded(base64.b64decode(data)) for data in found]


def decoded(content: bytes) -> Rgb:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def likeness(picture: Rgb) -> float:
    """The best correlation of the face's features with any place of the picture, 0..1.

    Looks at many sizes, mirrored too, and with brightness upside down, as in a difference map.
    """
    grey = _features(picture)
    best = 0.0
    for height in range(60, 160, 5):
        face = _features(head(height))
        rows, columns = (
            slice(int(part.start * size), int(part.stop * size))
            for part, size in zip(CORE, face.shape, strict=True)
        )
        core = face[rows, columns]
        if core.shape[0] >= grey.shape[0] or core.shape[1] >= grey.shape[1]:
            break
        for template in (core, core[:, ::-1]):
            scores = cv2.matchTemplate(grey, np.ascontiguousarray(template), cv2.TM_CCOEFF_NORMED)
            best = max(best, float(np.abs(np.nan_to_num(scores)).max()))
    return best


def _features(picture: Rgb) -> NDArray[np.float32]:
    """Brightness without what is broad or finest: (H, W)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey += np.random.default_rng(0).normal(0, 2, grey.shape).astype(np.float32)  # nothing is flat
    fine, broad = cv2.GaussianBlur(grey, (0, 0), 1.0), cv2.GaussianBlur(grey, (0, 0), 8.0)
    return np.asarray(fine - broad, np.float32)
