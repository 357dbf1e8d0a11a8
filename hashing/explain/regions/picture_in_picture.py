"""Another picture laid over the footage: a rectangle with sharp, straight sides that go on.

Such a picture ends along four straight lines that keep their place while both pictures go on. Along
them the item steps sharply nearly everywhere, and the known picture, warped to the same place, does
not. What was pasted into a scene has a soft or a crooked rim, what was painted over continues what
is around it, and a thing of the scene has its edges in the known picture too. Boxes with writing,
plates and blacked-out areas end like that as well: their inside stands still, or is plain.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.difference.residual import Difference
from hashing.explain.regions.find_patches import Patch
from hashing.explain.regions.patch_appearance import Appearance
from hashing.explain.regions.patch_motion import spread_instants, unexplained_movement
from hashing.imaging.boxes import area_of
from hashing.imaging.homography import apply_transform
from hashing.types import Box

INSTANTS = 6  # at which the sides are looked at, spread over the patch's time
OUTWARD = 0.08  # of the frame: how far outside of a patch its border is looked for
INWARD = 0.25  # of the patch's own width or height: how far inside
ENDS = 0.08  # of a side, at each end: not looked at, for corners may be rounded
STEP = 7.0  # grey levels across a border
SHARP = 1.6  # times the steps a few pixels to either side of it
RIM_PX = 4  # of the known picture, where it may end by itself
ASIDE_PX = (4, 6)  # how far those are away
ITS_OWN = 2.0  # times the step that the known picture has there
UNSEEN = 0.3  # share of a side under which there is no border
NEARLY = 0.85  # of the clearest border: as clear as that, one further outside is the border

SMALLEST = 0.015  # of the picture
LONGEST = 3.4  # the longer side over the shorter: captions and tickers are longer
WEAKEST, USUAL = 0.6, 0.78  # share of each side, and of all four, on which the border is seen
AMID_TEXTURE = (0.3, 0.7)  # the same where the known picture has texture, and of each instant
FLEETING = (0.35, 0.55)  # of each side, and of all, at one instant: under it the border moves
STRONG = 0.9  # share of all four sides from which it need not be there throughout
THROUGHOUT = 0.85  # share of the instants
CORE_CELLS = 2  # left out along the sides where the inside is asked
STIRS = 3.5  # grey levels over time that coding leaves a still drawing under, 9 places in 10
NOISY = 2.0  # times the noise of the footage elsewhere
ALIVE = 5.0  # the same of every other place: letters that change leave their ground alone
FEW_COLOURS, MOSTLY_FLAT = 0.64, 0.45  # shares of the inside, as in drawn signs
FEWEST = 5  # instants, for a movement
PLAIN = 0.95  # share of the inside in one tone
HIDES = 0.6  # correlation of coarse shapes from which the footage itself is seen, made unreadable
CLEAR = 2.35  # strength

type Steps = NDArray[np.float32]  # (K, lines, n): between pixel n - 1 and n of a line


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle that fits a patch best; shares of left, top, right and bottom, 0..1."""

    box: Box  # in the query's picture, 0..1
    sides: tuple[float, ...]  # on which a border of the item's own is seen, over time
    lasting: tuple[float, ...]  # on which there is a sharp step, at one instant on average

    @property
    def shown(self) -> float:
        """Share of all four sides."""
        return float(np.mean([self._clear(k) for k in range(4)]))

    @property
    def stands(self) -> bool:
        """Whether there is a border on each side, and where it is it stays."""
        if min(self.lasting) < FLEETING[0] or np.mean(self.lasting) < FLEETING[1]:
            return False
        return min(self._clear(k) for k in range(4)) >= WEAKEST and self.shown >= USUAL

    @property
    def all_but_one(self) -> bool:
        """Whether three sides are certain: the fourth may lie on an edge of the known picture."""
        certain = [k for k in range(4) if self.sides[k] >= STRONG]
        return len(certain) >= 3 and all(self.lasting[k] >= FLEETING[1] for k in certain)

    def _clear(self, side: int) -> float:
        seen, lasting = self.sides[side], self.lasting[side]
        amid = seen >= AMID_TEXTURE[0] and lasting >= AMID_TEXTURE[1]
        return max(seen, lasting) if amid else seen


def picture_over(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    found: Difference,
    patch: Patch,
    seen: Appearance,
    kind: EditType | None,
    *,
    writing: bool,
) -> Patch | None:
    """The patch as the rectangle that it is, if it is another picture; None if it may be none.

    kind: what else it would be taken for. writing: whether it looks like that.
    """
    if not may_be(patch, seen, kind):
        return None
    frame = frame_of(query, reference, placement, found, patch)
    if not (frame.stands or frame.all_but_one) or area_of(frame.box) < SMALLEST:
        return None
    certain = frame.shown >= STRONG or frame.all_but_one
    if patch.share < THROUGHOUT and not certain:
        return None
    usual, stirs = own_pace(found, patch, frame.box)
    if writing:
        shown = stirs and usual > ALIVE
    elif kind in (EditType.STICKER, EditType.OVERLAY, EditType.LOGO) or not frame.stands:
        shown = stirs and certain
    elif kind is None:
        shown = stirs or not (seen.palette > FEW_COLOURS and seen.flat > MOSTLY_FLAT)
    else:
        shown = True  # an inset already, or a change of the scene, which has no frame
    return as_rectangle(patch, frame.box) if shown else None


def may_be(patch: Patch, seen: Appearance, kind: EditType | None) -> bool:
    """Whether a patch may be another picture, so that a frame around it is worth a search."""
    if (
        kind is EditType.CENSOR
        or seen.plain > PLAIN
        or seen.blurred > HIDES
        or patch.strength < CLEAR
    ):
        return False
    long = max(seen.aspect, 1 / seen.aspect) <= LONGEST
    return patch.fill >= 0.5 and area_of(patch.box) >= SMALLEST and long


def as_rectangle(patch: Patch, box: Box) -> Patch:
    """The patch with the cells and the outline of a rectangle."""
    height, width = patch.cells.shape
    cells = np.zeros_like(patch.cells)
    # comparing in windows adds a cell around
    x0, y0 = max(0, round(box[0] * width) - 1), max(0, round(box[1] * height) - 1)
    cells[y0 : round(box[3] * height) + 1, x0 : round(box[2] * width) + 1] = True
    return replace(patch, cells=cells, outline=box)


def own_pace(found: Difference, patch: Patch, box: Box) -> tuple[float, bool]:
    """`own_movement` of every other place, and whether anything in the box goes on by itself."""
    usual, most, noise = own_movement(found, patch, box)
    return usual, most > max(STIRS, NOISY * noise)


def own_movement(found: Difference, patch: Patch, box: Box) -> tuple[float, float, float]:
    """Deviation over time inside a rectangle that the footage beneath does not explain.

    Of every other place, of 1 in 10 places at most, and what 1 in 10 of the footage elsewhere stays
    under, which is noise.
    """
    if patch.on.sum() < FEWEST:
        return (0.0, 0.0, 0.0)
    height, width = patch.cells.shape
    x0, x1 = round(box[0] * width) + CORE_CELLS, round(box[2] * width) - CORE_CELLS
    y0, y1 = round(box[1] * height) + CORE_CELLS, round(box[3] * height) - CORE_CELLS
    if x1 <= x0 or y1 <= y0:
        return (0.0, 0.0, 0.0)
    rest = unexplained_movement(found, patch)
    usual, most = np.percentile(rest[y0:y1, x0:x1], (50, 90))
    elsewhere = found.covered & ~patch.cells & (found.share < 0.3)
    noise = float(np.percentile(rest[elsewhere], 10)) if elsewhere.any() else 0.0
    return float(usual), float(most), noise


def frame_of(
    query: FrameCache, reference: FrameCache, placement: Placement, found: Difference, patch: Patch
) -> Frame:
    """Search for a border along each side of a patch, as another picture's frame has it."""
    item, known = pictures_of(query, reference, placement, found, patch)
    across = steps_of(item), steps_of(known)
    down = steps_of(item.swapaxes(1, 2)), steps_of(known.swapaxes(1, 2))
    within = _within(query, reference, placement)
    x0, y0, x1, y1 = box = patch.box
    for _ in range(2):  # a side is judged between the two beside it
        rows = _between(box[1], box[3], query.height)
        columns = _between(box[0], box[2], query.width)
        found_sides = (
            _side(across, x0, x1, rows, within[0]),
            _side(down, y0, y1, columns, within[1]),
            _side(across, x1, x0, rows, within[0]),
            _side(down, y1, y0, columns, within[1]),
        )
        left, top, right, bottom = (one[0] for one in found_sides)
        box = (left, top, right, bottom)
    seen, lasting = (tuple(one[k] for one in found_sides) for k in (1, 2))
    return Frame(box, seen, lasting)


def _within(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> list[tuple[int, int]]:
    """First and last pixel, across and down, of the known picture in the item, its rim left out."""
    right, bottom = reference.width - 1.0, reference.height - 1.0
    corners = np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]])
    placed = apply_transform(placement.transform.matrix, corners)
    first = np.maximum(placed.min(axis=0) + RIM_PX, 2)
    last = np.minimum(placed.max(axis=0) - RIM_PX, np.array(query.size) - 2.0)
    return [(int(np.ceil(a)), int(b)) for a, b in zip(first, last, strict=True)]


def _between(start: float, end: float, whole: int) -> slice:
    """The rows or columns between two sides of the frame, without their ends."""
    margin = ENDS * (end - start)
    first, last = int((start + margin) * whole), int(np.ceil((end - margin) * whole))
    return slice(max(0, first), max(first + 1, last))


def _side(
    steps: tuple[Steps, Steps],
    place: float,
    opposite: float,
    lines: slice,
    within: tuple[int, int],
) -> tuple[float, float, float]:
    """Where the clearest border near a side is, 0..1, the share of it there, and at one instant.

    steps: of the item and of the known picture. opposite: the rectangle's other side.
    """
    item, known = (one[:, lines] for one in steps)
    width = item.shape[2]
    outward = -OUTWARD if opposite > place else OUTWARD
    ends = (place + INWARD * (opposite - place), place + outward)
    first, last = sorted(round(one * width) for one in ends)
    tried = range(max(within[0], first), min(within[1], last) + 1)
    borders = [(at / width, *_border(item, known, at)) for at in tried]
    clearest = max((seen for _, seen, _ in borders), default=0.0)
    if clearest < UNSEEN:
        return place, 0.0, 0.0
    # edges of its own run inside of a picture, and none outside
    near = [one for one in borders if one[1] >= NEARLY * clearest]
    outermost = min(near) if outward < 0 else max(near)
    return max(
        (one for one in near if abs(one[0] - outermost[0]) * width <= 2), key=lambda one: one[1]
    )


def _border(item: Steps, known: Steps, at: int) -> tuple[float, float]:
    """Share of the lines with a border of the item's own before pixel `at`, and at one instant."""
    there = known[:, :, at - 1 : at + 2]
    own = item[:, :, at].mean(axis=0) > ITS_OWN * there.mean(axis=0).max(axis=1)
    over_time = own & _sharp(item.mean(axis=0)[None], at)[0]
    lasting = float(_sharp(item, at).mean())
    as_known = max(float(_sharp(known, at + k).mean()) for k in (-1, 0, 1))
    return max(float(over_time.mean()), lasting - as_known), lasting


def _sharp(steps: Steps, at: int) -> NDArray[np.bool_]:
    """(K, lines) whether there is a step before pixel `at`, larger than those beside it."""
    near, far = ASIDE_PX
    aside = [k for k in (at - far, at - near, at + near, at + far) if 0 < k < steps.shape[2]]
    around = np.median(steps[:, :, aside], axis=2)
    return np.asarray((steps[:, :, at] > STEP) & (steps[:, :, at] > SHARP * around))


def steps_of(pictures: NDArray[np.uint8]) -> Steps:
    """Luma steps of (K, h, w, 3) pictures across their columns; the largest of three channels."""
    out = np.zeros(pictures.shape[:3], np.float32)
    out[:, :, 1:] = np.abs(np.diff(pictures.astype(np.int16), axis=2)).max(axis=3)
    return out


def pictures_of(
    query: FrameCache, reference: FrameCache, placement: Placement, found: Difference, patch: Patch
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(K, h, w, 3) twice: the item at some instants, and the known picture warped to it."""
    chosen = spread_instants(patch, INSTANTS)
    left = query.frames([query.nearest_index(float(found.times[k])) for k in chosen])
    right = reference.frames(
        [reference.nearest_index(float(found.reference_times[k])) for k in chosen]
    )
    matrix, size, rim = placement.transform.matrix, query.size, cv2.BORDER_REPLICATE
    moved = [cv2.warpPerspective(one, matrix, size, borderMode=rim) for one in right]
    return np.stack(left), np.stack(moved).astype(np.uint8)
