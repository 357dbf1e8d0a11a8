"""Does a still show the same scene at another time: the same things, slightly displaced?

In a copy everything lies where the transform puts it, however badly it was coded and whatever was
painted over it. At another time a head has turned and an arm is lower: what is there is found
again near by. Reliable dense flow between the still and the warped reference frame measures the
displacement. Motion that a copy has as well is taken off: an inexact transform, which is an affine
field, and a timestamp between two preview frames, which is a share of the reference's own motion.
Thresholds were set by hand on the development benchmark.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix
from hashing.similarity.dense_flow import (
    Field,
    FlowMatches,
    Map,
    equalise_contrast,
    estimate_flow,
    fit_weighted,
    match_by_flow,
)
from hashing.similarity.local_correlation import FrameSimilarity, compare_visible_part
from hashing.similarity.motion_correlation import moving_mask, temporal_deviation

__all__ = [
    "measure_still_displacement",
]

MIN_MATCHED_PIXELS = 200  # with fewer, nothing is measured
MAX_OWN_MOTION_SHARE = 0.7  # of the way to the next preview frame; half would do for even steps
MIN_DISPLACEMENT_PX = 1.0  # at COMPARISON_LONG_SIDE_PX; coding leaves a third of that in a copy
TOLERATED_OWN_MOTION = (
    0.5  # of the reference's own motion at a pixel, whose path need not be straight
)


@dataclass(frozen=True, slots=True)
class Displacement:
    """Displacement of a still against one frame; shares are of the textured area, 0..1."""

    matched_share: float  # found again in the reference frame, in place or near by
    displaced_share: (
        float  # displaced by more than MIN_DISPLACEMENT_PX; or the share of the moving area that is
    )


def measure_still_displacement(
    still: FrameCache, video: FrameCache, matrix: Matrix, matched: int
) -> Displacement | None:
    """Measure the displacement of a still at the best of three neighbouring frames of a video.

    matrix: the video's pixels -> the still's. matched: index of the middle frame. Returns None
    where too little of the still is found again.
    """
    near = range(max(0, matched - 2), min(len(video.times), matched + 3))
    frames = dict(zip(near, video.frames(list(near)), strict=True))
    similarities = {
        index: compare_visible_part(still.frame(0), frame, matrix, still.caption_bars)
        for index, frame in frames.items()
    }
    best = max(
        (i for i in near if abs(i - matched) <= 1), key=lambda i: similarities[i].mean_correlation
    )
    deviation = temporal_deviation(video, float(video.times[best]))
    moving = moving_mask(similarities[best], deviation, video) if deviation is not None else None
    return measure_displacement(
        similarities[best], similarities.get(best - 1), similarities.get(best + 1), moving
    )


def measure_displacement(
    similarity: FrameSimilarity,
    before: FrameSimilarity | None = None,
    after: FrameSimilarity | None = None,
    moving: NDArray[np.bool_] | None = None,
) -> Displacement | None:
    """Measure how much of a still is displaced against one frame.

    similarity: the still compared with the frame; before, after: with its neighbours, where there
    are any. moving: (h, w) textured pixels at which the video moves: before a fixed camera with a
    rich background, only these can show it. Returns None where too little is found again.
    """
    textured = int(similarity.textured.sum())
    matches = match_by_flow(similarity)
    if matches.reliable.sum() < MIN_MATCHED_PIXELS:
        return None
    own_motion = _own_motion(similarity, before, after)
    residual = _residual_motion(matches, own_motion)  # (h, w), 0 where nothing was found
    displaced = residual > MIN_DISPLACEMENT_PX + TOLERATED_OWN_MOTION * np.hypot(
        own_motion[..., 0], own_motion[..., 1]
    )
    displaced &= matches.reliable
    return Displacement(
        matched_share=float(matches.reliable.sum()) / textured,
        displaced_share=max(float(displaced.sum()) / textured, _displaced_share(displaced, moving)),
    )


def _displaced_share(displaced: NDArray[np.bool_], moving: NDArray[np.bool_] | None) -> float:
    """Displaced share of the moving pixels; 0 where they are too few."""
    if moving is None or moving.sum() < MIN_MATCHED_PIXELS:
        return 0.0
    return float(displaced[moving].mean())


def _own_motion(
    similarity: FrameSimilarity, before: FrameSimilarity | None, after: FrameSimilarity | None
) -> Field:
    """(h, w, 2) px: the reference's own motion per preview frame; 0 where it has only one."""
    here = equalise_contrast(similarity.reference)
    steps = [
        sign * estimate_flow(here, equalise_contrast(other.reference))
        for sign, other in ((-1, before), (1, after))
        if other is not None
    ]
    if not steps:
        return np.zeros((*here.shape, 2), np.float32)
    return np.asarray(np.mean(steps, axis=0), np.float32)


def _residual_motion(matches: FlowMatches, own_motion: Field) -> Map:
    """(h, w) px: the flow less an affine field and a share of the reference's own motion."""
    rows, columns = np.nonzero(matches.reliable)
    height, width = matches.reliable.shape
    ones, none = np.ones(len(rows)), np.zeros((len(rows), 3))
    plane = np.column_stack([ones, columns / width, rows / height])  # (N, 3)
    step = own_motion[matches.reliable]  # (N, 2)
    design = np.concatenate(
        [
            np.column_stack([plane, none, step[:, 0]]),
            np.column_stack([none, plane, step[:, 1]]),
        ]
    )  # (2 N, 7)
    target = matches.flow[matches.reliable].T.ravel()  # (2 N,)
    solved = fit_weighted(design, target, bound=(6, MAX_OWN_MOTION_SHARE))
    residuals = np.hypot(*(target - design @ solved).reshape(2, -1))
    residual = np.zeros(matches.reliable.shape, np.float32)
    # what lies where the transform puts it is in place, whatever moves around it
    residual[matches.reliable] = np.minimum(residuals, np.hypot(*matches.flow[matches.reliable].T))
    return residual
