"""Which moment of the known clip a moving crop shows, whatever the camera and the crop do.

Held against a slightly wrong moment, a panning camera looks like a crop that wanders, and a crop
that grows like another speed: what is correlated under one transform, or under a path measured at
that wrong moment, cannot tell. How many points two pictures have in common under a window of their
own can: at the right moment what moves by itself, and what lies at another depth, agrees as well.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.crop_path import FrameMatches, measure_window
from hashing.align.spatiotemporal import match_frames
from hashing.align.temporal import CANDIDATE_SPEEDS
from hashing.concurrency import map_in_threads
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix
from hashing.types import Line, Seconds

__all__ = [
    "apply_timing",
]

SAMPLED_FRAMES = 8
SEARCH_REACH_S = 0.55  # around where a guess puts an instant
MIN_SUPPORT_RATIO = 1.15  # times the support of other moments, that the right one has
MIN_RIVAL_DISTANCE_S = 0.15  # from the best moment, where others begin
MAX_LINE_DISTANCE_S = 0.11  # of a line, within which an instant's moment lies on it
MAX_TIMING_DIFFERENCE_S = 0.15  # between a line that was clocked and the same as it was correlated
MIN_SPEED_DIFFERENCE = 0.012  # of the speed, that is told
PREVIEW_TIME_ERROR_S = 0.03  # standard error of a moment that is one of the kept pictures'
MIN_AGREEING_SHARE, MIN_CLEAR_FRAMES = (
    0.6,
    3,
)  # share and number of the clear instants that lie on one line


def match_frame_pairs(
    query: FrameCache,
    reference: FrameCache,
    indices: list[tuple[int, int]],
    *,
    mirrored: bool,
    coarse: bool,
) -> list[FrameMatches]:
    """Putative correspondences of pairs of pictures."""
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
    """All of the item on one line through the moments that have most in common; None if unclear.

    guesses: where in time to look. common: a transform that fits some of the moments.
    """
    sampled = np.linspace(query.times[0], query.times[-1], SAMPLED_FRAMES + 2)[1:-1]
    candidates = {
        query.nearest_index(float(time)): _indices_near(reference, float(time), guesses)
        for time in sampled
    }
    clear = []
    for q, reference_indices in candidates.items():  # one instant at a time: pictures are large
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
    """The known pictures near where the guesses put a moment of the item."""
    near = np.zeros(len(reference.times), bool)
    for lines in guesses:
        line = min(lines, key=lambda guess: max(guess.start - time, time - guess.end))
        near |= np.abs(reference.times - line.reference_time(time)) <= SEARCH_REACH_S
    return [int(index) for index in np.flatnonzero(near)]


def _best_supported(times: NDArray[np.float64], support: NDArray[np.int_]) -> Seconds | None:
    """The moment with most in common, if it has clearly more than those not beside it."""
    if len(times) < 3:
        return None
    best = int(support.argmax())
    others = support[np.abs(times - times[best]) > MIN_RIVAL_DISTANCE_S]
    if not len(others) or support[best] < MIN_SUPPORT_RATIO * others.max():
        return None
    return float(times[best])


def fit_line_through(timestamps: NDArray[np.float64]) -> tuple[float, Seconds] | None:
    """Slope and offset of the line through most of (N, 2) moments; real time where that does."""
    tq, tr = timestamps.T
    slopes = np.concatenate([[1.0], CANDIDATE_SPEEDS, -CANDIDATE_SPEEDS])
    best = (0, 1.0, 0.0)
    for slope in slopes:
        offsets = tr - slope * tq
        # kept pictures lie up to twice their error beside the line: it may run between two of them
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
        slope = 1.0  # the speeds that are tried lie apart, and one beside it may catch more
    elif abs(tilt) > 3 * error:  # else it is as good as what was tried
        slope += tilt
    return slope, float(np.mean(tr - slope * tq))


def apply_timing(lines: tuple[Line, ...], timing: Line | None) -> tuple[Line, ...]:
    """The lines at the clock's speed where they are hardly apart from it.

    Under a path every small error in time is made up for by the next moment's window, and what is
    correlated then follows: over a few seconds a pan makes some hundredths of speed of it.
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
    """Whether a line that was correlated is the one that was clocked."""
    return all(
        abs(timing.reference_time(t) - line.reference_time(t)) <= MAX_TIMING_DIFFERENCE_S
        for t in (line.start, line.end)
    )


def _has_drifted(line: Line, timing: Line) -> bool:
    if line.pauses or line.dropped_share or not is_same_line(timing, line):
        return False
    return abs(line.slope - timing.slope) > MIN_SPEED_DIFFERENCE
