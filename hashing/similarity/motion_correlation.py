"""Does what moves in one clip move in the same way in the other?

The background of a fixed camera matches itself at any hour; only what moves distinguishes hours.
Under a transform and along a line, the brightness of each cell over time is correlated with that of
the same cell in the reference. Static overlays move in neither and cost nothing; footage of another
time moves differently, or elsewhere.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix, Transform
from hashing.imaging.warping import make_grid, scaling_matrix
from hashing.similarity.local_correlation import (
    MIN_AGREEING_CORRELATION,
    FrameSimilarity,
    compare_frames,
    compare_visible_part,
)
from hashing.types import Line, Seconds

__all__ = [
    "CODING_NOISE_DEVIATION",
    "MotionAgreement",
    "agreement_where_other_moves",
    "correlate_motion",
    "correlate_still_motion",
]

MOTION_WINDOW_S = (
    4.0  # of video around a still's timestamp, on which motion is measured; set by hand
)
MAX_MOTION_FRAMES = 6000  # of one line, on which motion is compared: 10 minutes
MOTION_RUN = 150  # neighbouring frames of a longer line, that are compared together: 15 s
CODING_NOISE_DEVIATION = (
    2.5  # grey levels over time, by coding alone in a cell that stands still; set by hand
)


@dataclass(frozen=True, slots=True)
class MotionAgreement:
    """Shares of moving energy, 0..1, that the other clip explains; None where nothing moves."""

    query_explained: float | None
    reference_explained: float | None
    moving_share: float  # share of cells in which either clip moves
    energy: float  # grey levels: mean deviation over time of the moving cells


def correlate_motion(
    query: FrameCache,
    reference: FrameCache,
    transform: Transform,
    line: Line,
    shown: NDArray[np.bool_] | None = None,
) -> MotionAgreement | None:
    """Measure how far the motion of two clips agrees along one line.

    transform: reference -> query pixels. shown: (h, w) of the query's thumbnails, the part to
    compare; None for all of it. Returns None where too little is visible.
    """
    query_indices = np.flatnonzero((query.times >= line.start) & (query.times < line.end))
    if len(query_indices) < 5:
        return None
    query_indices = _thin_to_runs(query_indices)
    reference_indices = np.array(
        [reference.nearest_index(line.reference_time(float(t))) for t in query.times[query_indices]]
    )
    grid = make_grid(transform.matrix, query.size, reference.size)
    query_grid, mask_q = grid.from_query(query.thumbnails_at(query_indices))
    reference_grid, mask_r = grid.from_reference(reference.thumbnails_at(reference_indices))
    mask = mask_q & mask_r
    if shown is not None:
        mask &= grid.from_query(255 * shown[None].astype(np.uint8))[0][0] > 250
    if mask.sum() < 24:
        return None
    return _explained_shares(
        _temporal_changes(query_grid, mask), _temporal_changes(reference_grid, mask)
    )


def _thin_to_runs(indices: NDArray[np.intp]) -> NDArray[np.intp]:
    """Indices of a line's frames; of many, evenly spread runs of neighbours."""
    if len(indices) <= MAX_MOTION_FRAMES:
        return indices
    starts = np.linspace(0, len(indices) - MOTION_RUN, MAX_MOTION_FRAMES // MOTION_RUN).astype(int)
    return np.concatenate([indices[start : start + MOTION_RUN] for start in starts])


def _temporal_changes(frames: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(K, P) grey levels: each cell's deviation from its mean, less that of the whole frame."""
    soft = np.stack([cv2.GaussianBlur(frame, (0, 0), 0.8) for frame in frames])
    flat: NDArray[np.float32] = soft[:, mask]
    flat = flat - np.median(flat, axis=1, keepdims=True)
    return flat - flat.mean(axis=0)


def _explained_shares(
    query: NDArray[np.float32], reference: NDArray[np.float32]
) -> MotionAgreement:
    deviation_q, deviation_r = query.std(axis=0), reference.std(axis=0)  # (P,)
    product = (query * reference).mean(axis=0)
    agree = product / (
        deviation_q * deviation_r + CODING_NOISE_DEVIATION**2
    )  # damped towards 0 for still cells
    agree = np.clip(agree, 0, 1)
    moves_q, moves_r = (
        deviation_q > 2 * CODING_NOISE_DEVIATION,
        deviation_r > 2 * CODING_NOISE_DEVIATION,
    )
    moving = moves_q | moves_r
    if not moving.any():
        return MotionAgreement(None, None, 0.0, 0.0)
    return MotionAgreement(
        _explained_share(agree, deviation_q**2, moves_q),
        _explained_share(agree, deviation_r**2, moves_r),
        float(moving.mean()),
        float(np.maximum(deviation_q, deviation_r)[moving].mean()),
    )


def _explained_share(
    agree: NDArray[np.float32], energy: NDArray[np.float32], moves: NDArray[np.bool_]
) -> float | None:
    if moves.mean() < 0.01:
        return None
    return float((agree * energy)[moves].sum() / energy[moves].sum())


def correlate_still_motion(
    still: FrameCache, video: FrameCache, matrix: Matrix, timestamp: Seconds
) -> float | None:
    """Agreement of a still with a video where the video moves, relative to elsewhere, 0..1.

    matrix: the video's pixels -> the still's. Another time before a fixed camera has the
    background right and these parts wrong; a caption lies anywhere. Returns None where too little
    moves.
    """
    deviation = temporal_deviation(video, timestamp)
    if deviation is None:
        return None
    near = np.flatnonzero(np.abs(video.times - timestamp) <= MOTION_WINDOW_S)
    indices = [int(k) for k in near if abs(video.times[k] - timestamp) <= 0.25]
    still_frame = still.frame(0)
    values = [
        _agreement_where_moving(
            compare_visible_part(still_frame, frame, matrix, still.caption_bars), deviation, video
        )
        for frame in video.frames(indices)
    ]
    known = [value for value in values if value is not None]
    return max(known) if known else None


def temporal_deviation(video: FrameCache, timestamp: Seconds) -> NDArray[np.float32] | None:
    """(h, w) deviation over time, grey levels, of the thumbnails around a timestamp.

    None where they are too few.
    """
    near = np.abs(video.times - timestamp) <= MOTION_WINDOW_S
    if near.sum() < 5:
        return None
    return np.asarray(video.thumbnails_at(np.flatnonzero(near)).std(axis=0, dtype=np.float32))


def agreement_where_other_moves(
    clip: FrameCache, other: FrameCache, matrix: Matrix, pairs: list[tuple[int, int]]
) -> float | None:
    """Agreement of two clips where `other` moves at any time, relative to elsewhere, 0..1.

    For a segment in which nothing moves: where people stand now, they move before or after, and
    before a fixed camera they stand elsewhere at another time. matrix: pixels of `other` -> pixels
    of `clip`. pairs: frame indices (clip, other). Returns None where `other` never moves.
    """
    deviation = _whole_deviation(other)
    values = [
        _agreement_where_moving(
            compare_frames(clip.frame(index), other.frame(other_index), matrix), deviation, other
        )
        for index, other_index in pairs
    ]
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None


def _whole_deviation(clip: FrameCache) -> NDArray[np.float32]:
    """(h, w) deviation of a clip's thumbnails over all of its time, grey levels."""
    _, thumbnails = clip.sampled_thumbnails()
    return np.asarray(thumbnails.std(axis=0, dtype=np.float32))


def _agreement_where_moving(
    similarity: FrameSimilarity, deviation: NDArray[np.float32], video: FrameCache
) -> float | None:
    """Agreeing share where the video moves most, relative to that elsewhere, 0..1."""
    moving = moving_mask(similarity, deviation, video)
    if moving is None:
        return None
    elsewhere = similarity.textured & ~moving
    agrees = similarity.correlation > MIN_AGREEING_CORRELATION
    agreement_elsewhere = float(agrees[elsewhere].mean()) if elsewhere.sum() >= 30 else 1.0
    return min(1.0, float(agrees[moving].mean()) / max(0.3, agreement_elsewhere))


def moving_mask(
    similarity: FrameSimilarity, deviation: NDArray[np.float32], video: FrameCache
) -> NDArray[np.bool_] | None:
    """(h, w) mask of where a frame has texture and the video moves most; None where it hardly does.

    similarity: a frame compared with one of the video. deviation: of the video's thumbnails over
    time, grey levels.
    """
    size = (similarity.query.shape[1], similarity.query.shape[0])
    from_tiny = np.linalg.inv(scaling_matrix(video.size, video.thumbnail_size))
    warped_deviation = np.asarray(
        cv2.warpPerspective(deviation, similarity.matrix @ from_tiny, size), np.float32
    )
    values = warped_deviation[similarity.textured]
    if not (values > 2 * CODING_NOISE_DEVIATION).any():
        return None
    min_deviation = max(
        2 * CODING_NOISE_DEVIATION,
        0.6 * float(np.percentile(values[values > 2 * CODING_NOISE_DEVIATION], 90)),
    )
    moving: NDArray[np.bool_] = similarity.textured & (warped_deviation > min_deviation)
    return moving if moving.sum() >= 30 else None
