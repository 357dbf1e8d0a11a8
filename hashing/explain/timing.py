"""Edits of time: freezes, dropped frames and trims; the others are measured in files of their own.

All are read from the lines that map the item's timestamps to the known clip's
(`hashing.retiming.refine_alignment`). Each edit is reported once for a match.
"""

import numpy as np

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.frame_rate import frame_rate_edit
from hashing.explain.placement_lines import part_of_query
from hashing.explain.playback_speed import reversed_edit, speed_edit
from hashing.explain.reordering import reordering_edit
from hashing.message import Message
from hashing.retiming.dropped_frames import missing_frame_share
from hashing.types import Edit, Line, Segment, Span

TRIMMED_S = 0.5


def time_edits(
    query: FrameCache, reference: FrameCache, placement: Placement, segments: tuple[Segment, ...]
) -> list[Edit]:
    """Edits of time of one match, in no order."""
    stills = "still" in (query.fingerprint.info.kind, reference.fingerprint.info.kind)
    if stills or not placement.lines or not segments:
        return []
    found = [
        speed_edit(query, placement.lines),
        reversed_edit(placement),
        reordering_edit(placement, segments),
        _freeze_edit(placement.lines),
        dropped := _dropped_frames_edit(query, reference, placement.lines),
        frame_rate_edit(query, reference, placement.lines) if dropped is None else None,
        _trim_edit(reference, segments),
    ]
    return [edit for edit in found if edit is not None]


def _freeze_edit(lines: tuple[Line, ...]) -> Edit | None:
    """Freeze frames: how long the item stands still while the known clip moves on."""
    pauses = [pause for line in lines for pause in line.pauses]
    if not pauses:
        return None
    seconds = sum(pause.length for pause in pauses)
    measure: dict[str, float | int | str] = {
        "seconds": round(seconds, 2),
        "at_s": round(pauses[0].start, 2),
        "freezes": len(pauses),
    }
    times = tuple(Message("time", {"seconds": round(pause.start, 2)}) for pause in pauses)
    message = Message("edit-frozen", {"seconds": round(seconds, 2), "times": times})
    around = Span(min(p.start for p in pauses), max(p.end for p in pauses))
    return Edit(EditType.FROZEN, 0.9, measure, message, around)


def _dropped_frames_edit(
    query: FrameCache, reference: FrameCache, lines: tuple[Line, ...]
) -> Edit | None:
    """The share of frames that were dropped, from lines or from both timelines."""
    thin = [line for line in lines if line.dropped_share]
    weights = [line.end - line.start for line in thin]
    if thin:
        share = float(np.average([line.dropped_share for line in thin], weights=weights))
    else:
        thin = list(lines)
        share = missing_frame_share(
            query.fingerprint.timeline, reference.fingerprint.timeline, lines
        )
    if not share:
        return None
    measure: dict[str, float | int | str] = {
        "dropped_share": round(share, 3),
        "kept_share": round(1 - share, 3),
    }
    message = Message("edit-frames-dropped", {"share": round(share, 3)})
    return Edit(EditType.FRAMES_DROPPED, 0.85, measure, message, part_of_query(thin, lines))


def _trim_edit(reference: FrameCache, segments: tuple[Segment, ...]) -> Edit | None:
    """How much of the known clip's beginning and end is not in the item."""
    whole = reference.fingerprint.info.duration_s or 0.0
    before = min(one.reference.start for one in segments)
    after = whole - max(one.reference.end for one in segments)
    if whole <= 0 or max(before, after) < TRIMMED_S:
        return None
    kept = 1 - (max(0.0, before) + max(0.0, after)) / whole
    measure: dict[str, float | int | str] = {
        "left_out_before_s": round(max(0.0, before), 2),
        "left_out_after_s": round(max(0.0, after), 2),
        "kept_share": round(kept, 3),
    }
    message = Message("edit-trim", {"before": round(before, 2), "after": round(after, 2)})
    return Edit(EditType.TRIM, 0.9, measure, message)
