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

from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix, Transform
from hashing.imaging.warping import grid_of, scaling
from hashing.similarity.local_correlation import AGREES, Likeness, likeness, likeness_close
from hashing.types import Line, Seconds

STILL_WINDOW_S = 4.0  # of video around a still's moment, in which is seen what moves
NOISE = 2.5  # grey levels: deviation over time that compression alone gives a still cell


@dataclass(frozen=True, slots=True)
class Motion:
    """Shares of moving energy, 0..1, that the other clip explains; None where nothing moves."""

    query_explained: float | None
    reference_explained: float | None
    moving: float  # share of cells in which either clip moves
    energy: float  # grey levels: mean deviation over time of the moving cells


def motion(
    query: FrameCache,
    reference: FrameCache,
    transform: Transform,
    line: Line,
    shown: NDArray[np.bool_] | None = None,
) -> Motion | None:
    """How far the two clips' movements agree along one line; None where too little is seen.

    shown: (h, w) of the tiny query pictures, the part to look at; None for all of them.
    """
    chosen = np.flatnonzero((query.times >= line.start) & (query.times < line.end))
    if len(chosen) < 5:
        return None
    others = np.array(
        [reference.nearest_index(line.reference_time(float(t))) for t in query.times[chosen]]
    )
    grid = grid_of(transform.matrix, query.size, reference.size)
    seen_q, mask_q = grid.from_query(query.thumbnails()[chosen])
    seen_r, mask_r = grid.from_reference(reference.thumbnails()[others])
    mask = mask_q & mask_r
    if shown is not None:
        mask &= grid.from_query(255 * shown[None].astype(np.uint8))[0][0] > 250
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


def still_motion(
    still: FrameCache, video: FrameCache, matrix: Matrix, moment: Seconds
) -> float | None:
    """Whether a still agrees with the video where the video moves as well as elsewhere, 0..1.

    still, video: of the two clips; matrix: the video's pixels -> the still's. A fixed camera's
    other moment has the background right and just these parts wrong; a caption lies anywhere.
    None where too little moves to tell.
    """
    deviation = deviation_around(video, moment)
    if deviation is None:
        return None
    near = np.flatnonzero(np.abs(video.times - moment) <= STILL_WINDOW_S)
    at = [int(k) for k in near if abs(video.times[k] - moment) <= 0.25]
    picture = still.frame(0)
    values = [
        _moving_share(likeness_close(picture, frame, matrix, still.caption_bars), deviation, video)
        for frame in video.frames(at)
    ]
    known = [value for value in values if value is not None]
    return max(known) if known else None


def deviation_around(video: FrameCache, moment: Seconds) -> NDArray[np.float32] | None:
    """(h, w) grey levels over time of the tiny pictures around a moment; None of too few."""
    near = np.abs(video.times - moment) <= STILL_WINDOW_S
    if near.sum() < 5:
        return None
    return np.asarray(video.thumbnails()[near].std(axis=0, dtype=np.float32))


def standing_share(
    one: FrameCache, other: FrameCache, matrix: Matrix, pairs: list[tuple[int, int]]
) -> float | None:
    """Whether two clips agree where the other one moves at any time as well as elsewhere, 0..1.

    For a stretch in which nothing moves: where people stand now, they moved before or after. A
    fixed camera's other moment has them elsewhere. matrix: the other's pixels -> the one's.
    pairs: (index of the one, index of the other). None where the other never moves.
    """
    deviation = other.thumbnails().std(axis=0, dtype=np.float32)
    values = [
        _moving_share(likeness(one.frame(mine), other.frame(theirs), matrix), deviation, other)
        for mine, theirs in pairs
    ]
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None


def _moving_share(
    held: Likeness, deviation: NDArray[np.float32], video: FrameCache
) -> float | None:
    """Agreement where the video moves most, as a share of the agreement elsewhere."""
    moving = moving_places(held, deviation, video)
    if moving is None:
        return None
    rest = held.textured & ~moving
    agrees = held.correlation > AGREES
    elsewhere = float(agrees[rest].mean()) if rest.sum() >= 30 else 1.0
    return min(1.0, float(agrees[moving].mean()) / max(0.3, elsewhere))


def moving_places(
    held: Likeness, deviation: NDArray[np.float32], video: FrameCache
) -> NDArray[np.bool_] | None:
    """(h, w) where a picture has texture and the video moves most; None where it hardly does.

    held: something held against a picture of the video. deviation: of its tiny pictures over time.
    """
    size = (held.query.shape[1], held.query.shape[0])
    from_tiny = np.linalg.inv(scaling(video.size, video.thumbnail_size))
    moved = np.asarray(cv2.warpPerspective(deviation, held.matrix @ from_tiny, size), np.float32)
    values = moved[held.textured]
    if not (values > 2 * NOISE).any():
        return None
    least = max(2 * NOISE, 0.6 * float(np.percentile(values[values > 2 * NOISE], 90)))
    moving: NDArray[np.bool_] = held.textured & (moved > least)
    return moving if moving.sum() >= 30 else None
