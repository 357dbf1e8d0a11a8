"""How a patch appears in the query and in the known copy: the figures that name its kind.

Measured on kept whole pictures at a few instants of the patch, the reference warped into the query.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.explain.difference.residual import Difference
from hashing.explain.regions.find_patches import Patch
from hashing.explain.regions.patch_motion import loose_movement, movement, opacity, spread_instants
from hashing.imaging.connected_components import bounding_slices
from hashing.imaging.homography import Matrix

INSTANTS = 3  # instants at which whole pictures are looked at
FINE_PX = 2.0  # detail finer than this blur
MORE_VIVID = 25  # of 255: what a sign's colours have over those around it
STROKE_PX = 9  # widest stroke of letters in kept pictures


type Grey = NDArray[np.float32]  # (h, w)


@dataclass(frozen=True, slots=True)
class Appearance:
    """Grey levels and shares; query first, reference second where there are pairs."""

    fine: tuple[float, float]  # median fine detail; the reference's as far as copying kept it
    strokes: tuple[float, float]  # the same along the patch's longer side, at its busiest tenth
    turns: tuple[float, float]  # bright or dark strokes crossed, per pixel along a row
    palette: float  # share of the patch in its four commonest colours (of 512)
    saturation: float  # 0..255, query
    saturation_around: float  # of the query's footage outside of the patch
    flat: float  # share of the patch without gradient, query
    plain: float  # share of the patch's core that has its commonest tone, query
    moves: tuple[float, float]  # median deviation over time
    loose: tuple[float, float]  # of the query's, what the reference's does not explain: in, around
    blurred: float  # correlation of coarse shapes with the reference's, -1..1
    corners: float  # share of the box's corners that the patch fills: 1 for a rectangle
    aspect: float  # width over height, in pixels
    opacity: float | None  # share of the reference's movement that is hidden; None for stills


def measure_appearance(
    query: FrameCache, reference: FrameCache, placement: Placement, found: Difference, patch: Patch
) -> Appearance:
    """Measure what a patch looks like in the query and in the known copy."""
    window = _window(query, patch)
    pairs = [
        _pair(query, reference, placement.transform.matrix, found, k, window)
        for k in spread_instants(patch, INSTANTS)
    ]
    inside = _inside(query, patch, window)
    kept, around = _outside(query, reference, placement.transform.matrix, found, patch)
    x0, y0, x1, y1 = window
    greys = [(_grey(left), _grey(right)) for left, right in pairs]
    upright = x1 - x0 < y1 - y0  # writing that was turned with the picture
    along = [(left.T.copy(), right.T.copy()) for left, right in greys] if upright else greys
    flat_inside = inside.T if upright else inside
    fine = _both(greys, lambda grey: float(np.sqrt(np.median(_fine(grey)[inside]))))
    middle = pairs[len(pairs) // 2]
    return Appearance(
        fine=(fine[0], fine[1] * kept),
        strokes=_both(along, lambda grey: _stroke_contrast(grey, flat_inside)),
        turns=_both(along, _strokes_per_pixel),
        palette=float(np.median([_palette_share(left[inside]) for left, _ in pairs])),
        saturation=float(cv2.cvtColor(middle[0], cv2.COLOR_RGB2HSV)[..., 1][inside].mean()),
        saturation_around=around,
        flat=float(np.median([_flat_share(left, inside) for left, _ in greys])),
        plain=float(np.median([_plain_share(left, inside) for left, _ in greys])),
        moves=movement(found, patch),
        loose=loose_movement(found, patch),
        blurred=max(_shape_correlation(left, right, inside) for left, right in greys),
        corners=_corner_share(patch),
        aspect=(x1 - x0) / (y1 - y0),
        opacity=opacity(found, patch),
    )


def _window(query: FrameCache, patch: Patch) -> tuple[int, int, int, int]:
    """The patch in pixels of the query's preview frame: x0, y0, x1, y1."""
    x0, y0, x1, y1 = patch.box
    left, top = int(x0 * query.width), int(y0 * query.height)
    right = min(query.width, max(left + 6, round(x1 * query.width)))
    bottom = min(query.height, max(top + 6, round(y1 * query.height)))
    return left, top, right, bottom


def _pair(
    query: FrameCache,
    reference: FrameCache,
    matrix: Matrix,
    found: Difference,
    k: int,
    window: tuple[int, int, int, int],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The window of the query at an instant, and the reference warped to it."""
    x0, y0, x1, y1 = window
    left = query.frame(query.nearest_index(float(found.times[k])))[y0:y1, x0:x1]
    right = reference.frame(reference.nearest_index(float(found.reference_times[k])))
    shift = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]])
    size = (x1 - x0, y1 - y0)
    moved = cv2.warpPerspective(right, shift @ matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return left, np.asarray(moved, np.uint8)


def _outside(
    query: FrameCache, reference: FrameCache, matrix: Matrix, found: Difference, patch: Patch
) -> tuple[float, float]:
    """Share of fine detail that the copy keeps outside of the patch, and its saturation there."""
    whole = (0, 0, query.width, query.height)
    left, right = _pair(query, reference, matrix, found, spread_instants(patch, 1)[0], whole)
    elsewhere = found.covered & (found.share < 0.3) & ~patch.cells
    if elsewhere.sum() < 50:
        elsewhere = found.covered
    where = cv2.resize(elsewhere.astype(np.uint8), query.size, interpolation=cv2.INTER_NEAREST) > 0
    fine = [_fine(_grey(one))[where] for one in (left, right)]
    rich = fine[1] > max(1.0, float(np.median(fine[1])))
    kept = float(np.sqrt(np.median(fine[0][rich] / fine[1][rich]))) if rich.any() else 1.0
    saturation = cv2.cvtColor(left, cv2.COLOR_RGB2HSV)[..., 1][where]
    return float(np.clip(kept, 0.1, 1.2)), float(np.median(saturation))


def _inside(
    query: FrameCache, patch: Patch, window: tuple[int, int, int, int]
) -> NDArray[np.bool_]:
    """Pixels of the window that lie in the patch, its rim left out where that leaves enough."""
    x0, y0, x1, y1 = window
    size = (query.width, query.height)
    whole = cv2.resize(patch.cells.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    cells = whole[y0:y1, x0:x1]
    core = cv2.erode(cells, np.ones((5, 5), np.uint8), borderValue=0)
    if core.sum() >= 30:
        cells = core
    return np.asarray(cells > 0) if cells.any() else np.ones(cells.shape, bool)


def _grey(picture: NDArray[np.uint8]) -> Grey:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def _both(greys: list[tuple[Grey, Grey]], measure: Callable[[Grey], float]) -> tuple[float, float]:
    return (
        float(np.median([measure(left) for left, _ in greys])),
        float(np.median([measure(right) for _, right in greys])),
    )


def _fine(grey: Grey) -> Grey:
    """Local power of detail finer than FINE_PX."""
    detail = grey - cv2.GaussianBlur(grey, (0, 0), FINE_PX)
    return np.asarray(cv2.boxFilter(detail * detail, -1, (7, 7)), np.float32)


def _stroke_contrast(grey: Grey, inside: NDArray[np.bool_]) -> float:
    """Deviation of fine detail along rows at the busiest tenth: letters, not the rims of bars."""
    detail = grey - cv2.GaussianBlur(grey, (13, 1), FINE_PX)
    power = cv2.boxFilter(detail * detail, -1, (7, 7))
    return float(np.sqrt(np.percentile(power[inside], 90)))


def _strokes_per_pixel(grey: Grey) -> float:
    """Strokes crossed per pixel along the busier rows: letters have many, edges of things few."""
    square = np.ones((STROKE_PX, STROKE_PX), np.uint8)
    best = 0.0
    for way in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        strokes = cv2.morphologyEx(grey, way, square)
        on = strokes > max(25.0, 0.5 * float(np.percentile(strokes, 98)))
        crossed = (on[:, 1:] & ~on[:, :-1]).sum(axis=1) / on.shape[1]
        best = max(best, float(np.percentile(crossed, 75)))
    return best


def _palette_share(colours: NDArray[np.uint8]) -> float:
    """Share of a patch's (N, 3) colours that are the four commonest of 512."""
    coarse = (colours // 32).astype(int)
    counts = np.bincount(coarse @ np.array([64, 8, 1]), minlength=512)
    return float(np.sort(counts)[-4:].sum() / counts.sum())


def _flat_share(grey: Grey, inside: NDArray[np.bool_]) -> float:
    """Share of the patch without gradient."""
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=0.125)
    return float((np.hypot(across, down)[inside] < 2.0).mean())


def _plain_share(grey: Grey, inside: NDArray[np.bool_]) -> float:
    """Share of the patch's core in its commonest tone, without a sixth at each side."""
    side = max(3, min(inside.shape) // 3)
    core = cv2.erode(inside.astype(np.uint8), np.ones((side, side), np.uint8), borderValue=0) > 0
    tones = grey[core] if core.sum() >= 20 else grey[inside]
    return float((np.abs(tones - np.median(tones)) < 12).mean())


def _shape_correlation(left: Grey, right: Grey, inside: NDArray[np.bool_]) -> float:
    """How well a patch's coarse shapes are the reference's: so they are where only detail went.

    Broad shading is taken out, since whatever is filled in continues that from around the patch.
    """
    core = cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=0) > 0
    side = min(inside.shape)
    if core.sum() < 50 or side < 16:
        return 0.0
    coarse, broad = max(2.0, side / 14), side / 4
    shapes = [
        (cv2.GaussianBlur(one, (0, 0), coarse) - cv2.GaussianBlur(one, (0, 0), broad))[core]
        for one in (left, right)
    ]
    if min(float(one.std()) for one in shapes) < 0.7:
        return 0.0
    return float(np.corrcoef(shapes[0], shapes[1])[0, 1])


def _corner_share(patch: Patch) -> float:
    """Share of the corners of the patch's box that it fills: 1 for a rectangle."""
    cut = patch.cells[bounding_slices(patch.cells)]
    tall, wide = max(1, cut.shape[0] // 6), max(1, cut.shape[1] // 6)
    squares = (cut[:tall, :wide], cut[:tall, -wide:], cut[-tall:, :wide], cut[-tall:, -wide:])
    return float(np.mean([one.mean() for one in squares]))


def is_vivid(seen: Appearance) -> bool:
    """Whether a patch has strong colours, few of them, or any in a grey frame.

    In a scene that is as vivid itself only colours as few as a drawing's count.
    """
    if seen.saturation < seen.saturation_around + MORE_VIVID:
        return seen.saturation >= 125 and seen.palette >= 0.7
    if seen.saturation >= 125 and seen.palette >= 0.42:
        return True
    if seen.saturation >= 150 and seen.palette >= 0.3:
        return True
    return seen.saturation >= 50 and seen.saturation_around < 12
