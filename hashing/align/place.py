"""Place a query in the frame and the time of a reference: one transform, and lines in time.

A first transform comes from frames with similar descriptors. All frames are correlated under it,
which gives the lines. The transform is then measured again on frames that the lines pair, so that
moving things agree as well. Thresholds were set by hand on the development benchmark.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.long_video_blocks import SparseCorrelations, correlate_with_still, is_long_pair
from hashing.align.placement import MIN_PAIR_INLIERS, Placement
from hashing.align.temporal_lines import correlate_frames, find_lines
from hashing.align.timestamp_proposals import (
    Similarities,
    TimestampPairs,
    find_similarities,
    propose_timestamps,
)
from hashing.align.transform_search import (
    MIN_COARSE_INLIERS,
    SUFFICIENT_POOLED_INLIERS,
    TransformCandidate,
    estimate_candidate,
    narrow_to_inset,
    nearest_indices,
    refine_candidate,
    search_transform,
)
from hashing.concurrency import map_in_threads
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import (
    Transform,
    apply_transform,
)
from hashing.similarity.local_correlation import compare_visible_part
from hashing.types import Box, CorrelationMatrix, Line, Seconds

__all__ = ["place"]


MIN_MIRRORED_COSINE = 0.25  # … and in the mirror image, to which descriptors are nearly blind
REGION_COSINE = 0.3  # assumed for a region: coarse keypoints, both orientations
STILL_REGION_COSINE = 0.4  # assumed for a region of a still: full-size keypoints, it is one frame
MIN_SEARCH_AROUND_COSINE = (
    0.35  # best cosine from which the timestamp of a still is searched between described frames
)
MIN_GOOD_AGREEING_SHARE = 0.6  # of the textured area, at the right timestamp


def place(
    query: FrameCache,
    reference: FrameCache,
    region: Box | None = None,
    timestamps: tuple[tuple[Seconds, Seconds], ...] = (),
    *,
    mirrored: bool | None = None,
) -> Placement | None:
    """Place the query, or a region of its frame, in a reference.

    region: the part of the query's frame to compare, 0..1; None for all of it.
    timestamps: pairs (query, reference), in seconds, that are similar in that region.
    mirrored: whether the transform mirrors; None for either.

    Returns None where no transform has enough inliers. Raises DecodeError where preview frames are
    damaged.
    """
    similarities = find_similarities(
        query.fingerprint.descriptors, reference.fingerprint.descriptors
    )
    if region is None:
        proposals = propose_timestamps(similarities)
        best_cosine = float(similarities.best.max(initial=-1))
    else:
        proposals = _region_proposals(query, timestamps)
        still = query.fingerprint.info.kind == "still"
        best_cosine = STILL_REGION_COSINE if still else REGION_COSINE
    orientations = (False, True) if best_cosine >= MIN_MIRRORED_COSINE else (False,)
    if mirrored is not None:
        orientations = (mirrored,)
    first = search_transform(query, reference, proposals, region, best_cosine, orientations)
    if "still" in (query.fingerprint.info.kind, reference.fingerprint.info.kind):
        if first is not None:
            first, region = narrow_to_inset(query, reference, first, region)
        first = _search_around(
            query, reference, proposals, region, first, best_cosine, orientations
        )
        return _place_still(query, reference, first, region) if first is not None else None
    if first is None:
        return None
    placed = _place_on_lines(query, reference, first, similarities)
    refined = refine_candidate(query, reference, placed.lines, first, region)
    if refined is first or not placed.lines:
        return placed
    if _corner_shift(first.transform, refined.transform, query, reference) > 0.008:
        placed = _place_on_lines(query, reference, refined, similarities)
        refined = refine_candidate(query, reference, placed.lines, refined, region)
    return replace(placed, transform=refined.transform, pairs=refined.pairs)


def _place_on_lines(
    query: FrameCache,
    reference: FrameCache,
    candidate: TransformCandidate,
    similarities: Similarities,
) -> Placement:
    """The placement of two videos under one transform, with the lines found under it."""
    transform, pairs = candidate.transform, candidate.pairs
    if not is_long_pair(query, reference):
        correlations = _correlate(query, reference, transform)
        lines = tuple(find_lines(correlations)) if correlations is not None else ()
        return Placement(transform, lines, pairs, correlations)
    sparse = SparseCorrelations(query, reference, transform.matrix)
    measured = [
        (float(query.times[pair.query_index]), float(reference.times[pair.reference_index]))
        for pair in pairs
        if pair.inliers >= MIN_PAIR_INLIERS
    ]
    return Placement(
        transform, sparse.find_lines(similarities, measured), pairs, None, sparse=sparse
    )


def _region_proposals(
    query: FrameCache, timestamps: tuple[tuple[Seconds, Seconds], ...]
) -> list[TimestampPairs]:
    joint = [TimestampPairs(timestamps[:4], 1.0)] if query.fingerprint.info.kind == "video" else []
    return [*joint, *(TimestampPairs((pair,), 1.0) for pair in timestamps[:3])]


def _place_still(
    query: FrameCache, reference: FrameCache, first: TransformCandidate, region: Box | None
) -> Placement:
    """Place a still at the timestamp that correlates best, or where `first` agrees better there."""
    correlations = _correlate(query, reference, first.transform)
    lines = tuple(find_lines(correlations)) if correlations is not None else ()
    refined = refine_candidate(query, reference, lines, first, region)
    first_share = _agreeing_share(query, reference, first)
    if refined is first:  # no transform was found at the line's timestamp
        refined_share = _agreeing_share_on_line(query, reference, first, lines)
    else:
        refined_share = _agreeing_share(query, reference, refined)
    if refined_share >= first_share:
        return Placement(refined.transform, lines, refined.pairs, correlations)
    return Placement(
        first.transform,
        _line_at_measurement(lines, query, reference, first),
        first.pairs,
        correlations,
    )


def _line_at_measurement(
    lines: tuple[Line, ...],
    query: FrameCache,
    reference: FrameCache,
    candidate: TransformCandidate,
) -> tuple[Line, ...]:
    """The line of a still, moved to the timestamp at which its transform was measured."""
    pair = candidate.pairs[0]
    timestamp = float(reference.times[pair.reference_index] - query.times[pair.query_index])
    return tuple(replace(line, offset=timestamp) for line in lines[:1])


def _search_around(
    query: FrameCache,
    reference: FrameCache,
    proposals: list[TimestampPairs],
    region: Box | None,
    first: TransformCandidate | None,
    best_cosine: float,
    orientations: tuple[bool, ...],
) -> TransformCandidate | None:
    """Search for the timestamp of a still between described frames, where the best is poor.

    Half a second apart, a moving camera shows something else.
    """
    hopeful = first is not None and first.transform.inliers >= MIN_COARSE_INLIERS
    if not hopeful and (region is not None or best_cosine < MIN_SEARCH_AROUND_COSINE):
        return first
    if first is not None and _agreeing_share(query, reference, first) >= MIN_GOOD_AGREEING_SHARE:
        return first
    ranked: list[tuple[float, TransformCandidate]] = []
    if first is not None:
        ranked.append((_agreeing_share(query, reference, first) * first.transform.inliers, first))
    if first is not None:
        orientations = (first.transform.mirrored,)
    for pair in _pairs_around(query, reference, proposals, first):
        for mirrored in orientations:
            candidate = estimate_candidate(
                query, reference, [pair], region, mirrored=mirrored, coarse=True
            )
            if candidate is not None:
                share = _agreeing_share(query, reference, candidate)
                ranked.append((share * candidate.transform.inliers, candidate))
                if (
                    share >= MIN_GOOD_AGREEING_SHARE
                    and candidate.transform.inliers >= SUFFICIENT_POOLED_INLIERS
                ):
                    return candidate
    return max(ranked, key=lambda entry: entry[0])[1] if ranked else None


def _pairs_around(
    query: FrameCache,
    reference: FrameCache,
    proposals: list[TimestampPairs],
    first: TransformCandidate | None,
) -> list[tuple[int, int]]:
    """Frame pairs within half a second of the two likeliest pairs, nearest first."""
    nearest = [pair for nearest in proposals[:2] for pair in nearest.pairs[:1]]
    if first is not None:
        frame_pair = first.pairs[0]
        timestamps = (
            float(query.times[frame_pair.query_index]),
            float(reference.times[frame_pair.reference_index]),
        )
        nearest = [timestamps, *nearest[:1]]
    shifts = (0.0, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3, 0.4, -0.4, 0.5, -0.5)
    if query.fingerprint.info.kind == "still":
        near = tuple((tq, tr + shift) for tq, tr in nearest for shift in shifts)
    else:
        near = tuple((tq + shift, tr) for tq, tr in nearest for shift in shifts)
    return nearest_indices(query, reference, near)


def _agreeing_share(
    query: FrameCache, reference: FrameCache, candidate: TransformCandidate
) -> float:
    """Share of the textured area that agrees in the first frame pair, 0..1."""
    pair = candidate.pairs[0]
    left, right = query.frame(pair.query_index), reference.frame(pair.reference_index)
    return compare_visible_part(
        left, right, candidate.transform.matrix, query.caption_bars
    ).agreeing_share


def _agreeing_share_on_line(
    query: FrameCache,
    reference: FrameCache,
    candidate: TransformCandidate,
    lines: tuple[Line, ...],
) -> float:
    """Share of the textured area that agrees at the middle of the line; 1 without a line."""
    if not lines:
        return 1.0
    timestamp = (lines[0].start + lines[0].end) / 2
    left = query.frame(query.nearest_index(timestamp))
    right = reference.frame(reference.nearest_index(lines[0].reference_time(timestamp)))
    return compare_visible_part(
        left, right, candidate.transform.matrix, query.caption_bars
    ).agreeing_share


def _correlate(
    query: FrameCache, reference: FrameCache, transform: Transform
) -> CorrelationMatrix | None:
    if query.is_long or reference.is_long:
        return correlate_with_still(query, reference, transform.matrix)
    map_in_threads(lambda reel: reel.thumbnails(), [query, reference])
    return correlate_frames(
        query.times,
        query.thumbnails(),
        reference.times,
        reference.thumbnails(),
        transform.matrix,
        query.size,
        reference.size,
        query.caption_bars,
    )


def _corner_shift(
    old: Transform, new: Transform, query: FrameCache, reference: FrameCache
) -> float:
    """Mean shift of the reference's corners between two transforms, in query diagonals."""
    width, height = reference.size
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float64)
    shift: NDArray[np.float64] = apply_transform(old.matrix, corners) - apply_transform(
        new.matrix, corners
    )
    return float(np.hypot(*shift.T).mean() / np.hypot(*query.size))
