"""Edits of one's own making on real footage: what was done, to which clip, and where it lies now.

Each maker draws its parameters from a seeded generator and returns a `Plan`: what becomes of each
picture, and what a report should and may say of it. Kinds are those that re-uploaders use and that
the shared benchmark's development split has little or nothing of.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

type Picture = NDArray[np.uint8]  # (H, W, 3) RGB
type Random = np.random.Generator
type Change = Callable[[Picture, float], Picture]  # picture, moment in s

IDENTITY = np.eye(3)
WORDS = ["THIS", "HAPPENED", "LAST", "NIGHT", "NEAR", "THE", "HARBOUR", "SHARE", "IT", "NOW"]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is done to a clip."""

    change: Change
    says: frozenset[str]  # types that a report should name
    may: frozenset[str] = frozenset()  # types that it may name as well
    homography: NDArray[np.float64] | None = field(default_factory=lambda: IDENTITY)  # 0..1
    rate: float | None = None  # pictures a second; None: as the clip
    order: Callable[[int], list[int]] | None = None  # indices of the pictures shown
    speed: float = 1.0
    reversed: bool = False
    crf: int = 26
    gif: bool = False  # written as a GIF


def _same(picture: Picture, _: float) -> Picture:
    return picture


def _resized(picture: Picture, width: int, height: int) -> Picture:
    size = (max(2, width // 2 * 2), max(2, height // 2 * 2))
    method = cv2.INTER_AREA if picture.shape[1] > size[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)


def _placed(x: float, y: float, w: float, h: float) -> NDArray[np.float64]:
    return np.array([[w, 0, x], [0, h, y], [0, 0, 1.0]])


def _filling(picture: Picture, width: int, height: int) -> Picture:
    """Cut to a shape, the middle kept."""
    high, wide = picture.shape[:2]
    scale = max(width / wide, height / high)
    large = cv2.resize(picture, (round(wide * scale) + 1, round(high * scale) + 1))
    x, y = (large.shape[1] - width) // 2, (large.shape[0] - height) // 2
    return np.asarray(large[y : y + height, x : x + width], np.uint8)


def copy(rng: Random, other: Change) -> Plan:
    """Coded again at a quality of chance, which is no edit worth telling."""
    return Plan(_same, frozenset(), crf=int(rng.integers(24, 39)))


def split_beside(rng: Random, other: Change) -> Plan:
    """Two clips beside each other, both whole, under bars."""
    left = bool(rng.random() < 0.5)

    def change(picture: Picture, t: float) -> Picture:
        both = [picture, _filling(other(picture, t), picture.shape[1], picture.shape[0])]
        return np.concatenate(both if left else both[::-1], axis=1)

    where = _placed(0 if left else 0.5, 0, 0.5, 1)
    return Plan(change, frozenset({"split_screen"}), frozenset({"downscaled"}), where)


def split_cut(rng: Random, other: Change) -> Plan:
    """Two clips beside each other, both cut to half a frame."""
    left = bool(rng.random() < 0.5)

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        quarter = wide // 4 // 2 * 2
        both = [
            picture[:, quarter : wide - quarter],
            _filling(other(picture, t), wide - 2 * quarter, high),
        ]
        return np.concatenate(both if left else both[::-1], axis=1)

    where = _placed(-0.25 if left else 0.25, 0, 1, 1)
    return Plan(change, frozenset({"split_screen", "crop"}), frozenset(), where)


def split_stacked(rng: Random, other: Change) -> Plan:
    """Two clips on top of each other, both whole."""
    top = bool(rng.random() < 0.5)

    def change(picture: Picture, t: float) -> Picture:
        both = [picture, _filling(other(picture, t), picture.shape[1], picture.shape[0])]
        return np.concatenate(both if top else both[::-1], axis=0)

    where = _placed(0, 0 if top else 0.5, 1, 0.5)
    return Plan(change, frozenset({"split_screen"}), frozenset({"downscaled"}), where)


def stretch(rng: Random, other: Change) -> Plan:
    """Wider or higher by 1.2 to 1.6."""
    factor = float(rng.uniform(1.2, 1.6))
    wide = bool(rng.random() < 0.5)

    def change(picture: Picture, t: float) -> Picture:
        high, width = picture.shape[:2]
        if wide:
            return _resized(picture, width, round(high / factor))
        return _resized(picture, round(width / factor), high)

    return Plan(change, frozenset({"stretch"}), frozenset({"downscaled"}))


def zoom_pan(rng: Random, other: Change) -> Plan:
    """A crop that moves and grows evenly."""
    first, last = rng.uniform(0.62, 0.95, 2)
    a, b = rng.random(2), rng.random(2)
    seconds = 8.0

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        u = min(1.0, t / seconds)
        side = first + (last - first) * u
        x, y = (a + (b - a) * u) * (1 - side)
        matrix = np.array([[1 / side, 0, -x * wide / side], [0, 1 / side, -y * high / side]])
        return np.asarray(cv2.warpAffine(picture, matrix, (wide, high)), np.uint8)

    return Plan(change, frozenset({"zoom_pan"}), frozenset({"crop"}), None)


def _censor(rng: Random, hide: Change, moving: bool) -> Plan:
    w, h = rng.uniform(0.15, 0.32, 2)
    a = rng.uniform(0.05, 0.6, 2)
    b = rng.uniform(0.05, 0.6, 2) if moving else a

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        x, y = a + (b - a) * min(1.0, t / 8)
        x0, y0 = round(x * wide), round(y * high)
        box = slice(y0, y0 + round(h * high)), slice(x0, x0 + round(w * wide))
        out = picture.copy()
        out[box] = hide(picture[box], t)
        return out

    return Plan(change, frozenset({"censor"}))


def _blur(part: Picture, _: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(part, (0, 0), 0.09 * min(part.shape[:2])), np.uint8)


def _pixels(part: Picture, _: float) -> Picture:
    high, wide = part.shape[:2]
    few = cv2.resize(part, (max(3, wide // 14), max(3, high // 14)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(few, (wide, high), interpolation=cv2.INTER_NEAREST), np.uint8)


def _black(part: Picture, _: float) -> Picture:
    return np.zeros_like(part)


def censor_blur(rng: Random, other: Change) -> Plan:
    return _censor(rng, _blur, moving=False)


def censor_blur_moving(rng: Random, other: Change) -> Plan:
    return _censor(rng, _blur, moving=True)


def censor_pixels(rng: Random, other: Change) -> Plan:
    return _censor(rng, _pixels, moving=False)


def censor_pixels_moving(rng: Random, other: Change) -> Plan:
    return _censor(rng, _pixels, moving=True)


def censor_black(rng: Random, other: Change) -> Plan:
    return _censor(rng, _black, moving=False)


def censor_black_moving(rng: Random, other: Change) -> Plan:
    return _censor(rng, _black, moving=True)


def vignette(rng: Random, other: Change) -> Plan:
    """Corners darkened to between 25 and 60 % of what they were."""
    corner = float(rng.uniform(0.25, 0.6))

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        y, x = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
        falls = 1 - (1 - corner) * ((x**2 + y**2) / 2) ** 1.2
        return np.asarray(picture * falls[..., None], np.uint8)

    return Plan(change, frozenset({"brightness"}))


def gif_like(rng: Random, other: Change) -> Plan:
    """Few colours, dithered; 8 to 10 pictures a second; 320 pixels."""
    colours = int(rng.choice([256, 64]))

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        few = Image.fromarray(_resized(picture, 320, round(320 * high / wide)))
        return np.asarray(few.quantize(colours).convert("RGB"), np.uint8)

    may = frozenset({"downscaled", "noise", "recompressed"})
    rate = float(rng.choice([8.0, 10.0]))
    return Plan(change, frozenset({"frame_rate"}), may, rate=rate)


def gif(rng: Random, other: Change) -> Plan:
    """The same as a GIF file."""
    plan = gif_like(rng, other)
    return Plan(plan.change, plan.says, plan.may, rate=plan.rate, gif=True)


def turned(rng: Random, other: Change) -> Plan:
    """Turned by 2 to 8 degrees, black in the corners."""
    degrees = float(rng.uniform(2, 8) * rng.choice([-1, 1]))

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1.0)
        return np.asarray(cv2.warpAffine(picture, matrix, (wide, high)), np.uint8)

    return Plan(change, frozenset({"rotate"}), frozenset({"crop"}), None)


def caption_bar(rng: Random, other: Change) -> Plan:
    """A bar with two lines of writing above or below."""
    above = bool(rng.random() < 0.5)
    dark = bool(rng.random() < 0.5)
    text = [" ".join(rng.choice(WORDS, 4)) for _ in range(2)]

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        bar = np.full((high // 5 // 2 * 2, wide, 3), 0 if dark else 255, np.uint8)
        for row, line in enumerate(text):
            at = (int(0.04 * wide), int(bar.shape[0] * (0.4 + 0.45 * row)))
            ink = (255,) * 3 if dark else (0,) * 3
            cv2.putText(bar, line, at, cv2.FONT_HERSHEY_DUPLEX, wide / 800, ink, 2, cv2.LINE_AA)
        return np.concatenate([bar, picture] if above else [picture, bar])

    share = 0.2 / 1.2
    where = _placed(0, share if above else 0, 1, 1 - share)
    return Plan(change, frozenset({"text"}), frozenset({"letterbox"}), where)


def corner_inset(rng: Random, other: Change) -> Plan:
    """The clip small in a corner of another."""
    side = float(rng.uniform(0.27, 0.42))
    x, y = (float(v) for v in rng.choice([0.03, 0.97 - side], 2))

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        out = _filling(other(picture, t), wide, high).copy()
        small = _resized(picture, round(side * wide), round(side * high))
        x0, y0 = round(x * wide), round(y * high)
        out[y0 : y0 + small.shape[0], x0 : x0 + small.shape[1]] = small
        return out

    return Plan(change, frozenset({"inset"}), frozenset({"downscaled"}), _placed(x, y, side, side))


def corner_host(rng: Random, other: Change) -> Plan:
    """Another clip small in a corner of the clip."""
    side = float(rng.uniform(0.25, 0.36))
    x, y = (float(v) for v in rng.choice([0.03, 0.97 - side], 2))

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        out = picture.copy()
        small = _filling(other(picture, t), round(side * wide), round(side * high))
        x0, y0 = round(x * wide), round(y * high)
        out[y0 : y0 + small.shape[0], x0 : x0 + small.shape[1]] = small
        return out

    return Plan(change, frozenset({"inset_over"}))


def speed(rng: Random, other: Change) -> Plan:
    factor = float(rng.choice([0.5, 0.67, 0.8, 1.25, 1.5, 2.0]))
    return Plan(_same, frozenset({"speed"}), frozenset({"frame_rate"}), speed=factor)


def drops(rng: Random, other: Change) -> Plan:
    """A fifth to a third of the pictures missing by chance."""
    share = float(rng.uniform(0.2, 0.33))

    def order(count: int) -> list[int]:
        return [int(i) for i in np.flatnonzero(rng.random(count) > share)]

    return Plan(_same, frozenset({"frames_dropped"}), frozenset(), order=order)


def backwards(rng: Random, other: Change) -> Plan:
    return Plan(_same, frozenset({"reversed"}), order=lambda n: list(range(n))[::-1], reversed=True)


def screen(rng: Random, other: Change) -> Plan:
    """On an application's page with a bar of signs above and writing below."""
    shade = int(rng.choice([18, 245]))

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        top, bottom, side = high // 8, high // 3, wide // 16
        page = np.full((high + top + bottom, wide + 2 * side, 3), shade, np.uint8)
        page[top : top + high, side : side + wide] = picture
        ink = (30,) * 3 if shade > 128 else (225,) * 3
        for k, colour in enumerate([(220, 60, 50), (60, 120, 220), (70, 180, 90)]):
            at = (side + 20 + 46 * k, top // 2)
            cv2.circle(page, at, top // 4, colour, -1, cv2.LINE_AA)
        for k in range(3):
            line = " ".join(WORDS[3 * k : 3 * k + 4]).lower()
            at = (side, top + high + 24 + 26 * k)
            cv2.putText(page, line, at, cv2.FONT_HERSHEY_SIMPLEX, 0.55, ink, 1, cv2.LINE_AA)
        return page[: page.shape[0] // 2 * 2, : page.shape[1] // 2 * 2]

    return Plan(change, frozenset({"screen_recording"}), frozenset({"downscaled"}), None)


def mirrored_cropped(rng: Random, other: Change) -> Plan:
    """Mirrored, cut to 70 to 85 %, with a line of writing near the bottom."""
    side = float(rng.uniform(0.7, 0.85))
    x, y = (float(v) for v in rng.random(2) * (1 - side))
    text = " ".join(rng.choice(WORDS, 4))

    def change(picture: Picture, t: float) -> Picture:
        high, wide = picture.shape[:2]
        part = picture[round(y * high) :, round(x * wide) :]
        part = part[: round(side * high), : round(side * wide)][:, ::-1]
        out = _resized(part, wide, high)
        at = (int(0.08 * wide), int(0.9 * high))
        for width, ink in ((5, (0, 0, 0)), (2, (255, 255, 255))):
            cv2.putText(out, text, at, cv2.FONT_HERSHEY_DUPLEX, wide / 900, ink, width, cv2.LINE_AA)
        return out

    where = np.array([[-1 / side, 0, (x + side) / side], [0, 1 / side, -y / side], [0, 0, 1.0]])
    return Plan(change, frozenset({"mirror", "crop", "text"}), frozenset(), where)


def _scene_change(rng: Random, change_part: Change, says: str) -> Plan:
    w, h = rng.uniform(0.12, 0.24, 2)
    x, y = rng.uniform(0.08, 0.65, 2)
    start = float(rng.uniform(0.5, 2.5))
    end = start + float(rng.uniform(3.0, 5.0))

    def change(picture: Picture, t: float) -> Picture:
        if not start <= t < end:
            return picture
        high, wide = picture.shape[:2]
        x0, y0 = round(x * wide), round(y * high)
        box = slice(y0, y0 + round(h * high)), slice(x0, x0 + round(w * wide))
        out = picture.copy()
        if says == "tamper_removed":
            mask = np.zeros(picture.shape[:2], np.uint8)
            mask[box] = 255
            return np.asarray(cv2.inpaint(out, mask, 3, cv2.INPAINT_TELEA), np.uint8)
        part = change_part(picture, t)
        size = (box[1].stop - box[1].start, box[0].stop - box[0].start)
        ellipse = np.zeros((size[1], size[0]), np.float32)
        middle = (size[0] // 2, size[1] // 2)
        axes = (max(2, size[0] * 2 // 5), max(2, size[1] * 2 // 5))
        cv2.ellipse(ellipse, middle, axes, 0, 0, 360, 1.0, -1)
        ellipse = cv2.GaussianBlur(ellipse, (0, 0), 2.0)[..., None]
        out[box] = (cv2.resize(part, size) * ellipse + out[box] * (1 - ellipse)).astype(np.uint8)
        return out

    return Plan(change, frozenset({says}))


def scene_removed(rng: Random, other: Change) -> Plan:
    """A part painted over from around it for some seconds."""
    return _scene_change(rng, other, "tamper_removed")


def scene_added(rng: Random, other: Change) -> Plan:
    """A thing from another clip put in, its rim soft, for some seconds."""
    x, y = rng.uniform(0.2, 0.6, 2)

    def thing(picture: Picture, t: float) -> Picture:
        from_there = other(picture, 0.0)
        high, wide = from_there.shape[:2]
        return from_there[round(y * high) :, round(x * wide) :][: high // 4, : wide // 4]

    return _scene_change(rng, thing, "tamper_added")


MAKERS: dict[str, Callable[[Random, Change], Plan]] = {
    one.__name__: one
    for one in (
        copy, split_beside, split_cut, split_stacked, stretch, zoom_pan, censor_blur,
        censor_blur_moving, censor_pixels, censor_pixels_moving, censor_black,
        censor_black_moving, vignette, gif_like, gif, turned, caption_bar, corner_inset,
        corner_host, speed, drops, backwards, screen, mirrored_cropped, scene_removed, scene_added,
    )
}  # fmt: skip
