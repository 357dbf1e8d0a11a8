"""Where in the item's frame the known picture can be seen.

The transform says where the known picture would lie; bars, caption bars and other pictures may be
laid over its margins, or it was cut before it was put beside them. Lines of the frame are looked at
from each side inward: those on which nothing agrees with the known picture show something else.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.explain.difference.registered_frames import (
    LONG_SIDE_PX,
    RegisteredPair,
    luma,
    registered_pairs,
)
from hashing.imaging.homography import apply_transform, to_unit_homography
from hashing.imaging.polygons import SIDES, area_in_unit_square, box_in_unit_square
from hashing.similarity.local_correlation import (
    MIN_AGREEING_CORRELATION,
    MIN_TEXTURE_DEVIATION,
    local_correlation,
)
from hashing.types import Box, Homography

UPRIGHT = 0.012  # how far a side may lean, as a share of the frame, and still count as upright
THINNEST = 0.025  # of the shown picture: a covered margin thinner than this is not looked for
SPEAKS = 0.08  # share of a line that must be textured before the line says anything
EDGE = 8.0  # grey levels of a border between two pictures
SPARSE = 11  # of the pixels, one in so many is enough for a brightness curve
BESIDE_PX = 6  # half a window: how far it reaches over a border
NEARBY_PX = 9  # how far from where the agreement ends its border is looked for


@dataclass(frozen=True, slots=True, eq=False)
class Extent:
    """The known picture in the item's frame, in the item's coordinates 0..1."""

    homography: Homography  # reference picture -> query picture
    corners: NDArray[np.float64]  # (4, 2) where the reference's corners fall; may lie outside
    box: Box  # upright box of what is seen of the known picture
    upright: bool  # its sides run along the frame's sides
    covered: tuple[
        float, float, float, float
    ]  # left, top, right, bottom: shares of the frame hidden

    @property
    def trimmed(self) -> bool:
        return max(self.covered) > 0

    @property
    def visible(self) -> Box:
        """The part of the reference's picture that is seen (contract's `visible`)."""
        x0, y0, x1, y1 = self.box
        frame = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        return box_in_unit_square(apply_transform(np.linalg.inv(np.array(self.homography)), frame))

    @property
    def kept(self) -> float:
        """Share of the reference's area that is seen, 0..1."""
        x0, y0, x1, y1 = self.box
        frame = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        return area_in_unit_square(apply_transform(np.linalg.inv(np.array(self.homography)), frame))


def over_missing_area(seen: Extent, decoded: Box | None) -> Extent:
    """The same where the frame's missing area shows the known picture too, as far as it reaches.

    decoded: what is there of the query's whole frame. What broke off was not cut away by anybody.
    """
    if decoded is None:
        return seen
    width, height = decoded[2] - decoded[0], decoded[3] - decoded[1]
    whole = (
        -decoded[0] / width,
        -decoded[1] / height,
        (1 - decoded[0]) / width,
        (1 - decoded[1]) / height,
    )
    edges = (0.0, 0.0, 1.0, 1.0)
    box = tuple(
        far if abs(side - edge) <= THINNEST else side
        for side, edge, far in zip(seen.box, edges, whole, strict=True)
    )
    return replace(seen, box=(box[0], box[1], box[2], box[3]))


def extent(query: FrameCache, reference: FrameCache, placement: Placement) -> Extent:
    """The visible area of the known picture, margins that show something else left out."""
    homography = to_unit_homography(placement.transform.matrix, query.size, reference.size)
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    corners = apply_transform(np.array(homography), unit)
    box = box_in_unit_square(corners)
    upright = _upright(corners)
    covered = (0.0, 0.0, 0.0, 0.0)
    if upright:
        # windows of a few pixels decide: a small picture in the frame is looked at larger
        part = max((box[2] - box[0]) * query.width, (box[3] - box[1]) * query.height)
        enlarged = LONG_SIDE_PX * max(query.size) / max(part, 0.3 * max(query.size))
        covered = _hidden_margins(
            registered_pairs(query, reference, placement, long_side=round(enlarged)), box
        )
    trimmed = (box[0] + covered[0], box[1] + covered[1], box[2] - covered[2], box[3] - covered[3])
    return Extent(homography, corners, trimmed, upright, covered)


def _upright(corners: NDArray[np.float64]) -> bool:
    """Whether each side of a quadrilateral runs along one of the frame's sides."""
    sides = np.roll(corners, -1, axis=0) - corners  # (4, 2)
    return bool((np.abs(sides).min(axis=1) <= UPRIGHT * np.abs(sides).max(axis=1).clip(1)).all())


def _hidden_margins(pairs: list[RegisteredPair], box: Box) -> tuple[float, float, float, float]:
    """How far from each side something other than the known picture is shown, as shares."""
    if not pairs:
        return (0.0, 0.0, 0.0, 0.0)
    height, width = pairs[0].covered.shape
    x0, y0 = round(box[0] * width), round(box[1] * height)
    x1, y1 = max(x0 + 8, round(box[2] * width)), max(y0 + 8, round(box[3] * height))
    agree, said = (part[y0:y1, x0:x1] for part in _count_agreeing_pairs(pairs))
    said, agree = (part * _clear_of_border(part.shape, box) for part in (said, agree))
    if said.sum() < 50 or agree.sum() < 0.25 * said.sum():
        return (0.0, 0.0, 0.0, 0.0)  # too little agrees to say where it ends
    differs = _difference(pairs)[y0:y1, x0:x1]
    out = []
    for side in SIDES:
        yes, asked, differ = (_turn_to_side(side, part) for part in (agree, said, differs))
        lines = np.stack([yes.sum(axis=1), asked.sum(axis=1)], axis=1).astype(np.float64)
        depth = _margin_depth(lines, yes.shape[1] * len(pairs))
        if depth and _margin_differs(differ, depth):
            views = [
                _turn_to_side(side, one.query[y0:y1, x0:x1]).astype(np.float32) for one in pairs
            ]
            depth = _snap_margin_to_border(views, depth)
            depth = depth if depth >= THINNEST * len(lines) else 0
        else:
            depth = 0
        out.append(depth / (width if side in ("left", "right") else height))
    return (out[0], out[1], out[2], out[3])


def _clear_of_border(shape: tuple[int, ...], box: Box) -> NDArray[np.bool_]:
    """(h, w) without the lines whose windows reach over a side of the box, if not the frame's."""
    out = np.zeros(shape, bool)
    left, top, right, bottom = (BESIDE_PX if 0.01 < side < 0.99 else 0 for side in box)
    out[top : shape[0] - bottom, left : shape[1] - right] = True
    return out


def _turn_to_side[T: np.generic](side: str, part: NDArray[T]) -> NDArray[T]:
    """(h, w, ...) turned so that the first line is the one at that side of the frame."""
    turned = np.swapaxes(part, 0, 1) if side in ("left", "right") else part
    return turned[::-1] if side in ("right", "bottom") else turned


def _difference(pairs: list[RegisteredPair]) -> NDArray[np.float32]:
    """(h, w) grey levels of difference after a common brightness curve, median over pairs."""
    maps = []
    for one in pairs:
        left = np.asarray(cv2.GaussianBlur(luma(one.query), (0, 0), 2.0), np.float32)
        right = np.asarray(cv2.GaussianBlur(luma(one.reference), (0, 0), 2.0), np.float32)
        gain, offset = straight(right[one.covered][::SPARSE], left[one.covered][::SPARSE])
        maps.append(np.abs(left - gain * right - offset))
    return np.asarray(np.median(maps, axis=0), np.float32)


def straight(source: NDArray[np.floating], target: NDArray[np.floating]) -> tuple[float, float]:
    """Brightness gain and offset that take most of `source` to `target`, whatever the rest does."""
    keep = np.ones(len(source), bool)
    gain, offset = 1.0, float(np.median(target - source)) if len(source) else 0.0
    for _ in range(5):
        if keep.sum() < 20 or source[keep].std() < 2.0:
            return gain, offset
        gain, offset = (float(v) for v in np.polyfit(source[keep], target[keep], 1))
        error = np.abs(target - gain * source - offset)
        keep = error <= max(3.0, 1.5 * float(np.median(error)))
    return gain, offset


def _margin_differs(differ: NDArray[np.float32], depth: int) -> bool:
    """Whether a margin differs far more from the known picture than the visible rest does."""
    return bool(np.median(differ[:depth]) > max(9.0, 2.5 * float(np.median(differ[depth:]))))


def _count_agreeing_pairs(
    pairs: list[RegisteredPair],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(h, w) twice: at how many pairs a place agrees, and at how many it says anything."""
    agree = np.zeros(pairs[0].covered.shape, np.float32)
    said = np.zeros_like(agree)
    for one in pairs:
        correlation, deviation = local_correlation(luma(one.query), luma(one.reference))
        speaks = one.covered & (deviation > MIN_TEXTURE_DEVIATION)
        said += speaks
        agree += speaks & (correlation > MIN_AGREEING_CORRELATION)
    return agree, said


def _margin_depth(lines: NDArray[np.float64], across: int) -> int:
    """How many lines from the edge of the frame do not agree with the known picture.

    lines: (n, 2) votes for and votes cast on each line, from the edge inward. across: votes that a
    line could cast.
    """
    yes, asked = lines.T
    usual = yes.sum() / asked.sum()
    # a line counts by how much it says; the prefix that speaks most clearly against is taken
    against = 0.4 * usual * asked - yes
    against[asked < SPEAKS * across] = 0
    total = np.cumsum(against)
    best = int(total.argmax()) + 1
    if total[best - 1] <= 0 or best < THINNEST * len(lines) or best > 0.75 * len(lines):
        return 0
    inside = asked[:best].sum()
    speaking = (asked[:best] >= SPEAKS * across).mean()
    if inside <= 0 or speaking < 0.5:
        return 0
    # against what is not covered: a wide margin lowers what is usual
    rest = yes[best:].sum() / max(1.0, asked[best:].sum())
    if yes[:best].sum() > 0.12 * max(usual, rest) * inside:
        return 0
    return best


def _snap_margin_to_border(views: list[NDArray[np.float32]], depth: int) -> int:
    """The depth moved to the straight border nearby; 0 if there is none and the margin is no bar.

    views: (n, m, 3) the item's picture of each pair, lines from the edge inward.
    """
    # a straight border has the same sign all along: the median of steps survives
    steps = [np.abs(np.median(np.diff(view, axis=0), axis=1)).max(axis=1) for view in views]
    step = np.median(steps, axis=0)  # (n - 1,): between line i and i + 1
    low, high = max(0, depth - 1 - NEARBY_PX), min(len(step), depth + NEARBY_PX)
    best = low + int(step[low:high].argmax())
    if step[best] >= max(EDGE, 4 * float(np.median(step))):
        return best + 1
    plain = np.median([view[: max(1, depth - 2)].std(axis=(0, 1)).max() for view in views]) < 4
    return depth if plain else 0
