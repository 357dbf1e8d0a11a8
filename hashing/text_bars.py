"""Bars of one colour with writing, above or below the known picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.placing import Placement, instants
from hashing.reel import Reel
from hashing.types import Box

LOOKS = 3
LOWEST = 0.045  # of the height: one line of small writing
HIGHEST = 0.45
PLAIN = 0.25  # share of a row that must have the bar's colour, also through bold writing
PURE = 0.93  # the same of rows between lines and at the rim
NEAR = 20  # grey levels that count as the bar's colour
CONTRAST = 45  # grey levels between writing and bar
WRITING = (0.045, 0.4)  # crossings per pixel of the busiest rows
AT_EDGE = 0.03  # of the height: as near a bar must be to the frame or to the known picture
ALIKE = 0.4  # correlation from which the known picture has the bar itself

type Grey = NDArray[np.uint8]  # (H, W)


@dataclass(frozen=True, slots=True)
class Bar:
    """box in the query's picture; strokes: crossings per pixel of its busiest rows."""

    box: Box
    strokes: float


def text_bars(query: Reel, reference: Reel, placement: Placement) -> list[Bar]:
    """Bars that hold writing and stay, and that the known picture does not have."""
    moments = instants(placement.lines, LOOKS)
    pairs = list(dict.fromkeys((query.nearest(a), reference.nearest(b)) for a, b in moments))
    if not pairs:
        return []
    seen = [_grey(one) for one in query.wholes([at for at, _ in pairs])]
    known = [
        np.asarray(
            cv2.warpPerspective(_grey(one), placement.transform.matrix, query.size), np.uint8
        )
        for one in reference.wholes([at for _, at in pairs])
    ]
    ones = np.full((reference.height, reference.width), 255, np.uint8)
    covered = cv2.warpPerspective(ones, placement.transform.matrix, query.size) > 127
    out: list[Bar] = []
    for left, right in _columns(np.asarray(covered)):
        found = [
            [
                bar
                for bar in _bars(one[:, left:right], covered[:, left:right])
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
                out.append(Bar(box, bar.strokes))
    return out


def _grey(picture: NDArray[np.uint8]) -> Grey:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _columns(covered: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The whole width, and that of the known picture where it is clearly less."""
    width = covered.shape[1]
    filled = np.flatnonzero(covered.any(axis=0))
    whole = [(0, width)]
    if len(filled) and width * 0.25 < filled[-1] - filled[0] < width * 0.95:
        whole.append((int(filled[0]), int(filled[-1]) + 1))
    return whole


def _bars(picture: Grey, covered: NDArray[np.bool_]) -> list[Bar]:
    """Runs of rows of one colour with writing, at the frame or beside the known picture."""
    height = len(picture)
    rows = np.flatnonzero(covered.mean(axis=1) > 0.5)
    edges = [0, height] + ([int(rows[0]), int(rows[-1]) + 1] if len(rows) else [])
    out = []
    for first, last, colour in _beside(picture, rows) + _runs(picture):
        if not LOWEST * height <= last - first <= HIGHEST * height:
            continue
        if min(abs(e - at) for e in edges for at in (first, last)) > AT_EDGE * height:
            continue
        strokes = _writing(picture[first:last], colour)
        if strokes is not None:
            out.append(Bar((0.0, first / height, 1.0, last / height), strokes))
    return out


def _beside(picture: Grey, rows: NDArray[np.intp]) -> list[tuple[int, int, float]]:
    """Runs above and below the known picture by themselves: one by night goes on into its dark."""
    if not len(rows):
        return []
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    below = [(first + bottom, last + bottom, tone) for first, last, tone in _runs(picture[bottom:])]
    return _runs(picture[:top]) + below


def _runs(picture: Grey) -> list[tuple[int, int, float]]:
    """(first row, row after the last, colour) of runs of rows that have one colour throughout.

    Runs start from rows of nothing but their colour and reach through the writing between those.
    """
    grey = picture.astype(np.float32)
    middle = np.median(grey, axis=1)
    pure = (np.abs(grey - middle[:, None]) < NEAR).mean(axis=1) > PURE
    out: list[tuple[int, int, float]] = []
    for row in np.flatnonzero(pure):
        if out and row < out[-1][1]:
            continue
        colour = float(middle[row])
        good = (np.abs(grey - colour) < NEAR).mean(axis=1) > PLAIN
        before, after = np.flatnonzero(~good[:row]), np.flatnonzero(~good[row:])
        first = int(before[-1]) + 1 if len(before) else 0
        out.append((first, int(row + after[0]) if len(after) else len(grey), colour))
    return out


def _writing(strip: Grey, colour: float) -> float | None:
    """Crossings per pixel of the busiest rows where a strip holds writing, else None."""
    away = np.abs(strip.astype(np.float32) - colour)
    pure = (away < NEAR).mean(axis=1) > PURE
    inked = away > CONTRAST
    crossed = (inked[:, 1:] & ~inked[:, :-1]).sum(axis=1) / strip.shape[1]
    busy = crossed > WRITING[0] / 3
    if pure.mean() < 0.15 or busy.sum() < 4 or not 0.008 < inked.mean() < 0.45:
        return None
    strokes = float(np.percentile(crossed[busy], 80))
    return strokes if WRITING[0] <= strokes <= WRITING[1] else None


def _ends(picture: Grey, bar: Bar, left: int, right: int) -> bool:
    """Whether a bar as wide as the known picture goes no further: else it frames more than that."""
    first, last = int(bar.box[1] * len(picture)), int(bar.box[3] * len(picture))
    inside = float(np.median(picture[first:last, left:right]))
    beside = (picture[first:last, :left], picture[first:last, right:])
    return all(abs(float(np.median(one)) - inside) >= NEAR for one in beside if one.shape[1] > 4)


def _agreed(found: list[list[Bar]]) -> list[Bar]:
    """Bars that most instants have at one place."""
    out: list[Bar] = []
    for bar in (one for bars in found for one in bars):
        same = sum(any(_overlap(bar, other) for other in bars) for bars in found)
        if same * 2 > len(found) and not any(_overlap(bar, other) for other in out):
            out.append(bar)
    return out


def _overlap(one: Bar, other: Bar) -> bool:
    shared = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    return shared > 0.5 * min(one.box[3] - one.box[1], other.box[3] - other.box[1])


def _alike(strip: Grey, known: Grey) -> float:
    if strip.std() < 1 or known.std() < 1:
        return 0.0
    return float(np.corrcoef(strip.ravel(), known.ravel())[0, 1])
