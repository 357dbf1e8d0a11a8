"""Clips framed, cropped, turned and toned, with the transform measured as matching measures it.

The frame pairs are given, so that these tests say nothing about finding; the transform is estimated
from keypoints of the kept pictures, so that its error is a true one.
"""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.frame_pairs import match_frames
from hashing.align.placement import FramePair, Placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import estimate_transform
from hashing.imaging.keypoints import pool_correspondences
from hashing.types import Box, Line
from tests.hashing.explain.overlay_made import RATE, Change, Picture, reel
from tests.made import scene

type Still = Callable[[Picture], Picture]

LENGTH_S = 2.4
INSTANTS = 4


def always(change: Still) -> Change:
    """An edit that is the same at all moments."""
    return lambda picture, t: change(picture)


def placed(
    query: FrameCache, reference: FrameCache, mirrored: bool = False, length: float = LENGTH_S
) -> Placement:
    """The placement that keypoints of the same instants give."""
    moments = (np.arange(INSTANTS) + 0.5) / INSTANTS * length if length else np.zeros(1)
    pairs = [(query.nearest_index(float(t)), reference.nearest_index(float(t))) for t in moments]
    parts = [match_frames(query, reference, pair, None, mirrored=mirrored) for pair in pairs]
    transform = estimate_transform(pool_correspondences(parts), reference.size)
    assert transform is not None
    frames = tuple(
        FramePair(q, r, 50, len(part.query)) for (q, r), part in zip(pairs, parts, strict=True)
    )
    line = Line(0.0, length, 1.0, False, 0.0, 0.98, 0.8)
    return Placement(transform, (line,), frames, None)


def longer(placement: Placement, start: float) -> Placement:
    """The same placement, covering the item from `start` on only."""
    lines = tuple(replace(line, start=start) for line in placement.lines)
    kept = tuple(pair for pair in placement.pairs if pair.query_index / RATE >= start)
    return replace(placement, lines=lines, pairs=kept)


def resized(size: tuple[int, int]) -> Still:
    def change(picture: Picture) -> Picture:
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)

    return change


def cropped(box: Box) -> Still:
    def change(picture: Picture) -> Picture:
        height, width = picture.shape[:2]
        x0, y0, x1, y1 = box
        part = picture[
            round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)
        ]
        return np.ascontiguousarray(part[: len(part) // 2 * 2, : part.shape[1] // 2 * 2])

    return change


def mirrored(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


def upside_down(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[::-1])


def quarter(picture: Picture) -> Picture:
    return np.ascontiguousarray(np.rot90(picture, -1))


def turned(degrees: float) -> Still:
    """Clockwise within the same frame, black corners."""

    def change(picture: Picture) -> Picture:
        height, width = picture.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
        return np.asarray(cv2.warpAffine(picture, matrix, (width, height)), np.uint8)

    return change


def barred(top: int = 0, left: int = 0, grey: int = 0) -> Still:
    def change(picture: Picture) -> Picture:
        return np.pad(picture, ((top, top), (left, left), (0, 0)), constant_values=grey)

    return change


def in_space(picture: Picture, t: float) -> Picture:
    """The picture in a disc, and black around it up to the frame."""
    height, width = picture.shape[:2]
    disc = np.zeros((height, width), np.uint8)
    cv2.circle(disc, (width // 2, height // 2), height * 2 // 5, 1, -1)
    return np.asarray(picture * disc[..., None], np.uint8)


def on_blur(picture: Picture) -> Picture:
    """Upright frame for a phone, filled with a blurred enlargement."""
    width, height = 288, 512
    tall = cv2.resize(picture, (round(height * picture.shape[1] / picture.shape[0]), height))
    x = (tall.shape[1] - width) // 2
    out = cv2.GaussianBlur(tall[:, x : x + width], (0, 0), 14)
    small = cv2.resize(picture, (width, 162), interpolation=cv2.INTER_AREA)
    out[175:337] = small
    return np.asarray(out, np.uint8)


def inside(box: Box, seed: int = 91) -> Change:
    """As an inset in another clip."""

    def change(picture: Picture, t: float) -> Picture:
        height, width = picture.shape[:2]
        out = scene(seed, t, (width, height)).copy()
        x0, y0, x1, y1 = (round(v) for v in np.multiply(box, [width, height, width, height]))
        out[y0:y1, x0:x1] = cv2.resize(picture, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
        return out

    return change


def side_by_side(picture: Picture, t: float) -> Picture:
    """The middle of the picture in the left half, another clip in the right one."""
    height, width = picture.shape[:2]
    half = width // 2
    other = scene(92, t, (width, height))
    return np.hstack([picture[:, half // 2 : half // 2 + half], other[:, :half]])


def stacked(picture: Picture, t: float) -> Picture:
    """Whole, above another clip."""
    return np.vstack([picture, scene(93, t, (picture.shape[1], picture.shape[0]))])


def by_night(picture: Picture, t: float) -> Picture:
    """Whole, to the right of a dark picture with a ball in it."""
    height, width = picture.shape[:2]
    dark = np.full_like(picture, 4)
    at = (width // 2 + round(20 * np.sin(2 * t)), height // 2)
    cv2.ellipse(dark, at, (width * 2 // 5, height * 2 // 5), 0, 0, 360, (50, 60, 110), -1)
    return np.hstack([dark, picture])


def filmed(picture: Picture) -> Picture:
    """A screen in a dark room, seen at a slant."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    to = np.array([[0.12, 0.05], [0.92, 0.16], [0.9, 0.8], [0.1, 0.95]]) * [width, height]
    matrix = cv2.getPerspectiveTransform(corners, to.astype(np.float32))
    framed = picture.copy()
    cv2.rectangle(framed, (0, 0), (width - 1, height - 1), (12, 12, 12), 6)
    size = (width, height)
    room = cv2.warpPerspective(framed, matrix, size, borderValue=(70, 68, 66))
    return np.asarray(cv2.GaussianBlur(room, (0, 0), 0.8), np.uint8)


def on_page(picture: Picture) -> Picture:
    """On a white page with lines of text, buttons and round faces around it."""
    page = np.full((400, 560, 3), 253, np.uint8)
    for row in range(14):
        y = 24 + 27 * row
        cv2.putText(page, "lorem ipsum", (6, y), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (60, 60, 60), 1)
        cv2.circle(page, (500, y), 9, (40 + 15 * row, 90, 220 - 14 * row), -1, cv2.LINE_AA)
    for column in range(6):
        cv2.circle(page, (150 + 50 * column, 60), 18, (220 - 30 * column, 60, 40), -1, cv2.LINE_AA)
    page[150:330, 120:440] = cv2.resize(picture, (320, 180), interpolation=cv2.INTER_AREA)
    return page


def panned(picture: Picture, t: float) -> Picture:
    """A crop of 70 % of either side that wanders from left to right."""
    height, width = picture.shape[:2]
    x = round(0.3 * width * t / LENGTH_S)
    return picture[40 : 40 + height * 7 // 10 // 2 * 2, x : x + width * 7 // 10 // 2 * 2]


def zoomed(picture: Picture, t: float) -> Picture:
    """Slowly closer, by a third."""
    height, width = picture.shape[:2]
    share = 1 - 0.25 * t / LENGTH_S
    matrix = np.array([[share, 0, (1 - share) * width / 2], [0, share, (1 - share) * height / 2]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), flags=flags), np.uint8)


def grey(picture: Picture) -> Picture:
    luma = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    return np.repeat(luma[..., None], 3, axis=2)


def gained(gain: float, offset: float) -> Still:
    return lambda picture: np.clip(picture * gain + offset, 0, 255).astype(np.uint8)


def hue_turned(degrees: float) -> Still:
    def change(picture: Picture) -> Picture:
        hsv = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV), np.uint8).copy()
        hsv[..., 0] = (hsv[..., 0].astype(int) + round(degrees / 2)) % 180
        return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)

    return change


def warmed(picture: Picture) -> Picture:
    return np.clip(picture * [1.25, 1.0, 0.8], 0, 255).astype(np.uint8)


def vignetted(picture: Picture) -> Picture:
    y, x = np.mgrid[-1 : 1 : picture.shape[0] * 1j, -1 : 1 : picture.shape[1] * 1j]
    return np.asarray(picture * (1 - 0.3 * (x**2 + y**2))[..., None], np.uint8)


def wrong_matrix(picture: Picture) -> Picture:
    """Written with the matrix of BT.709, read with that of BT.601."""
    to_709 = np.array([[0.2126, 0.7152, 0.0722], [-0.1146, -0.3854, 0.5], [0.5, -0.4542, -0.0458]])
    from_601 = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]])
    matrix: NDArray[np.float64] = from_601 @ to_709
    return np.clip(picture @ matrix.T, 0, 255).astype(np.uint8)


def worn(picture: Picture) -> Picture:
    """Small, then coarsely compressed."""
    small = cv2.resize(picture, (352, 198), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 20])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def made(change: Change | None = None, length: float = LENGTH_S, seed: int = 21) -> FrameCache:
    return reel(seed, change, length)
