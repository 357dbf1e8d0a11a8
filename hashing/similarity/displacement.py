"""Does a still show the same scene at another time: the same things, slightly displaced?

In a copy everything lies where the transform puts it, however badly it was coded and whatever was
painted over it. At another time a head has turned and an arm is lower: what is there is found
again near by. Dense flow (Kroeger et al., Fast Optical Flow using Dense Inverse Search, ECCV 2016)
between the still and the warped reference frame measures the displacement. It counts only where
forward and backward flow are consistent and the frames correlate under it: what was pasted, written
or garbled has no counterpart and drops out. So does motion that a copy has as well: an inexact
transform, which is an affine field, and a timestamp between two preview frames, which is a share of
the reference's own motion. Thresholds were set by hand on the development benchmark.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix
from hashing.similarity.local_correlation import (
    FrameSimilarity,
    compare_visible_part,
    local_correlation,
)
from hashing.similarity.motion_correlation import moving_mask, temporal_deviation

__all__ = [
    "measure_still_displacement",
]

CONTRAST_SIGMA_PX = 9.0  # neighbourhood in which brightness and contrast are equalised
MAX_FLOW_INCONSISTENCY_PX = 1.0  # between forward and backward flow
MIN_FLOW_CORRELATION = 0.7  # under the flow, where a pixel is matched
MIN_MATCHED_PIXELS = 200  # with fewer, nothing is measured
MAX_OWN_MOTION_SHARE = 0.7  # of the way to the next preview frame; half would do for even steps
REWEIGHTING_ROUNDS = 8  # what moved must not bend the affine field
MIN_DISPLACEMENT_PX = 1.0  # at COMPARISON_LONG_SIDE_PX; coding leaves a third of that in a copy
TOLERATED_OWN_MOTION = (
    0.5  # of the reference's own motion at a pixel, whose path need not be straight
)

type Map = NDArray[np.float32]  # (h, w)
type Field = NDArray[np.float32]  # (h, w, 2) px


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


@dataclass(frozen=True, slots=True, eq=False)
class FlowMatches:
    """Where the content of a still lies in the warped reference frame."""

    flow: Field  # px, at the size of the maps
    reliable: NDArray[np.bool_]  # (h, w) textured and matched


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


def match_by_flow(similarity: FrameSimilarity) -> FlowMatches:
    """The flow from the still to the reference frame, and where it is reliable."""
    left, right = _equalise_contrast(similarity.query), _equalise_contrast(similarity.reference)
    forward, backward = _flow(left, right), _flow(right, left)
    consistent = (
        np.hypot(*np.moveaxis(forward + _sample_at(backward, forward), 2, 0))
        < MAX_FLOW_INCONSISTENCY_PX
    )
    correlation, _ = local_correlation(similarity.query, _sample_at(similarity.reference, forward))
    return FlowMatches(
        forward, similarity.textured & consistent & (correlation > MIN_FLOW_CORRELATION)
    )


def _equalise_contrast(luma: Map) -> NDArray[np.uint8]:
    """Equalise local brightness and contrast, so that tints and vignettes cause no flow."""
    mean = cv2.GaussianBlur(luma, (0, 0), CONTRAST_SIGMA_PX)
    squares = cv2.GaussianBlur(luma * luma, (0, 0), CONTRAST_SIGMA_PX)
    deviation = np.sqrt(np.clip(squares - mean * mean, 0, None))
    even: NDArray[np.float32] = 128 + 45 * (luma - mean) / (deviation + 4)
    return np.clip(even, 0, 255).astype(np.uint8)


def _flow(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> Field:
    """(h, w, 2) px: left(x) corresponds to right(x + flow(x))."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)
    start = np.zeros((*left.shape, 2), np.float32)
    return np.asarray(search.calc(left, right, start), np.float32)


def _sample_at(values: NDArray[np.float32], flow: Field) -> NDArray[np.float32]:
    """Sample (h, w) or (h, w, n) values where the flow points."""
    height, width = values.shape[:2]
    rows, columns = np.indices((height, width), dtype=np.float32)
    x, y = columns + flow[..., 0], rows + flow[..., 1]
    fetched = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(fetched, np.float32)


def _own_motion(
    similarity: FrameSimilarity, before: FrameSimilarity | None, after: FrameSimilarity | None
) -> Field:
    """(h, w, 2) px: the reference's own motion per preview frame; 0 where it has only one."""
    here = _equalise_contrast(similarity.reference)
    steps = [
        sign * _flow(here, _equalise_contrast(other.reference))
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
    weight = np.ones(len(rows))
    for _ in range(REWEIGHTING_ROUNDS):
        twice = np.sqrt(np.concatenate([weight, weight]))
        solved, *_ = np.linalg.lstsq(design * twice[:, None], target * twice, rcond=None)
        solved[6] = np.clip(solved[6], -MAX_OWN_MOTION_SHARE, MAX_OWN_MOTION_SHARE)
        residuals = np.hypot(*(target - design @ solved).reshape(2, -1))
        scale = max(0.1, 2 * float(np.median(residuals)))
        weight = 1 / (1 + (residuals / scale) ** 2)  # Cauchy
    residual = np.zeros(matches.reliable.shape, np.float32)
    # what lies where the transform puts it is in place, whatever moves around it
    residual[matches.reliable] = np.minimum(residuals, np.hypot(*matches.flow[matches.reliable].T))
    return residual
