"""Two fingerprints -> Match: whether they show the same recording, where, and on what evidence.

READ FIRST of the science: place the query, measure the support, decide, explain the edits.
"""

from dataclasses import replace

from hashing.align.place import place
from hashing.align.placement import Placement
from hashing.align.segments import to_segments
from hashing.align.still_in_video import localise_still
from hashing.align.timestamp_proposals import best_cosine
from hashing.align.video_against_still import invert_still_placement
from hashing.audio.compare_audio import compare_audio
from hashing.decide.decision import MIN_UNDECIDED_SCORE, decide
from hashing.decide.support import measure_support
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import BESIDE_OTHER_FOOTAGE, FRAMED_BY_FILL, EditType
from hashing.errors import MethodMismatch
from hashing.explain.explain import explain
from hashing.explain.frame_shares import measure_frame_shares
from hashing.explain.joins import find_joins
from hashing.explain.pan_zoom_edit import visible_at
from hashing.explain.still_picture_edits import at_timestamp, over_time
from hashing.explain.whole_frame import recognise_whole_frame
from hashing.imaging.homography import to_pixel_matrix
from hashing.imaging.polygons import SIDES
from hashing.message import Message
from hashing.pan_zoom.crop_drift import crop_drifts
from hashing.pan_zoom.crop_timing import apply_timing
from hashing.pan_zoom.stabilise import (
    StabilisedQuery,
    follow_crop,
    stabilise_query,
    stabilise_reference,
)
from hashing.pan_zoom.still_picture import StillPicture, find_still_picture, reference_moves
from hashing.retiming.refine_alignment import refine_alignment
from hashing.types import AudioFinding, Box, Edit, Fingerprint, FrameShare, Match, Seconds, Segment

__all__ = [
    "compare",
]

MIN_MAIN_COVERAGE = 0.5  # of the query's frame, covered by the reference; set by hand
UNPLACED_SCORE_PER_COSINE = 0.04  # score per cosine of clips without common geometry; set by hand
MAX_PLAIN_SPEED_ERROR = 0.015  # from real time, as of the edit `speed`
MIN_SURE_SCORE = (
    0.95  # below it, a match that is not ruled out is tried mirrored as well; set by hand
)


def compare(
    query: Fingerprint | FrameCache,
    reference: Fingerprint,
    region: Box | None = None,
    timestamps: tuple[tuple[Seconds, Seconds], ...] = (),
) -> Match:
    """Compare a query with one reference.

    query: a FrameCache where several references follow, so that its keypoints are detected once.
    region: compare only this part of the query's frame, 0..1.
    timestamps: pairs (query, reference), in seconds, at which the region is tried first.

    Raises MethodMismatch where the two were described in different spaces, and DecodeError where
    the preview frames of either are damaged.
    """
    query_frames = query if isinstance(query, FrameCache) else FrameCache(query)
    if query_frames.fingerprint.space != reference.space:
        raise MethodMismatch(
            Message(
                "error-spaces-differ",
                {"query": query_frames.fingerprint.space, "reference": reference.space},
            )
        )
    reference_frames = FrameCache(reference)
    if region is not None:
        return _compare_frames(query_frames, reference_frames, region, timestamps)
    pictures = _find_still_pictures(query_frames, reference_frames)
    if pictures == (None, None):
        return _compare_frames(query_frames, reference_frames)
    return _compare_pictures(query_frames, reference_frames, *pictures)


def _find_still_pictures(
    query: FrameCache, reference: FrameCache
) -> tuple[StillPicture | None, StillPicture | None]:
    """The still pictures that the clips show as video; None of a still, or of footage."""
    query_picture, reference_picture = (
        find_still_picture(clip) if clip.fingerprint.info.kind == "video" else None
        for clip in (query, reference)
    )
    return query_picture, reference_picture


def _compare_pictures(
    query: FrameCache,
    reference: FrameCache,
    query_picture: StillPicture | None,
    reference_picture: StillPicture | None,
) -> Match:
    """The match where one of the clips is a still picture shown as video, or both are.

    Footage in which nothing moves is compared as footage where that explains it: at real time, and
    without a motion of the reference that the query does not show.
    """
    query_still = query_picture.frames if query_picture else query
    reference_still = reference_picture.frames if reference_picture else reference
    match = as_still = _compare_frames(query_still, reference_still)
    if reference_picture is not None:
        match = at_timestamp(match, reference_picture)
    if query_picture is not None:
        match = over_time(match, query_picture, reference_still.size)
    kinds = {clip.fingerprint.info.kind for clip in (query, reference)}
    if kinds != {"video"}:
        return (
            max(match, _compare_frames(query, reference), key=_rank)
            if not match.accepted
            else match
        )
    if as_still.segments and query_picture is not None and query_picture.is_static:
        homography = as_still.segments[0].homography
        if homography is not None and reference_moves(
            query,
            reference,
            query_picture,
            to_pixel_matrix(homography, query_still.size, reference.size),
            as_still.segments[0].reference.start,
        ):
            return match
    footage = _compare_frames(query, reference)
    if not match.accepted or _is_plain(footage):
        return footage
    return match


def _rank(match: Match) -> tuple[bool, float]:
    return match.accepted, match.score


def _is_plain(match: Match) -> bool:
    """Whether a match is accepted, and runs at real time without a moving crop."""
    return match.accepted and not any(
        segment.path
        or segment.reversed
        or segment.speed is None
        or abs(segment.speed - 1) > MAX_PLAIN_SPEED_ERROR
        for segment in match.segments
    )


def _compare_frames(
    query_frames: FrameCache,
    reference_frames: FrameCache,
    region: Box | None = None,
    timestamps: tuple[tuple[Seconds, Seconds], ...] = (),
) -> Match:
    placement = _place(query_frames, reference_frames, region, timestamps)
    if placement is None:
        cosine = best_cosine(
            query_frames.fingerprint.descriptors, reference_frames.fingerprint.descriptors
        )
        score = UNPLACED_SCORE_PER_COSINE * max(0.0, cosine)
        return Match(score, "none", reasons=(Message("reason-no-geometry"),))
    match = match_placement(query_frames, reference_frames, placement)
    if MIN_UNDECIDED_SCORE <= match.score < MIN_SURE_SCORE:
        match = _retry_mirrored(
            query_frames, reference_frames, placement, region, timestamps, match
        )
    return match


def _retry_mirrored(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    region: Box | None,
    timestamps: tuple[tuple[Seconds, Seconds], ...],
    match: Match,
) -> Match:
    """The better of a doubtful match and the match of the opposite orientation.

    A nearly symmetric frame agrees with its own mirror image well enough to hide the true place.
    """
    mirrored = not placement.transform.mirrored
    mirrored_placement = _place(query, reference, region, timestamps, mirrored=mirrored)
    if mirrored_placement is None or mirrored_placement.transform.mirrored != mirrored:
        return (
            match  # the same orientation from another start would be a second try at being accepted
        )
    mirrored_match = match_placement(query, reference, mirrored_placement)
    return max(match, mirrored_match, key=lambda candidate: candidate.score)


def _place(
    query: FrameCache,
    reference: FrameCache,
    region: Box | None,
    timestamps: tuple[tuple[Seconds, Seconds], ...],
    *,
    mirrored: bool | None = None,
) -> Placement | None:
    kinds = query.fingerprint.info.kind, reference.fingerprint.info.kind
    if kinds == ("video", "still") and region is None:
        still_placement = place(reference, query, mirrored=mirrored)
        return (
            invert_still_placement(localise_still(reference, query, still_placement), query)
            if still_placement is not None
            else None
        )
    placement = place(query, reference, region, timestamps, mirrored=mirrored)
    if placement is not None and kinds == ("still", "video"):
        return localise_still(query, reference, placement)
    return placement


def match_placement(query: FrameCache, reference: FrameCache, placement: Placement) -> Match:
    """The match of one placement; along the path of a moving crop where that explains it better."""
    drifts = crop_drifts(query, reference, placement)
    path_match = _match_along_path(query, reference, placement) if drifts else None
    if path_match is not None and path_match.accepted:
        return path_match
    match = _decide_and_explain(query, reference, placement)
    if MIN_UNDECIDED_SCORE <= match.score < MIN_SURE_SCORE and not drifts:
        path_match = _match_along_path(query, reference, placement)
    return (
        match
        if path_match is None
        else max(match, path_match, key=lambda candidate: candidate.score)
    )


def _match_along_path(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> Match | None:
    """The match under a moving crop; None where no path is found."""
    followed_crop = follow_crop(query, reference, placement)
    if followed_crop is None:
        return None
    placement, timing_line = followed_crop
    placement = refine_alignment(placement, query.fingerprint, reference.fingerprint)
    placement = replace(placement, lines=apply_timing(placement.lines, timing_line))
    stabilised = stabilise_reference(query, reference, placement)
    if stabilised is None:
        return None
    stabilised_reference, placement = stabilised
    return _decide_and_explain(
        query, stabilised_reference, placement, stabilise_query(query, reference, placement)
    )


def _decide_and_explain(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    stabilised_query: StabilisedQuery | None = None,
) -> Match:
    if (
        stabilised_query is None
    ):  # otherwise the lines were refined before the reference was stabilised
        placement = refine_alignment(placement, query.fingerprint, reference.fingerprint)
    measured = measure_support(query, reference, placement, stabilised_query)
    segments = to_segments(
        query, reference, placement.lines, placement.transform, 0.0, placement.path
    )
    audio = compare_audio(query.fingerprint, reference.fingerprint, segments)
    measured = replace(measured, sound_kept=_is_sound_kept(audio, placement))
    outcome = decide(measured, query.fingerprint.info.kind, reference.fingerprint.info.kind)
    if not segments:
        return Match(min(outcome.score, 0.2), "none", reasons=outcome.reasons)
    segments = tuple(replace(segment, score=outcome.score) for segment in segments)
    accepted = outcome.decision == "accepted"
    shares = measure_frame_shares(query, reference, placement) if accepted else ()
    edits = explain(query, reference, placement, segments, audio, shares) if accepted else ()
    segments, edits = recognise_whole_frame(query, reference, placement, segments, edits)
    joins = find_joins(query.fingerprint, reference.fingerprint, segments)
    return Match(
        score=outcome.score,
        decision=outcome.decision,
        segments=_restrict_to_crop(segments, edits),
        edits=edits,
        audio=audio,
        main_picture=is_main_picture(shares, measured.covered_share, edits),
        frame_shares=shares,
        shared_material=accepted and joins.shared_material,
        measured_join=accepted and joins.to_other_footage,
        reasons=outcome.reasons,
    )


def _is_sound_kept(audio: AudioFinding, placement: Placement) -> bool:
    """Whether the sound is the reference's all along the lines, none of which runs backwards."""
    kept = bool(audio.spans) and all(span.state == "kept" for span in audio.spans)
    return kept and not any(line.reversed for line in placement.lines)


def _restrict_to_crop(
    segments: tuple[Segment, ...], edits: tuple[Edit, ...]
) -> tuple[Segment, ...]:
    """The segments with `visible` restricted to the measured crop.

    The transform alone counts what lies behind a bar, or beside it on a wider canvas, as visible.
    """
    zoom_pan = next((edit for edit in edits if edit.type is EditType.ZOOM_PAN), None)
    if zoom_pan is not None:
        return tuple(
            replace(segment, visible=visible_at(segment.homography, zoom_pan.box))
            for segment in segments
            if segment.homography is not None
        )
    margins = next((edit.measure for edit in edits if edit.type is EditType.CROP), None)
    if margins is None:
        return segments
    left, top, right, bottom = (float(margins[side]) for side in SIDES)
    visible = (left, top, 1 - right, 1 - bottom)
    return tuple(replace(segment, visible=visible) for segment in segments)


def is_main_picture(
    shares: tuple[FrameShare, ...], covered: float, edits: tuple[Edit, ...]
) -> bool:
    """Whether the query mainly shows the reference footage, at any time of the match.

    shares: measured over time; of a video they decide alone. covered: share of the query's frame
    that the reference covers, 0..1; it decides of a still, in which nothing moves, together with
    edits reported around the footage. Bars, a fill and a filmed screen are no other footage.
    """
    if shares:
        return any(share.is_main for share in shares)
    kinds = {edit.type for edit in edits}
    if kinds & BESIDE_OTHER_FOOTAGE:
        return False
    return covered >= MIN_MAIN_COVERAGE or bool(kinds & FRAMED_BY_FILL)
