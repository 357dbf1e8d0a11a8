"""Place a query in the frame and the time of a reference: one transform, and lines in time.

A first transform comes from frames with similar descriptors. All frames are correlated under it,
which gives the lines. The transform is then measured again on frames that the lines pair, so that
moving things agree as well. Thresholds were set by hand on the development benchmark.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.crop_path import CropPath
from hashing.align.long_video_blocks import SparseCorrelations, correlate_with_still, is_long_pair
from hashing.align.temporal_lines import correlate_frames, find_lines
from hashing.align.timestamp_proposals import (
    Similarities,
    TimestampPairs,
    find_similarities,
    propose_timestamps,
)
from hashing.concurrency import map_in_threads
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.boxes import iou
from hashing.imaging.homography import (
    MIN_INLIERS,
    Transform,
    apply_transform,
    estimate_transform,
    visible_outline,
)
from hashing.imaging.keypoints import (
    Correspondences,
    match_keypoints,
    pool_correspondences,
    unflip_points,
)
from hashing.imaging.rectangles import MIN_SAME_IOU
from hashing.similarity.local_correlation import compare_visible_part
from hashing.types import Box, CorrelationMatrix, Line, Seconds

__all__ = [
    "MIN_PAIR_INLIERS",
    "FramePair",
    "Placement",
    "count_inliers",
    "match_frames",
    "place",
    "sample_timestamps",
]

MIN_FULL_SIZE_COSINE = 0.4  # best cosine from which keypoints are always detected at full size
MIN_MIRRORED_COSINE = 0.25  # … and in the mirror image, to which descriptors are nearly blind
MIN_COARSE_INLIERS = 10  # from which full-size keypoints are detected at any cosine
REGION_COSINE = 0.3  # assumed for a region: coarse keypoints, both orientations
STILL_REGION_COSINE = 0.4  # assumed for a region of a still: full-size keypoints, it is one frame
MIN_SEARCH_AROUND_COSINE = (
    0.35  # best cosine from which the timestamp of a still is searched between described frames
)
MIN_GOOD_AGREEING_SHARE = 0.6  # of the textured area, at the right timestamp
MAX_INSET_AREA = 0.6  # of the query's frame; a larger reference has keypoints enough
SUFFICIENT_COARSE_INLIERS = 80  # more of them place a frame no better
SUFFICIENT_POOLED_INLIERS = 40  # over all frame pairs: no further proposal is tried
MIN_SUPPORTING_SHARE = 0.6  # of the frame pairs, for the same
REFINEMENT_PAIRS = 6
MAX_SAMPLED_LINES = 12  # on which frames are compared; clips of some minutes have 8 at most
MIN_PAIR_INLIERS = 6  # of a frame pair that supports the common transform


@dataclass(frozen=True, slots=True, eq=False)
class FramePair:
    """A query frame and a reference frame, and how well they match under the transform."""

    query_index: int
    reference_index: int
    inliers: int
    candidates: int
    correspondences: Correspondences | None = None  # putative ones, where they were kept


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """A transform, lines in time, and the frame pairs on which the transform was measured."""

    transform: Transform
    lines: tuple[Line, ...]
    pairs: tuple[FramePair, ...]
    correlations: CorrelationMatrix | None  # None for two long clips
    path: CropPath | None = None  # of a moving crop
    sparse: SparseCorrelations | None = None  # of two long clips alone

    @property
    def supporting_share(self) -> float:
        """Share of the frame pairs that support the transform, 0..1."""
        good = sum(pair.inliers >= MIN_PAIR_INLIERS for pair in self.pairs)
        return good / len(self.pairs) if self.pairs else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _TransformCandidate:
    transform: Transform
    pairs: tuple[FramePair, ...]
    coarse: bool

    @property
    def rank(self) -> float:
        good = sum(pair.inliers >= MIN_PAIR_INLIERS for pair in self.pairs)
        return self.transform.inliers * (0.3 + good / len(self.pairs))


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
    first = _search_transform(query, reference, proposals, region, best_cosine, orientations)
    if "still" in (query.fingerprint.info.kind, reference.fingerprint.info.kind):
        if first is not None:
            first, region = _narrow_to_inset(query, reference, first, region)
        first = _search_around(
            query, reference, proposals, region, first, best_cosine, orientations
        )
        return _place_still(query, reference, first, region) if first is not None else None
    if first is None:
        return None
    placed = _place_on_lines(query, reference, first, similarities)
    refined = _refine_candidate(query, reference, placed.lines, first, region)
    if refined is first or not placed.lines:
        return placed
    if _corner_shift(first.transform, refined.transform, query, reference) > 0.008:
        placed = _place_on_lines(query, reference, refined, similarities)
        refined = _refine_candidate(query, reference, placed.lines, refined, region)
    return replace(placed, transform=refined.transform, pairs=refined.pairs)


def _place_on_lines(
    query: FrameCache,
    reference: FrameCache,
    candidate: _TransformCandidate,
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


def _search_transform(
    query: FrameCache,
    reference: FrameCache,
    proposals: list[TimestampPairs],
    region: Box | None,
    best_cosine: float,
    orientations: tuple[bool, ...],
) -> _TransformCandidate | None:
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


def _place_still(
    query: FrameCache, reference: FrameCache, first: _TransformCandidate, region: Box | None
) -> Placement:
    """Place a still at the timestamp that correlates best, or where `first` agrees better there."""
    correlations = _correlate(query, reference, first.transform)
    lines = tuple(find_lines(correlations)) if correlations is not None else ()
    refined = _refine_candidate(query, reference, lines, first, region)
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
    candidate: _TransformCandidate,
) -> tuple[Line, ...]:
    """The line of a still, moved to the timestamp at which its transform was measured."""
    pair = candidate.pairs[0]
    timestamp = float(reference.times[pair.reference_index] - query.times[pair.query_index])
    return tuple(replace(line, offset=timestamp) for line in lines[:1])


def _narrow_to_inset(
    query: FrameCache, reference: FrameCache, first: _TransformCandidate, region: Box | None
) -> tuple[_TransformCandidate, Box | None]:
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
    narrowed = _estimate_candidate(query, reference, pair, box, mirrored=mirrored)
    if narrowed is None or narrowed.transform.inliers <= first.transform.inliers:
        return first, region
    return narrowed, box


def _search_around(
    query: FrameCache,
    reference: FrameCache,
    proposals: list[TimestampPairs],
    region: Box | None,
    first: _TransformCandidate | None,
    best_cosine: float,
    orientations: tuple[bool, ...],
) -> _TransformCandidate | None:
    """Search for the timestamp of a still between described frames, where the best is poor.

    Half a second apart, a moving camera shows something else.
    """
    hopeful = first is not None and first.transform.inliers >= MIN_COARSE_INLIERS
    if not hopeful and (region is not None or best_cosine < MIN_SEARCH_AROUND_COSINE):
        return first
    if first is not None and _agreeing_share(query, reference, first) >= MIN_GOOD_AGREEING_SHARE:
        return first
    ranked: list[tuple[float, _TransformCandidate]] = []
    if first is not None:
        ranked.append((_agreeing_share(query, reference, first) * first.transform.inliers, first))
    if first is not None:
        orientations = (first.transform.mirrored,)
    for pair in _pairs_around(query, reference, proposals, first):
        for mirrored in orientations:
            candidate = _estimate_candidate(
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
    first: _TransformCandidate | None,
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
    return _nearest_indices(query, reference, near)


def _agreeing_share(
    query: FrameCache, reference: FrameCache, candidate: _TransformCandidate
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
    candidate: _TransformCandidate,
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


def _best_candidate(
    query: FrameCache,
    reference: FrameCache,
    proposals: list[TimestampPairs],
    region: Box | None,
    orientations: tuple[bool, ...],
    *,
    coarse: bool,
) -> _TransformCandidate | None:
    best: _TransformCandidate | None = None
    for mirrored in orientations:
        for timestamps in proposals:
            indices = _nearest_indices(query, reference, timestamps.pairs)
            candidate = _estimate_candidate(
                query, reference, indices, region, mirrored=mirrored, coarse=coarse
            )
            if candidate is not None and (best is None or candidate.rank > best.rank):
                best = candidate
            if best is not None and _is_sufficient(best):
                return best
    return best


def _is_sufficient(candidate: _TransformCandidate) -> bool:
    good = sum(pair.inliers >= MIN_PAIR_INLIERS for pair in candidate.pairs)
    return (
        candidate.transform.inliers >= SUFFICIENT_POOLED_INLIERS
        and good >= MIN_SUPPORTING_SHARE * len(candidate.pairs)
    )


def _nearest_indices(
    query: FrameCache, reference: FrameCache, timestamps: tuple[tuple[Seconds, Seconds], ...]
) -> list[tuple[int, int]]:
    return list(
        dict.fromkeys(
            (query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in timestamps
        )
    )


def match_frames(
    query: FrameCache,
    reference: FrameCache,
    pair: tuple[int, int],
    region: Box | None = None,
    *,
    mirrored: bool,
    coarse: bool = False,
) -> Correspondences:
    """Match the keypoints of one frame pair, in pixels of the whole frames.

    pair: indices of the query's and the reference's frame. region: of the query, 0..1.
    """
    left = query.features(pair[0], region, mirrored=mirrored, coarse=coarse)
    pairs = match_keypoints(left, reference.features(pair[1], coarse=coarse))
    if mirrored:
        pairs = Correspondences(unflip_points(pairs.query, query.width), pairs.reference)
    return pairs


def _estimate_candidate(
    query: FrameCache,
    reference: FrameCache,
    indices: list[tuple[int, int]],
    region: Box | None,
    *,
    mirrored: bool,
    coarse: bool = False,
) -> _TransformCandidate | None:
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
    return _TransformCandidate(transform, pairs, coarse)


def count_inliers(transform: Transform, pairs: Correspondences) -> int:
    """Number of correspondences that a transform maps to within 3 px."""
    if not len(pairs.query):
        return 0
    error = np.hypot(*(apply_transform(transform.matrix, pairs.reference) - pairs.query).T)
    return int((error <= 3.0).sum())


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


def _refine_candidate(
    query: FrameCache,
    reference: FrameCache,
    lines: tuple[Line, ...],
    first: _TransformCandidate,
    region: Box | None,
) -> _TransformCandidate:
    """Measure the transform on frame pairs from the lines; `first` where that fails."""
    timestamps = sample_timestamps(lines, REFINEMENT_PAIRS)
    if not timestamps:
        return first
    indices = _nearest_indices(query, reference, tuple(timestamps))
    mirrored = first.transform.mirrored
    refined = _estimate_candidate(
        query, reference, indices, region, mirrored=mirrored, coarse=first.coarse
    )
    if first.coarse and (refined is None or refined.transform.inliers < SUFFICIENT_COARSE_INLIERS):
        refined = _estimate_candidate(query, reference, indices, region, mirrored=mirrored)
    if refined is None or refined.transform.inliers < MIN_INLIERS:
        return first
    return refined if refined.rank >= 0.5 * first.rank else first


def sample_timestamps(lines: tuple[Line, ...], count: int) -> list[tuple[Seconds, Seconds]]:
    """About `count` timestamp pairs (query, reference) on the lines, spread by their lengths.

    Of many lines, on the longest.
    """
    if len(lines) > MAX_SAMPLED_LINES:
        longest = sorted(lines, key=lambda line: line.start - line.end)[:MAX_SAMPLED_LINES]
        lines = tuple(sorted(longest, key=lambda line: line.start))
    total = sum(line.end - line.start for line in lines)
    out = []
    for line in lines:
        samples = max(1, round(count * (line.end - line.start) / total)) if total else 1
        for fraction in (np.arange(samples) + 0.5) / samples:
            query_time = line.start + fraction * (line.end - line.start)
            out.append((float(query_time), float(line.reference_time(query_time))))
    return out


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
