"""Areas of the item in one tone with a clear border, where the known copy shows something else.

By night a cover's border shows only where the known copy is not as dark as the cover, so it is
asked for there and nowhere else. What a change of tone made black is black wherever the known copy
is as dark. Boxes are of any tone; discs and strokes have to be black or white to the brim, since
signs and pasted things have one tone too.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.imaging.connected_components import bounding_box, bounding_slices

type Grey = NDArray[np.float32]
type Mask = NDArray[np.bool_]

SMALLEST, LARGEST = 0.004, 0.35  # of the frame
ONE_TONE = 3.0  # grey levels of deviation in a covered area
ALIKE = 6.0  # grey levels from its tone
APART = 14.0  # grey levels between a cover and what lies around it or under it
SHARP = 0.7  # share of a cover's rim with such a step
CAN_SHOW = 0.3  # share of a rim at which the known copy is not of the cover's tone
SHARPER = 0.8  # … of the box or hull around what was seen to be covered
FILLS = 0.85  # share of the area's box, or of its convex hull
FILLS_HALF = 0.55  # … by what is not of the cover's tone in the known copy
STEEP = 0.4  # of the known copy's difference from a cover's tone, reached right at its rim
TO_THE_BRIM = 0.99  # share of a round cover in its tone: a pasted dark thing fades at its rim
TONED = 0.3  # share of what differs that a change of tone explains
BIN = 8.0  # grey levels
FEWEST_PX = 30  # of a grey that say what became of it
BRIDGE_PX = 9  # places under a cover that are of its tone anyhow part what is not


def covers(left: Grey, right: Grey, inner: Mask) -> list[Mask]:
    """Areas filled in one tone. left, right: (h, w) item and known copy. inner: what counts."""
    plain = inner & (_deviation(left, 5) < ONE_TONE)
    under = (np.abs(left - right) > APART) | (_deviation(right, 5) > 2 * ONE_TONE)
    out: list[Mask] = []
    for region in _regions(plain, 3):
        round_one = _fills(region, _box(region)) < FILLS
        if under[region].mean() < 0.6 or (round_one and not _drawn(left, region)):
            continue
        if _is_cover(left, right, region, inner, SHARP, STEEP if round_one else 0.0):
            out.append(region)
    for region in _regions(np.asarray(plain & under), BRIDGE_PX):
        if any((_box(region) & one).any() for one in out):
            continue
        for whole in (_box(region), _hull(region)):
            fills = _fills(region, whole) >= FILLS_HALF and plain[whole].mean() >= FILLS
            sure = fills and one_extreme(left, whole)
            if sure and _is_cover(left, right, whole, inner, SHARPER, STEEP):
                out.append(whole)
                break
    return out


def _drawn(left: Grey, region: Mask) -> bool:
    """Whether a region of any round shape is black or white to the brim."""
    if _fills(region, _hull(region)) < FILLS or not one_extreme(left, region):
        return False
    tone = float(np.median(left[region]))
    return bool((np.abs(left - tone) < ALIKE)[region].mean() >= TO_THE_BRIM)


def _is_cover(
    left: Grey, right: Grey, region: Mask, inner: Mask, sharp: float, steep: float
) -> bool:
    """Whether a region is of one tone that ends wherever the known copy lets it be seen."""
    tone = float(np.median(left[region]))
    if (np.abs(left - tone) < ALIKE)[region].mean() < 0.95 or not within(region, inner):
        return False
    ring = _grown(region, 9) & ~_grown(region, 5) & inner
    shows = ring & (np.abs(right - tone) > APART / 2)
    if shows.sum() < max(20, CAN_SHOW * ring.sum()):
        return False
    step, before = np.abs(left - tone)[shows], np.abs(right - tone)[shows]
    if (step > APART / 2).mean() < sharp or np.median(step / before) < steep:
        return False
    return not _was_plain(right, region, ring) and not toned(left, right, region, inner)


def toned(left: Grey, right: Grey, region: Mask, inner: Mask) -> bool:
    """Whether the known copy's greys in a fill became the fill's tone elsewhere as well."""
    tone = float(np.median(left[region]))
    outside = inner & ~_grown(region, 15)
    greys = (right / BIN).astype(np.intp)
    count = np.bincount(greys[outside], minlength=int(256 / BIN) + 1)
    same = outside & (np.abs(left - tone) < ALIKE)
    alike = np.bincount(greys[same], minlength=len(count))
    became = np.where(count >= FEWEST_PX, alike / np.maximum(count, 1), 0.0)
    differs = region & (np.abs(right - tone) > APART)
    return bool(differs.any() and became[greys[differs]].mean() > TONED)


def _was_plain(right: Grey, region: Mask, ring: Mask) -> bool:
    """Whether the known copy too is of one tone there and ends there: a thing of another tone."""
    tone = float(np.median(right[region]))
    alike = (np.abs(right - tone) < ALIKE)[region].mean()
    return bool(alike >= 0.9 and (np.abs(right - tone)[ring] > APART / 2).mean() >= SHARP)


def within(region: Mask, inner: Mask) -> bool:
    """Whether a filled area keeps away from the frame's rim, where bars and captions end."""
    left, top, right, bottom = bounding_box(region)
    if min(left, top, 1 - right, 1 - bottom) < 0.01:
        return False
    near = _grown(region, 9)
    return bool((near & ~inner).sum() < 0.1 * near.sum())


def one_extreme(grey: Grey, region: Mask) -> bool:
    """Whether a fill is black or white throughout: by night its border may not show."""
    tones = grey[region]
    low, high = np.percentile(tones, [5, 95])
    return bool(high - low < 8 and (high < 24 or low > 231))


def _box(region: Mask) -> Mask:
    out = np.zeros_like(region)
    out[bounding_slices(region)] = True
    return out


def _hull(region: Mask) -> Mask:
    outline, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    out = np.zeros(region.shape, np.uint8)
    cv2.fillConvexPoly(out, cv2.convexHull(np.concatenate(outline)), 1)
    return out > 0


def _regions(cells: Mask, bridge: int) -> list[Mask]:
    """Connected regions of a fitting size, not along a whole side of the frame."""
    square = np.ones((bridge, bridge), np.uint8)
    joined = cv2.morphologyEx(cells.astype(np.uint8), cv2.MORPH_CLOSE, square)
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


def _fills(region: Mask, whole: Mask) -> float:
    return float(region.sum() / whole.sum())


def _grown(region: Mask, side: int) -> Mask:
    return np.asarray(cv2.dilate(region.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def _deviation(grey: Grey, side: int) -> Grey:
    mean = cv2.blur(grey, (side, side))
    return np.sqrt(np.maximum(0, cv2.blur(grey * grey, (side, side)) - mean * mean))
