"""Areas of the item that were made unreadable: covered in one tone, blurred, or turned to blocks.

Tiny pictures do not show it, since a blur that hides a face is gone when the whole picture is as
small as that. Kept pictures are compared at a few instants instead. In a covered area the item has
one tone and ends on a clear border; in a blurred one the known copy's fine detail is gone and its
coarse shapes stay; in blocks, the item is flat but for steps. All are compared with what the rest
of the same picture kept, so that a soft or badly coded item has none. An area may move.
"""

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType, Family
from hashing.explain.difference.registered_frames import (
    RegisteredPair,
    luma,
    register_at,
    same_time_indices,
)
from hashing.explain.redaction.blurred_areas import (
    Detail,
    Rectangle,
    Standing,
    at_once,
    detail,
    likeness,
    standing,
)
from hashing.explain.redaction.solid_fills import covers, one_extreme, toned, within
from hashing.explain.regions.classify_patches import Finding
from hashing.imaging.boxes import area_of, intersects, mostly_in
from hashing.imaging.connected_components import bounding_box
from hashing.types import Box, Seconds, Span

type Way = Literal["covered", "unreadable"]
type Grey = NDArray[np.float32]
type Mask = NDArray[np.bool_]

MOST = 12  # instants
LONG_SIDE_PX = 384
SHARE = 0.3  # of the instants at which an area has to be seen
STEP, PACE = 0.1, 0.25  # how far an area may move at once, and in a second, in frames
NEAR = 0.04  # of the frame: pieces this near to each other are one area
MOVES = 1.4  # times its own area, that the box around all places of a moving one has at least
# what may have a plain part of its own; writing stands on a plate, which is another matter
MAY_BE_PLAIN = (EditType.STICKER, EditType.INSET_OVER, EditType.OVERLAY, EditType.LOGO)


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


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What one instant shows."""

    spots: list[_Spot]
    detail: Detail | None


def censored(query: FrameCache, reference: FrameCache, placement: Placement) -> list[Censored]:
    """Redacted areas of the item, each once."""
    return areas(_instants(query, reference, placement))


def _instants(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> list[RegisteredPair]:
    """Instants of moments nearly the same: of three neighbouring known ones the most alike."""
    pairs = same_time_indices(query, reference, placement, MOST)
    side, last = min(LONG_SIDE_PX, max(query.size)), len(reference.times) - 1
    near = [[at for at in (b - 1, b, b + 1) if 0 <= at <= last] for _, b in pairs]
    tried = [(a, at) for (a, _), some in zip(pairs, near, strict=True) for at in some]
    rest = iter(register_at(query, reference, placement, tried, side))
    return [max((next(rest) for _ in some), key=likeness) for some in near]


def areas(pairs: list[RegisteredPair]) -> list[Censored]:
    """Redacted areas, each once, from instants at hand."""
    seen = [_redacted_spots(one, at) for at, one in enumerate(pairs)]
    known = [one.detail for one in seen if one.detail is not None]
    stand = [_stands_still(one, known[0]) for one in standing(known)]
    groups = _tracks([spot for one in seen for spot in one.spots])
    moving = [
        _area(group, len({spot.at for spot in group}), pairs)
        for group in groups
        if not any(_stays_in(group, one.box) for one in stand)
    ]
    least = max(2, SHARE * len(pairs)) if len(pairs) > 1 else 1
    moving = [one for one in moving if round(one.share * len(pairs)) >= least]
    out = moving + [
        one
        for one in stand
        if not any(mostly_in(one.box, other.box) for other in moving if other.way == one.way)
    ]
    hidden = [one.box for one in out if one.way == "unreadable"]
    # a large block of one tone is a cover by itself
    return [
        one
        for one in out
        if one.way == "unreadable" or not any(mostly_in(one.box, box) for box in hidden)
    ]


def _stands_still(one: Standing, any_instant: Detail) -> Censored:
    box = _of_rectangle(one.area, any_instant)
    return Censored("unreadable", box, area_of(box), None, one.share)


def _stays_in(group: list[_Spot], box: Box) -> bool:
    """Whether spots that follow each other are parts of an area that stands still."""
    parts = [spot.way == "unreadable" and mostly_in(spot.box, box) for spot in group]
    return sum(parts) > 0.6 * len(parts) and area_of(_around(group)) < 1.6 * area_of(box)


def _around(group: list[_Spot]) -> Box:
    boxes = np.array([spot.box for spot in group])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _tracks(spots: list[_Spot]) -> list[list[_Spot]]:
    """Spots that follow each other, the nearest first: an area that may move between instants."""
    groups: list[list[_Spot]] = []
    for spot in sorted(spots, key=lambda one: (one.at, -one.area)):
        open_ones = [g for g in groups if g[-1].at < spot.at and _follows(g[-1], spot)]
        if open_ones:
            min(open_ones, key=lambda g: _apart(g[-1].box, spot.box)).append(spot)
        else:
            groups.append([spot])
    return groups


def _follows(one: _Spot, other: _Spot) -> bool:
    """Whether two spots can be one area at two instants."""
    if one.way != other.way or not 0.2 < one.area / other.area < 5:
        return False
    return _apart(one.box, other.box) < STEP + PACE * (other.time - one.time)


def _apart(one: Box, other: Box) -> float:
    """How far two boxes' middles lie from each other, in frames."""
    x, y = (one[k] + one[k + 2] - other[k] - other[k + 2] for k in (0, 1))
    return float(np.hypot(x, y)) / 2


def _area(group: list[_Spot], seen: int, pairs: list[RegisteredPair]) -> Censored:
    span = None
    if seen < 0.8 * len(pairs):
        times = [spot.time for spot in group]
        step = float(np.median(np.diff([one.time for one in pairs]))) / 2
        span = Span(max(0.0, min(times) - step), max(times) + step)
    area = float(np.median([spot.area for spot in group]))
    return Censored(group[0].way, _around(group), area, span, seen / len(pairs))


def _redacted_spots(one: RegisteredPair, at: int) -> _Seen:
    """What one instant shows: covers, and areas without their fine detail elsewhere."""
    left, right = luma(one.query), luma(one.reference)
    rim = np.ones((9, 9), np.uint8)
    inner = cv2.erode(one.covered.astype(np.uint8), rim, borderType=cv2.BORDER_REPLICATE) > 0
    if inner.sum() < 2000:
        return _Seen([], None)
    covered = covers(left, right, inner)
    free = inner.copy()
    for region in covered:
        free &= cv2.dilate(region.astype(np.uint8), np.ones((15, 15), np.uint8)) == 0
    spots = [_spot("covered", region, one.time, at) for region in covered]
    known = detail(one, free)
    for kind, area in at_once(known) if known is not None else []:
        region = area.mask(left.shape)
        if kind == "unreadable":
            spots.append(_spot("unreadable", region, one.time, at))
            continue
        plain = one_extreme(left, region) and within(region, free)
        if plain and not toned(left, right, region, inner):
            spots.append(_spot("covered", region, one.time, at))
    return _Seen(_join_touching_spots(spots), known)


def _spot(way: Way, region: Mask, time: Seconds, at: int) -> _Spot:
    return _Spot(way, bounding_box(region), float(region.mean()), time, at)


def _of_rectangle(area: Rectangle, one: Detail) -> Box:
    height, width = one.left.shape
    return (area.left / width, area.top / height, area.right / width, area.bottom / height)


def _join_touching_spots(spots: list[_Spot]) -> list[_Spot]:
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


def without_hidden(found: list[Finding], hidden: list[Censored]) -> list[Finding]:
    """The findings outside redacted areas, which differ from the known copy anyhow.

    No change of the scene is told where it meets one: of a cover that moves, or that the dark
    around it hides in part, only a part may have been found.
    """
    areas = [_reach(area) for area in hidden]
    covers = areas + [one.patch.box for one in found if one.kind is EditType.CENSOR]
    out = []
    for one in found:
        box = one.patch.box
        if one.kind.family is Family.CONTENT:
            gone = any(intersects(box, cover) for cover in covers)
        else:
            gone = one.kind is not EditType.TEXT and any(mostly_in(box, area) for area in areas)
        if not gone:
            out.append(one)
    return out


def _reach(one: Censored) -> Box:
    """The box of a redacted area; of a moving one also where it may have been in between."""
    x0, y0, x1, y1 = one.box
    if area_of(one.box) < MOVES * one.area:
        return one.box
    by = 0.5 * float(np.sqrt(one.area))
    return (x0 - by, y0 - by, x1 + by, y1 + by)


def on_footage(hidden: list[Censored], found: list[Finding]) -> list[Censored]:
    """Redacted areas but for plates that text stands on, and plain parts of what was laid over."""
    texts = [one.patch.box for one in found if one.kind is EditType.TEXT]
    larger = [one.patch.box for one in found if one.kind in MAY_BE_PLAIN]
    return [
        area
        for area in hidden
        if area.way != "covered"
        or not (
            any(mostly_in(text, area.box) for text in texts)
            or any(
                mostly_in(area.box, box) and area_of(box) > 2 * area_of(area.box) for box in larger
            )
        )
    ]
