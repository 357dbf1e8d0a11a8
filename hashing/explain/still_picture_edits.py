"""A still picture shown as video, as an edit: how long it is held, or how its crop moves."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.segments import sample_path
from hashing.edit_types import EditType
from hashing.explain.pan_zoom_edit import describe_path, visible_at
from hashing.imaging.homography import apply_transform, to_pixel_matrix, to_unit_homography
from hashing.imaging.polygons import area_in_unit_square
from hashing.message import Message
from hashing.pan_zoom.still_picture import StillPicture
from hashing.types import Edit, Homography, Match, Segment, Span

MIN_MAIN_COVERAGE = 0.4  # of the query's frame, by a window of a picture that moves; set by hand
# the window moves over all of it: what one frame cuts off is part of that
INCLUDED = frozenset({EditType.CROP})


def over_time(match: Match, picture: StillPicture, reference_size: tuple[int, int]) -> Match:
    """The match of a video that shows a still picture, from the match of that picture.

    reference_size: (width, height) px. Its segment is all of the video that shows the picture; its
    edits say that it is held, or how it zooms and pans.
    """
    segments = tuple(_segment(one, picture, reference_size) for one in match.segments)
    if not match.accepted:
        return replace(match, segments=segments)
    if picture.is_static:
        return replace(
            match, segments=segments, edits=(*match.edits, _static_picture_edit(picture))
        )
    homography = match.segments[0].homography
    if homography is None:
        return replace(match, segments=segments)
    common = to_pixel_matrix(homography, picture.frames.size, reference_size)
    span = (picture.span.start, picture.span.end)
    moving = describe_path(picture.path(common), reference_size, span, (0.0, 0.0, 1.0, 1.0))
    kept = tuple(edit for edit in match.edits if edit.type not in INCLUDED)
    return replace(match, segments=segments, edits=(moving, *kept))


def _static_picture_edit(picture: StillPicture) -> Edit:
    """The edit of a still picture that is shown whole and static for a time."""
    seconds = round(picture.span.length, 2)
    measure: dict[str, float | int | str] = {
        "seconds": seconds,
        "at_s": round(picture.span.start, 2),
        "freezes": 1,
    }
    message = Message("edit-frozen-throughout", {"seconds": seconds})
    return Edit(EditType.FROZEN, 0.95, measure, message, picture.span)


def _segment(segment: Segment, picture: StillPicture, reference_size: tuple[int, int]) -> Segment:
    if segment.homography is None or picture.is_static:
        return replace(segment, query=picture.span)
    common = to_pixel_matrix(segment.homography, picture.frames.size, reference_size)
    path = picture.path(common)
    middle = (picture.span.start + picture.span.end) / 2
    homography = to_unit_homography(path.transform_at(middle), path.size, reference_size)
    return replace(
        segment,
        query=picture.span,
        visible=visible_at(homography, None),
        homography=homography,
        path=sample_path(path, picture.span, reference_size),
    )


def at_timestamp(match: Match, picture: StillPicture) -> Match:
    """The match with a video that shows a still picture, from the match with that picture.

    What the query shows around a window that moves is more of the picture, not other footage.
    """
    time = Span(picture.time, picture.time)
    segments = tuple(replace(one, reference=time) for one in match.segments)
    match = replace(match, segments=segments)
    if picture.is_static or not _is_mainly_shown(match):
        return match
    edits = tuple(edit for edit in match.edits if edit.type is not EditType.INSET)
    return replace(match, edits=edits, main_picture=True)


def _is_mainly_shown(match: Match) -> bool:
    homographies = [one.homography for one in match.segments if one.homography is not None]
    areas = [area_in_unit_square(_outline(homography)) for homography in homographies]
    return min(areas, default=0.0) >= MIN_MAIN_COVERAGE


def _outline(homography: Homography) -> NDArray[np.float64]:
    """(4, 2) corners of the reference's frame in the query's."""
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    return apply_transform(np.array(homography), frame)
