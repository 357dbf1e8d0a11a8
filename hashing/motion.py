"""Does what moves in one clip move alike in the other?

A fixed camera's background matches itself at any hour; only what moves tells one hour from another. Under
a transform and along a line, each cell's brightness over time is held against the same cell's in the
reference. Static overlays move in neither and cost nothing; footage of another moment moves
differently, or elsewhere.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align import Line, grid_of
from hashing.geometry import Transform
from hashing.reel import Reel

NOISE = 2.5  # grey levels: deviation over time that compression alone gives a still cell


@dataclass(frozen=True, slots=True)
class Motion:
    """Shares of moving energy, 0..1, that the other clip explains; None where nothing moves."""

    query_explained: float | None
    reference_explained: float | None
    moving: float  # share of cells in which either clip moves
    energy: float  # grey levels: mean deviation over time of the moving cells


def motion(query: Reel, reference: Reel, transform: Transform, line: Line) -> Motion | None:
    """How far the two clips' movements agree along one line; None where too little is seen."""
    chosen = np.flatnonzero((query.times >= line.start) & (query.times < line.end))
    if len(chosen) < 5:
        return None
    others = np.array([reference.nearest(line.at(float(t))) for t in query.times[chosen]])
    grid = grid_of(transform.matrix, query.size, reference.size)
    seen_q, mask_q = grid.from_query(query.tiny()[chosen])
    seen_r, mask_r = grid.from_reference(reference.tiny()[others])
    mask = mask_q & mask_r
    if mask.sum() < 24:
        return None
    return _explained(_moving(seen_q, mask), _moving(seen_r, mask))


def _moving(seen: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(K, P): each cell's departure from its own mean, after the whole picture's changes."""
    soft = np.stack([cv2.GaussianBlur(picture, (0, 0), 0.8) for picture in seen])
    flat: NDArray[np.float32] = soft[:, mask]
    flat = flat - np.median(flat, axis=1, keepdims=True)
    return flat - flat.mean(axis=0)


def _explained(query: NDArray[np.float32], reference: NDArray[np.float32]) -> Motion:
    deviation_q, deviation_r = query.std(axis=0), reference.std(axis=0)  # (P,)
    product = (query * reference).mean(axis=0)
    agree = product / (deviation_q * deviation_r + NOISE**2)  # damped towards 0 for still cells
    agree = np.clip(agree, 0, 1)
    moves_q, moves_r = deviation_q > 2 * NOISE, deviation_r > 2 * NOISE
    moving = moves_q | moves_r
    if not moving.any():
        return Motion(None, None, 0.0, 0.0)
    return Motion(
        _share(agree, deviation_q**2, moves_q),
        _share(agree, deviation_r**2, moves_r),
        float(moving.mean()),
        float(np.maximum(deviation_q, deviation_r)[moving].mean()),
    )


def _share(
    agree: NDArray[np.float32], energy: NDArray[np.float32], moves: NDArray[np.bool_]
) -> float | None:
    if moves.mean() < 0.01:
        return None
    return float((agree * energy)[moves].sum() / energy[moves].sum())
