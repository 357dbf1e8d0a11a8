"""Writing and marks that stand over moving pictures, found in the mean of what differs.

At one instant a faint mark drowns in what copying changed. Over many instants that averages out,
while what stands still over the footage stays: the mean difference of kept pictures shows the
strokes of letters at full resolution. It shows some of the scene as well, where that stands still;
so strokes count only where the known copy's own mean has nothing of the kind.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement, sample_timestamps
from hashing.describe.frame_cache import FrameCache
from hashing.explain.difference.registered_frames import luma
from hashing.imaging.connected_components import bounding_box, bounding_slices
from hashing.types import Box, Seconds

INSTANTS, FEWEST = 28, 10
AT_ONCE = 7  # pairs of pictures in memory
BROAD_PX = 6.0  # blur that takes out what is broader than strokes
RIM_PX = 17  # of the known picture's, where misplaced edges lie
FLOOR = 1.0  # grey levels that the mean is uncertain by at least
OF_THE_KNOWN = 0.15  # of the known copy's mean detail, by which copying may change it
CERTAIN, CONTRAST = 4.0, 5.0  # times that uncertainty, and grey levels, of a stroke's pixel
REACH_PX = (13, 5)  # across and down: strokes this near to each other are one mark
SPECKS = 0.15  # of what a full row of strokes holds
SMALLEST = 0.0008  # of the picture, in strokes
LOWEST, NARROWEST = 0.025, 0.04  # height and width, of the picture's
AT_RIM = 0.01
FILLS = (0.18, 0.85)  # share of the box that is strokes: less is scattered, more is a plate
STANDS_OUT, CLEAR = 5.0, 12.0  # the same two as for a pixel, typical of a whole mark
LIKE_KNOWN = 0.3  # correlation with the known copy's mean detail
MISPLACED_PX = 7  # around each pixel, in which the known copy's mean detail is looked for
BESIDE_KNOWN = 0.5  # of the contrast: that detail where the strokes are
PRESENT, ALWAYS = 0.5, 0.9  # of its mean look at an instant; share of the instants

type Grey = NDArray[np.float32]
type Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Mark:
    """Strokes that stand at one place for the whole match."""

    box: Box  # in the item's picture
    aspect: float  # its width over its height, in pixels
    contrast: float  # grey levels against the footage, mean of the strokes
    seconds: Seconds


def standing(query: FrameCache, reference: FrameCache, placement: Placement) -> list[Mark]:
    """Static marks over the known picture, the largest first; none in stills."""
    seen = sample_timestamps(placement.lines, INSTANTS)
    pairs = sorted({(query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in seen})
    if len({q for q, _ in pairs}) < FEWEST or len({r for _, r in pairs}) < FEWEST:
        return []
    seconds = sum(line.end - line.start for line in placement.lines)
    return marks(
        _pictures(query, reference, pairs), len(pairs), placement.transform.matrix, seconds
    )


def _pictures(
    query: FrameCache, reference: FrameCache, pairs: list[tuple[int, int]]
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Whole pictures of the pairs, a few at a time."""
    for first in range(0, len(pairs), AT_ONCE):
        some = pairs[first : first + AT_ONCE]
        left = query.frames([q for q, _ in some])
        yield from zip(left, reference.frames([r for _, r in some]), strict=True)


def marks(
    pictures: Iterable[tuple[NDArray[np.uint8], NDArray[np.uint8]]],
    count: int,
    matrix: NDArray[np.float64],
    seconds: Seconds,
) -> list[Mark]:
    """Static marks from pairs of frames (h, w, 3) RGB. matrix: reference pixels -> query pixels."""
    stack, known, covered = _differences(pictures, count, matrix)
    inner = _shrunk(covered)
    if not inner.any():
        return []
    mean = stack.mean(axis=0, dtype=np.float32)
    deviation = np.sqrt(sum((one - mean) ** 2 for one in stack) / count)
    # a pixel of misplacement makes a difference as large as the detail beside it
    near = cv2.dilate(np.abs(known), np.ones((MISPLACED_PX, MISPLACED_PX), np.uint8))
    error = deviation / np.sqrt(count) + FLOOR + OF_THE_KNOWN * near
    sure = np.where(inner, np.abs(mean) / error, 0)
    strokes = (sure > CERTAIN) & (np.abs(mean) > CONTRAST)
    found = []
    for part in _mark_strokes(strokes):
        box = bounding_box(part)
        if not _is_legible_mark(part, box, inner) or float(np.median(sure[part])) < STANDS_OUT:
            continue
        contrast = float(np.abs(mean[part]).mean())
        cut = bounding_slices(part)
        if contrast < CLEAR or float(near[part].mean()) > BESIDE_KNOWN * contrast:
            continue
        if _is_known_detail(mean[cut], known[cut]):
            continue
        share = _present(stack[:, cut[0], cut[1]], mean[cut] * part[cut])
        if share >= ALWAYS:
            high, wide = part[cut].shape
            found.append((int(part.sum()), Mark(box, wide / high, contrast, share * seconds)))
    return [mark for _, mark in sorted(found, key=lambda one: -one[0])]


def _differences(
    pictures: Iterable[tuple[NDArray[np.uint8], NDArray[np.uint8]]],
    count: int,
    matrix: NDArray[np.float64],
) -> tuple[NDArray[np.float16], Grey, Mask]:
    """(count, h, w) fine detail that the item has and the known copy has not; that of the known
    copy, its mean; and where it lies.
    """
    stack = np.zeros((0, 0, 0), np.float16)
    known, covered = np.zeros((0, 0), np.float32), np.zeros((0, 0), bool)
    for at, (one, other) in enumerate(pictures):
        size = (one.shape[1], one.shape[0])
        if at == 0:
            full = np.full(other.shape[:2], 255, np.uint8)
            covered = np.asarray(cv2.warpPerspective(full, matrix, size) > 250)
            stack, known = np.zeros((count, *covered.shape), np.float16), covered * np.float32(0)
            if not covered.any():
                break
        warped = cv2.warpPerspective(other, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        mine, theirs = luma(one), luma(np.asarray(warped, np.uint8))
        stack[at] = _fine(mine - _toned(theirs, mine, covered))
        known += _fine(theirs) / count
    return stack, known, covered


def _fine(grey: Grey) -> Grey:
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), BROAD_PX), np.float32)


def _toned(theirs: Grey, mine: Grey, covered: Mask) -> Grey:
    """The known picture with the gain and offset that bring it nearest to the item's."""
    x, y = theirs[covered], mine[covered]
    gain = float(np.cov(x, y, bias=True)[0, 1] / max(1.0, float(x.var())))
    return np.asarray(gain * (theirs - x.mean()) + y.mean(), np.float32)


def _shrunk(covered: Mask) -> Mask:
    """Without its rim, but for the frame's own, which a picture may miss by a pixel or two."""
    high, wide = (max(1, round(AT_RIM * side)) for side in covered.shape)
    covered = np.pad(covered[high:-high, wide:-wide], ((high, high), (wide, wide)), "edge")
    square = np.ones((RIM_PX, RIM_PX), np.uint8)
    return np.asarray(cv2.erode(covered.astype(np.uint8), square, borderValue=1) > 0)


def _mark_strokes(strokes: Mask) -> list[Mask]:
    """(h, w) each: the strokes of one mark, which lie together."""
    near = cv2.dilate(strokes.astype(np.uint8), np.ones(REACH_PX[::-1], np.uint8))
    count, labels = cv2.connectedComponents(near)
    least = SMALLEST * strokes.size
    parts = [_without_specks((labels == label) & strokes) for label in range(1, count)]
    return [part for part in parts if part.sum() >= least]


def _without_specks(part: Mask) -> Mask:
    """Strokes without the rows at their ends that hold hardly anything: specks of the scene."""
    rows = part.sum(axis=1)
    full = np.flatnonzero(rows > SPECKS * np.percentile(rows[rows > 0], 90))
    out = np.zeros_like(part)
    out[full[0] : full[-1] + 1] = part[full[0] : full[-1] + 1]
    return out


def _is_legible_mark(part: Mask, box: Box, inner: Mask) -> bool:
    """Whether strokes are of a size to be read, with gaps, and not along a rim."""
    wide, high = box[2] - box[0], box[3] - box[1]
    if wide < NARROWEST or high < LOWEST:
        return False
    limits = bounding_box(inner)
    if any(abs(box[k] - limits[k]) < AT_RIM for k in range(4)):
        return False
    return FILLS[0] <= float(part[bounding_slices(part)].mean()) <= FILLS[1]


def _is_known_detail(mean: Grey, known: Grey) -> bool:
    """Whether strokes are the known copy's detail, more or less of it."""
    power = float(np.sqrt((mean * mean).sum() * (known * known).sum()))
    return abs(float((mean * known).sum())) > LIKE_KNOWN * max(power, 1e-6)


def _present(stack: NDArray[np.float16], strokes: Grey) -> float:
    """Share of the (K, h, w) instants that show the strokes of a mark."""
    shown = (stack.astype(np.float32) * strokes).sum(axis=(1, 2)) / float((strokes * strokes).sum())
    return float((shown > PRESENT).mean())
