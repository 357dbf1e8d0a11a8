"""Areas of the item in one tone with a clear border, where the known copy shows something else.

By night a cover's border shows only where the known copy is not as dark as the cover, so it is
asked for there and nowhere else. A dark place that the item has lost in shadow has no such border.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

type Grey = NDArray[np.float32]
type Mask = NDArray[np.bool_]

SMALLEST, LARGEST = 0.004, 0.35  # of the frame
ONE_TONE = 3.0  # grey levels of deviation in a covered area
ALIKE = 6.0  # grey levels from its tone
APART = 14.0  # grey levels between a cover and what lies around it or under it
SHARP = 0.7  # share of a cover's rim with such a step
CAN_SHOW = 0.3  # share of a rim at which the known copy is not of the cover's tone
SHARPER = 0.8  # … of the box around what was seen to be covered
FILLS = 0.85  # share of the area's box
FILLS_HALF = 0.55  # … by what is not of the cover's tone in the known copy
BRIDGE_PX = 9  # places under a cover that are of its tone anyhow part what is not


def covers(left: Grey, right: Grey, inner: Mask) -> list[Mask]:
    """left, right: (h, w) the item and the known copy. inner: where the two can be compared."""
    plain = inner & (_deviation(left, 5) < ONE_TONE)
    under = (np.abs(left - right) > APART) | (_deviation(right, 5) > 2 * ONE_TONE)
    out = []
    for region in _regions(plain, 3):
        if under[region].mean() >= 0.6 and _fill(region) >= FILLS:
            out += [region] if _is_cover(left, right, region, inner, SHARP) else []
    for region in _regions(np.asarray(plain & under), BRIDGE_PX):
        box = boxed(region)
        if any((box & one).any() for one in out) or _fill(region) < FILLS_HALF:
            continue
        if plain[box].mean() >= FILLS and _is_cover(left, right, box, inner, SHARPER):
            out.append(box)
    return out


def _is_cover(left: Grey, right: Grey, region: Mask, inner: Mask, sharp: float) -> bool:
    """Whether a region is of one tone that ends wherever the known copy lets it be seen."""
    tone = float(np.median(left[region]))
    if (np.abs(left - tone) < ALIKE)[region].mean() < 0.95 or not within(region, inner):
        return False
    ring = _grown(region, 9) & ~_grown(region, 5) & inner
    shows = ring & (np.abs(right - tone) > APART / 2)
    if shows.sum() < max(20, CAN_SHOW * ring.sum()):
        return False
    if (np.abs(left - tone)[shows] > APART / 2).mean() < sharp:
        return False
    return not _was_plain(right, region, ring)


def _was_plain(right: Grey, region: Mask, ring: Mask) -> bool:
    """Whether the known copy too is of one tone there and ends there: a thing of another tone."""
    tone = float(np.median(right[region]))
    alike = (np.abs(right - tone) < ALIKE)[region].mean()
    return bool(alike >= 0.9 and (np.abs(right - tone)[ring] > APART / 2).mean() >= SHARP)


def within(region: Mask, inner: Mask) -> bool:
    """Whether an area keeps away from the picture's rim, where bars and captions end."""
    height, width = region.shape
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    top, bottom = rows[0] / height, 1 - (rows[-1] + 1) / height
    if min(top, bottom, columns[0] / width, 1 - (columns[-1] + 1) / width) < 0.01:
        return False
    near = _grown(region, 9)
    return bool((near & ~inner).sum() < 0.1 * near.sum())


def one_extreme(grey: Grey, region: Mask) -> bool:
    """Whether an area is black or white throughout: by night its border may not show."""
    tones = grey[region]
    low, high = np.percentile(tones, [5, 95])
    return bool(high - low < 8 and (high < 24 or low > 231))


def boxed(region: Mask) -> Mask:
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    out = np.zeros_like(region)
    out[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return out


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


def _fill(region: Mask) -> float:
    return float(region.sum() / boxed(region).sum())


def _grown(region: Mask, side: int) -> Mask:
    return np.asarray(cv2.dilate(region.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def _deviation(grey: Grey, side: int) -> Grey:
    mean = cv2.blur(grey, (side, side))
    return np.sqrt(np.maximum(0, cv2.blur(grey * grey, (side, side)) - mean * mean))
