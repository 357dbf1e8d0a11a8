"""A still that is a whole frame of a moving camera's footage is no crop of a frame beside it."""

from dataclasses import replace

from hashing.align.placement import Placement
from hashing.align.still_in_video import locate_whole_frame
from hashing.align.video_against_still import invert_video_placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.types import Edit, Seconds, Segment, Span

# edits that say that a still shows another part of the frame, or the frame otherwise than it is
NOT_WHOLE = frozenset(
    {
        EditType.CROP,
        EditType.ROTATE,
        EditType.STRETCH,
        EditType.INSET,
        EditType.SCREEN_RECORDING,
    }
)


def recognise_whole_frame(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    segments: tuple[Segment, ...],
    edits: tuple[Edit, ...],
) -> tuple[tuple[Segment, ...], tuple[Edit, ...]]:
    """Segments and edits without a crop that the camera's motion between preview frames explains.

    As they were where nothing of the kind was measured, or of two videos, or of two stills.
    """
    if not any(edit.type in NOT_WHOLE for edit in edits):
        return segments, edits
    timestamp = _whole_frame_timestamp(query, reference, placement)
    if timestamp is None:
        return segments, edits
    segments = tuple(_whole_frame(segment, timestamp, query) for segment in segments)
    return segments, tuple(edit for edit in edits if edit.type not in NOT_WHOLE)


def _whole_frame_timestamp(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> Seconds | None:
    """When a still is a whole frame of a video, whichever of them is known; None where it is not.

    Also None of two videos and of two stills.
    """
    kinds = query.fingerprint.info.kind, reference.fingerprint.info.kind
    if kinds == ("still", "video"):
        return locate_whole_frame(query, reference, placement)
    if kinds == ("video", "still") and placement.pairs:
        return locate_whole_frame(reference, query, invert_video_placement(placement, query))
    return None


def _whole_frame(segment: Segment, timestamp: Seconds, query: FrameCache) -> Segment:
    """The segment of a still that is a whole frame, at its own timestamp of the video."""
    reference = segment.reference
    if query.fingerprint.info.kind == "still":
        reference = Span(timestamp, timestamp)
    return replace(
        segment,
        reference=reference,
        visible=(0.0, 0.0, 1.0, 1.0),
        homography=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    )
