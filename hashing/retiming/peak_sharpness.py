"""How sharply each moment of the query says when it is, and lines by that alone.

Where little moves, all moments of a shot agree with each other at 0.99, and what tells the true one
is the last hundredth: correlations are mostly of what stands still. How fast a row falls beside its
best moment is its own measure, so a moment is held against that: one unit of distance is what the
known footage itself changes in LOOK_S.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.temporal import CANDIDATE_SPEEDS
from hashing.retiming.freeze_frames import interpolate_along
from hashing.types import CorrelationMatrix, Line

__all__ = [
    "is_only_reversed",
    "sharpen_peaks",
]

PEAK_NEIGHBOUR_S = 0.2  # beside the best moment, where a row's fall is read
MIN_PEAK_FALL = 0.0002  # of correlation: below, coding makes as much even of good copies
MIN_FALL_OF_DEFICIT = 0.3  # of what the best moment lacks to 1: a fall below says nothing
MAX_PEAK_DISTANCE = 4.0  # units from which all moments are as wrong
CORRELATION_PER_UNIT = 0.05  # of correlation that a unit counts
VOTE_BIN_S = 0.1
MIN_SHARP_SHARE = 0.3  # share of a line's rows that must say when
MIN_VOTE_ROWS = 8
MIN_SHARP_ROWS = 4
MIN_REVERSED_MARGIN = 0.6  # units by which forwards has to be further off than backwards
MIN_VOTED_GAIN = 0.03  # sharpened correlation by which another line has to win
REAL_TIME_PREFERENCE = 1.05  # preference in voting, as for the first line


def peak_distances(correlations: CorrelationMatrix) -> NDArray[np.float32]:
    """(Kq, Kr) units, 0..FAR, from each row's best moment; all 0 in rows that say nothing."""
    reference_times, values = correlations.reference_times, correlations.values
    rows = np.arange(len(values))
    best = values.argmax(axis=1)
    top = values[rows, best]
    step = float(np.median(np.diff(reference_times)))
    reach = max(1, round(PEAK_NEIGHBOUR_S / step))
    falls = [
        np.where(inside, top - values[rows, side.clip(0, len(reference_times) - 1)], np.nan)
        for side in (best - reach, best + reach)
        for inside in [(side >= 0) & (side < len(reference_times))]
    ]
    fall = np.nanmean(np.stack([*falls, np.where(np.isnan(falls).all(axis=0), 0, np.nan)]), axis=0)
    sharp = fall > np.maximum(MIN_PEAK_FALL, MIN_FALL_OF_DEFICIT * (1 - top))
    unit = np.where(sharp, fall, np.inf)[:, None]
    return np.minimum((top[:, None] - values) / unit, MAX_PEAK_DISTANCE).astype(np.float32)


def sharpen_peaks(correlations: CorrelationMatrix) -> CorrelationMatrix:
    """The same agreement with moments that a row can tell from its best one pushed down."""
    return replace(
        correlations,
        values=correlations.values - CORRELATION_PER_UNIT * peak_distances(correlations),
    )


def mean_sharpened(line: Line, sharpened: CorrelationMatrix) -> float:
    """Mean sharpened correlation along a line, between moments."""
    rows = (sharpened.query_times >= line.start) & (sharpened.query_times < line.end)
    values = interpolate_along(sharpened, line.slope, line.offset)[rows]
    return float(np.nan_to_num(values, nan=-0.2).mean()) if len(values) else 0.0


def mean_peak_distance(
    line: Line, correlations: CorrelationMatrix, distances: NDArray[np.float32] | None = None
) -> float:
    """Mean distance of a line from the rows' best moments, in units, over rows that say when.

    apart: `distances(found)`, where they are at hand. FAR where fewer than FEWEST_SAYING rows say.
    """
    rows = (correlations.query_times >= line.start) & (correlations.query_times < line.end)
    distances = peak_distances(correlations) if distances is None else distances
    sharp = rows & (distances.max(axis=1) > 0)
    along_line = interpolate_along(
        replace(correlations, values=distances), line.slope, line.offset
    )[sharp]
    return (
        float(np.nan_to_num(along_line, nan=MAX_PEAK_DISTANCE).mean())
        if len(along_line) >= MIN_SHARP_ROWS
        else MAX_PEAK_DISTANCE
    )


def vote_line(line: Line, sharpened: CorrelationMatrix, correlations: CorrelationMatrix) -> Line:
    """The line over the same stretch with most votes of rows' best moments; itself where no better.

    sharp: `found`, sharpened. Real time and the query's direction have to be beaten clearly.
    """
    rows = np.flatnonzero(
        (correlations.query_times >= line.start) & (correlations.query_times < line.end)
    )
    if len(rows) < MIN_VOTE_ROWS or line.pauses:
        return line
    distances = (correlations.values[rows] - sharpened.values[rows]) / CORRELATION_PER_UNIT
    sharp_rows = distances.max(axis=1) > 0
    near = np.where(sharp_rows[:, None], np.clip(1 - distances, 0, None), 0)
    at, cell = np.nonzero(near > 0)
    if sharp_rows.sum() < max(MIN_VOTE_ROWS, MIN_SHARP_SHARE * len(rows)):
        return line
    votes = near[at, cell]
    tq, tr = correlations.query_times[rows[at]], correlations.reference_times[cell]
    best = (0.0, 1.0, 0.0)
    for slope in np.concatenate([CANDIDATE_SPEEDS, -CANDIDATE_SPEEDS]):
        offsets = tr - slope * tq
        low = float(offsets.min())
        counted = np.bincount(((offsets - low) / VOTE_BIN_S).astype(int), votes)
        smooth = np.convolve(counted, [1, 2, 1], "same")
        peak = int(smooth.argmax())
        value = float(smooth[peak]) * (REAL_TIME_PREFERENCE if slope == 1.0 else 1.0)
        if value > best[0]:
            best = (value, float(slope), low + (peak + 0.5) * VOTE_BIN_S)
    _, slope, offset = best
    voted = replace(line, speed=abs(slope), reversed=slope < 0, offset=offset)
    return (
        voted
        if mean_sharpened(voted, sharpened) > mean_sharpened(line, sharpened) + MIN_VOTED_GAIN
        else line
    )


def is_only_reversed(line: Line, correlations: CorrelationMatrix) -> bool:
    """Whether no line that runs forwards in real time is nearly as near to where rows are best."""
    distances = peak_distances(correlations)
    middle = (line.start + line.end) / 2
    offsets = (
        np.arange(correlations.reference_times[0], correlations.reference_times[-1], VOTE_BIN_S)
        - middle
    )
    forwards = [
        replace(line, speed=1.0, reversed=False, offset=float(candidate)) for candidate in offsets
    ]
    best = min(
        (mean_peak_distance(candidate, correlations, distances) for candidate in forwards),
        default=MAX_PEAK_DISTANCE,
    )
    return mean_peak_distance(line, correlations, distances) < best - MIN_REVERSED_MARGIN
