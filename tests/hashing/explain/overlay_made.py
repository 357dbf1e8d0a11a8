"""Clips with something laid over or changed, as kept pictures under a known placement.

What lies over a picture is drawn here; where the picture lies is given, so that these tests say
nothing about finding.
"""

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement
from hashing.decode.preview_codec import Encoder, keep_still
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Transform
from hashing.types import Box, Descriptors, Fingerprint, Line, MediaInfo, Timeline
from tests.made import scene
from tests.made.planes import planes

type Picture = NDArray[np.uint8]
type Change = Callable[[Picture, float], Picture]  # the picture at a moment in s -> the edited one

type Hiding = Callable[[Box], Change]
type Altering = Callable[[Box, float, float], Change]

SIZE = (384, 216)
LENGTH_S = 6.0
RATE = 10


@lru_cache(maxsize=400)
def shot(seed: int, t: float) -> Picture:
    """The scene at a moment; not to be written into."""
    return scene(seed, t, SIZE)


def half(picture: Picture, t: float) -> Picture:
    """The middle half of the picture, enlarged to all of it."""
    width, height = SIZE
    part = picture[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    return np.asarray(cv2.resize(part, SIZE), np.uint8)


@lru_cache(maxsize=24)
def reel(seed: int = 21, change: Change | None = None, length: float = LENGTH_S) -> FrameCache:
    """A clip's kept pictures; 0 s gives a still."""
    count = max(1, round(length * RATE))
    times = np.arange(count) / RATE
    shown = [shot(seed, float(t)) for t in times]
    if change is not None:
        shown = [change(one, float(t)) for one, t in zip(shown, times, strict=True)]
    height, width = shown[0].shape[:2]
    if length == 0:
        pictures = keep_still(shown[0])
    else:
        encoder = Encoder(width, height)
        for t, one in zip(times, shown, strict=True):
            encoder.add(float(t), planes(one))
        pictures = encoder.finish()
    none = Descriptors(
        times=np.zeros(0),
        vectors=np.zeros((0, 512), np.float16),
        pdq=np.zeros((0, 32), np.uint8),
        pdq_quality=np.zeros(0, np.uint8),
        phash=np.zeros((0, 8), np.uint8),
        flat=np.zeros(0, bool),
    )
    kind = "still" if length == 0 else "video"
    info = MediaInfo(kind, width, height, None if length == 0 else length)  # type: ignore[arg-type]
    timeline = Timeline(times, np.ones(count, np.float32))
    return FrameCache(Fingerprint(info, "none", "none", none, timeline, preview=pictures))


def placed(
    matrix: NDArray[np.float64] | None = None, length: float = LENGTH_S, offset: float = 0.0
) -> Placement:
    """Reference pixels -> query pixels, in real time from the start of the query."""
    transform = Transform(np.eye(3) if matrix is None else matrix, 200, 250, 0.9, "axis")
    line = Line(0.0, length, 1.0, False, offset, 0.98, 0.8)
    return Placement(transform, (line,), (), None)


def pixels(box: Box, picture: Picture) -> tuple[int, int, int, int]:
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = box
    return round(x0 * width), round(y0 * height), round(x1 * width), round(y1 * height)


def subtitled(picture: Picture, t: float) -> Picture:
    """Two lines at the bottom, other words after half of the clip."""
    words = (
        ("WHAT THE CAMERA SAW", "NEAR THE BRIDGE") if t < 3 else ("NOBODY WAS HURT", "ON JUNE 12")
    )
    out = picture.copy()
    for row, line in enumerate(words):
        at = (70, 182 + 22 * row)
        cv2.putText(out, line, at, cv2.FONT_HERSHEY_DUPLEX, 0.65, (0, 0, 0), 4, cv2.LINE_AA)
        cv2.putText(out, line, at, cv2.FONT_HERSHEY_DUPLEX, 0.65, (255, 255, 255), 1, cv2.LINE_AA)
    return out


def marked(picture: Picture, t: float) -> Picture:
    """A half-transparent mark in the upper right corner."""
    over = picture.copy()
    cv2.putText(
        over, "CITY TV", (272, 32), cv2.FONT_HERSHEY_DUPLEX, 0.75, (0, 0, 0), 5, cv2.LINE_AA
    )
    white = (255, 255, 255)
    cv2.putText(over, "CITY TV", (272, 32), cv2.FONT_HERSHEY_DUPLEX, 0.75, white, 2, cv2.LINE_AA)
    return np.asarray(cv2.addWeighted(over, 0.65, picture, 0.35, 0), np.uint8)


def signed(picture: Picture, t: float) -> Picture:
    """A line of small writing that begins in the lower left corner."""
    out = picture.copy()
    for width, ink in ((4, (0, 0, 0)), (1, (255, 255, 255))):
        cv2.putText(
            out,
            "NOW in the old town",
            (18, 204),
            cv2.FONT_HERSHEY_DUPLEX,
            0.55,
            ink,
            width,
            cv2.LINE_AA,
        )
    return out


def spaced(picture: Picture, t: float) -> Picture:
    """A line of writing with a wide space in it, its first word in the lower left corner."""
    out = picture.copy()
    for width, ink in ((4, (0, 0, 0)), (1, (255, 255, 255))):
        for text, left in (("SEEN", 18), ("in the old town", 86)):
            cv2.putText(
                out, text, (left, 200), cv2.FONT_HERSHEY_DUPLEX, 0.6, ink, width, cv2.LINE_AA
            )
    return out


def smiling(picture: Picture, t: float) -> Picture:
    """A yellow face."""
    out = picture.copy()
    cv2.circle(out, (112, 90), 32, (255, 205, 40), -1, cv2.LINE_AA)
    for x in (101, 123):
        cv2.circle(out, (x, 82), 5, (80, 40, 0), -1, cv2.LINE_AA)
    cv2.ellipse(out, (112, 96), (15, 9), 0, 0, 180, (80, 40, 0), 4, cv2.LINE_AA)
    return out


def round_cover(picture: Picture, t: float) -> Picture:
    """A dark disc in the upper right corner, whose rim stands out in any mean."""
    out = picture.copy()
    cv2.circle(out, (290, 44), 26, (20, 20, 20), -1, cv2.LINE_AA)
    return out


def night(picture: Picture, t: float) -> Picture:
    """The picture with its lower half in the dark."""
    out = picture.copy()
    out[SIZE[1] // 2 :] //= 24
    return out


def night_captioned(picture: Picture, t: float) -> Picture:
    """The same with white writing on a black bar below it."""
    out = np.pad(night(picture, t), ((0, 48), (0, 0), (0, 0)))
    for row, line in enumerate(("SHARE THIS NOW", "NIGHT NEAR HARBOUR")):
        at, white = (12, SIZE[1] + 19 + 21 * row), (255, 255, 255)
        cv2.putText(out, line, at, cv2.FONT_HERSHEY_DUPLEX, 0.6, white, 1, cv2.LINE_AA)
    return out


def blurred_out(box: Box) -> Change:
    def change(picture: Picture, t: float) -> Picture:
        x0, y0, x1, y1 = pixels(box, picture)
        out = picture.copy()
        out[y0:y1, x0:x1] = cv2.GaussianBlur(picture, (0, 0), 6.0)[y0:y1, x0:x1]
        return out

    return change


def pixelated(box: Box) -> Change:
    def change(picture: Picture, t: float) -> Picture:
        x0, y0, x1, y1 = pixels(box, picture)
        out = picture.copy()
        size = (max(1, (x1 - x0) // 12), max(1, (y1 - y0) // 12))
        small = cv2.resize(picture[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA)
        blocks = cv2.resize(small, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST)
        out[y0:y1, x0:x1] = blocks
        return out

    return change


def blacked_out(box: Box) -> Change:
    def change(picture: Picture, t: float) -> Picture:
        x0, y0, x1, y1 = pixels(box, picture)
        out = picture.copy()
        out[y0:y1, x0:x1] = 0
        return out

    return change


def hosting(box: Box, seed: int = 77) -> Change:
    """Another clip in a corner."""

    def change(picture: Picture, t: float) -> Picture:
        x0, y0, x1, y1 = pixels(box, picture)
        out = picture.copy()
        out[y0:y1, x0:x1] = cv2.resize(shot(seed, t), (x1 - x0, y1 - y0))
        return out

    return change


def painted_out(box: Box, start: float, end: float) -> Change:
    """Filled in from around, for a while."""

    def change(picture: Picture, t: float) -> Picture:
        if not start <= t < end:
            return picture
        x0, y0, x1, y1 = pixels(box, picture)
        mask = np.zeros(picture.shape[:2], np.uint8)
        cv2.ellipse(
            mask,
            ((x0 + x1) // 2, (y0 + y1) // 2),
            ((x1 - x0) // 2, (y1 - y0) // 2),
            0,
            0,
            360,
            255,
            -1,
        )
        return np.asarray(cv2.inpaint(picture, mask, 5, cv2.INPAINT_TELEA), np.uint8)

    return change


def pasted_in(box: Box, start: float, end: float, seed: int = 78) -> Change:
    """A softly cut piece of another scene, for a while."""

    def change(picture: Picture, t: float) -> Picture:
        if not start <= t < end:
            return picture
        x0, y0, x1, y1 = pixels(box, picture)
        mask = np.zeros(picture.shape[:2], np.float32)
        cv2.ellipse(
            mask,
            ((x0 + x1) // 2, (y0 + y1) // 2),
            ((x1 - x0) // 2, (y1 - y0) // 2),
            0,
            0,
            360,
            1,
            -1,
        )
        soft = cv2.GaussianBlur(mask, (0, 0), 2.0)[..., None]
        other = np.roll(shot(seed, t), 40, axis=1)
        return np.asarray(picture * (1 - soft) + other * soft, np.uint8)

    return change


def captioned(picture: Picture, t: float) -> Picture:
    """A white bar with writing above the picture."""
    bar = np.full((48, picture.shape[1], 3), 255, np.uint8)
    for row, words in enumerate(
        ("unbelievable moment near the bridge", "local witness shows video")
    ):
        at = (10, 19 + 19 * row)
        cv2.putText(bar, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.55, (0, 0, 0), 1, cv2.LINE_AA)
    return np.vstack([bar, picture])


def recompressed(picture: Picture, t: float) -> Picture:
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 22])
    again = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert again is not None
    return np.ascontiguousarray(again[..., ::-1]).astype(np.uint8)


def softened(picture: Picture, t: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.5), np.uint8)


def noisy(picture: Picture, t: float) -> Picture:
    noise = np.random.default_rng(round(t * 100)).normal(0, 12, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def tinted(picture: Picture, t: float) -> Picture:
    """Darker to the rim, warmer, brighter."""
    y, x = np.mgrid[-1 : 1 : picture.shape[0] * 1j, -1 : 1 : picture.shape[1] * 1j]
    fall = (1 - 0.45 * (x**2 + y**2) / 2)[..., None]
    return np.asarray(np.clip(picture * fall * [1.25, 1.0, 0.8] + 12, 0, 255), np.uint8)
