"""Differences in time: speed, direction, order, freezes, missing pictures, frame rate, trims.

All are read from the lines that take the item's moments to the known clip's (mending.py), and frame
rates from both clips' timelines. Each edit is reported once for a match.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from hashing.align.segments import snap_to_real_time
from hashing.align.spatiotemporal import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.audio import clock
from hashing.explain.frame_rate import Rates, rates
from hashing.message import Message, Param
from hashing.retiming.dropped_frames import missing_frame_share
from hashing.retiming.freeze_frames import mean_correlation
from hashing.retiming.peak_sharpness import is_only_reversed, sharpen_peaks
from hashing.types import CorrelationMatrix, Edit, Line, Segment, Span

SPEED_CHANGED = 0.015  # from real time, beyond what clocks and roundings make
GIF_CLOCK_S = 0.01
AS_FAST = 0.1  # of a speed, within which two pieces run equally fast
JUMP_S = 0.5  # in the known clip, that makes two pieces of one run
NEAR_S = 0.6  # between two pieces of the item that follow each other
CUT_SURE = 0.03  # correlation lost where a piece is carried on over the cut
LOOK_S = 1.5  # how far it is carried on
LONG_LOOK_S = 120.0  # of a line between two long clips, that is correlated again
FEWER = 0.92  # of the pictures a second, from which there are fewer
FEWER_REPEATED = 0.82  # the same where the clips' own rates agree, and coding repeats pictures too
FEWER_JOINED = 0.6  # the same where footage was joined to other footage of another rate
MORE = 1.08
SAME_RATE = 0.03
EACH_ITS_OWN = 0.95  # of the known clip's pictures differ, so that repeats were put in
TRIMMED_S = 0.5


def time_edits(
    query: FrameCache, reference: FrameCache, placement: Placement, segments: tuple[Segment, ...]
) -> list[Edit]:
    """Edits of time of one match, in no order."""
    stills = "still" in (query.fingerprint.info.kind, reference.fingerprint.info.kind)
    if stills or not placement.lines or not segments:
        return []
    found = [
        _speed(query, placement.lines),
        backwards(placement),
        _reordered(placement, segments),
        _frozen(placement.lines),
        dropped := _dropped(query, reference, placement.lines),
        _frame_rate(query, reference, placement.lines) if dropped is None else None,
        _trim(reference, segments),
    ]
    return [edit for edit in found if edit is not None]


def _length(lines: tuple[Line, ...]) -> float:
    return sum(line.end - line.start for line in lines)


def _part(lines: list[Line], all_lines: tuple[Line, ...]) -> Span | None:
    """Where in the query; None for throughout."""
    if len(lines) == len(all_lines):
        return None
    return Span(max(0.0, min(line.start for line in lines)), max(line.end for line in lines))


def _speed(query: FrameCache, lines: tuple[Line, ...]) -> Edit | None:
    allowed = max(SPEED_CHANGED, _of_the_clock(query))
    changed = [
        line for line in map(snap_to_real_time, lines) if abs(line.playback_speed - 1) > allowed
    ]
    seconds = _length(tuple(changed))
    if seconds < 0.5 * _length(lines) and seconds < 3.0:
        return None
    weights = [line.end - line.start for line in changed]
    factor = float(np.average([line.playback_speed for line in changed], weights=weights))
    way = "faster" if factor > 1 else "slower"
    message = Message(f"edit-{way}", {"factor": round(factor, 3)})
    measure: dict[str, float | int | str] = {"factor": round(factor, 4)}
    return Edit(EditType.SPEED, 0.95, measure, message, _part(changed, lines))


def _of_the_clock(query: FrameCache) -> float:
    """How far off real time a file's own clock makes footage play: a GIF's counts hundredths.

    Eight pictures a second are 12.5 of them a picture; what writes 12 for each plays 4 % too fast.
    """
    steps = np.diff(query.fingerprint.timeline.times)
    if query.fingerprint.info.container != "gif" or not len(steps):
        return 0.0
    usual = float(np.median(steps))
    return GIF_CLOCK_S / usual if float(np.abs(steps - usual).max()) < 0.001 else 0.0


def backwards(placement: Placement) -> Edit | None:
    lines = placement.lines
    back = [line for line in lines if line.reversed]
    seconds = _length(tuple(back))
    if seconds < 1.0:
        return None
    onwards = [line.speed for line in lines if not line.reversed]
    clear = max(line.contrast for line in back) >= 0.1
    clear = clear and all(_as_fast_as_any(line, onwards) for line in back)
    if not clear and not all(_is_only_reversed(placement, line) for line in back):
        return None
    message = Message("edit-reversed", {"seconds": round(seconds, 2)})
    measure: dict[str, float | int | str] = {"seconds": round(seconds, 2)}
    return Edit(EditType.REVERSED, 0.95, measure, message, _part(back, lines))


def _is_only_reversed(placement: Placement, line: Line) -> bool:
    """`is_only_reversed`; between two long clips, of the start of the line."""
    if placement.sparse is not None:
        line = replace(line, end=min(line.end, line.start + LONG_LOOK_S))
    found = _correlations_near(placement, Span(line.start, line.end), [line])
    return found is not None and is_only_reversed(line, found)


def _correlations_near(
    placement: Placement, part: Span, lines: list[Line]
) -> CorrelationMatrix | None:
    """All correlations of a placement, or of two long clips those near lines in a part."""
    if placement.sparse is None:
        return placement.correlations
    return placement.sparse.near(part, lines)


def _as_fast_as_any(line: Line, speeds: list[float]) -> bool:
    """Whether a piece runs at the speed of one of the others; True where there are none.

    A line that runs backwards at another speed than the footage beside it may only have found what
    agrees a little.
    """
    return not speeds or any(abs(line.speed / one - 1) < AS_FAST for one in speeds)


def _reordered(placement: Placement, segments: tuple[Segment, ...]) -> Edit | None:
    """Pieces that follow each other in the item but not in the known clip."""
    lines = placement.lines
    jumps = [
        (last, line)
        for last, line in pairwise(lines)
        if last.reversed == line.reversed
        and line.start - last.end < NEAR_S
        and abs(line.reference_time(line.start) - last.reference_time(line.start)) > JUMP_S
        and _measured_cut(placement, last, line)
    ]
    if not jumps or len(segments) < 2:
        return None
    left_out = sum(
        max(0.0, b.reference_time(b.start) - a.reference_time(a.end))
        for a, b in jumps
        if not a.reversed
    )
    cuts = "; ".join(
        f"{clock(one.query.start)}-{clock(one.query.end)} shows "
        f"{clock(one.reference.start)}-{clock(one.reference.end)}"
        for one in segments
    )
    pieces = len(jumps) + 1
    in_order = all(b.reference_time(b.start) > a.reference_time(a.end) for a, b in jumps)
    measure: dict[str, float | int | str] = {"pieces": pieces, "cuts": cuts}
    shown: dict[str, Param] = {"pieces": pieces, "cuts": tuple(_cut(one) for one in segments)}
    if in_order:
        measure["left_out_s"] = round(left_out, 2)
        message = Message("edit-left-out", shown | {"seconds": round(left_out, 2)})
    else:
        message = Message("edit-reordered", shown)
    return Edit(EditType.REORDERED, 0.9, measure, message)


def _cut(one: Segment) -> Message:
    return Message(
        "edit-cut",
        {
            "start": round(one.query.start, 2),
            "end": round(one.query.end, 2),
            "known_start": round(one.reference.start, 2),
            "known_end": round(one.reference.end, 2),
        },
    )


def _measured_cut(placement: Placement, last: Line, line: Line) -> bool:
    """Whether neither piece explains what lies beyond the cut, as a still scene would let it."""
    ahead = Span(line.start, min(line.end, line.start + LOOK_S))
    behind = Span(max(last.start, last.end - LOOK_S, 0.0), last.end)
    found = _correlations_near(placement, Span(behind.start, ahead.end), [last, line])
    if found is None:
        return False
    found = sharpen_peaks(found)
    return all(
        mean_correlation(right, found, part) > mean_correlation(wrong, found, part) + CUT_SURE
        for right, wrong, part in ((line, last, ahead), (last, line, behind))
    )


def _frozen(lines: tuple[Line, ...]) -> Edit | None:
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


def _dropped(query: FrameCache, reference: FrameCache, lines: tuple[Line, ...]) -> Edit | None:
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
    return Edit(EditType.FRAMES_DROPPED, 0.85, measure, message, _part(thin, lines))


def _frame_rate(query: FrameCache, reference: FrameCache, lines: tuple[Line, ...]) -> Edit | None:
    """Clearly fewer pictures a second, or more by repeating pictures."""
    ours, theirs = query.fingerprint.timeline, reference.fingerprint.timeline
    counted = rates(ours, theirs, lines)
    if counted is None:
        return None
    total = query.fingerprint.info.duration_s or 0.0
    joined = _length(lines) < 0.9 * total
    weights = [line.end - line.start for line in lines]
    pace = float(np.average([line.playback_speed for line in lines], weights=weights))
    due = counted.reference * min(1.0, pace)
    lower = min(counted.query, counted.nominal_query)
    if counted.counted and not counted.repeating and _repeats_of_coding(counted):
        lower = counted.nominal_query
    measure: dict[str, float | int | str] = {
        "shown_per_s": round(counted.query, 2),
        "known_per_s": round(counted.reference, 2),
    }
    least = FEWER_JOINED if joined else FEWER_REPEATED if _same_rate(counted) else FEWER
    if lower < least * due:
        message = Message("edit-frame-rate", {"fps": round(lower, 3), "known_fps": round(due, 3)})
        return Edit(EditType.FRAME_RATE, 0.9 if counted.counted else 0.8, measure, message)
    repeats = counted.counted and counted.query < counted.nominal_query / MORE
    if repeats and not joined and counted.nominal_query > MORE * counted.nominal_reference:
        message = Message(
            "edit-repeated-frames",
            {
                "fps": round(counted.nominal_query, 3),
                "known_fps": round(counted.nominal_reference, 3),
            },
        )
        measure["nominal_per_s"] = round(counted.nominal_query, 2)
        return Edit(EditType.FRAME_RATE, 0.7, measure, message)
    return None


def _repeats_of_coding(counted: Rates) -> bool:
    """Whether repeated pictures say nothing: both clips have as many, and the known one repeats.

    Where little moves, coding alone leaves pictures as they were, and a copy more of them.
    """
    repeats = counted.reference < EACH_ITS_OWN * counted.nominal_reference
    return repeats and _same_rate(counted)


def _same_rate(counted: Rates) -> bool:
    return abs(counted.nominal_query / counted.nominal_reference - 1) < SAME_RATE


def _trim(reference: FrameCache, segments: tuple[Segment, ...]) -> Edit | None:
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
