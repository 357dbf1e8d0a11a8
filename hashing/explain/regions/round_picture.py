"""Another picture laid over the footage with a round outline: the bubble of a reaction video.

As of a rectangle (picture_in_picture.py), its rim is a sharp step of the item's own that keeps its
place while both pictures go on; here the places of the step lie on one ellipse.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.difference.residual import Difference
from hashing.explain.regions.find_patches import Patch
from hashing.explain.regions.patch_appearance import Appearance
from hashing.explain.regions.picture_in_picture import (
    ALIVE,
    ITS_OWN,
    SHARP,
    SMALLEST,
    STEP,
    THROUGHOUT,
    Steps,
    as_rectangle,
    may_be,
    own_pace,
    pictures_of,
    steps_of,
)
from hashing.imaging.boxes import area_of
from hashing.types import Box

ANGLES = 96  # at which the rim is looked for
# of the box's half sides, in which it is looked for: around a patch, then around what was found
REACHES = ((0.6, 1.3), (0.85, 1.15))
STEP_PX = 1.0  # between the places looked at along a ray
ASIDE = (-6, -4, 4, 6)  # places to either side, that the rim is compared with
ON_RIM_PX = 2.5  # from the ellipse
ROUNDS = 8  # of fitting and leaving out what lies off
ROUNDEST = 2.2  # the longer axis over the shorter one
MIN_POINTS = 12
# of the ellipse; bubbles over footage 0.58 and 0.79 (part of a rim is as dark as what is beside it)
MIN_RIM_SHARE = 0.55

type Points = NDArray[np.float64]  # (n, 2) px


def round_picture_over(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    found: Difference,
    patch: Patch,
    seen: Appearance,
    kind: EditType | None,
) -> Patch | None:
    """The patch as the box of the round picture that it is; None if it may be none.

    Of a video alone, throughout, and where it goes on by itself: a thing that was painted into a
    scene may be round as well, but moves with the scene. kind: what else it would be taken for.
    """
    worth = kind is not None and may_be(patch, seen, kind) and patch.share >= THROUGHOUT
    if found.scene.still or not worth:
        return None
    outline = round_outline(*pictures_of(query, reference, placement, found, patch), patch.box)
    if outline is None or outline[1] < MIN_RIM_SHARE or area_of(outline[0]) < SMALLEST:
        return None
    usual, stirs = own_pace(found, patch, outline[0])
    return as_rectangle(patch, outline[0]) if stirs and usual > ALIVE else None


def round_outline(
    item: NDArray[np.uint8], known: NDArray[np.uint8], box: Box
) -> tuple[Box, float] | None:
    """The upright box of the ellipse that the rim lies on, and the share of the rim that is there.

    item, known: (K, h, w, 3) uint8 RGB, the item at some instants and the known picture warped to
    it. box: where to look, 0..1. None where no ellipse fits.
    """
    found: tuple[Box, float] | None = None
    for reach in REACHES:
        found = _look_around(item, known, box, reach)
        if found is None:
            return None
        box = found[0]
    return found


def _look_around(
    item: NDArray[np.uint8], known: NDArray[np.uint8], box: Box, reach: tuple[float, float]
) -> tuple[Box, float] | None:
    height, width = item.shape[1:3]
    scale = np.array([width, height], np.float64)
    x0, y0, x1, y1 = np.array(box) * np.tile(scale, 2)
    middle, half = np.array([x0 + x1, y0 + y1]) / 2, np.array([x1 - x0, y1 - y0]) / 2
    angles = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
    radii = np.arange(*reach, STEP_PX / float(half.max()))
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1) * half  # (A, 2)
    places = middle + around[:, None] * radii[None, :, None]  # (A, R, 2)
    rim = _rim(_along_rays(item, places), _along_rays(known, places))
    inside = (places >= 2).all(axis=2) & (places <= scale - 3).all(axis=2)
    looked_at = inside.any(axis=1)
    rim = np.where(inside, rim, 0)
    best = rim.argmax(axis=1)
    points = places[np.arange(ANGLES), best][rim.max(axis=1) > 0]
    ellipse = _fit(points)
    if ellipse is None:
        return None
    centre, axes, turn = ellipse
    on_rim = _distance(places.reshape(-1, 2), ellipse).reshape(rim.shape) <= ON_RIM_PX
    share = float(((rim > 0) & on_rim).any(axis=1).sum()) / max(1, int(looked_at.sum()))
    cos, sin = np.cos(turn), np.sin(turn)
    extent = np.hypot([axes[0] * cos, axes[0] * sin], [axes[1] * sin, axes[1] * cos])
    low, high = (centre - extent) / scale, (centre + extent) / scale
    low, high = low.clip(0, 1), high.clip(0, 1)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1])), share


def _along_rays(pictures: NDArray[np.uint8], places: NDArray[np.float64]) -> Steps:
    x, y = places[..., 0].astype(np.float32), places[..., 1].astype(np.float32)
    rays = [
        cv2.remap(one, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for one in pictures
    ]
    return steps_of(np.stack(rays).astype(np.uint8))


def _rim(item: Steps, known: Steps) -> NDArray[np.float64]:
    """(A, R) the item's own step at each place, 0 where it is no sharp border."""
    step, there = item.mean(axis=0), known.mean(axis=0)
    beside = np.median([np.roll(step, shift, axis=1) for shift in ASIDE], axis=0)
    near = np.max([np.roll(there, shift, axis=1) for shift in (-1, 0, 1)], axis=0)
    sharp = (step > STEP) & (step > SHARP * beside) & (step > ITS_OWN * near)
    return np.where(sharp, step, 0.0).astype(np.float64)


type Ellipse = tuple[NDArray[np.float64], NDArray[np.float64], float]  # centre, half axes, turn


def _fit(points: Points) -> Ellipse | None:
    """The ellipse that most points lie on, what lies off left out round by round."""
    ellipse: Ellipse | None = None
    kept = points
    for _ in range(ROUNDS):
        if len(kept) < MIN_POINTS:
            return None
        (cx, cy), (a, b), degrees = cv2.fitEllipseAMS(kept.astype(np.float32))
        if not min(a, b) > 0 or max(a, b) > ROUNDEST * min(a, b):
            return None
        ellipse = np.array([cx, cy]), np.array([a, b]) / 2, float(np.radians(degrees))
        distance = _distance(points, ellipse)
        kept = points[distance <= max(ON_RIM_PX, float(np.median(distance)))]
    return ellipse


def _distance(points: Points, ellipse: Ellipse) -> NDArray[np.float64]:
    """(n,) px from the ellipse, along the ray from its middle."""
    centre, axes, turn = ellipse
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    relative = (points - centre) @ rotation.T
    reach = np.hypot(*(relative / axes).T)
    distance: NDArray[np.float64] = (
        np.abs(reach - 1) / np.maximum(reach, 1e-6) * np.hypot(*relative.T)
    )
    return distance
