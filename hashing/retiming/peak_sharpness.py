"""How sharply each moment of the query says when it is, and lines by that alone.

Where little moves, all moments of a shot agree with each other at 0.99, and what tells the true one
is the last hundredth: correlations are mostly of what stands still. How fast a row falls beside its
best moment is its own measure, so a moment is held against that: one unit of distance is what the
known footage itself changes in LOOK_S.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.temporal import SPEEDS
from hashing.retiming.freeze_frames import between
from hashing.types import CorrelationMatrix, Line

LOOK_S = 0.2  # beside the best moment, where a row's fall is read
LEAST_FALL = 0.0002  # of correlation: below, coding makes as much even of good copies
NOISE = 0.3  # of what the best moment lacks to 1: a fall below says nothing
FAR = 4.0  # units from which all moments are as wrong
WEIGHT = 0.05  # of correlation that a unit counts
CELL_S = 0.1
SAY = 0.3  # share of a line's rows that must say when
FEWEST_ROWS = 8
FEWEST_SAYING = 4
SURELY = 0.6  # units by which forwards has to be further off than backwards
BETTER = 0.03  # sharpened correlation by which another line has to win
REAL_TIME = 1.05  # preference in voting, as for the first line


def distances(found: CorrelationMatrix) -> NDArray[np.float32]:
    """(Kq, Kr) units, 0..FAR, from each row's best moment; all 0 in rows that say nothing."""
    there, values = found.reference_times, found.values
    rows = np.arange(len(values))
    best = values.argmax(axis=1)
    top = values[rows, best]
    step = float(np.median(np.diff(there)))
    reach = max(1, round(LOOK_S / step))
    falls = [
        np.where(inside, top - values[rows, side.clip(0, len(there) - 1)], np.nan)
        for side in (best - reach, best + reach)
        for inside in [(side >= 0) & (side < len(there))]
    ]
    fall = np.nanmean(np.stack([*falls, np.where(np.isnan(falls).all(axis=0), 0, np.nan)]), axis=0)
    says = fall > np.maximum(LEAST_FALL, NOISE * (1 - top))
    unit = np.where(says, fall, np.inf)[:, None]
    return np.minimum((top[:, None] - values) / unit, FAR).astype(np.float32)


def sharpened(found: CorrelationMatrix) -> CorrelationMatrix:
    """The same agreement with moments that a row can tell from its best one pushed down."""
    return replace(found, values=found.values - WEIGHT * distances(found))


def along(line: Line, sharp: CorrelationMatrix) -> float:
    """Mean sharpened correlation along a line, between moments."""
    rows = (sharp.query_times >= line.start) & (sharp.query_times < line.end)
    values = between(sharp, line.slope, line.offset)[rows]
    return float(np.nan_to_num(values, nan=-0.2).mean()) if len(values) else 0.0


def strays(line: Line, found: CorrelationMatrix, apart: NDArray[np.float32] | None = None) -> float:
    """Mean distance of a line from the rows' best moments, in units, over rows that say when.

    apart: `distances(found)`, where they are at hand. FAR where fewer than FEWEST_SAYING rows say.
    """
    rows = (found.query_times >= line.start) & (found.query_times < line.end)
    apart = distances(found) if apart is None else apart
    says = rows & (apart.max(axis=1) > 0)
    on_line = between(replace(found, values=apart), line.slope, line.offset)[says]
    return float(np.nan_to_num(on_line, nan=FAR).mean()) if len(on_line) >= FEWEST_SAYING else FAR


def voted(line: Line, sharp: CorrelationMatrix, found: CorrelationMatrix) -> Line:
    """The line over the same stretch with most votes of rows' best moments; itself where no better.

    sharp: `found`, sharpened. Real time and the query's direction have to be beaten clearly.
    """
    rows = np.flatnonzero((found.query_times >= line.start) & (found.query_times < line.end))
    if len(rows) < FEWEST_ROWS or line.pauses:
        return line
    apart = (found.values[rows] - sharp.values[rows]) / WEIGHT
    says = apart.max(axis=1) > 0
    near = np.where(says[:, None], np.clip(1 - apart, 0, None), 0)
    at, cell = np.nonzero(near > 0)
    if says.sum() < max(FEWEST_ROWS, SAY * len(rows)):
        return line
    votes = near[at, cell]
    tq, tr = found.query_times[rows[at]], found.reference_times[cell]
    best = (0.0, 1.0, 0.0)
    for slope in np.concatenate([SPEEDS, -SPEEDS]):
        offsets = tr - slope * tq
        low = float(offsets.min())
        counted = np.bincount(((offsets - low) / CELL_S).astype(int), votes)
        smooth = np.convolve(counted, [1, 2, 1], "same")
        peak = int(smooth.argmax())
        value = float(smooth[peak]) * (REAL_TIME if slope == 1.0 else 1.0)
        if value > best[0]:
            best = (value, float(slope), low + (peak + 0.5) * CELL_S)
    _, slope, offset = best
    other = replace(line, speed=abs(slope), reversed=slope < 0, offset=offset)
    return other if along(other, sharp) > along(line, sharp) + BETTER else line


def only_backwards(line: Line, found: CorrelationMatrix) -> bool:
    """Whether no line that runs forwards in real time is nearly as near to where rows are best."""
    apart = distances(found)
    middle = (line.start + line.end) / 2
    offsets = np.arange(found.reference_times[0], found.reference_times[-1], CELL_S) - middle
    forwards = [replace(line, speed=1.0, reversed=False, offset=float(one)) for one in offsets]
    best = min((strays(one, found, apart) for one in forwards), default=FAR)
    return strays(line, found, apart) < best - SURELY
