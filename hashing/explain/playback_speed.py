"""How fast the footage plays in the item, and which way: sped up, slowed down, reversed."""

from dataclasses import replace

import numpy as np

from hashing.align.placement import Placement
from hashing.align.segments import snap_to_real_time
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.placement_lines import correlations_near, part_of_query, total_length
from hashing.message import Message
from hashing.retiming.peak_sharpness import is_only_reversed
from hashing.types import Edit, Line, Span

SPEED_CHANGED = 0.015  # from real time, beyond what clocks and roundings make

GIF_CLOCK_S = 0.01

AS_FAST = 0.1  # of a speed, within which two pieces run equally fast

MAX_CORRELATED_S = 120.0  # of a line between two long clips, that is correlated again


def speed_edit(query: FrameCache, lines: tuple[Line, ...]) -> Edit | None:
    """Footage that was sped up or slowed down, by the lines that are off real time."""
    allowed = max(SPEED_CHANGED, _clock_rounding(query))
    changed = [
        line for line in map(snap_to_real_time, lines) if abs(line.playback_speed - 1) > allowed
    ]
    seconds = total_length(tuple(changed))
    if seconds < 0.5 * total_length(lines) and seconds < 3.0:
        return None
    weights = [line.end - line.start for line in changed]
    factor = float(np.average([line.playback_speed for line in changed], weights=weights))
    way = "faster" if factor > 1 else "slower"
    message = Message(f"edit-{way}", {"factor": round(factor, 3)})
    measure: dict[str, float | int | str] = {"factor": round(factor, 4)}
    return Edit(EditType.SPEED, 0.95, measure, message, part_of_query(changed, lines))


def _clock_rounding(query: FrameCache) -> float:
    """How far off real time a file's own clock makes footage play: a GIF's counts hundredths.

    Eight pictures a second are 12.5 of them a picture; what writes 12 for each plays 4 % too fast.
    """
    steps = np.diff(query.fingerprint.timeline.times)
    if query.fingerprint.info.container != "gif" or not len(steps):
        return 0.0
    usual = float(np.median(steps))
    return GIF_CLOCK_S / usual if float(np.abs(steps - usual).max()) < 0.001 else 0.0


def reversed_edit(placement: Placement) -> Edit | None:
    """Footage that is played backwards."""
    lines = placement.lines
    back = [line for line in lines if line.reversed]
    seconds = total_length(tuple(back))
    if seconds < 1.0:
        return None
    onwards = [line.speed for line in lines if not line.reversed]
    clear = max(line.contrast for line in back) >= 0.1
    clear = clear and all(_as_fast_as_any(line, onwards) for line in back)
    if not clear and not all(_is_only_reversed(placement, line) for line in back):
        return None
    message = Message("edit-reversed", {"seconds": round(seconds, 2)})
    measure: dict[str, float | int | str] = {"seconds": round(seconds, 2)}
    return Edit(EditType.REVERSED, 0.95, measure, message, part_of_query(back, lines))


def _is_only_reversed(placement: Placement, line: Line) -> bool:
    """`is_only_reversed`; between two long clips, of the start of the line."""
    if placement.sparse is not None:
        line = replace(line, end=min(line.end, line.start + MAX_CORRELATED_S))
    found = correlations_near(placement, Span(line.start, line.end), [line])
    return found is not None and is_only_reversed(line, found)


def _as_fast_as_any(line: Line, speeds: list[float]) -> bool:
    """Whether a piece runs at the speed of one of the others; True where there are none.

    A line that runs backwards at another speed than the footage beside it may only have found what
    agrees a little.
    """
    return not speeds or any(abs(line.speed / one - 1) < AS_FAST for one in speeds)
