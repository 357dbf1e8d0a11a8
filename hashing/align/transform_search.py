"""Search for the transform between frames: of pairs with similar descriptors, then of more."""

from dataclasses import dataclass

from hashing.align.frame_pairs import count_inliers, match_frames
from hashing.align.placement import MIN_PAIR_INLIERS, FramePair, sample_timestamps
from hashing.align.timestamp_proposals import (
    TimestampPairs,
)
from hashing.concurrency import map_in_threads
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.boxes import iou
from hashing.imaging.homography import (
    MIN_INLIERS,
    Transform,
    estimate_transform,
    visible_outline,
)
from hashing.imaging.keypoints import (
    pool_correspondences,
)
from hashing.imaging.rectangles import MIN_SAME_IOU
from hashing.types import Box, Line, Seconds

MIN_COARSE_INLIERS = 10  # from which full-size keypoints are detected at any cosine
SUFFICIENT_POOLED_INLIERS = 40  # over all frame pairs: no further proposal is tried
MIN_FULL_SIZE_COSINE = 0.4  # best cosine from which keypoints are always detected at full size

MAX_INSET_AREA = 0.6  # of the query's frame; a larger reference has keypoints enough

SUFFICIENT_COARSE_INLIERS = 80  # more of them place a frame no better

MIN_SUPPORTING_SHARE = 0.6  # of the frame pairs, from which no further proposal is tried

REFINEMENT_PAIRS = 6


@dataclass(frozen=True, slots=True, eq=False)
class TransformCandidate:
    transform: Transform
    pairs: tuple[FramePair, ...]
    coarse: bool

    @property
    def rank(self) -> float:
        good = sum(pair.inliers >= MIN_PAIR_INLIERS for pair in self.pairs)
        return self.transform.inliers * (0.3 + good / len(self.pairs))


def search_transform(
    query: FrameCache,
    reference: FrameCache,
    proposals: list[TimestampPairs],
    region: Box | None,
    best_cosine: float,
    orientations: tuple[bool, ...],
) -> TransformCandidate | None:
    """The best transform of coarse keypoints, or of full-size ones where that is promising."""
    first = _best_candidate(query, reference, proposals, region, orientations, coarse=True)
    if first is not None and _is_sufficient(first):
        return first
    hopeful = first is not None and first.transform.inliers >= MIN_COARSE_INLIERS
    if best_cosine < MIN_FULL_SIZE_COSINE and not hopeful:
        return first
    full_size = _best_candidate(query, reference, proposals, region, orientations, coarse=False)
    return max(
        (candidate for candidate in (first, full_size) if candidate),
        key=lambda candidate: candidate.rank,
        default=None,
    )


def narrow_to_inset(
    query: FrameCache, reference: FrameCache, first: TransformCandidate, region: Box | None
) -> tuple[TransformCandidate, Box | None]:
    """Match again in just the part that the reference fills, enlarged, where that finds more.

    A region that cuts through an inset shows a corner of it, and the whole query hardly any of it,
    but either locates it.
    """
    if first.transform.inliers >= SUFFICIENT_COARSE_INLIERS:
        return first, region
    box = visible_outline(first.transform.matrix, query.size, reference.size)
    if box is None or (region is not None and iou(box, region) > MIN_SAME_IOU):
        return first, region
    if (box[2] - box[0]) * (box[3] - box[1]) > MAX_INSET_AREA:
        return first, region
    mirrored = first.transform.mirrored
    pair = [(first.pairs[0].query_index, first.pairs[0].reference_index)]
    narrowed = estimate_candidate(query, reference, pair, box, mirrored=mirrored)
    if narrowed is None or narrowed.transform.inliers <= first.transform.inliers:
        return first, region
    return narrowed, box


def _best_candidate(
    query: FrameCache,
    reference: FrameCache,
    proposals: list[TimestampPairs],
    region: Box | None,
    orientations: tuple[bool, ...],
    *,
    coarse: bool,
) -> TransformCandidate | None:
    best: TransformCandidate | None = None
    for mirrored in orientations:
        for timestamps in proposals:
            indices = nearest_indices(query, reference, timestamps.pairs)
            candidate = estimate_candidate(
                query, reference, indices, region, mirrored=mirrored, coarse=coarse
            )
            if candidate is not None and (best is None or candidate.rank > best.rank):
                best = candidate
            if best is not None and _is_sufficient(best):
                return best
    return best


def _is_sufficient(candidate: TransformCandidate) -> bool:
    good = sum(pair.inliers >= MIN_PAIR_INLIERS for pair in candidate.pairs)
    return (
        candidate.transform.inliers >= SUFFICIENT_POOLED_INLIERS
        and good >= MIN_SUPPORTING_SHARE * len(candidate.pairs)
    )


def estimate_candidate(
    query: FrameCache,
    reference: FrameCache,
    indices: list[tuple[int, int]],
    region: Box | None,
    *,
    mirrored: bool,
    coarse: bool = False,
) -> TransformCandidate | None:
    """Estimate the transform of one proposal, pooled over its frame pairs; None where none fits."""
    todo = query.missing_features([q for q, _ in indices], region, mirrored=mirrored, coarse=coarse)
    todo += reference.missing_features([r for _, r in indices], None, mirrored=False, coarse=coarse)
    map_in_threads(lambda find: find(), todo)
    parts = [
        match_frames(query, reference, pair, region, mirrored=mirrored, coarse=coarse)
        for pair in indices
    ]
    transform = estimate_transform(pool_correspondences(parts), reference.size)
    if transform is None:
        return None
    reusable = region is None and coarse == (
        transform.inliers >= SUFFICIENT_COARSE_INLIERS
    )  # as `collect_correspondences` would match them
    pairs = tuple(
        FramePair(q, r, count_inliers(transform, part), len(part.query), part if reusable else None)
        for (q, r), part in zip(indices, parts, strict=True)
    )
    return TransformCandidate(transform, pairs, coarse)


def refine_candidate(
    query: FrameCache,
    reference: FrameCache,
    lines: tuple[Line, ...],
    first: TransformCandidate,
    region: Box | None,
) -> TransformCandidate:
    """Measure the transform on frame pairs from the lines; `first` where that fails."""
    timestamps = sample_timestamps(lines, REFINEMENT_PAIRS)
    if not timestamps:
        return first
    indices = nearest_indices(query, reference, tuple(timestamps))
    mirrored = first.transform.mirrored
    refined = estimate_candidate(
        query, reference, indices, region, mirrored=mirrored, coarse=first.coarse
    )
    if first.coarse and (refined is None or refined.transform.inliers < SUFFICIENT_COARSE_INLIERS):
        refined = estimate_candidate(query, reference, indices, region, mirrored=mirrored)
    if refined is None or refined.transform.inliers < MIN_INLIERS:
        return first
    return refined if refined.rank >= 0.5 * first.rank else first


def nearest_indices(
    query: FrameCache, reference: FrameCache, timestamps: tuple[tuple[Seconds, Seconds], ...]
) -> list[tuple[int, int]]:
    return list(
        dict.fromkeys(
            (query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in timestamps
        )
    )
