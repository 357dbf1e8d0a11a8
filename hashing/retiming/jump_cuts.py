"""Where one line in time is really two: a cut in the item that a quiet scene hides.

A line is found as long as its moments agree well enough, and in a scene that changes little they
also agree across a piece left out. Two pieces at two offsets are looked for by what each gains.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.retiming.freeze_frames import between
from hashing.types import CorrelationMatrix, Line, Seconds

REACH_S = 20.0  # how far from the line a piece may lie
STEP_S = 0.1
SHORTEST_S = 0.7
JUMP_S = 0.8  # between the offsets of two pieces
GAIN = 0.02  # mean correlation that two pieces have to gain over one
LEAST_LEVEL = 0.7  # of a piece: below, the pictures do not fit well enough to be cut up
SURE = 0.03  # by which each piece has to agree better with its own offset than with the other's
MOST_PIECES = 4


def split(line: Line, found: CorrelationMatrix, most: int = MOST_PIECES) -> list[Line]:
    """The pieces that a line consists of, itself where it is one."""
    if most < 2 or line.pauses or line.dropped_share or line.end - line.start < 2 * SHORTEST_S:
        return [line]
    rows = np.flatnonzero((found.query_times >= line.start) & (found.query_times < line.end))
    least = max(3, int(SHORTEST_S / STEP_S))
    if len(rows) < 2 * least:
        return [line]
    sign = -1.0 if line.reversed else 1.0
    tried = [_cut(line, found, rows, slope, least) for slope in {sign, line.slope}]
    best = max((one for one in tried if one is not None), key=lambda one: one[0], default=None)
    if best is None:
        return [line]
    _, left, right = best
    return [*split(left, found, most - 1), *split(right, found, most - 1)]


def _cut(
    line: Line, found: CorrelationMatrix, rows: NDArray[np.intp], slope: float, least: int
) -> tuple[float, Line, Line] | None:
    """The best cut at one slope with its gain, or None where two pieces are no better than one."""
    middle = (line.start + line.end) / 2
    centre = line.reference_time(middle) - slope * middle
    offsets = centre + np.arange(-REACH_S, REACH_S + STEP_S / 2, STEP_S)
    values = np.stack([between(found, slope, float(one))[rows] for one in offsets])  # (offsets, n)
    values = np.nan_to_num(values, nan=-0.2)
    ahead = np.cumsum(values, axis=1)
    behind = ahead[:, -1:] - ahead
    first, second = ahead.max(axis=0), behind.max(axis=0)
    total = first + second
    total[:least] = total[len(rows) - least :] = -np.inf
    cut = int(total.argmax())
    one, two = int(ahead[:, cut].argmax()), int(behind[:, cut].argmax())
    if abs(offsets[one] - offsets[two]) < JUMP_S:
        return None
    whole = float(np.nan_to_num(between(found, line.slope, line.offset)[rows], nan=-0.2).sum())
    gain = (float(total[cut]) - max(whole, float(ahead[:, -1].max()))) / len(rows)
    left, right = values[:, : cut + 1], values[:, cut + 1 :]
    sure = min(_mean(left, one) - _mean(left, two), _mean(right, two) - _mean(right, one))
    worst = min(_mean(left, one), _mean(right, two))
    if gain < GAIN or sure < SURE or worst < LEAST_LEVEL:
        return None
    when = float(found.query_times[rows[cut + 1]])
    pieces = (
        _piece(line, slope, float(offsets[one]), line.start, when, _mean(left, one)),
        _piece(line, slope, float(offsets[two]), when, line.end, _mean(right, two)),
    )
    return gain, *pieces


def _mean(values: NDArray[np.float64], offset: int) -> float:
    return float(values[offset].mean())


def _piece(
    line: Line, slope: float, offset: Seconds, start: Seconds, end: Seconds, level: float
) -> Line:
    return replace(line, start=start, end=end, speed=abs(slope), offset=offset, correlation=level)
