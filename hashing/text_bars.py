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
PLAIN = 0.3  # share of every row that must have the bar's colour, also through the writing
NEAR = 22  # grey levels that count as the bar's colour
CONTRAST = 45  # grey levels between writing and bar
STROKES = (0.02, 0.4)  # crossings per pixel of a row of writing


@dataclass(frozen=True, slots=True)
class Bar:
    """box in the query's picture; strokes: crossings per pixel of its rows of writing."""

    box: Box
    strokes: float


def text_bars(query: Reel, reference: Reel, placement: Placement) -> list[Bar]:
    """Bars at the top and bottom of the query that hold writing and stay, outside the footage."""
    moments = instants(placement.lines, LOOKS)
    indices = sorted({query.nearest(moment) for moment, _ in moments})
    if not indices:
        return []
    pictures = [
        np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), np.uint8) for one in query.wholes(indices)
    ]
    covered = _covered(query, reference, placement)
    out = []
    for at_top in (True, False):
        bars = [_bar(one if at_top else one[::-1]) for one in pictures]
        known = covered if at_top else covered[::-1]
        bar = _agreed([one for one in bars if one is not None], len(pictures))
        if bar is None:
            continue
        height, strokes = bar
        if known[: int(height * len(known))].mean() > 0.5:
            continue  # the known picture is there: any writing would have been seen as a patch
        box = (0.0, 0.0, 1.0, height) if at_top else (0.0, 1.0 - height, 1.0, 1.0)
        out.append(Bar(box, strokes))
    return out


def _covered(query: Reel, reference: Reel, placement: Placement) -> NDArray[np.bool_]:
    """(H, W) of the query's kept picture, where the reference's picture lies."""
    ones = np.full((reference.height, reference.width), 255, np.uint8)
    inside = cv2.warpPerspective(ones, placement.transform.matrix, query.size)
    return np.asarray(inside > 127)


def _bar(picture: NDArray[np.uint8]) -> tuple[float, float] | None:
    """Height 0..1 and strokes of a bar at the top of a grey picture, if it holds writing."""
    height, width = picture.shape
    first = picture[1 : max(3, height // 40), width // 50 : -(width // 50) or None]
    colour = float(np.median(first))
    plain = (np.abs(picture.astype(np.float32) - colour) < NEAR).mean(axis=1)  # (H,)
    other = np.flatnonzero(plain < PLAIN)
    end = int(other[0]) if len(other) else height
    if not LOWEST * height <= end <= HIGHEST * height:
        return None
    if plain[1:end].mean() < 0.6 or plain[1 : max(2, end // 12)].min() < 0.85:
        return None
    away = np.abs(picture[:end].astype(np.float32) - colour) > CONTRAST
    crossed = (away[:, 1:] & ~away[:, :-1]).sum(axis=1) / width
    rows = crossed > STROKES[0]
    if rows.sum() < max(4, 0.015 * height):
        return None
    strokes = float(crossed[rows].mean())
    ink = float(away.mean())
    if strokes > STROKES[1] or not 0.008 < ink < 0.4:
        return None
    return end / height, strokes


def _agreed(bars: list[tuple[float, float]], count: int) -> tuple[float, float] | None:
    """The bar that most instants have alike."""
    if len(bars) * 2 <= count:
        return None
    heights = np.array([height for height, _ in bars])
    middle = float(np.median(heights))
    if (np.abs(heights - middle) < 0.03).mean() < 0.6:
        return None
    return middle, float(np.median([strokes for _, strokes in bars]))
