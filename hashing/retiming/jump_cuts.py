"""Jump cuts: where one line in time is two, joined by a cut that a quiet scene hides.

In a scene that changes little, timestamps correlate along one line even across a part that was cut
out. The line is split where two pieces with offsets of their own correlate better. Thresholds were
set by hand on the development benchmark.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.retiming.freeze_frames import interpolate_along
from hashing.types import CorrelationMatrix, Line, Seconds

OFFSET_REACH_S = 20.0  # of the pieces from the line
OFFSET_STEP_S = 0.1
MIN_PIECE_S = 0.7
MIN_JUMP_S = 0.8  # between the offsets of two pieces
MIN_SPLIT_GAIN = 0.02  # of mean correlation, of two pieces over one
MIN_PIECE_CORRELATION = 0.7  # a line that correlates less is not split
MIN_OWN_OFFSET_GAIN = 0.03  # of mean correlation, of each piece's own offset over the other's
MAX_PIECES = 4


def split_at_jump_cuts(
    line: Line, correlations: CorrelationMatrix, max_pieces: int = MAX_PIECES
) -> list[Line]:
    """Split a line at jump cuts into `max_pieces` at most; just the line where it has none."""
    if (
        max_pieces < 2
        or line.pauses
        or line.dropped_share
        or line.end - line.start < 2 * MIN_PIECE_S
    ):
        return [line]
    rows = np.flatnonzero(
        (correlations.query_times >= line.start) & (correlations.query_times < line.end)
    )
    min_rows = max(3, int(MIN_PIECE_S / OFFSET_STEP_S))
    if len(rows) < 2 * min_rows:
        return [line]
    sign = -1.0 if line.reversed else 1.0
    cuts = [_best_cut(line, correlations, rows, slope, min_rows) for slope in {sign, line.slope}]
    best = max((cut for cut in cuts if cut is not None), key=lambda cut: cut[0], default=None)
    if best is None:
        return [line]
    _, left, right = best
    return [
        *split_at_jump_cuts(left, correlations, max_pieces - 1),
        *split_at_jump_cuts(right, correlations, max_pieces - 1),
    ]


def _best_cut(
    line: Line, correlations: CorrelationMatrix, rows: NDArray[np.intp], slope: float, min_rows: int
) -> tuple[float, Line, Line] | None:
    """The best cut at one slope and its gain; None where two pieces are no better than one."""
    middle = (line.start + line.end) / 2
    centre = line.reference_time(middle) - slope * middle
    offsets = centre + np.arange(-OFFSET_REACH_S, OFFSET_REACH_S + OFFSET_STEP_S / 2, OFFSET_STEP_S)
    values = np.stack(
        [interpolate_along(correlations, slope, float(offset))[rows] for offset in offsets]
    )  # (offsets, n)
    values = np.nan_to_num(values, nan=-0.2)
    sums_before = np.cumsum(values, axis=1)
    sums_after = sums_before[:, -1:] - sums_before
    first, second = sums_before.max(axis=0), sums_after.max(axis=0)
    total = first + second
    total[:min_rows] = total[len(rows) - min_rows :] = -np.inf
    cut = int(total.argmax())
    before, after = int(sums_before[:, cut].argmax()), int(sums_after[:, cut].argmax())
    if abs(offsets[before] - offsets[after]) < MIN_JUMP_S:
        return None
    whole = float(
        np.nan_to_num(
            interpolate_along(correlations, line.slope, line.offset)[rows], nan=-0.2
        ).sum()
    )
    gain = (float(total[cut]) - max(whole, float(sums_before[:, -1].max()))) / len(rows)
    left, right = values[:, : cut + 1], values[:, cut + 1 :]
    own_gain = min(
        _mean_at_offset(left, before) - _mean_at_offset(left, after),
        _mean_at_offset(right, after) - _mean_at_offset(right, before),
    )
    worst = min(_mean_at_offset(left, before), _mean_at_offset(right, after))
    if gain < MIN_SPLIT_GAIN or own_gain < MIN_OWN_OFFSET_GAIN or worst < MIN_PIECE_CORRELATION:
        return None
    cut_time = float(correlations.query_times[rows[cut + 1]])
    pieces = (
        _piece(
            line, slope, float(offsets[before]), line.start, cut_time, _mean_at_offset(left, before)
        ),
        _piece(
            line, slope, float(offsets[after]), cut_time, line.end, _mean_at_offset(right, after)
        ),
    )
    return gain, *pieces


def _mean_at_offset(values: NDArray[np.float64], offset: int) -> float:
    return float(values[offset].mean())


def _piece(
    line: Line, slope: float, offset: Seconds, start: Seconds, end: Seconds, correlation: float
) -> Line:
    return replace(
        line, start=start, end=end, speed=abs(slope), offset=offset, correlation=correlation
    )
