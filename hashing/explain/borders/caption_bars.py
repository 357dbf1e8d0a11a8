"""Bars of one colour with writing, above or below the known picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement, sample_timestamps
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.text_bands import MAX_COLOUR_DISTANCE, CaptionBar, Grey, find_caption_bars

MAX_PAIRS = 3
ALIKE = 0.4  # correlation from which the known picture has the bar itself


def text_bars(query: FrameCache, reference: FrameCache, placement: Placement) -> list[CaptionBar]:
    """Bars that hold writing and stay, and that the known picture does not have."""
    moments = sample_timestamps(placement.lines, MAX_PAIRS)
    pairs = list(
        dict.fromkeys((query.nearest_index(a), reference.nearest_index(b)) for a, b in moments)
    )
    if not pairs:
        return []
    seen = [_grey(one) for one in query.frames([at for at, _ in pairs])]
    known = [
        np.asarray(
            cv2.warpPerspective(_grey(one), placement.transform.matrix, query.size), np.uint8
        )
        for one in reference.frames([at for _, at in pairs])
    ]
    ones = np.full((reference.height, reference.width), 255, np.uint8)
    covered = cv2.warpPerspective(ones, placement.transform.matrix, query.size) > 127
    out: list[CaptionBar] = []
    for left, right in _columns(np.asarray(covered)):
        found = [
            [
                bar
                for bar in find_caption_bars(one[:, left:right], covered[:, left:right])
                if _ends(one, bar, left, right)
            ]
            for one in seen
        ]
        for bar in _agreed(found):
            rows = slice(int(bar.box[1] * query.height), int(bar.box[3] * query.height))
            strips = [
                _alike(one[rows, left:right], other[rows, left:right])
                for one, other in zip(seen, known, strict=True)
            ]
            if np.median(strips) < ALIKE and not any(_overlap(bar, other) for other in out):
                box = (left / query.width, bar.box[1], right / query.width, bar.box[3])
                out.append(CaptionBar(box, bar.strokes))
    return out


def _grey(picture: NDArray[np.uint8]) -> Grey:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _columns(covered: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The columns searched for bars: all, and those of the known picture where it is narrower."""
    width = covered.shape[1]
    filled = np.flatnonzero(covered.any(axis=0))
    whole = [(0, width)]
    if len(filled) and width * 0.25 < filled[-1] - filled[0] < width * 0.95:
        whole.append((int(filled[0]), int(filled[-1]) + 1))
    return whole


def _ends(picture: Grey, bar: CaptionBar, left: int, right: int) -> bool:
    """Whether a caption bar as wide as the known picture goes no further: else it frames more."""
    first, last = int(bar.box[1] * len(picture)), int(bar.box[3] * len(picture))
    inside = float(np.median(picture[first:last, left:right]))
    beside = (picture[first:last, :left], picture[first:last, right:])
    return all(
        abs(float(np.median(one)) - inside) >= MAX_COLOUR_DISTANCE
        for one in beside
        if one.shape[1] > 4
    )


def _agreed(found: list[list[CaptionBar]]) -> list[CaptionBar]:
    """Caption bars that most instants have at one place."""
    out: list[CaptionBar] = []
    for bar in (one for some in found for one in some):
        same = sum(any(_overlap(bar, other) for other in some) for some in found)
        if same * 2 > len(found) and not any(_overlap(bar, other) for other in out):
            out.append(bar)
    return out


def _overlap(one: CaptionBar, other: CaptionBar) -> bool:
    shared = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    return shared > 0.5 * min(one.box[3] - one.box[1], other.box[3] - other.box[1])


def _alike(strip: Grey, known: Grey) -> float:
    if strip.std() < 1 or known.std() < 1:
        return 0.0
    return float(np.corrcoef(strip.ravel(), known.ravel())[0, 1])
