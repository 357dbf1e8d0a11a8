"""Caption bars in one frame: bars of one colour with text, by their rows alone.

Thresholds were set by hand.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.types import Box

__all__ = [
    "MAX_COLOUR_DISTANCE",
    "CaptionBar",
    "Grey",
    "find_caption_bars",
]

MIN_BAR_HEIGHT = 0.045  # of the frame's height: one line of small text
MAX_BAR_HEIGHT = 0.45
MIN_COLOUR_SHARE = 0.25  # of a row in the bar's colour, even through bold text
MIN_PLAIN_ROW_SHARE = 0.93  # of a row between lines of text and at the edges of the bar
MAX_COLOUR_DISTANCE = 20  # grey levels, from the bar's colour
MIN_TEXT_CONTRAST = 45  # grey levels between text and bar
STROKES_PER_PX = (
    0.045,
    0.4,
)  # in the busiest rows, per pixel of the line of text
MIN_STROKES = 6  # in a row: a word
MAX_EDGE_DISTANCE = 0.03  # of the frame's height, from the edge of the frame or of the reference

type Grey = NDArray[np.uint8]  # (H, W)


@dataclass(frozen=True, slots=True)
class CaptionBar:
    """A bar of one colour with text. strokes: crossings per pixel in its busiest rows."""

    box: Box
    strokes: float


def find_caption_bars(luma: Grey, covered: NDArray[np.bool_] | None = None) -> list[CaptionBar]:
    """Find bars of one colour with text at the edges of the frame, or beside the reference.

    luma: (H, W) uint8. covered: (H, W), where the reference lies; None where only the frame's edges
    count.
    """
    height = len(luma)
    rows = np.flatnonzero(covered.mean(axis=1) > 0.5) if covered is not None else np.zeros(0, int)
    edges = [0, height] + ([int(rows[0]), int(rows[-1]) + 1] if len(rows) else [])
    out = []
    for first, last, colour in _runs_beside(luma, rows) + _plain_runs(luma):
        if not MIN_BAR_HEIGHT * height <= last - first <= MAX_BAR_HEIGHT * height:
            continue
        if min(abs(e - at) for e in edges for at in (first, last)) > MAX_EDGE_DISTANCE * height:
            continue
        strokes = _text_strokes(luma[first:last], colour)
        if strokes is not None:
            out.append(CaptionBar((0.0, first / height, 1.0, last / height), strokes))
    return out


def _runs_beside(luma: Grey, rows: NDArray[np.intp]) -> list[tuple[int, int, float]]:
    """Runs above and below the reference, by themselves: a dark scene continues a dark bar."""
    if not len(rows):
        return []
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    below = [
        (first + bottom, last + bottom, tone) for first, last, tone in _plain_runs(luma[bottom:])
    ]
    return _plain_runs(luma[:top]) + below


def _plain_runs(luma: Grey) -> list[tuple[int, int, float]]:
    """(first row, row after the last, colour) of runs of rows of one colour.

    Runs start from rows of one colour and extend through the text between them.
    """
    grey = luma.astype(np.float32)
    middle = np.median(grey, axis=1)
    pure = (np.abs(grey - middle[:, None]) < MAX_COLOUR_DISTANCE).mean(axis=1) > MIN_PLAIN_ROW_SHARE
    out: list[tuple[int, int, float]] = []
    for row in np.flatnonzero(pure):
        if out and row < out[-1][1]:
            continue
        colour = float(middle[row])
        good = (np.abs(grey - colour) < MAX_COLOUR_DISTANCE).mean(axis=1) > MIN_COLOUR_SHARE
        before, after = np.flatnonzero(~good[:row]), np.flatnonzero(~good[row:])
        first = int(before[-1]) + 1 if len(before) else 0
        out.append((first, int(row + after[0]) if len(after) else len(grey), colour))
    return out


def _text_strokes(strip: Grey, colour: float) -> float | None:
    """Crossings per pixel in the busiest rows of a strip with text; None without text."""
    away = np.abs(strip.astype(np.float32) - colour)
    pure = (away < MAX_COLOUR_DISTANCE).mean(axis=1) > MIN_PLAIN_ROW_SHARE
    inked = away > MIN_TEXT_CONTRAST
    columns = np.flatnonzero(inked.any(axis=0))
    if not len(columns):
        return None
    written = int(columns[-1] - columns[0]) + 1  # pixels: a line may be short
    crossed = (inked[:, 1:] & ~inked[:, :-1]).sum(axis=1)
    busy = crossed > max(STROKES_PER_PX[0] / 3 * written, 1)
    if pure.mean() < 0.15 or busy.sum() < 4 or not 0.008 < inked.mean() < 0.45:
        return None
    typical = float(np.percentile(crossed[busy], 80))
    if typical < MIN_STROKES:
        return None
    strokes = typical / written
    return strokes if STROKES_PER_PX[0] <= strokes <= STROKES_PER_PX[1] else None
