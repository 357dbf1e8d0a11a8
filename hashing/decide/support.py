"""Measure the support of a placement: the figures from which the score is computed.

Thresholds were set by hand on the development benchmark.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement, sample_timestamps
from hashing.align.segments import is_cut
from hashing.align.still_in_video import matched_frame_index
from hashing.align.video_against_still import invert_video_placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import visible_outline
from hashing.pan_zoom.stabilise import StabilisedQuery
from hashing.similarity.displacement import measure_still_displacement
from hashing.similarity.local_correlation import compare_frames, compare_visible_part
from hashing.similarity.motion_correlation import (
    MotionAgreement,
    agreement_where_other_moves,
    correlate_motion,
    correlate_still_motion,
)
from hashing.similarity.moved_content import MOVED_LONG_SIDE_PX, measure_moved_content
from hashing.types import Line, Seconds

__all__ = [
    "measure_support",
]

PATH_PIECE_S = 2.0  # of a moving crop, over which motion is compared
COMPARED_FRAMES = 4  # timestamps at which frames are compared
MAX_OVERLAID_SHARE = 0.25  # of the cells of a still scene; with more moving, it is overlaid
MAX_OFFSET_DIFFERENCE_S = 0.25  # between lines of one shot, as a refined alignment leaves it
END_ERROR_S = 0.25  # of a line: two preview frames
CUT_MARGIN_S = 0.5  # between a line's end and a cut at which it ends
CHANGE_GRID, MIN_LUMA_CHANGE = (
    (16, 9),
    14.0,
)  # cells (width, height); grey levels, above coding noise
MIN_IDENTICAL_SHARE = 0.95  # agreeing share from which motion is coding noise


@dataclass(frozen=True, slots=True)
class Support:
    """Measurements of one placement, 0..1 unless said otherwise; None where not measurable."""

    inliers: int  # correspondences that agree with the transform, over all frame pairs
    inlier_share: float  # of the putative correspondences
    supporting_share: float  # of the frame pairs
    spread: float  # of the reference's area, that inliers cover
    matched_s: float  # seconds of the query on all lines
    correlation: float  # median correlation along the lines
    contrast: float  # correlation above that of other timestamps
    motion_agreement: float | None  # of moving energy, the share that the other clip explains
    moving_share: float  # of the cells
    agreeing_share: float  # of the textured area, median over frame pairs
    covered_share: float  # of the query's frame, covered by the reference
    line_count: int
    # where nothing moves: agreement where the reference, or the query, moves at other times
    static_agreement: float | None = None
    static_agreement_query: float | None = None
    real_time_share: float = 1.0  # of `matched_s`, on lines that run forwards at about real time
    uncut_share: float = 1.0  # of `matched_s`, at real time and with one offset
    min_agreeing_share: float = 1.0  # of the worst frame pair
    # where nothing moves: nothing moves in the rest of those shots of the query either
    still_beyond_lines: bool = True
    # of a still against a video: displaced share of its textured area, or of what moves in it;
    # None where too little is found again
    displaced_share: float | None = None
    # of two photos: of the part that both show, what lies elsewhere in the other
    moved_share: float | None = None
    along_crop_path: bool = False  # measured along a moving crop's path
    sound_kept: bool = False  # all along the lines, forwards, the sound is the reference's


def measure_support(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    stabilised: StabilisedQuery | None = None,
) -> Support:
    """Measure the support of one placement.

    stabilised: of a moving crop, the clips in which only what moves by itself moves.
    """
    if (query.fingerprint.info.kind, reference.fingerprint.info.kind) == ("video", "still"):
        return _measure_video_against_still(query, reference, placement)
    lines = placement.lines
    weights = np.array([line.end - line.start for line in lines])
    agreeing_share, min_agreeing_share, covered_share = _compare_at_timestamps(
        query, reference, placement
    )
    query_frames = query
    if stabilised is None:
        motion_agreement, moving_share = _motion_agreement(
            query, reference, placement, lines, agreeing_share
        )
    else:
        query_frames, reference = stabilised.frames, stabilised.reference
        motion_agreement, moving_share = _path_motion_agreement(
            stabilised, placement, agreeing_share
        )
    static_agreement = (
        _static_agreement(query_frames, reference, placement)
        if motion_agreement is None
        else (None, None)
    )
    matched_s = float(weights.sum())
    weights = weights / matched_s if matched_s > 0 else np.ones(len(lines)) / max(1, len(lines))
    return Support(
        inliers=placement.transform.inliers,
        inlier_share=placement.transform.inliers / max(1, placement.transform.candidates),
        supporting_share=placement.supporting_share,
        spread=placement.transform.spread,
        matched_s=matched_s,
        correlation=float(
            sum(w * line.correlation for w, line in zip(weights, lines, strict=True))
        ),
        contrast=float(sum(w * line.contrast for w, line in zip(weights, lines, strict=True))),
        motion_agreement=motion_agreement,
        moving_share=moving_share,
        static_agreement=static_agreement[0],
        static_agreement_query=static_agreement[1],
        agreeing_share=agreeing_share,
        covered_share=covered_share,
        line_count=len(lines),
        real_time_share=float(
            sum(w for w, line in zip(weights, lines, strict=True) if _is_real_time(line))
        ),
        uncut_share=uncut_share(lines),
        min_agreeing_share=min_agreeing_share,
        displaced_share=_still_displacement(query, reference, placement),
        moved_share=_moved_share(query, reference, placement),
        still_beyond_lines=motion_agreement is not None
        or _is_still_beyond_lines(query_frames, lines),
        along_crop_path=stabilised is not None,
    )


def _measure_video_against_still(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> Support:
    """Support of a video against a still: that of the still at its timestamp in the video."""
    support = measure_support(reference, query, invert_video_placement(placement, query))
    box = visible_outline(placement.transform.matrix, query.size, reference.size)
    covered_share = (box[2] - box[0]) * (box[3] - box[1]) if box is not None else 0.0
    matched_s = sum(line.end - line.start for line in placement.lines)
    return replace(support, covered_share=covered_share, matched_s=matched_s)


def uncut_share(lines: tuple[Line, ...]) -> float:
    """Of the matched seconds, the largest share on lines at real time with one offset, 0..1.

    1 where there are no lines.
    """
    total = sum(line.end - line.start for line in lines)
    plain = [line for line in lines if _is_real_time(line)]
    on_one_offset = (
        sum(
            line.end - line.start
            for line in plain
            if abs(line.offset - first.offset) < MAX_OFFSET_DIFFERENCE_S
        )
        for first in plain
    )
    return max(on_one_offset, default=0.0) / total if total > 0 else 1.0


def _is_real_time(line: Line) -> bool:
    return not line.reversed and abs(line.speed - 1) < 0.06


def _is_still_beyond_lines(query: FrameCache, lines: tuple[Line, ...]) -> bool:
    """Whether nothing moves beyond the lines within the shots of the query in which they end."""
    if query.fingerprint.info.kind == "still":
        return True
    timeline = query.fingerprint.timeline
    cuts = timeline.times[[is_cut(timeline.change, index) for index in range(len(timeline.times))]]
    edges = np.concatenate([[-np.inf], cuts, [np.inf]])
    return not any(_moves_beyond(query, line, edges) for line in lines)


def _moves_beyond(query: FrameCache, line: Line, edges: NDArray[np.float64]) -> bool:
    """Whether anything moves beyond a line within its shots. edges: (n,) s, of the shots."""
    before = edges[edges < line.start + CUT_MARGIN_S].max(), line.start
    after = line.end, edges[edges > line.end - CUT_MARGIN_S].min()
    # an overlay moves on the line as well, at the same cells or just beside
    changed_on_line = _changed_cells(query, line.start, (line.start, line.end))
    moving = cv2.dilate(changed_on_line.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return any(
        bool((_changed_cells(query, timestamp, shot_rest) & ~moving).any())
        for timestamp, shot_rest in ((line.start, before), (line.end, after))
    )


def _changed_cells(
    query: FrameCache, timestamp: Seconds, time_range: tuple[Seconds, Seconds]
) -> NDArray[np.bool_]:
    """Cells of CHANGE_GRID in which frames of a range differ from the one at a timestamp.

    Frames within CUT_MARGIN_S of the ends of the range do not count.
    """
    first, last = time_range[0] + CUT_MARGIN_S, time_range[1] - CUT_MARGIN_S
    frame_indices = np.flatnonzero((query.times > first) & (query.times < last))
    at = np.array([query.nearest_index(timestamp)])
    base = _to_change_grid(query.thumbnails_at(at)[0])
    changed = np.zeros(base.shape, bool)
    for thumbnail in query.each_thumbnail(frame_indices):
        changed |= np.abs(_to_change_grid(thumbnail) - base) > MIN_LUMA_CHANGE
    return changed


def _to_change_grid(thumbnail: NDArray[np.uint8]) -> NDArray[np.float32]:
    return cv2.resize(thumbnail, CHANGE_GRID, interpolation=cv2.INTER_AREA).astype(np.float32)


def _compare_at_timestamps(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> tuple[float, float, float]:
    """Median and minimum of the agreeing share, and median of the covered share, over frames."""
    timestamps = sample_timestamps(placement.lines, COMPARED_FRAMES)
    indices = [(query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in timestamps]
    if not indices:
        indices = [(pair.query_index, pair.reference_index) for pair in placement.pairs]
    similarities = [
        compare_frames(query.frame(q), reference.frame(r), placement.transform.matrix)
        for q, r in indices
    ]
    covered_share = float(np.median([similarity.covered.mean() for similarity in similarities]))
    if "still" in (query.fingerprint.info.kind, reference.fingerprint.info.kind):
        # one timestamp has to do: an inset is compared in full detail
        matrix = placement.transform.matrix
        similarities = [
            compare_visible_part(query.frame(q), reference.frame(r), matrix, query.caption_bars)
            for q, r in indices
        ]
    shares = [similarity.agreeing_share for similarity in similarities]
    return float(np.median(shares)), float(min(shares)), covered_share


def _still_displacement(
    still: FrameCache, reference: FrameCache, placement: Placement
) -> float | None:
    if (still.fingerprint.info.kind, reference.fingerprint.info.kind) != ("still", "video"):
        return None
    matched = matched_frame_index(reference, placement)
    displacement = measure_still_displacement(still, reference, placement.transform.matrix, matched)
    return displacement.displaced_share if displacement is not None else None


def _moved_share(query: FrameCache, reference: FrameCache, placement: Placement) -> float | None:
    if (query.fingerprint.info.kind, reference.fingerprint.info.kind) != ("still", "still"):
        return None
    similarity = compare_visible_part(
        query.frame(0),
        reference.frame(0),
        placement.transform.matrix,
        query.caption_bars,
        MOVED_LONG_SIDE_PX,
    )
    return measure_moved_content(similarity).moved_share


def _motion_agreement(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    lines: tuple[Line, ...],
    agreeing_share: float,
) -> tuple[float | None, float]:
    """Motion agreement, the better of both directions, and moving share, averaged over lines."""
    kinds = query.fingerprint.info.kind, reference.fingerprint.info.kind
    if "still" in kinds:
        return _still_motion_agreement(
            query, reference, placement, lines, both_still=kinds == ("still", "still")
        ), 0.0
    per_line = [
        (line, correlate_motion(query, reference, placement.transform, within_cuts(query, line)))
        for line in lines
    ]
    return _weighted_agreement(per_line, agreeing_share)


def within_cuts(query: FrameCache, line: Line) -> Line:
    """The line without what lies beyond a cut of the query near its ends.

    An end is exact to a frame or two, and a frame of other footage would be all that moves.
    """
    timeline = query.fingerprint.timeline
    cuts = timeline.times[[is_cut(timeline.change, index) for index in range(len(timeline.times))]]
    step = float(np.median(np.diff(query.times))) if len(query.times) > 1 else 0.0
    before = cuts[np.abs(cuts - line.start) < END_ERROR_S]
    after = cuts[np.abs(cuts - line.end) < END_ERROR_S]
    start = max(line.start, float(before.max(initial=-np.inf)) + step)
    end = min(line.end, float(after.min(initial=np.inf)) - step)
    return replace(line, start=start, end=end) if end > start else line


def _path_motion_agreement(
    stabilised: StabilisedQuery, placement: Placement, agreeing_share: float
) -> tuple[float | None, float]:
    """`_motion_agreement` piece by piece: a crop that travels far shows little all the time."""
    per_piece = []
    for line in placement.lines:
        edges = np.linspace(
            line.start, line.end, max(1, round((line.end - line.start) / PATH_PIECE_S)) + 1
        )
        for start, end in pairwise(edges.tolist()):
            piece = replace(line, start=start, end=end)
            shown = stabilised.always_shown(start, end)
            per_piece.append(
                (
                    piece,
                    correlate_motion(
                        stabilised.frames, stabilised.reference, placement.transform, piece, shown
                    ),
                )
            )
    return _weighted_agreement(per_piece, agreeing_share)


def _weighted_agreement(
    measured_lines: list[tuple[Line, MotionAgreement | None]], agreeing_share: float
) -> tuple[float | None, float]:
    measured = [
        (line.end - line.start, motion) for line, motion in measured_lines if motion is not None
    ]
    if not measured:
        return None, 0.0
    total = sum(weight for weight, _ in measured)
    moving_share = sum(weight * motion.moving_share for weight, motion in measured) / total
    agreements = [
        (weight, _better_explained(motion, agreeing_share)) for weight, motion in measured
    ]
    informative = [(weight, value) for weight, value in agreements if value is not None]
    if not informative:
        return None, moving_share
    return sum(w * v for w, v in informative) / sum(w for w, _ in informative), moving_share


def _static_agreement(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> tuple[float | None, float | None]:
    """Agreement where the reference, and where the query, moves at other times; None of stills."""
    if "still" in (query.fingerprint.info.kind, reference.fingerprint.info.kind):
        return None, None
    timestamps = sample_timestamps(placement.lines, COMPARED_FRAMES)
    pairs = [(query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in timestamps]
    matrix = placement.transform.matrix
    swapped = [(r, q) for q, r in pairs]
    return (
        agreement_where_other_moves(query, reference, matrix, pairs),
        agreement_where_other_moves(reference, query, np.linalg.inv(matrix), swapped),
    )


def _still_motion_agreement(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    lines: tuple[Line, ...],
    *,
    both_still: bool,
) -> float | None:
    if both_still or not lines:
        return None
    return correlate_still_motion(query, reference, placement.transform.matrix, lines[0].offset)


def _better_explained(motion: MotionAgreement, agreeing_share: float) -> float | None:
    """The better direction; where the reference stands still, motion in the query is overlay."""
    if motion.reference_explained is None:
        overlaid = motion.moving_share > MAX_OVERLAID_SHARE and agreeing_share < MIN_IDENTICAL_SHARE
        return motion.query_explained if overlaid else None
    return max(motion.reference_explained, motion.query_explained or 0.0)
