"""A placed match -> what became of its sound, and every measured difference from the known clip.

Each family has a module of its own; this one asks them in turn. Differences are from this known
copy: the library's clip may be the changed one.
"""

from hashing.align.model_selection import prefer_axis_aligned
from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import BESIDE_OTHER_FOOTAGE, EditType, Family
from hashing.explain.audio_edits import audio_edits
from hashing.explain.colour import colour_edits
from hashing.explain.difference.visible_area import extent
from hashing.explain.framing import frame_edits
from hashing.explain.geometry import geometry_edits
from hashing.explain.overlays import censors_of, marks_of, overlays_of, refined
from hashing.explain.quality import quality_edits
from hashing.explain.redaction.redactions import censored, on_footage, without_hidden
from hashing.explain.regions.classify_patches import Finding, findings
from hashing.explain.static_marks import Mark, standing
from hashing.explain.tampering import content_of
from hashing.explain.timing import time_edits
from hashing.imaging.boxes import mostly_in, share_inside
from hashing.types import AudioFinding, Box, Edit, FrameShare, Segment

MARKED = 0.4  # of a changed area, that writing lies over
OF_THE_FRAME = (EditType.FRAME_RATE,)  # counted over all of it, other pictures in it included


def explain(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    segments: tuple[Segment, ...],
    sound: AudioFinding,
    shares: tuple[FrameShare, ...] = (),
) -> tuple[Edit, ...]:
    """All edits of one accepted match, the surest first within each family.

    shares: of what the frame is made, where that was measured.
    """
    found = findings(query, reference, placement)
    framing = frame_edits(query, reference, placement, shares)
    beside = [
        one.box for one in framing if one.type in BESIDE_OTHER_FOOTAGE and one.box is not None
    ]
    composed = bool(beside)
    shown = extent(query, reference, prefer_axis_aligned(query, reference, placement))
    if shown.trimmed:  # bars, a fill or another picture hide a margin of it
        beside.append(shown.box)
    hidden = on_footage(censored(query, reference, placement), found)
    hidden = [one for one in hidden if all(mostly_in(one.box, box) for box in beside)]
    found = without_beside(without_hidden(found, hidden), beside)
    page = any(one.type is EditType.SCREEN_RECORDING for one in framing)
    marks = standing(query, reference, placement) if not page else []
    found = refined(without_marked(found, marks), marks)
    edits = [
        *geometry_edits(query, reference, placement, segments),
        *framing,
        *colour_edits(query, reference, placement, segments),
        *overlays_of(found, query, reference, placement, page=page),
        *marks_of(marks, found, hidden),
        *censors_of(hidden, found),
        *content_of(found),
        *quality_edits(query, reference, placement, segments),
        *(
            edit
            for edit in time_edits(query, reference, placement, segments)
            if not (composed and edit.type in OF_THE_FRAME)
        ),
        *audio_edits(sound, segments),
    ]
    return tuple(edits)


def without_marked(found: list[Finding], marks: list[Mark]) -> list[Finding]:
    """The findings but for changes of the scene that writing over it explains."""
    return [
        one
        for one in found
        if one.kind.family is not Family.CONTENT
        or max((share_inside(one.patch.box, mark.box) for mark in marks), default=0.0) < MARKED
    ]


def without_beside(found: list[Finding], boxes: list[Box]) -> list[Finding]:
    """The findings on the known picture itself: another picture beside it differs anyhow."""
    return [
        one
        for one in found
        if one.kind is EditType.TEXT or all(mostly_in(one.patch.box, box) for box in boxes)
    ]
