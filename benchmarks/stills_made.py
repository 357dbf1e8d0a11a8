"""Edited stills of one's own making: small in other pictures, cut and coded hard, filmed off a
screen.

Each maker draws its parameters from a seeded generator and says where the known picture lies in
what it made. They are the edits that a matcher of whole pictures loses first.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.edits_made import WORDS, Picture, Random

LONG_PX = 854


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """An edited still, and where the known picture's corners lie in it."""

    picture: Picture
    quality: int  # of the JPEG it is written as
    homography: NDArray[np.float64]  # known picture -> edited one, 0..1 on both sides


type Maker = Callable[[Random, Picture, Picture], Made]  # the picture, an unlike one


def _box(x: float, y: float, w: float, h: float) -> NDArray[np.float64]:
    return np.array([[w, 0, x], [0, h, y], [0, 0, 1.0]])


MIRROR = np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]])


def sized(picture: Picture, long_px: int = LONG_PX) -> Picture:
    """At most so long, never enlarged."""
    high, wide = picture.shape[:2]
    scale = min(1.0, long_px / max(high, wide))
    size = max(2, round(wide * scale)), max(2, round(high * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _captioned(rng: Random, made: Made) -> Made:
    """With a bar of writing above or below it."""
    high, wide = made.picture.shape[:2]
    tall = round(float(rng.uniform(0.15, 0.3)) * high)
    above, dark = bool(rng.random() < 0.5), bool(rng.random() < 0.5)
    bar = np.full((tall, wide, 3), 0 if dark else 255, np.uint8)
    ink = (255,) * 3 if dark else (0,) * 3
    for row in range(2):
        line = " ".join(rng.choice(WORDS, 4)).lower()
        at = (round(0.04 * wide), round(tall * (0.4 + 0.45 * row)))
        cv2.putText(bar, line, at, cv2.FONT_HERSHEY_DUPLEX, wide / 800, ink, 2, cv2.LINE_AA)
    parts = [bar, made.picture] if above else [made.picture, bar]
    share = tall / (tall + high)
    moved = _box(0, share if above else 0, 1, 1 - share) @ made.homography
    return Made(np.concatenate(parts), made.quality, moved)


def _with_logo(rng: Random, picture: Picture) -> Picture:
    out = picture.copy()
    high, wide = picture.shape[:2]
    at = (round(0.62 * wide), round((0.1 if rng.random() < 0.5 else 0.95) * high))
    text = str(rng.choice(["LIVE TV", "OLD NEWS", "CHANNEL 9"]))
    for thick, ink in ((5, (20, 20, 20)), (2, (240, 240, 240))):
        cv2.putText(out, text, at, cv2.FONT_HERSHEY_DUPLEX, wide / 640, ink, thick, cv2.LINE_AA)
    return np.asarray(cv2.addWeighted(out, 0.7, picture, 0.3, 0), np.uint8)


def _inset(rng: Random, picture: Picture, host: Picture, mirrored: bool) -> Made:
    side = float(rng.uniform(0.3, 0.5))
    host = sized(host)
    high, wide = host.shape[:2]
    scale = min(side * wide / picture.shape[1], side * 1.2 * high / picture.shape[0])
    size = max(8, round(picture.shape[1] * scale)), max(8, round(picture.shape[0] * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    x0 = int(rng.integers(0, wide - size[0] + 1))
    y0 = int(rng.integers(0, high - size[1] + 1))
    out = host.copy()
    out[y0 : y0 + size[1], x0 : x0 + size[0]] = small[:, ::-1] if mirrored else small
    where = _box(x0 / wide, y0 / high, size[0] / wide, size[1] / high)
    return Made(out, int(rng.integers(20, 80)), where @ (MIRROR if mirrored else np.eye(3)))


def inset(rng: Random, picture: Picture, host: Picture) -> Made:
    """0.3 to 0.5 of an unlike picture's width, anywhere in it."""
    return _inset(rng, picture, host, mirrored=False)


def inset_captioned(rng: Random, picture: Picture, host: Picture) -> Made:
    """The same under or over a bar of writing."""
    return _captioned(rng, _inset(rng, picture, host, mirrored=False))


def inset_mirrored(rng: Random, picture: Picture, host: Picture) -> Made:
    """The same, mirrored."""
    return _inset(rng, picture, host, mirrored=True)


def _cut(rng: Random, picture: Picture, host: Picture) -> Made:
    w, h = (float(v) for v in rng.uniform(0.55, 0.7, 2))
    x, y = float(rng.random() * (1 - w)), float(rng.random() * (1 - h))
    high, wide = picture.shape[:2]
    part = picture[round(y * high) : round((y + h) * high), round(x * wide) : round((x + w) * wide)]
    quality = int(rng.integers(8, 16))
    return Made(_with_logo(rng, part), quality, _box(-x / w, -y / h, 1 / w, 1 / h))


def cut_captioned(rng: Random, picture: Picture, host: Picture) -> Made:
    """0.55 to 0.7 of both sides, a logo over it, a bar of writing beside it, coded very hard."""
    return _captioned(rng, _cut(rng, picture, host))


def cut_mirrored(rng: Random, picture: Picture, host: Picture) -> Made:
    """The same without the bar, mirrored before it was cut."""
    made = _cut(rng, np.ascontiguousarray(picture[:, ::-1]), host)
    return Made(made.picture, made.quality, made.homography @ MIRROR)


def filmed(rng: Random, picture: Picture, host: Picture) -> Made:
    """A screen photographed from the side: perspective, a dark surround, little light."""
    high, wide = picture.shape[:2]
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    target = 0.5 + (corners - 0.5) * 0.75 + rng.uniform(-0.06, 0.06, (4, 2)).astype(np.float32)
    unit = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    size = np.diag([wide, high, 1.0])
    matrix = size @ unit @ np.linalg.inv(size)
    room = np.full_like(picture, int(rng.integers(15, 60)))
    out = cv2.warpPerspective(
        picture, matrix, (wide, high), dst=room, borderMode=cv2.BORDER_TRANSPARENT
    )
    out = cv2.GaussianBlur(out, (0, 0), 0.8).astype(np.float32)
    out = out * float(rng.uniform(0.6, 0.9)) + rng.normal(0, 5, out.shape)
    return Made(
        out.clip(0, 255).astype(np.uint8), int(rng.integers(30, 70)), np.asarray(unit, float)
    )


def laid_over(rng: Random, picture: Picture, host: Picture) -> Made:
    """Its colours shifted, an unlike picture small in its corner."""
    side = float(rng.uniform(0.25, 0.4))
    high, wide = picture.shape[:2]
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + int(rng.integers(20, 160))) % 180
    out = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    size = round(side * wide), round(side * high)
    x0 = round(float(rng.choice([0.03, 0.97 - side])) * wide)
    y0 = round(float(rng.choice([0.03, 0.97 - side])) * high)
    out[y0 : y0 + size[1], x0 : x0 + size[0]] = cv2.resize(host, size)
    return Made(np.asarray(out, np.uint8), int(rng.integers(30, 80)), np.eye(3))


MAKERS: dict[str, Maker] = {
    one.__name__: one
    for one in (
        inset, inset_captioned, inset_mirrored, cut_captioned, cut_mirrored, filmed, laid_over,
    )
}  # fmt: skip


def jpeg(made: Made) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(made.picture).save(buffer, "JPEG", quality=made.quality)
    return buffer.getvalue()
