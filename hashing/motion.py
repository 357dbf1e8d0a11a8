"""Does what moves in one clip move alike in the other?

A fixed camera's background matches itself at any hour; only what moves tells one hour from
another. Under a transform and along a line, each cell's brightness over time is held against the
same cell's in the reference. Static overlays move in neither and cost nothing; footage of another
moment moves differently, or elsewhere.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align import Line, grid_of
from hashing.geometry import Matrix, Transform
from hashing.reel import Reel
from hashing.types import Seconds

STILL_WINDOW_S = 4.0  # of video around a still's moment, in which is seen what moves
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


def still_motion(still: Reel, video: Reel, matrix: Matrix, moment: Seconds) -> float | None:
    """Whether a still shows what the video's moving parts show at one moment, 0..1.

    still, video: of the two clips; matrix: the video's pixels -> the still's. A fixed camera's
    other moment has the background right and these parts wrong. None where too little moves to
    tell.
    """
    near = np.flatnonzero(np.abs(video.times - moment) <= STILL_WINDOW_S)
    grid = grid_of(matrix, still.size, video.size)
    seen, mask_s = grid.from_query(still.tiny()[:1])
    frames, mask_v = grid.from_reference(video.tiny()[near])
    mask = mask_s & mask_v
    if mask.sum() < 24 or len(near) < 5:
        return None
    picture = cv2.GaussianBlur(seen[0], (0, 0), 0.8)[mask]  # (P,)
    film = np.stack([cv2.GaussianBlur(frame, (0, 0), 0.8)[mask] for frame in frames])  # (K, P)
    usual, deviation = np.median(film, axis=0), film.std(axis=0)
    moving = deviation > 2 * NOISE
    if moving.mean() < 0.01:
        return None
    departure = _as_lit(picture, usual, ~moving) - usual
    at = np.abs(video.times[near] - moment) <= 0.25
    return max(
        (_alike(departure[moving], frame[moving] - usual[moving]) for frame in film[at]),
        default=0.0,
    )


def _as_lit(
    picture: NDArray[np.float32], usual: NDArray[np.float32], still: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The picture brought to the video's brightness and contrast, by the cells that stand still."""
    chosen = still if still.sum() >= 12 else np.ones(len(picture), bool)
    x, y = picture[chosen], usual[chosen]
    gain = float(np.clip(y.std() / max(1.0, float(x.std())), 0.3, 3.0))
    return (picture - np.median(x)) * gain + np.median(y)


def _alike(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
    left, right = np.clip(left, -60, 60), np.clip(right, -60, 60)
    size = float(np.sqrt((left**2).sum() * (right**2).sum())) + NOISE**2 * len(left)
    return max(0.0, float((left * right).sum()) / size)
