"""Two clips under a known transform -> the lines in time along which they agree.

Every tiny query picture is held against every tiny reference picture, warped into the query's
frame: a matrix of correlations (Kq, Kr). Footage that was copied shows as straight lines in it,
t_ref = speed * t_query + offset, backwards for reversed footage. A fixed camera correlates with
itself at all times, so each row is first measured against its own median: what counts is the
moment that agrees better than the others. Lines are found by voting (Hough over speed and offset),
each gets the stretch on which its correlation stays near the level it has at its best, and the
next line is looked for in what is left.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.imaging.homography import Matrix
from hashing.imaging.warping import grid_of
from hashing.types import Box, CorrelationMatrix, Line, Seconds

SPEEDS = np.unique(np.round(np.concatenate([np.geomspace(0.4, 2.6, 60), [1.0]]), 4))
OFFSET_STEP_S = 0.1
SHORTEST_S = 0.7  # of a video: a shorter stretch is no match, unless the video is no longer
FEWEST_CELLS = 24  # visible cells under which no correlation is computed
LEAST_LEVEL = 0.25  # correlation under which there is no line


def cells(pictures: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Grid pictures (K, h, w) -> (K, P) unit vectors over the masked cells, fine detail kept.

    The broad brightness is taken out, so that a tint or a vignette does not count.
    """
    rows = np.empty((len(pictures), int(mask.sum())), np.float32)
    weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 4.0) + 1e-6
    for index, picture in enumerate(pictures):
        broad = cv2.GaussianBlur(picture * mask, (0, 0), 4.0) / weight
        rows[index] = (picture - 0.85 * broad)[mask]
    rows -= rows.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    # a flat picture's noise must not be blown up into an agreement
    rows /= np.maximum(norms, 1.5 * np.sqrt(rows.shape[1]))
    return rows


def agreement(
    query_times: NDArray[np.float64],
    query: NDArray[np.uint8],
    reference_times: NDArray[np.float64],
    reference: NDArray[np.uint8],
    matrix: Matrix,
    query_size: tuple[int, int],
    reference_size: tuple[int, int],
    hidden: tuple[Box, ...] = (),
) -> CorrelationMatrix | None:
    """Correlate all moments.

    query, reference: (K, h, w) tiny grey pictures. matrix: reference pixels -> query pixels at the
    sizes given (not the tiny ones). hidden: parts of the query's picture, 0..1, that are left out.
    None where too little of the reference is visible.
    """
    grid = grid_of(matrix, query_size, reference_size)
    seen_q, mask_q = grid.from_query(query)
    seen_r, mask_r = grid.from_reference(reference)
    mask = mask_q & mask_r & grid.outside(hidden)
    if mask.sum() < FEWEST_CELLS:
        return None
    left, right = cells(seen_q, mask), cells(seen_r, mask)
    return CorrelationMatrix(query_times, reference_times, left @ right.T)


def lines(found: CorrelationMatrix, most: int = 8) -> list[Line]:
    """The stretches that agree, best first in finding, returned in the query's order.

    A still in either clip gives at most one line: the moment, or the stretch, that agrees best.
    """
    if len(found.query_times) == 1:
        return _moment(found)
    if len(found.reference_times) == 1:
        return _stretch_of_still(found)
    if len(found.query_times) * _step(found.query_times) < SHORTEST_S:
        return _all_of_it(found)
    standing = found.contrast()
    free = np.ones(len(found.query_times), bool)
    out: list[Line] = []
    step = _step(found.query_times)
    for _ in range(most):
        if free.sum() * step < SHORTEST_S:
            break
        guess = _vote(found, standing, free)
        if guess is None:
            break
        line = _settle(found, standing, free, *guess)
        if line is None:
            break
        out.append(line)
        free &= (found.query_times < line.start - 1e-9) | (found.query_times >= line.end - 1e-9)
    return sorted(out, key=lambda line: line.start)


def _moment(found: CorrelationMatrix) -> list[Line]:
    """The reference moment that agrees best with a still."""
    row = found.values[0]
    best = int(row.argmax())
    contrast = float(found.contrast()[0, best])
    moment = float(found.reference_times[best])
    return [Line(0.0, 0.0, 1.0, False, moment, float(row[best]), contrast)]


def _all_of_it(found: CorrelationMatrix) -> list[Line]:
    """A query too short to have pieces: all of it at the offset that agrees best, in real time."""
    first = float(found.query_times[0])
    offsets = found.reference_times - first
    along = np.array([sample(found.values, found, 1.0, float(offset)) for offset in offsets])
    means = np.nan_to_num(along, nan=-1.0).mean(axis=1)
    best = int(means.argmax())
    level = float(np.nanmedian(along[best]))
    if level < LEAST_LEVEL:
        return []
    offset = float(offsets[best])
    clear = float(np.nanmedian(sample(found.contrast(), found, 1.0, offset)))
    end = float(found.query_times[-1]) + _step(found.query_times)
    return [Line(first, end, 1.0, False, offset, level, clear)]


def _stretch_of_still(found: CorrelationMatrix) -> list[Line]:
    """The stretch of the query that agrees best with a still reference."""
    along = found.values[:, 0]
    shortest = min(len(along), int(np.ceil(SHORTEST_S / _step(found.query_times))))
    level = float(np.sort(along)[-shortest])
    if level < LEAST_LEVEL:
        return []
    stretch = _best_run(along - max(0.2, 0.62 * level))
    if stretch is None:
        return []
    first, last = stretch
    start, end = float(found.query_times[first]), float(found.query_times[last])
    end += _step(found.query_times)
    if end - start < SHORTEST_S:
        return []
    median = float(np.median(along[first : last + 1]))
    return [Line(start, end, 1.0, False, 0.0, median, 0.0)]


def _step(times: NDArray[np.float64]) -> Seconds:
    return float(np.median(np.diff(times))) if len(times) > 1 else OFFSET_STEP_S


def _vote(
    found: CorrelationMatrix, standing: NDArray[np.float32], free: NDArray[np.bool_]
) -> tuple[float, Seconds] | None:
    """Slope and offset of the line with most support among the free query moments."""
    weights = np.where(free[:, None], np.clip(standing, 0, None), 0)
    weights = weights * (found.values > 0.3)
    keep = min(6, weights.shape[1])
    top = np.argpartition(-weights, keep - 1, axis=1)[:, :keep]  # (Kq, keep)
    rows = np.repeat(np.arange(len(weights)), keep)
    values = weights[rows, top.ravel()] ** 2
    good = values > 1e-4
    if not good.any():
        return _still_guess(found, free)
    tq, tr = found.query_times[rows[good]], found.reference_times[top.ravel()[good]]
    values = values[good]
    best: tuple[float, float, Seconds] | None = None
    for slope in np.concatenate([SPEEDS, -SPEEDS]):
        offsets = tr - slope * tq
        low = offsets.min()
        bins = ((offsets - low) / OFFSET_STEP_S).astype(int)
        votes = np.bincount(bins, values, minlength=bins.max() + 3)
        smooth = votes[:-2] + 2 * votes[1:-1] + votes[2:] if len(votes) > 2 else votes
        peak = int(smooth.argmax())
        # real time is what most copies have: a small preference settles ties
        value = float(smooth[peak]) * (1.05 if slope == 1.0 else 1.0)
        if best is None or value > best[0]:
            best = (value, float(slope), float(low + (peak + 1.5) * OFFSET_STEP_S))
    return (best[1], best[2]) if best else None


def _still_guess(found: CorrelationMatrix, free: NDArray[np.bool_]) -> tuple[float, Seconds] | None:
    """Where nothing moves, real time at the offset that correlates best."""
    if not free.any():
        return None
    column = int(np.where(free[:, None], found.values, -1).max(axis=0).argmax())
    row = int(found.values[:, column].argmax())
    return 1.0, float(found.reference_times[column] - found.query_times[row])


def sample(
    matrix: NDArray[np.float32], found: CorrelationMatrix, slope: float, offset: Seconds
) -> NDArray[np.float32]:
    """(Kq,) values along a line, the better of two neighbouring moments; NaN outside."""
    times = found.reference_times
    wanted = slope * found.query_times + offset
    step = (times[-1] - times[0]) / max(1, len(times) - 1)
    right = np.searchsorted(times, wanted).clip(1, max(1, len(times) - 1))
    left = right - 1
    right = right.clip(0, len(times) - 1)
    rows = np.arange(len(wanted))
    values: NDArray[np.float32] = np.maximum(matrix[rows, left], matrix[rows, right])
    outside = (wanted < times[0] - step) | (wanted > times[-1] + step)
    values[outside] = np.nan
    return values


def _settle(
    found: CorrelationMatrix,
    standing: NDArray[np.float32],
    free: NDArray[np.bool_],
    slope: float,
    offset: Seconds,
) -> Line | None:
    """Refine a guessed line and find the stretch on which it holds."""
    for window, steps in ((0.3, 13), (0.08, 9)):
        stretch = _stretch(found, standing, free, slope, offset)
        if stretch is None:
            return None
        slope, offset = _refine(found, standing, stretch, slope, offset, window, steps)
    stretch = _stretch(found, standing, free, slope, offset)
    if stretch is None:
        return None
    first, last = stretch
    along = sample(found.values, found, slope, offset)[first : last + 1]
    clear = sample(standing, found, slope, offset)[first : last + 1]
    step = _step(found.query_times)
    start, end = float(found.query_times[first]), float(found.query_times[last]) + step
    if end - start < SHORTEST_S and len(found.query_times) > 1:
        return None
    return Line(
        start=start,
        end=end,
        speed=float(abs(slope)),
        reversed=bool(slope < 0),
        offset=float(offset),
        correlation=float(np.nanmedian(along)),
        contrast=float(np.nanmedian(clear)),
    )


def _refine(
    found: CorrelationMatrix,
    standing: NDArray[np.float32],
    stretch: tuple[int, int],
    slope: float,
    offset: Seconds,
    window: Seconds,
    steps: int,
) -> tuple[float, Seconds]:
    """Best slope and offset near a guess: the ends of the stretch are moved independently."""
    first, last = stretch
    t0, t1 = found.query_times[first], found.query_times[last]
    if t1 - t0 < 0.3:
        return slope, offset
    moves = np.linspace(-window, window, steps)
    best = (-np.inf, slope, offset)
    for at_start in moves:
        for at_end in moves:
            tilt = slope + (at_end - at_start) / (t1 - t0)
            if not SPEEDS[0] <= abs(tilt) <= SPEEDS[-1]:
                continue  # a short stretch can tilt to where one of the clips stands still
            shift = offset + at_start + (slope - tilt) * t0
            values = sample(standing, found, tilt, shift)[first : last + 1]
            raw = sample(found.values, found, tilt, shift)[first : last + 1]
            value = float(
                np.nan_to_num(values, nan=-0.5).mean() + np.nan_to_num(raw, nan=-0.5).mean()
            )
            value -= 0.002 * (abs(at_start) + abs(at_end)) / window
            if value > best[0]:
                best = (value, tilt, shift)
    return best[1], best[2]


def _stretch(
    found: CorrelationMatrix,
    standing: NDArray[np.float32],
    free: NDArray[np.bool_],
    slope: float,
    offset: Seconds,
) -> tuple[int, int] | None:
    """First and last query index on which the line holds: the best run above its own level."""
    along = sample(found.values, found, slope, offset)
    clear = sample(standing, found, slope, offset)
    usable = free & np.isfinite(along)
    if usable.sum() < 3:
        return None
    level = float(np.percentile(along[usable], 80))
    if level < LEAST_LEVEL:
        return None
    threshold = max(0.2, 0.62 * level)
    gain = np.clip(along - threshold, -0.4, 0.4) + 0.6 * np.clip(clear, -0.25, 0.5)
    gain = np.where(usable, gain, -2.0)
    return _best_run(np.nan_to_num(gain, nan=-2.0))


def _best_run(gain: NDArray[np.floating]) -> tuple[int, int] | None:
    """The run with the greatest sum (Kadane)."""
    best, best_range = 0.0, None
    total, start = 0.0, 0
    for index, value in enumerate(gain):
        if total <= 0:
            total, start = 0.0, index
        total += float(value)
        if total > best:
            best, best_range = total, (start, index)
    return best_range
