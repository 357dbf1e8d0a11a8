"""Two clips under a known transform -> the lines in time along which they agree.

All thumbnails of the query are correlated with all of the reference, warped into the query's
frame: a matrix (Kq, Kr). Copied footage appears in it as straight lines
t_ref = speed * t_query + offset, falling ones for reversed footage. A fixed camera correlates with
itself at all times, so that each row is first reduced by its median. Lines are found by a Hough
vote over speed and offset; each takes the range on which its correlation stays near its best, and
the next is searched for in the rest of the query.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.imaging.homography import Matrix
from hashing.imaging.warping import make_grid
from hashing.types import Box, CorrelationMatrix, Line, Seconds

__all__ = [
    "CANDIDATE_SPEEDS",
    "MAX_CORRELATED_CELLS",
    "find_lines",
    "sample_along",
]

CANDIDATE_SPEEDS = np.unique(np.round(np.concatenate([np.geomspace(0.4, 2.6, 60), [1.0]]), 4))
VOTE_BIN_S = 0.1
MAX_CORRELATED_CELLS = 9_000_000  # of one matrix: 5 minutes by 5, some 350 MB to search in
MIN_SEGMENT_S = 0.7  # a shorter one is no match, unless the query is no longer; set by hand
MIN_VISIBLE_CELLS = 24  # of the grid: with fewer, no correlation is computed; set by hand
MIN_CORRELATION = 0.25  # of a line; set by hand


def cell_vectors(thumbnails: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(K, h, w) thumbnails on the grid -> (K, P) vectors over the masked cells.

    Of unit length, shorter for flat frames. Broad brightness is taken out, so that a tint or a
    vignette does not count.
    """
    rows = np.empty((len(thumbnails), int(mask.sum())), np.float32)
    weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 4.0) + 1e-6
    for index, thumbnail in enumerate(thumbnails):
        broad = cv2.GaussianBlur(thumbnail * mask, (0, 0), 4.0) / weight
        rows[index] = (thumbnail - 0.85 * broad)[mask]
    rows -= rows.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    # the noise of a flat frame must not be amplified into a correlation
    rows /= np.maximum(norms, 1.5 * np.sqrt(rows.shape[1]))
    return rows


def correlate_frames(
    query_times: NDArray[np.float64],
    query: NDArray[np.uint8],
    reference_times: NDArray[np.float64],
    reference: NDArray[np.uint8],
    matrix: Matrix,
    query_size: tuple[int, int],
    reference_size: tuple[int, int],
    hidden: tuple[Box, ...] = (),
) -> CorrelationMatrix | None:
    """Correlate all thumbnails of two clips under a transform.

    query, reference: (K, h, w) uint8 thumbnails. matrix: reference pixels -> query pixels at the
    sizes given, (width, height), not those of the thumbnails. hidden: parts of the query's frame,
    0..1, that are left out. Returns None where too little of the reference is visible.
    """
    grid = make_grid(matrix, query_size, reference_size)
    query_grid, mask_q = grid.from_query(query)
    reference_grid, mask_r = grid.from_reference(reference)
    mask = mask_q & mask_r & grid.mask_outside_boxes(hidden)
    if mask.sum() < MIN_VISIBLE_CELLS:
        return None
    left, right = cell_vectors(query_grid, mask), cell_vectors(reference_grid, mask)
    return CorrelationMatrix(query_times, reference_times, left @ right.T)


def find_lines(correlations: CorrelationMatrix, max_lines: int = 8) -> list[Line]:
    """Find the lines along which two clips agree, in the query's order.

    A still gives at most one line: the timestamp, or the range of the query, that agrees best.
    """
    if len(correlations.query_times) == 1:
        return _line_of_still(correlations)
    if len(correlations.reference_times) == 1:
        return _line_against_still(correlations)
    if len(correlations.query_times) * _median_step(correlations.query_times) < MIN_SEGMENT_S:
        return _line_of_short_query(correlations)
    contrast = correlations.contrast()
    free = np.ones(len(correlations.query_times), bool)
    out: list[Line] = []
    step = _median_step(correlations.query_times)
    for _ in range(max_lines):
        if free.sum() * step < MIN_SEGMENT_S:
            break
        guess = _vote_line(correlations, contrast, free)
        if guess is None:
            break
        line = _fit_line(correlations, contrast, free, *guess)
        if line is None:
            break
        out.append(line)
        free &= (correlations.query_times < line.start - 1e-9) | (
            correlations.query_times >= line.end - 1e-9
        )
    return sorted(out, key=lambda line: line.start)


def _line_of_still(correlations: CorrelationMatrix) -> list[Line]:
    """The line of a still query: the reference timestamp that agrees best."""
    row = correlations.values[0]
    best = int(row.argmax())
    contrast = float(correlations.contrast()[0, best])
    timestamp = float(correlations.reference_times[best])
    return [Line(0.0, 0.0, 1.0, False, timestamp, float(row[best]), contrast)]


def _line_of_short_query(correlations: CorrelationMatrix) -> list[Line]:
    """The line of a query too short for pieces: all of it, in real time, at the best offset."""
    first = float(correlations.query_times[0])
    offsets = correlations.reference_times - first
    along_line = np.array(
        [sample_along(correlations.values, correlations, 1.0, float(offset)) for offset in offsets]
    )
    means = np.nan_to_num(along_line, nan=-1.0).mean(axis=1)
    best = int(means.argmax())
    correlation = float(np.nanmedian(along_line[best]))
    if correlation < MIN_CORRELATION:
        return []
    offset = float(offsets[best])
    contrast = float(np.nanmedian(sample_along(correlations.contrast(), correlations, 1.0, offset)))
    end = float(correlations.query_times[-1]) + _median_step(correlations.query_times)
    return [Line(first, end, 1.0, False, offset, correlation, contrast)]


def _line_against_still(correlations: CorrelationMatrix) -> list[Line]:
    """The line against a still reference: the range of the query that agrees best."""
    to_still = correlations.values[:, 0]
    min_frames = min(
        len(to_still), int(np.ceil(MIN_SEGMENT_S / _median_step(correlations.query_times)))
    )
    threshold_base = float(np.sort(to_still)[-min_frames])
    if threshold_base < MIN_CORRELATION:
        return []
    index_range = _best_run(to_still - max(0.2, 0.62 * threshold_base))
    if index_range is None:
        return []
    first, last = index_range
    start, end = float(correlations.query_times[first]), float(correlations.query_times[last])
    end += _median_step(correlations.query_times)
    if end - start < MIN_SEGMENT_S:
        return []
    median = float(np.median(to_still[first : last + 1]))
    return [Line(start, end, 1.0, False, 0.0, median, 0.0)]


def _median_step(times: NDArray[np.float64]) -> Seconds:
    return float(np.median(np.diff(times))) if len(times) > 1 else VOTE_BIN_S


def _vote_line(
    correlations: CorrelationMatrix, contrast: NDArray[np.float32], free: NDArray[np.bool_]
) -> tuple[float, Seconds] | None:
    """Slope and offset of the line with most votes among the free query timestamps."""
    weights = np.where(free[:, None], np.clip(contrast, 0, None), 0)
    weights = weights * (correlations.values > 0.3)
    keep = min(6, weights.shape[1])
    top = np.argpartition(-weights, keep - 1, axis=1)[:, :keep]  # (Kq, keep)
    rows = np.repeat(np.arange(len(weights)), keep)
    values = weights[rows, top.ravel()] ** 2
    good = values > 1e-4
    if not good.any():
        return _guess_without_motion(correlations, free)
    tq, tr = correlations.query_times[rows[good]], correlations.reference_times[top.ravel()[good]]
    values = values[good]
    best: tuple[float, float, Seconds] | None = None
    for slope in np.concatenate([CANDIDATE_SPEEDS, -CANDIDATE_SPEEDS]):
        offsets = tr - slope * tq
        low = offsets.min()
        bins = ((offsets - low) / VOTE_BIN_S).astype(int)
        votes = np.bincount(bins, values, minlength=bins.max() + 3)
        smooth = votes[:-2] + 2 * votes[1:-1] + votes[2:] if len(votes) > 2 else votes
        peak = int(smooth.argmax())
        # most copies run in real time: a small preference settles ties
        value = float(smooth[peak]) * (1.05 if slope == 1.0 else 1.0)
        if best is None or value > best[0]:
            best = (value, float(slope), float(low + (peak + 1.5) * VOTE_BIN_S))
    return (best[1], best[2]) if best else None


def _guess_without_motion(
    correlations: CorrelationMatrix, free: NDArray[np.bool_]
) -> tuple[float, Seconds] | None:
    """Where nothing moves, real time at the offset that correlates best."""
    if not free.any():
        return None
    column = int(np.where(free[:, None], correlations.values, -1).max(axis=0).argmax())
    row = int(correlations.values[:, column].argmax())
    return 1.0, float(correlations.reference_times[column] - correlations.query_times[row])


def sample_along(
    matrix: NDArray[np.float32], correlations: CorrelationMatrix, slope: float, offset: Seconds
) -> NDArray[np.float32]:
    """(Kq,) values of a (Kq, Kr) matrix along a line, the better of two neighbours; NaN outside."""
    times = correlations.reference_times
    reference_times = slope * correlations.query_times + offset
    step = (times[-1] - times[0]) / max(1, len(times) - 1)
    right = np.searchsorted(times, reference_times).clip(1, max(1, len(times) - 1))
    left = right - 1
    right = right.clip(0, len(times) - 1)
    rows = np.arange(len(reference_times))
    values: NDArray[np.float32] = np.maximum(matrix[rows, left], matrix[rows, right])
    outside = (reference_times < times[0] - step) | (reference_times > times[-1] + step)
    values[outside] = np.nan
    return values


def _fit_line(
    correlations: CorrelationMatrix,
    contrast: NDArray[np.float32],
    free: NDArray[np.bool_],
    slope: float,
    offset: Seconds,
) -> Line | None:
    """Refine a guessed line in time and the range that it covers."""
    for window, steps in ((0.3, 13), (0.08, 9)):
        index_range = _range_on_line(correlations, contrast, free, slope, offset)
        if index_range is None:
            return None
        slope, offset = _refine_line(
            correlations, contrast, index_range, slope, offset, window, steps
        )
    index_range = _range_on_line(correlations, contrast, free, slope, offset)
    if index_range is None:
        return None
    first, last = index_range
    along_line = sample_along(correlations.values, correlations, slope, offset)[first : last + 1]
    contrasts = sample_along(contrast, correlations, slope, offset)[first : last + 1]
    step = _median_step(correlations.query_times)
    start, end = (
        float(correlations.query_times[first]),
        float(correlations.query_times[last]) + step,
    )
    if end - start < MIN_SEGMENT_S and len(correlations.query_times) > 1:
        return None
    return Line(
        start=start,
        end=end,
        speed=float(abs(slope)),
        reversed=bool(slope < 0),
        offset=float(offset),
        correlation=float(np.nanmedian(along_line)),
        contrast=float(np.nanmedian(contrasts)),
    )


def _refine_line(
    correlations: CorrelationMatrix,
    contrast: NDArray[np.float32],
    index_range: tuple[int, int],
    slope: float,
    offset: Seconds,
    window: Seconds,
    steps: int,
) -> tuple[float, Seconds]:
    """Best slope and offset near a guess, moving both ends of the range independently."""
    first, last = index_range
    t0, t1 = correlations.query_times[first], correlations.query_times[last]
    if t1 - t0 < 0.3:
        return slope, offset
    moves = np.linspace(-window, window, steps)
    best = (-np.inf, slope, offset)
    for at_start in moves:
        for at_end in moves:
            tilt = slope + (at_end - at_start) / (t1 - t0)
            if not CANDIDATE_SPEEDS[0] <= abs(tilt) <= CANDIDATE_SPEEDS[-1]:
                continue  # a short range could tilt until one of the clips stands still
            shift = offset + at_start + (slope - tilt) * t0
            values = sample_along(contrast, correlations, tilt, shift)[first : last + 1]
            raw = sample_along(correlations.values, correlations, tilt, shift)[first : last + 1]
            value = float(
                np.nan_to_num(values, nan=-0.5).mean() + np.nan_to_num(raw, nan=-0.5).mean()
            )
            value -= 0.002 * (abs(at_start) + abs(at_end)) / window
            if value > best[0]:
                best = (value, tilt, shift)
    return best[1], best[2]


def _range_on_line(
    correlations: CorrelationMatrix,
    contrast: NDArray[np.float32],
    free: NDArray[np.bool_],
    slope: float,
    offset: Seconds,
) -> tuple[int, int] | None:
    """First and last query index of a line: the best run above its own correlation."""
    along_line = sample_along(correlations.values, correlations, slope, offset)
    contrasts = sample_along(contrast, correlations, slope, offset)
    usable = free & np.isfinite(along_line)
    if usable.sum() < 3:
        return None
    high_correlation = float(np.percentile(along_line[usable], 80))
    if high_correlation < MIN_CORRELATION:
        return None
    threshold = max(0.2, 0.62 * high_correlation)
    gain = np.clip(along_line - threshold, -0.4, 0.4) + 0.6 * np.clip(contrasts, -0.25, 0.5)
    gain = np.where(usable, gain, -2.0)
    return _best_run(np.nan_to_num(gain, nan=-2.0))


def _best_run(gain: NDArray[np.floating]) -> tuple[int, int] | None:
    """First and last index of the run with the greatest sum (Kadane); None where none is > 0."""
    best, best_range = 0.0, None
    total, start = 0.0, 0
    for index, value in enumerate(gain):
        if total <= 0:
            total, start = 0.0, index
        total += float(value)
        if total > best:
            best, best_range = total, (start, index)
    return best_range
