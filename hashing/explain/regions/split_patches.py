"""A patch of two shapes -> its pieces, and a patch with tails -> its core.

Patches grow into what differs beside them: a change of the scene and the writing under it become
one, and edges that are a little misplaced hang on to it. Its box then fits neither. Pieces are told
apart where the width, or the height, changes at once; tails are thinner than what they hang on.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.explain.difference.residual import Difference
from hashing.explain.regions.find_patches import SMALLEST, Patch

SAVES = 0.78  # of the box that is left in the boxes of both pieces: an ellipse never gets under 0.9
THINNEST = 4  # rows and columns of a piece
FILLS = 0.45  # share of its box that a piece fills
TAIL = 0.5  # of a patch's thickness: what is thinner is a tail
LEFT = 0.4  # share of the cells that a core has at least
COMPACT = 1.2  # times as much of its box that a core fills

type Cells = NDArray[np.bool_]


def pieces(found: Difference, patch: Patch) -> list[tuple[Patch, Patch]]:
    """The ways in which a patch can be split in two, the one with the closer boxes first."""
    ways = []
    for upright in (False, True):
        cells = patch.cells.T if upright else patch.cells
        cut = _cut(cells)
        if cut is None:
            continue
        share, at = cut
        low = np.zeros_like(cells)
        low[:at] = True
        parts = [cells & low, cells & ~low]
        one, other = (_piece(found, patch, part.T if upright else part) for part in parts)
        if all(_is_thing(part) for part in (one, other)):
            ways.append((share, (one, other)))
    return [both for _, both in sorted(ways, key=lambda way: way[0])]


def core(found: Difference, patch: Patch) -> Patch | None:
    """The core of a patch without its tails; None where it has none, or is nothing else."""
    cells = patch.cells.astype(np.uint8)
    depth = cv2.distanceTransform(np.pad(cells, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    reach = int(TAIL * float(depth.max()))
    if reach < 1:
        return None
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    _, labels = cv2.connectedComponents(cv2.morphologyEx(cells, cv2.MORPH_OPEN, disc))
    thick = np.asarray(labels == labels[np.unravel_index(int(depth.argmax()), depth.shape)])
    if not thick.any() or thick.sum() < LEFT * cells.sum():
        return None
    out = _piece(found, patch, thick & patch.cells)
    return out if out.fill > COMPACT * patch.fill else None


def _cut(cells: Cells) -> tuple[float, int] | None:
    """The row at which splitting a patch leaves least in both boxes, and the share left."""
    rows = np.flatnonzero(cells.any(axis=1))
    first, count = int(rows[0]), int(rows[-1] - rows[0] + 1)
    lows = _widths(cells[first : first + count])  # (n,) of the box around the rows so far
    highs = _widths(cells[first : first + count][::-1])[::-1]
    places = range(THINNEST, count - THINNEST + 1)
    boxes = [(float(at * lows[at - 1] + (count - at) * highs[at]), first + at) for at in places]
    if not boxes:
        return None
    least, at = min(boxes)
    share = least / float(count * lows[-1])
    return (share, at) if share < SAVES else None


def _is_thing(piece: Patch) -> bool:
    rows, columns = (int(piece.cells.any(axis=axis).sum()) for axis in (1, 0))
    return min(rows, columns) >= THINNEST and piece.fill >= FILLS and piece.area >= SMALLEST


def _widths(cells: Cells) -> NDArray[np.int_]:
    """How wide the cells of the rows up to each row are, together; the first row holds a cell."""
    width, some = cells.shape[1], cells.any(axis=1)
    firsts = np.minimum.accumulate(np.where(some, cells.argmax(axis=1), width))
    lasts = np.maximum.accumulate(np.where(some, width - 1 - cells[:, ::-1].argmax(axis=1), -1))
    return np.asarray(lasts - firsts + 1, int)


def _piece(found: Difference, patch: Patch, cells: Cells) -> Patch:
    excess = found.excess[patch.on][:, cells]
    return replace(patch, cells=cells, strength=float(np.percentile(excess, 75)))
