"""Areas of the item that were made unreadable: covered in one tone, blurred, or turned to blocks.

Tiny pictures do not show it, since a blur that hides a face is gone when the whole picture is as
small as that. Kept pictures are compared at a few instants instead. In a covered area the item has
one tone and ends on a clear border; in a blurred one the known copy's fine detail is gone and its
coarse shapes stay; in blocks, the item is flat but for steps. All are held against what the rest of
the same picture kept, so that a soft or badly coded item has none. An area may move.
"""

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.looks import Look, looks, luma
from hashing.patch_kind import Finding
from hashing.placing import Placement
from hashing.reel import Reel
from hashing.squares import in_blocks, in_squares
from hashing.types import Box, Seconds, Span

type Way = Literal["covered", "unreadable"]
type Grey = NDArray[np.float32]
type Mask = NDArray[np.bool_]

MOST = 6  # instants
LONG_SIDE_PX = 384
SMALLEST, LARGEST = 0.004, 0.35  # of the frame
SHARE = 0.3  # of the instants at which an area has to be seen
FINE_PX = 1.6
SOFTER_PX = (2.0, 3.0, 4.5, 7.0, 10.0)
WINDOW_PX = 9
TEXTURE = 3.0  # grey levels of the known copy's fine detail that say something
GONE = 0.42  # of the fine detail that the rest of the picture keeps
KEEPS = 0.35  # of its fine detail that a picture has to keep to lose it anywhere
MARGIN_PX = 24
SAME_SHAPES = 0.9  # correlation of coarse shapes: filled-in areas stay under 0.87, hidden ones over
SHAPES_IN_SQUARES = 0.72  # … where steps along rows and columns say that nothing was filled in
NOTHING, SOFTENED, BLOCKY = 0.1, 0.45, 0.85  # of the fine detail's deviation that is left
ONE_TONE = 3.0  # grey levels of deviation in a covered area
APART = 14.0  # grey levels between a cover and what lies around it or under it
SHARP = 0.7  # share of a cover's rim with such a step
FILLS = 0.72  # share of the area's box
NEAR = 0.04  # of the frame: pieces this near to each other are one area
LAID_OVER = ("sticker", "inset_over", "overlay", "logo")


@dataclass(frozen=True, slots=True)
class Censored:
    """One area, as far as it is seen at the instants compared."""

    way: Way
    box: Box  # around all its places, in the item's picture
    area: float  # of the frame, at one instant
    span: Span | None  # of the item; None: throughout
    share: float  # of the instants


@dataclass(frozen=True, slots=True, eq=False)
class _Spot:
    way: Way
    box: Box
    area: float
    time: Seconds
    at: int  # which instant


def censored(query: Reel, reference: Reel, placement: Placement) -> list[Censored]:
    """Areas made unreadable, each once."""
    return areas(looks(query, reference, placement, MOST, min(LONG_SIDE_PX, max(query.size))))


def areas(held: list[Look]) -> list[Censored]:
    """The same from instants at hand."""
    spots = [spot for at, one in enumerate(held) for spot in _spots(one, at)]
    out = []
    for group in _tracks(spots):
        seen = {spot.at for spot in group}
        if len(held) > 1 and len(seen) < max(2, SHARE * len(held)):
            continue
        out.append(_area(group, len(seen), held))
    hidden = [one.box for one in out if one.way == "unreadable"]
    # a large block of one tone is a cover by itself
    return [
        one
        for one in out
        if one.way == "unreadable" or not any(mostly_in(one.box, box) for box in hidden)
    ]


def _tracks(spots: list[_Spot]) -> list[list[_Spot]]:
    """Spots that follow each other, the nearest first: an area that may move between instants."""
    groups: list[list[_Spot]] = []
    for spot in sorted(spots, key=lambda one: (one.at, -one.area)):
        open_ones = [g for g in groups if g[-1].at < spot.at and _same_kind(g[-1], spot)]
        if open_ones:
            min(open_ones, key=lambda g: _apart(g[-1].box, spot.box)).append(spot)
        else:
            groups.append([spot])
    return groups


def _same_kind(one: _Spot, other: _Spot) -> bool:
    return one.way == other.way and 0.2 < one.area / other.area < 5


def _apart(one: Box, other: Box) -> float:
    """How far two boxes' middles lie from each other, in frames."""
    x, y = (one[k] + one[k + 2] - other[k] - other[k + 2] for k in (0, 1))
    return float(np.hypot(x, y)) / 2


def _area(group: list[_Spot], seen: int, held: list[Look]) -> Censored:
    boxes = np.array([spot.box for spot in group])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    span = None
    if seen < 0.8 * len(held):
        times = [spot.time for spot in group]
        step = float(np.median(np.diff([one.time for one in held]))) / 2
        span = Span(max(0.0, min(times) - step), max(times) + step)
    area = float(np.median([spot.area for spot in group]))
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return Censored(group[0].way, box, area, span, seen / len(held))


def _spots(one: Look, at: int) -> list[_Spot]:
    left, right = luma(one.query), luma(one.reference)
    rim = np.ones((9, 9), np.uint8)
    inner = cv2.erode(one.covered.astype(np.uint8), rim, borderType=cv2.BORDER_REPLICATE) > 0
    if inner.sum() < 2000:
        return []
    found: list[tuple[Way, Mask]] = [("covered", region) for region in _covered(left, right, inner)]
    free = inner.copy()
    for _, region in found:
        free &= cv2.dilate(region.astype(np.uint8), np.ones((15, 15), np.uint8)) == 0
    found += _unreadable(left, right, free)
    return _pieced(
        [_Spot(way, _box(region), float(region.mean()), one.time, at) for way, region in found]
    )


def _box(region: Mask) -> Box:
    height, width = region.shape
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )


def _pieced(spots: list[_Spot]) -> list[_Spot]:
    """Spots of one instant that touch as one: flat places in an area say nothing, and part it."""
    out: list[_Spot] = []
    for spot in sorted(spots, key=lambda one: -one.area):
        for index, other in enumerate(out):
            if spot.way == other.way and _touch(spot.box, other.box):
                box = (
                    min(spot.box[0], other.box[0]),
                    min(spot.box[1], other.box[1]),
                    max(spot.box[2], other.box[2]),
                    max(spot.box[3], other.box[3]),
                )
                out[index] = replace(other, box=box, area=other.area + spot.area)
                break
        else:
            out.append(spot)
    return out


def _touch(one: Box, other: Box) -> bool:
    return all(one[k] < other[k + 2] + NEAR and other[k] < one[k + 2] + NEAR for k in (0, 1))


def _covered(left: Grey, right: Grey, inner: Mask) -> list[Mask]:
    """Areas of one tone with a clear border, where the known copy shows something else."""
    spread = _deviation(left, 5)
    differs = np.abs(left - right) > APART
    plain = inner & (spread < ONE_TONE)
    out = []
    for region in _regions(plain):
        tone = float(np.median(left[region]))
        alike = region & (np.abs(left - tone) < 6)
        under = float((differs | (_deviation(right, 5) > 2 * ONE_TONE))[region].mean())
        if alike.sum() < 0.95 * region.sum() or under < 0.6 or _fill(region) < 0.85:
            continue
        if not _within(region, inner):
            continue
        grown = cv2.dilate(region.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        ring = grown & ~(cv2.dilate(region.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)
        ring &= inner
        if ring.sum() >= 20 and (np.abs(left - tone)[ring] > APART / 2).mean() >= SHARP:
            out.append(region)
    return out


def _unreadable(left: Grey, right: Grey, free: Mask) -> list[tuple[Way, Mask]]:
    """Areas whose fine detail is gone, or is that of blocks, while coarse shapes stay."""
    mine, known = _fine(left), _fine(right)
    power_l, power_r = _mean(mine * mine), _mean(known * known)
    shared = _mean(mine * known)
    speaks = free & (power_r > TEXTURE**2)
    if speaks.sum() < 800:
        return []
    kept = shared / np.maximum(power_r, 1e-3)  # share of the known fine detail that is left
    usual = float(np.median(kept[speaks]))
    if usual < KEEPS:
        return []
    gone = speaks & (kept < GONE * usual)
    out: list[tuple[Way, Mask]] = []
    for region in _regions(gone, bridge=9, over=speaks):
        box = _boxed(region)
        asked = box & speaks
        if gone[asked].mean() < FILLS or asked.sum() < 0.25 * box.sum():
            continue
        weaker = float(np.sqrt(np.median(power_l[asked]) / np.median(power_r[asked]) / usual))
        if weaker < NOTHING and _one_extreme(left, region) and _within(region, free):
            out.append(("covered", region))
        elif weaker < BLOCKY:
            cut = _around(box)
            part, other, inside = left[cut], right[cut], box[cut]
            if weaker >= SOFTENED and not in_blocks(part, other, inside):
                continue
            least = SHAPES_IN_SQUARES if in_squares(part, other, inside) else SAME_SHAPES
            if _shapes(part, other, inside) >= least:
                out.append(("unreadable", box))
    return out


def _around(box: Mask) -> tuple[slice, slice]:
    """The part of the picture in which a box lies, as far as blurring it reaches."""
    rows, columns = np.flatnonzero(box.any(axis=1)), np.flatnonzero(box.any(axis=0))
    return (
        slice(max(0, rows[0] - MARGIN_PX), rows[-1] + MARGIN_PX),
        slice(max(0, columns[0] - MARGIN_PX), columns[-1] + MARGIN_PX),
    )


def _regions(cells: Mask, bridge: int = 3, over: Mask | None = None) -> list[Mask]:
    """Connected regions of a fitting size, not along a whole side of the frame."""
    near = cells
    if over is not None:  # lone cells are chance
        dense = cv2.blur(cells.astype(np.float32), (15, 15))
        asked = cv2.blur(over.astype(np.float32), (15, 15))
        near = np.asarray(cells & (dense > 0.6 * asked))
    joined = cv2.morphologyEx(
        near.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((bridge, bridge), np.uint8)
    )
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    height, width = cells.shape
    out = []
    for label in range(1, count):
        _, _, w, h, area = stats[label]
        if not SMALLEST <= area / (height * width) <= LARGEST:
            continue
        if w > 0.85 * width or h > 0.85 * height or min(w, h) < 12:
            continue
        out.append(np.asarray(labels == label))
    return out


def _within(region: Mask, inner: Mask) -> bool:
    """Whether an area keeps away from the picture's rim, where bars and captions end."""
    x0, y0, x1, y1 = _box(region)
    if min(x0, y0, 1 - x1, 1 - y1) < 0.01:
        return False
    near = cv2.dilate(region.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return bool((near & ~inner).sum() < 0.1 * near.sum())


def _one_extreme(grey: Grey, region: Mask) -> bool:
    """Whether an area is black or white throughout: by night its border may not show."""
    tones = grey[region]
    low, high = np.percentile(tones, [5, 95])
    return bool(high - low < 8 and (high < 24 or low > 231))


def _boxed(region: Mask) -> Mask:
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    out = np.zeros_like(region)
    out[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return out


def _fill(region: Mask) -> float:
    return float(region.sum() / _boxed(region).sum())


def _fine(grey: Grey) -> Grey:
    return np.asarray(
        cv2.GaussianBlur(grey, (0, 0), 0.6) - cv2.GaussianBlur(grey, (0, 0), FINE_PX), np.float32
    )


def _mean(values: Grey) -> Grey:
    return np.asarray(cv2.boxFilter(values, -1, (WINDOW_PX, WINDOW_PX)), np.float32)


def _deviation(grey: Grey, side: int) -> Grey:
    mean = cv2.blur(grey, (side, side))
    return np.sqrt(np.maximum(0, cv2.blur(grey * grey, (side, side)) - mean * mean))


def _shapes(left: Grey, right: Grey, box: Mask) -> float:
    """How well a box is the known copy's, softened; its shading left out, which anything has.

    What is filled in from around continues the shading, and nothing of the shapes.
    """
    rows, columns = np.nonzero(box)
    design = np.stack([np.ones(len(rows)), rows, columns], axis=1).astype(np.float32)
    best = 0.0
    for soft in SOFTER_PX:
        a, b = (
            cv2.GaussianBlur(one, (0, 0), sigma)[box]
            for one, sigma in ((left, 0.5 * soft), (right, soft))
        )
        a, b = (one - design @ np.linalg.lstsq(design, one, rcond=None)[0] for one in (a, b))
        if min(float(a.std()), float(b.std())) >= 1.0:
            best = max(best, float(np.corrcoef(a, b)[0, 1]))
    return best


def without_hidden(found: list[Finding], hidden: list[Censored]) -> list[Finding]:
    """The findings that are not of a censored area, which differs from the known copy anyhow."""
    return [
        one
        for one in found
        if one.kind == "text" or not any(mostly_in(one.patch.box, area.box) for area in hidden)
    ]


def on_footage(hidden: list[Censored], found: list[Finding]) -> list[Censored]:
    """The areas without plates that writing stands on, and plain parts of what was laid over."""
    texts = [one.patch.box for one in found if one.kind == "text"]
    larger = [one.patch.box for one in found if one.kind in LAID_OVER]
    return [
        area
        for area in hidden
        if area.way != "covered"
        or not (
            any(mostly_in(text, area.box) for text in texts)
            or any(mostly_in(area.box, box) and _size(box) > 2 * _size(area.box) for box in larger)
        )
    ]


def _size(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def mostly_in(inner: Box, outer: Box) -> bool:
    """Whether most of a box lies in another."""
    width = min(inner[2], outer[2]) - max(inner[0], outer[0])
    height = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return width > 0 and height > 0 and width * height > 0.5 * area
