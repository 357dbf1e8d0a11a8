"""Weigh correlations by how sharp each row's peak is, and find lines by that.

Where little moves, all frames of a shot correlate at 0.99, mostly by what stands still, and the
true timestamp differs by the last hundredth. So each row has a unit of its own: by how much its
correlation falls within PEAK_NEIGHBOUR_S of its peak, which is what the footage itself changes in
that time. Rows whose peak is too flat for that count for nothing. Thresholds were set by hand on
the development benchmark.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.temporal_lines import CANDIDATE_SPEEDS
from hashing.retiming.freeze_frames import interpolate_along
from hashing.types import CorrelationMatrix, Line

__all__ = [
    "is_only_reversed",
    "sharpen_peaks",
]

PEAK_NEIGHBOUR_S = 0.2  # from a row's peak, at which its fall is measured
MIN_PEAK_FALL = 0.0002  # of correlation; coding alone causes less, even in good copies
MIN_FALL_OF_DEFICIT = 0.3  # of what the peak lacks to 1; rows with a smaller fall are not sharp
MAX_PEAK_DISTANCE = 4.0  # units, to which distances are clipped
CORRELATION_PER_UNIT = 0.05  # by which correlation is reduced per unit of distance
VOTE_BIN_S = 0.1
MIN_SHARP_SHARE = 0.3  # of a line's rows, that must be sharp
MIN_VOTE_ROWS = 8
MIN_SHARP_ROWS = 4
MIN_REVERSED_MARGIN = 0.6  # units, by which forward lines must be farther off
MIN_VOTED_GAIN = 0.03  # of mean sharpened correlation, of another line
REAL_TIME_PREFERENCE = 1.05  # factor on votes for real time


def peak_distances(correlations: CorrelationMatrix) -> NDArray[np.float32]:
    """(Kq, Kr) distance from each row's peak, in its units, 0..4; 0 throughout rows not sharp."""
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
    """The matrix with correlations reduced by their distances from the peaks of sharp rows."""
    return replace(
        correlations,
        values=correlations.values - CORRELATION_PER_UNIT * peak_distances(correlations),
    )


def mean_sharpened(line: Line, sharpened: CorrelationMatrix) -> float:
    """Mean sharpened correlation along a line, interpolated between timestamps."""
    rows = (sharpened.query_times >= line.start) & (sharpened.query_times < line.end)
    values = interpolate_along(sharpened, line.slope, line.offset)[rows]
    return float(np.nan_to_num(values, nan=-0.2).mean()) if len(values) else 0.0


def mean_peak_distance(
    line: Line, correlations: CorrelationMatrix, distances: NDArray[np.float32] | None = None
) -> float:
    """Mean distance of a line from the peaks of sharp rows, in units, 0..MAX_PEAK_DISTANCE.

    distances: of `peak_distances`, where computed already. MAX_PEAK_DISTANCE where fewer than
    MIN_SHARP_ROWS rows are sharp.
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
    """The line over the same range with most votes of sharp peaks, where it is clearly better.

    sharpened: `correlations`, of `sharpen_peaks`. Real time has a small preference.
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
    """Whether every forward line in real time is clearly farther from the peaks than `line`."""
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
