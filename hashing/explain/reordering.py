"""Pieces of the known clip left out or put in another order, joined by measured cuts."""

from itertools import pairwise

from hashing.align.placement import Placement
from hashing.edit_types import EditType
from hashing.explain.placement_lines import correlations_near
from hashing.explain.time_parameters import clock
from hashing.message import Message, Param
from hashing.retiming.freeze_frames import mean_correlation
from hashing.retiming.peak_sharpness import sharpen_peaks
from hashing.types import Edit, Line, Segment, Span

JUMP_S = 0.5  # in the known clip, that makes two pieces of one run

NEAR_S = 0.6  # between two pieces of the item that follow each other

CUT_SURE = 0.03  # correlation lost where a piece is carried on over the cut

CARRIED_ON_S = 1.5  # how far it is carried on


def reordering_edit(placement: Placement, segments: tuple[Segment, ...]) -> Edit | None:
    """Pieces that follow each other in the item but not in the known clip."""
    lines = placement.lines
    jumps = [
        (last, line)
        for last, line in pairwise(lines)
        if last.reversed == line.reversed
        and line.start - last.end < NEAR_S
        and abs(line.reference_time(line.start) - last.reference_time(line.start)) > JUMP_S
        and _is_cut_between_pieces(placement, last, line)
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
    shown: dict[str, Param] = {
        "pieces": pieces,
        "cuts": tuple(_cut_message(one) for one in segments),
    }
    if in_order:
        measure["left_out_s"] = round(left_out, 2)
        message = Message("edit-left-out", shown | {"seconds": round(left_out, 2)})
    else:
        message = Message("edit-reordered", shown)
    return Edit(EditType.REORDERED, 0.9, measure, message)


def _cut_message(one: Segment) -> Message:
    """One piece of the item and the piece of the known clip that it shows, as a message."""
    return Message(
        "edit-cut",
        {
            "start": round(one.query.start, 2),
            "end": round(one.query.end, 2),
            "known_start": round(one.reference.start, 2),
            "known_end": round(one.reference.end, 2),
        },
    )


def _is_cut_between_pieces(placement: Placement, last: Line, line: Line) -> bool:
    """Whether neither piece explains the footage beyond the cut, as a still scene would let it."""
    ahead = Span(line.start, min(line.end, line.start + CARRIED_ON_S))
    behind = Span(max(last.start, last.end - CARRIED_ON_S, 0.0), last.end)
    found = correlations_near(placement, Span(behind.start, ahead.end), [last, line])
    if found is None:
        return False
    found = sharpen_peaks(found)
    return all(
        mean_correlation(right, found, part) > mean_correlation(wrong, found, part) + CUT_SURE
        for right, wrong, part in ((line, last, ahead), (last, line, behind))
    )
