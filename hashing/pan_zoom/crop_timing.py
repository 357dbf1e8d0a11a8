"""The timing of a moving crop: which timestamp of the reference it shows.

Compared with a slightly wrong timestamp, a panning camera appears as a moving crop, and a crop that
grows like another speed: correlations under one transform, or under a path measured at the wrong
timestamps, cannot decide. The number of inliers of a window per frame pair can: at the right
timestamp what moves by itself, and what lies at another depth, agrees as well. Thresholds were set
by hand on the development benchmark.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.crop_path import FrameMatches, measure_window
from hashing.align.frame_pairs import match_frames
from hashing.align.temporal_lines import CANDIDATE_SPEEDS
from hashing.concurrency import map_in_threads
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix
from hashing.types import Line, Seconds

__all__ = [
    "apply_timing",
]

SAMPLED_FRAMES = 8
SEARCH_REACH_S = 0.55  # around the timestamps of a guess
MIN_SUPPORT_RATIO = 1.15  # of the best timestamp's inliers to any other's
MIN_RIVAL_DISTANCE_S = 0.15  # from the best timestamp, of the others
MAX_LINE_DISTANCE_S = 0.11  # of a timestamp that lies on the line
MAX_TIMING_DIFFERENCE_S = 0.15  # between the timing and a correlated line that is the same
MIN_SPEED_DIFFERENCE = 0.012  # above which a correlated line takes the timing's speed
PREVIEW_TIME_ERROR_S = 0.03  # standard error of a timestamp, of a preview frame
MIN_AGREEING_SHARE, MIN_CLEAR_FRAMES = (
    0.6,
    3,
)  # of the clear timestamps on one line, share and number


def match_frame_pairs(
    query: FrameCache,
    reference: FrameCache,
    indices: list[tuple[int, int]],
    *,
    mirrored: bool,
    coarse: bool,
) -> list[FrameMatches]:
    """Match the keypoints of frame pairs (query index, reference index), several at a time."""
    todo = query.missing_features([q for q, _ in indices], None, mirrored=mirrored, coarse=coarse)
    todo += reference.missing_features([r for _, r in indices], None, mirrored=False, coarse=coarse)
    map_in_threads(lambda find: find(), todo)
    return [
        FrameMatches(
            float(query.times[q]),
            match_frames(query, reference, (q, r), mirrored=mirrored, coarse=coarse),
        )
        for q, r in indices
    ]


def estimate_timing(
    query: FrameCache,
    reference: FrameCache,
    common: Matrix,
    guesses: list[tuple[Line, ...]],
    *,
    mirrored: bool,
) -> Line | None:
    """Fit all of the query to one line through the timestamps with most inliers; None if unclear.

    common: a transform, reference -> query pixels, that fits some frames. guesses: lines around
    which to search.
    """
    sampled = np.linspace(query.times[0], query.times[-1], SAMPLED_FRAMES + 2)[1:-1]
    candidates = {
        query.nearest_index(float(time)): _indices_near(reference, float(time), guesses)
        for time in sampled
    }
    clear = []
    for q, reference_indices in candidates.items():  # one at a time: frames are large
        pairs = [(q, r) for r in reference_indices]
        frame_matches = match_frame_pairs(query, reference, pairs, mirrored=mirrored, coarse=True)
        measured = [measure_window(window, common) for window in frame_matches]
        support = np.array([window.inliers if window is not None else 0 for window in measured])
        timestamp = _best_supported(reference.times[reference_indices], support)
        if timestamp is not None:
            clear.append((float(query.times[q]), timestamp))
    line = fit_line_through(np.array(clear)) if len(clear) >= MIN_CLEAR_FRAMES else None
    if line is None:
        return None
    slope, offset = line
    start, end = float(query.times[0]), float(query.times[-1])
    return Line(start, end, abs(slope), slope < 0, offset, 1.0, 0.0)


def _indices_near(
    reference: FrameCache, time: Seconds, guesses: list[tuple[Line, ...]]
) -> list[int]:
    """Indices of the reference frames near where the guesses put a query time."""
    near = np.zeros(len(reference.times), bool)
    for lines in guesses:
        line = min(lines, key=lambda guess: max(guess.start - time, time - guess.end))
        near |= np.abs(reference.times - line.reference_time(time)) <= SEARCH_REACH_S
    return [int(index) for index in np.flatnonzero(near)]


def _best_supported(times: NDArray[np.float64], support: NDArray[np.int_]) -> Seconds | None:
    """The timestamp with most inliers, if clearly more than all that are not next to it."""
    if len(times) < 3:
        return None
    best = int(support.argmax())
    others = support[np.abs(times - times[best]) > MIN_RIVAL_DISTANCE_S]
    if not len(others) or support[best] < MIN_SUPPORT_RATIO * others.max():
        return None
    return float(times[best])


def fit_line_through(timestamps: NDArray[np.float64]) -> tuple[float, Seconds] | None:
    """Slope and offset of the line through most of (N, 2) timestamp pairs; None if too few.

    Real time where that fits within the error.
    """
    tq, tr = timestamps.T
    slopes = np.concatenate([[1.0], CANDIDATE_SPEEDS, -CANDIDATE_SPEEDS])
    best = (0, 1.0, 0.0)
    for slope in slopes:
        offsets = tr - slope * tq
        # frames lie up to twice their error from the line: it may run between two of them
        for offset in np.unique(np.add.outer(offsets, offsets) / 2):
            count = int((np.abs(tr - slope * tq - offset) <= MAX_LINE_DISTANCE_S).sum())
            if count > best[0] + (0 if best[1] != 1.0 else 1):  # real time, unless clearly better
                best = (count, float(slope), float(offset))
    count, slope, offset = best
    if count < max(MIN_CLEAR_FRAMES, MIN_AGREEING_SHARE * len(tq)):
        return None
    near = np.abs(tr - slope * tq - offset) <= MAX_LINE_DISTANCE_S
    tq, tr = tq[near], tr[near]
    tilt = float(np.polyfit(tq, tr - slope * tq, 1)[0])
    error = PREVIEW_TIME_ERROR_S / max(1e-6, float(np.std(tq))) / np.sqrt(len(tq))
    if abs(slope + tilt - 1) <= 3 * error:
        slope = 1.0  # candidate speeds lie apart, and one beside real time may fit more
    elif abs(tilt) > 3 * error:  # otherwise the candidate is as good
        slope += tilt
    return slope, float(np.mean(tr - slope * tq))


def apply_timing(lines: tuple[Line, ...], timing: Line | None) -> tuple[Line, ...]:
    """Give lines the estimated timing's speed and offset where they hardly differ from it.

    Under a path, the windows compensate small errors in time, and the correlation follows them:
    over a few seconds, a pan turns them into some hundredths of speed.
    """
    if timing is None:
        return lines
    return tuple(
        replace(line, speed=timing.speed, reversed=timing.reversed, offset=timing.offset)
        if _has_drifted(line, timing)
        else line
        for line in lines
    )


def is_same_line(timing: Line, line: Line) -> bool:
    """Whether a correlated line is the one that was estimated."""
    return all(
        abs(timing.reference_time(t) - line.reference_time(t)) <= MAX_TIMING_DIFFERENCE_S
        for t in (line.start, line.end)
    )


def _has_drifted(line: Line, timing: Line) -> bool:
    if line.pauses or line.dropped_share or not is_same_line(timing, line):
        return False
    return abs(line.slope - timing.slope) > MIN_SPEED_DIFFERENCE
