"""Localise a still in a video: search near by where the still is displaced at the first timestamp.

The timestamp that correlates best may be a quiet one beside the right one, with a transform bent to
fit it. A still from the clip has its own timestamp near by, at which everything is in place; a
still of the scene at another time has none. Thresholds were set by hand.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.frame_pairs import match_frames
from hashing.align.long_video_blocks import correlate_with_still
from hashing.align.placement import FramePair, Placement
from hashing.align.transform_search import MAX_INSET_AREA
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import (
    apply_transform,
    estimate_transform,
    to_unit_homography,
    visible_outline,
)
from hashing.similarity.displacement import measure_still_displacement
from hashing.similarity.local_correlation import compare_visible_part
from hashing.types import Box, Seconds

__all__ = [
    "localise_still",
    "locate_whole_frame",
    "matched_frame_index",
]

FRAME_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
SEARCH_REACH_S = 1.0  # of video, on either side
MAX_DISPLACED_SHARE = 0.08  # up to which the first timestamp is kept
MAX_DISPLACED_OF_FIRST = 0.6  # of the first displaced share, that a better timestamp may have
MAX_CANDIDATES = 3  # frames near by, those that agree most, matched at full size
MAX_INTERVALS = 10  # between preview frames, tried on either side: a second
# corners of a whole frame, as a share of its sides: from where they lie at the best point between
# two preview frames; what a fit's own error makes, and a share of the camera's motion from one to
# the other, which need not be even
# at whole frames of hand-held footage 0.003 and 0.05 were measured
MAX_CORNER_ERROR, MAX_CORNER_ERROR_OF_MOTION = 0.008, 0.15
POINTS_BETWEEN = 21  # tried between two preview frames
MIN_INLIERS_OF_FIRST = 0.6  # of the first placement's inliers


def localise_still(still: FrameCache, video: FrameCache, placement: Placement) -> Placement:
    """Place the still at a timestamp near by where less of it is displaced; as it was otherwise."""
    matched = matched_frame_index(video, placement)
    displacement = measure_still_displacement(still, video, placement.transform.matrix, matched)
    if (
        displacement is None
        or displacement.displaced_share <= MAX_DISPLACED_SHARE
        or len(video.times) < 2
    ):
        return placement
    candidates = [
        (displaced.displaced_share, candidate)
        for candidate in _candidates_near(still, video, placement, matched)
        if (
            displaced := measure_still_displacement(
                still, video, candidate.transform.matrix, matched_frame_index(video, candidate)
            )
        )
        if displaced.displaced_share
        <= min(MAX_DISPLACED_SHARE, MAX_DISPLACED_OF_FIRST * displacement.displaced_share)
        and displaced.matched_share > 0.9 * displacement.matched_share
    ]
    if not candidates:
        return placement
    return _correlate_placement(still, video, min(candidates, key=lambda entry: entry[0])[1])


def locate_whole_frame(
    still: FrameCache, video: FrameCache, placement: Placement
) -> Seconds | None:
    """The timestamp near by at which the still is a whole frame of the video; None where it is not.

    A moving camera shows something else a few hundredths of a second later, which looks like a crop
    against the nearest preview frame. Here the still is placed at several preview frames; if it is
    whole, then somewhere between two of them the video's frame lies exactly on it.
    """
    matched = matched_frame_index(video, placement)
    known = {matched: _frame_corners(still, video, placement)}

    def corners(index: int) -> NDArray[np.float64] | None:
        if index not in known and 0 <= index < len(video.times):
            placed = _place_at_frame(still, video, placement, index, coarse=False)
            min_inliers = MIN_INLIERS_OF_FIRST * placement.transform.inliers
            if placed is not None and placed.transform.inliers >= min_inliers:
                known[index] = _frame_corners(still, video, placed)
        return known.get(index)

    for direction in (0, -1):  # the interval after the matched frame, and the one before
        index = matched + direction
        for _ in range(MAX_INTERVALS):
            before, after = corners(index), corners(index + 1)
            if before is None or after is None:
                break
            error, fraction = whole_frame_error(before, after)
            if error <= 1:
                step = float(video.times[index + 1] - video.times[index])
                return float(video.times[index]) + fraction * step
            if fraction != direction + 1:  # it does not come nearer this way
                break
            index += 1 if direction == 0 else -1
    return None


def _frame_corners(
    still: FrameCache, video: FrameCache, placement: Placement
) -> NDArray[np.float64]:
    """(4, 2) corners of the video's frame in the still, 0..1."""
    homography = to_unit_homography(placement.transform.matrix, still.size, video.size)
    return apply_transform(np.array(homography), FRAME_CORNERS)


def whole_frame_error(
    before: NDArray[np.float64], after: NDArray[np.float64]
) -> tuple[float, float]:
    """How far the frame's corners stay from the still's on the way between two preview frames.

    before, after: (4, 2) corners of either frame in the still, 0..1. Returns the error at the best
    point, in units of what is allowed (1: just allowed), and where that point is, 0..1.
    """
    motion = float(np.abs(after - before).max())
    fractions = np.linspace(0, 1, POINTS_BETWEEN)
    between = before + fractions[:, None, None] * (after - before)  # (n, 4, 2)
    errors = np.abs(between - FRAME_CORNERS).max(axis=(1, 2))
    best = int(errors.argmin())
    allowed = MAX_CORNER_ERROR + MAX_CORNER_ERROR_OF_MOTION * motion
    return float(errors[best]) / allowed, float(fractions[best])


def matched_frame_index(video: FrameCache, placement: Placement) -> int:
    """Index of the video's frame that a still was matched with."""
    if placement.lines:
        return video.nearest_index(placement.lines[0].offset)
    return placement.pairs[0].reference_index


def _candidates_near(
    still: FrameCache, video: FrameCache, placement: Placement, matched: int
) -> list[Placement]:
    """Placements at the frames near `matched` that agree most with the still."""
    timestamp = float(video.times[matched])
    ranked = []
    for index in range(len(video.times)):
        if index != matched and abs(video.times[index] - timestamp) <= SEARCH_REACH_S:
            coarse_placement = _place_at_frame(still, video, placement, index, coarse=True)
            if coarse_placement is not None:
                matrix = coarse_placement.transform.matrix
                similarity = compare_visible_part(
                    still.frame(0), video.frame(index), matrix, still.caption_bars
                )
                ranked.append((similarity.agreeing_share * similarity.mean_correlation, index))
    best = [index for _, index in sorted(ranked, reverse=True)[:MAX_CANDIDATES]]
    candidates = [_place_at_frame(still, video, placement, index, coarse=False) for index in best]
    min_inliers = MIN_INLIERS_OF_FIRST * placement.transform.inliers
    return [
        candidate
        for candidate in candidates
        if candidate is not None and candidate.transform.inliers >= min_inliers
    ]


def _place_at_frame(
    still: FrameCache, video: FrameCache, placement: Placement, index: int, *, coarse: bool
) -> Placement | None:
    """Place the still at one frame of the video; None where no transform is found."""
    mirrored, region = placement.transform.mirrored, _inset_region(still, video, placement)
    points = match_frames(still, video, (0, index), region, mirrored=mirrored, coarse=coarse)
    transform = estimate_transform(points, video.size)
    if transform is None:
        return None
    pair = FramePair(0, index, transform.inliers, len(points.query))
    timestamp = float(video.times[index])
    lines = tuple(replace(line, offset=timestamp) for line in placement.lines[:1])
    return replace(placement, transform=transform, pairs=(pair,), lines=lines)


def _inset_region(still: FrameCache, video: FrameCache, placement: Placement) -> Box | None:
    """The part of the still that the video's frame fills, 0..1, where it is an inset."""
    box = visible_outline(placement.transform.matrix, still.size, video.size)
    if box is None or (box[2] - box[0]) * (box[3] - box[1]) > MAX_INSET_AREA:
        return None
    return box


def _correlate_placement(still: FrameCache, video: FrameCache, placement: Placement) -> Placement:
    """The placement with the video's frames correlated under its own transform."""
    correlations = correlate_with_still(still, video, placement.transform.matrix)
    if correlations is None:
        return placement
    level = float(correlations.values[0, matched_frame_index(video, placement)])
    contrast = float(correlations.contrast()[0, matched_frame_index(video, placement)])
    lines = tuple(replace(line, correlation=level, contrast=contrast) for line in placement.lines)
    return replace(placement, lines=lines, correlations=correlations)
