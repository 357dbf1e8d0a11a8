"""Where the known copy's fine detail is gone from the item while its coarse shapes stay.

Detail that is gone from a place was blurred away or turned to blocks there; in a badly coded item
it is gone from everywhere alike, and what moves is only found a few pixels off where the instants
compared are not quite the same. So a place is compared with the rest of the same
picture at equally strong detail, and its detail is looked for near by.

Faces and plates lie on plain walls too. A rectangle is looked for that has much lost detail and
next to none that was kept: the outline of a head is enough. An area that stands still is asked
about at all instants at once.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.explain.difference.registered_frames import RegisteredPair, luma
from hashing.explain.redaction.pixelation import in_squares
from hashing.types import Seconds

type Grey = NDArray[np.float32]
type Mask = NDArray[np.bool_]
type Kind = Literal["blank", "unreadable"]

FINE_PX = 1.6
SOFT_PX = (0.5, 0.8, 1.2, 1.8, 2.5)  # blurs of a whole picture
CLEARLY = 0.85  # of what differs otherwise: less detail on both sides is less to disagree about
SOFTER_PX = (2.0, 3.0, 4.5, 7.0, 10.0)
WINDOW_PX = 9
TEXTURE = 3.0  # grey levels of the known copy's fine detail that say something
FEWEST_PX = 800  # of a picture that has to say something
GONE = 0.42  # of the fine detail that the rest of the picture keeps
KEEPS = 0.35  # of its fine detail that a picture has to keep to lose it anywhere
MARGIN_PX = 24
SAME_SHAPES = 0.9  # correlation of coarse shapes: filled-in areas stay under 0.87, hidden ones over
SHAPES_IN_SQUARES = 0.72  # … where blocks say that nothing was filled in
NOTHING, SOFTENED = 0.1, 0.45  # of the fine detail's deviation that is left
CELL_PX = 6  # rectangles are looked for in steps of this
KEPT_COSTS, SILENT_COSTS = 2.0, 0.1  # of what a pixel with lost detail is worth
LEAST_PX = 250  # of lost detail
FILLS = 0.8  # share of an area's detail that is lost
SMALLEST, LARGEST = 0.004, 0.35  # of the frame
NARROWEST_PX = 12
LONGEST = 0.85  # of a side of the frame: what is longer is a strip or a bar
REACH_PX = 5  # how far from its place detail is looked for
NEAR_BY = 0.4  # of lost detail that is found near by: it moved, or the instants differ
NEAR_SQUARES = 0.6  # … some of which lie where outlines do
LIKE = 2.5  # detail is as strong as other where its power is within this factor of it
FEWEST_ALIKE_PX = 300
ELSEWHERE = 0.12  # share of equally strong detail that a picture may lose outside
TRIES = 3  # rectangles of one picture
ASKED_PX = 60  # of detail at an instant that say whether it is lost
MOST_ASKED = 0.7  # of the instants that say something have to say that it is lost


@dataclass(frozen=True, slots=True, eq=False)
class Detail:
    """One instant's fine detail, in grey levels, on the query's frame."""

    time: Seconds
    left: Grey  # (h, w) the item
    right: Grey  # the known copy
    mine: Grey  # the fine detail of either
    known: Grey
    power: Grey  # of the known copy's
    free: Mask  # where the two can be compared
    speaks: Mask  # … and the known copy has fine detail
    lost: Mask  # … that the item has not
    usual: float  # share of the known detail that the item keeps

    @property
    def kept(self) -> Mask:
        return np.asarray(self.speaks & ~self.lost)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Rows and columns of a picture."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def cut(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def mask(self, shape: tuple[int, ...]) -> Mask:
        out = np.zeros(shape, bool)
        out[self.cut] = True
        return out

    def grown(self, by: int) -> "Rectangle":
        return Rectangle(
            max(0, self.top - by), self.bottom + by, max(0, self.left - by), self.right + by
        )


def detail(one: RegisteredPair, free: Mask) -> Detail | None:
    """The fine detail of one instant; None where too little is known or kept to tell by."""
    left = luma(one.query)
    right = _as_soft(left, luma(one.reference), free)
    mine, known = _fine(left), _fine(right)
    power, shared = _mean(known * known), _mean(mine * known)
    speaks = free & (power > TEXTURE**2)
    if speaks.sum() < FEWEST_PX:
        return None
    kept = shared / np.maximum(power, 1e-3)
    usual = float(np.median(kept[speaks]))
    if usual < KEEPS:
        return None
    lost = np.asarray(speaks & (kept < GONE * usual))
    return Detail(one.time, left, right, mine, known, power, free, speaks, lost, usual)


@dataclass(frozen=True, slots=True)
class Standing:
    """An area that is unreadable all the time."""

    area: Rectangle
    share: float  # of the instants that say something


def _as_soft(left: Grey, right: Grey, free: Mask) -> Grey:
    """The known copy blurred as the item is all over: finer detail is gone from everywhere then."""
    blurred = (cv2.GaussianBlur(right, (0, 0), soft) for soft in SOFT_PX)
    tried = [right, *(np.asarray(one, np.float32) for one in blurred)]
    own = _band(left)
    rests = [float(np.square(own - _band(one))[free].mean()) for one in tried]
    best = int(np.argmin(rests))
    return tried[best] if rests[best] < CLEARLY * rests[0] else right


def _band(grey: Grey) -> Grey:
    """Detail of any size that a blur of the whole picture takes away."""
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), 2 * SOFT_PX[-1]), np.float32)


def likeness(one: RegisteredPair) -> float:
    """How well the fine detail of the two pictures correlates, -1..1."""
    mine, known = (_fine(luma(picture))[one.covered] for picture in (one.query, one.reference))
    return float(
        (mine * known).sum() / max(1e-3, float(np.sqrt((mine**2).sum() * (known**2).sum())))
    )


def at_once(one: Detail) -> list[tuple[Kind, Rectangle]]:
    """Areas without their fine detail at one instant."""
    found = rectangles(one.lost.astype(np.float32), one.kept.astype(np.float32))
    kinds = [(kind_of([one], area), area) for area in found]
    return [(kind, area) for kind, area in kinds if kind is not None]


def standing(details: list[Detail]) -> list[Standing]:
    """Areas that are unreadable throughout, by what all instants together say."""
    if len(details) < 2:
        return []
    lost = np.sum([one.lost for one in details], axis=0, dtype=np.float32)
    kept = np.sum([one.kept for one in details], axis=0, dtype=np.float32)
    out = []
    for area in rectangles(lost, kept):
        asked = [one for one in details if one.speaks[area.cut].sum() >= ASKED_PX]
        gone = [one for one in asked if _fills(one, area) >= FILLS]
        if len(gone) < max(2, MOST_ASKED * len(asked)):
            continue
        if kind_of(gone, area) == "unreadable":
            out.append(Standing(area, len(gone) / len(asked)))
    return out


def kind_of(details: list[Detail], area: Rectangle) -> Kind | None:
    """How an area at some instants is redacted; None where its detail is there, or moved."""
    speaks = [one.speaks[area.cut] for one in details]
    if sum(int(one.sum()) for one in speaks) < LEAST_PX:
        return None
    if float(np.mean([_fills(one, area) for one in details])) < FILLS:
        return None
    near = _displaced_detail_share(details, area)
    # a coder that is short of bits leaves blocks too, all over the picture
    if near >= NEAR_SQUARES or _lost_elsewhere_share(details, area) > ELSEWHERE:
        return None
    squares = in_squares(
        [one.left[area.cut] for one in details], [one.right[area.cut] for one in details]
    )
    if squares:
        return "unreadable" if _shapes(details, area) >= SHAPES_IN_SQUARES else None
    left = _kept_detail_share(details, area)
    if near >= NEAR_BY or left >= SOFTENED:
        return None
    if _shapes(details, area) >= SAME_SHAPES:
        return "unreadable"
    return "blank" if left < NOTHING else None


def rectangles(lost: Grey, kept: Grey) -> list[Rectangle]:
    """Upright rectangles with much lost detail and little that was kept, the largest sum first.

    lost, kept: (h, w) how many instants say so.
    """
    height, width = lost.shape
    votes = lost - KEPT_COSTS * kept - SILENT_COSTS * ((lost + kept) == 0)
    worth = _cells(np.asarray(votes, np.float32))
    out = []
    for _ in range(TRIES):
        total, (top, bottom, left, right) = _largest(worth)
        if total < LEAST_PX:
            break
        worth[top:bottom, left:right] = -CELL_PX * CELL_PX
        area = Rectangle(*(CELL_PX * edge for edge in (top, bottom, left, right)))
        if _fits(area, height, width):
            out.append(area)
    return out


def _fits(area: Rectangle, height: int, width: int) -> bool:
    h, w = area.bottom - area.top, area.right - area.left
    if not SMALLEST <= h * w / (height * width) <= LARGEST or min(h, w) < NARROWEST_PX:
        return False
    return h <= LONGEST * height and w <= LONGEST * width


def _cells(votes: Grey) -> NDArray[np.float64]:
    """Sums over squares of CELL_PX."""
    rows, columns = (side // CELL_PX for side in votes.shape)
    whole = votes[: rows * CELL_PX, : columns * CELL_PX]
    return whole.reshape(rows, CELL_PX, columns, CELL_PX).sum(axis=(1, 3), dtype=np.float64)


def _largest(worth: NDArray[np.float64]) -> tuple[float, tuple[int, int, int, int]]:
    """The upright rectangle of lost detail with the largest sum: (sum, (top, bottom, left, right)).

    For each first row, sums down to every later row; along each, the best run of columns.
    """
    height, width = worth.shape
    below = np.vstack([np.zeros((1, width)), worth.cumsum(axis=0)])
    best, where = 0.0, (0, 0, 0, 0)
    for top in range(height):
        rows = below[top + 1 :] - below[top]  # (height - top, width)
        along = np.hstack([np.zeros((len(rows), 1)), rows.cumsum(axis=1)])
        least = np.minimum.accumulate(along, axis=1)
        bottom, right = np.unravel_index(int((along - least).argmax()), along.shape)
        total = float((along - least)[bottom, right])
        if total > best:
            left = int(np.flatnonzero(along[bottom, : right + 1] == least[bottom, right])[0])
            best, where = total, (top, top + int(bottom) + 1, left, int(right))
    return best, where


def _fills(one: Detail, area: Rectangle) -> float:
    return float(int(one.lost[area.cut].sum()) / max(1, int(one.speaks[area.cut].sum())))


def _kept_detail_share(details: list[Detail], area: Rectangle) -> float:
    """How much fine detail of any kind an area kept, against the known copy's there."""
    mine = sum((_energy(one.mine, one, area) for one in details), 0.0)
    known = sum((_energy(one.known, one, area) * one.usual for one in details), 0.0)
    return float(np.sqrt(mine / max(known, 1e-3)))


def _energy(fine: Grey, one: Detail, area: Rectangle) -> float:
    return float((fine[area.cut] ** 2)[one.speaks[area.cut]].sum())


def _displaced_detail_share(details: list[Detail], area: Rectangle) -> float:
    """How much of a blurred area's lost detail is a few pixels off, all of it the same way."""
    found = known = 0.0
    for one in details:
        height, width = one.left.shape
        inner = Rectangle(
            max(REACH_PX, area.top),
            min(height - REACH_PX, area.bottom),
            max(REACH_PX, area.left),
            min(width - REACH_PX, area.right),
        )
        speaks = one.speaks[inner.cut].astype(np.float32)
        if min(speaks.shape) < NARROWEST_PX // 2 or not speaks.any():
            continue
        sought = one.mine[inner.cut] * speaks
        around = one.known[inner.grown(REACH_PX).cut]
        best = float(cv2.matchTemplate(around, sought, cv2.TM_CCORR).max())
        power, own = (_energy(fine, one, inner) for fine in (one.known, one.mine))
        # detail stronger than the known copy's is alike only as far as it correlates
        found += best / max(1.0, float(np.sqrt(own / max(power, 1e-3))))
        known += power * one.usual
    return found / known if known else 1.0


def _lost_elsewhere_share(details: list[Detail], area: Rectangle) -> float:
    """The share of equally strong detail that is lost outside of an area."""
    lost = asked = 0
    for one in details:
        inside = one.speaks[area.cut]
        if not inside.any():
            continue
        typical = float(np.median(one.power[area.cut][inside]))
        rest = one.speaks & ~area.grown(MARGIN_PX).mask(one.left.shape)
        alike = rest & (one.power > typical / LIKE) & (one.power < typical * LIKE)
        if alike.sum() < FEWEST_ALIKE_PX:
            alike = rest
        lost += int((alike & one.lost).sum())
        asked += int(alike.sum())
    return lost / max(1, asked)


def _shapes(details: list[Detail], area: Rectangle) -> float:
    """How well an area is the known copy's, softened, at most instants."""
    cut = area.grown(MARGIN_PX).cut
    mask = area.mask(details[0].left.shape)[cut]
    found = [shapes(one.left[cut], one.right[cut], mask) for one in details]
    positive = [one for one in found if one > 0]
    return float(np.median(positive)) if positive else 0.0


def shapes(left: Grey, right: Grey, box: Mask) -> float:
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


def _fine(grey: Grey) -> Grey:
    return np.asarray(
        cv2.GaussianBlur(grey, (0, 0), 0.6) - cv2.GaussianBlur(grey, (0, 0), FINE_PX), np.float32
    )


def _mean(values: Grey) -> Grey:
    return np.asarray(cv2.boxFilter(values, -1, (WINDOW_PX, WINDOW_PX)), np.float32)
