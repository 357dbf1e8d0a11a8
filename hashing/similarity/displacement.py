"""Does a still show another moment of the same scene: the same things, a little way off?

In a copy everything lies where the transform puts it, however badly it was coded and whatever was
painted over it. At another moment a head has turned and an arm has sunk: what is there is found
again near by. Dense flow (Kroeger et al., Fast Optical Flow using Dense Inverse Search, ECCV 2016)
between the still and the known picture laid onto it says how far off. It counts only where the
flow there and the flow back meet, and where the pictures agree under it: what was pasted, written
or garbled has no counterpart anywhere and drops out. So does what a copy leaves of movement: a
transform a little wrong, which is an affine field, and an instant between two kept pictures, which
is a share of the known clip's own movement at that moment.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix
from hashing.similarity.local_correlation import Likeness, likeness_close, local_correlation
from hashing.similarity.motion_correlation import deviation_around, moving_places

CONTRAST_PX = 9.0  # neighbourhood in which brightness and contrast are made alike
MEET_PX = 1.0  # between the flow there and the flow back
COUNTERPART = 0.7  # correlation under the flow from which a place has been found again
FEWEST = 200  # pixels found again, under which nothing is said
BETWEEN = 0.7  # of the way to the next kept picture; half would do for even steps
ROUNDS = 8  # of reweighting; what a person moved must not bend the transform
OFF_PX = 1.0  # at likeness.LONG_SIDE_PX; a copy's coding leaves a third of that
OWN_SHARE = 0.5  # of the known clip's own movement at a place: its path need not be straight

type Map = NDArray[np.float32]  # (h, w)
type Field = NDArray[np.float32]  # (h, w, 2) px


@dataclass(frozen=True, slots=True)
class Moved:
    """Of one still held against one moment; shares are of the textured picture, 0..1."""

    found: float  # found again in the known picture, here or near by
    off: float  # of that, more than OFF_PX from where a copy has it; or as a share of what moves
    typical_px: float  # median distance of what was found, at the size of the maps
    largest: float  # the largest connected part of what is off


def still_moved(still: FrameCache, known: FrameCache, matrix: Matrix, at: int) -> Moved | None:
    """The same of two clips, at the known picture of three in a row that is most like the still.

    matrix: the known clip's pixels -> the still's. at: index of the picture that was matched.
    """
    near = range(max(0, at - 2), min(len(known.times), at + 3))
    pictures = dict(zip(near, known.frames(list(near)), strict=True))
    held = {
        index: likeness_close(still.frame(0), picture, matrix, still.caption_bars)
        for index, picture in pictures.items()
    }
    best = max((i for i in near if abs(i - at) <= 1), key=lambda i: held[i].typical)
    deviation = deviation_around(known, float(known.times[best]))
    moving = moving_places(held[best], deviation, known) if deviation is not None else None
    return moved(held[best], held.get(best - 1), held.get(best + 1), moving)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Where the still's content lies in the known picture laid onto it."""

    field: Field  # px, at the size of the maps
    sure: NDArray[np.bool_]  # (h, w) textured, and found again


def moved(
    at: Likeness,
    before: Likeness | None = None,
    after: Likeness | None = None,
    moving: NDArray[np.bool_] | None = None,
) -> Moved | None:
    """How much of a still lies elsewhere than in the known picture of one moment.

    at: the still held against the known picture; before, after: against the kept pictures beside
    it, where there are any. moving: (h, w) textured places at which the known clip moves. Where the
    camera is fixed and the background rich, only these can tell. None where too little is found
    again to tell.
    """
    textured = int(at.textured.sum())
    found = counterparts(at)
    if found.sure.sum() < FEWEST:
        return None
    own = _own_movement(at, before, after)
    rest = _beyond_copying(found, own)  # (h, w), 0 where nothing was found
    off = rest > OFF_PX + OWN_SHARE * np.hypot(own[..., 0], own[..., 1])
    off &= found.sure
    return Moved(
        found=float(found.sure.sum()) / textured,
        off=max(float(off.sum()) / textured, _share(off, moving)),
        typical_px=float(np.median(rest[found.sure])),
        largest=_largest(off) / textured,
    )


def _share(off: NDArray[np.bool_], moving: NDArray[np.bool_] | None) -> float:
    """Of the moving places; 0 where they are too few."""
    if moving is None or moving.sum() < FEWEST:
        return 0.0
    return float(off[moving].mean())


def counterparts(at: Likeness) -> Found:
    """The flow from the still to the known picture, and where it can be relied on."""
    left, right = _evened(at.query), _evened(at.reference)
    there, back = _flow(left, right), _flow(right, left)
    meets = np.hypot(*np.moveaxis(there + _along(back, there), 2, 0)) < MEET_PX
    correlation, _ = local_correlation(at.query, _along(at.reference, there))
    return Found(there, at.textured & meets & (correlation > COUNTERPART))


def _evened(picture: Map) -> NDArray[np.uint8]:
    """Brightness and contrast made alike everywhere, so that tints and vignettes do not flow."""
    mean = cv2.GaussianBlur(picture, (0, 0), CONTRAST_PX)
    squares = cv2.GaussianBlur(picture * picture, (0, 0), CONTRAST_PX)
    deviation = np.sqrt(np.clip(squares - mean * mean, 0, None))
    even: NDArray[np.float32] = 128 + 45 * (picture - mean) / (deviation + 4)
    return np.clip(even, 0, 255).astype(np.uint8)


def _flow(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> Field:
    """left(x) looks like right(x + flow(x))."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)
    start = np.zeros((*left.shape, 2), np.float32)
    return np.asarray(search.calc(left, right, start), np.float32)


def _along(values: NDArray[np.float32], field: Field) -> NDArray[np.float32]:
    """Values (h, w) or (h, w, n) fetched from where the field points."""
    height, width = values.shape[:2]
    rows, columns = np.indices((height, width), dtype=np.float32)
    x, y = columns + field[..., 0], rows + field[..., 1]
    fetched = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(fetched, np.float32)


def _own_movement(at: Likeness, before: Likeness | None, after: Likeness | None) -> Field:
    """Of the known clip, from one kept picture to the next; zero where there is only one."""
    here = _evened(at.reference)
    steps = [
        sign * _flow(here, _evened(other.reference))
        for sign, other in ((-1, before), (1, after))
        if other is not None
    ]
    if not steps:
        return np.zeros((*here.shape, 2), np.float32)
    return np.asarray(np.mean(steps, axis=0), np.float32)


def _beyond_copying(found: Found, own: Field) -> Map:
    """(h, w) px: what is left of the flow without an affine field and a share of own movement."""
    rows, columns = np.nonzero(found.sure)
    height, width = found.sure.shape
    ones, none = np.ones(len(rows)), np.zeros((len(rows), 3))
    plane = np.column_stack([ones, columns / width, rows / height])  # (N, 3)
    step = own[found.sure]  # (N, 2)
    design = np.concatenate(
        [
            np.column_stack([plane, none, step[:, 0]]),
            np.column_stack([none, plane, step[:, 1]]),
        ]
    )  # (2 N, 7)
    target = found.field[found.sure].T.ravel()  # (2 N,)
    weight = np.ones(len(rows))
    for _ in range(ROUNDS):
        twice = np.sqrt(np.concatenate([weight, weight]))
        solved, *_ = np.linalg.lstsq(design * twice[:, None], target * twice, rcond=None)
        solved[6] = np.clip(solved[6], -BETWEEN, BETWEEN)
        left = np.hypot(*(target - design @ solved).reshape(2, -1))
        scale = max(0.1, 2 * float(np.median(left)))
        weight = 1 / (1 + (left / scale) ** 2)  # Cauchy
    rest = np.zeros(found.sure.shape, np.float32)
    # what lies where it should is in its place, whatever moves around it: writing, or a stand
    rest[found.sure] = np.minimum(left, np.hypot(*found.field[found.sure].T))
    return rest


def _largest(flags: NDArray[np.bool_]) -> int:
    """Pixels of the largest connected part."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(flags.astype(np.uint8))
    return int(stats[1:, cv2.CC_STAT_AREA].max()) if count > 1 else 0
