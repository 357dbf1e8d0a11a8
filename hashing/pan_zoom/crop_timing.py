"""Which moment of the known clip a moving crop shows, whatever the camera and the crop do.

Held against a slightly wrong moment, a panning camera looks like a crop that wanders, and a crop
that grows like another speed: what is correlated under one transform, or under a path measured at
that wrong moment, cannot tell. How many points two pictures have in common under a window of their
own can: at the right moment what moves by itself, and what lies at another depth, agrees as well.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.crop_path import Held, seen_alone
from hashing.align.spatiotemporal import correspondences
from hashing.align.temporal import SPEEDS
from hashing.concurrency import map_in_threads
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix
from hashing.types import Line, Seconds

INSTANTS = 8
REACH_S = 0.55  # around where a guess puts an instant
CLEAR = 1.15  # times the support of other moments, that the right one has
APART_S = 0.15  # from the best moment, where others begin
NEAR_S = 0.11  # of a line, within which an instant's moment lies on it
CLOCK_S = 0.15  # between a line that was clocked and the same as it was correlated
TOLD = 0.012  # of the speed, that is told
PICTURE_S = 0.03  # standard error of a moment that is one of the kept pictures'
AGREE, FEWEST = 0.6, 3  # share and number of the clear instants that lie on one line


def corresponding(
    query: FrameCache,
    reference: FrameCache,
    indices: list[tuple[int, int]],
    mirrored: bool,
    coarse: bool,
) -> list[Held]:
    """Putative correspondences of pairs of pictures."""
    todo = query.missing_features([q for q, _ in indices], mirrored, None, coarse)
    todo += reference.missing_features([r for _, r in indices], False, None, coarse)
    map_in_threads(lambda find: find(), todo)
    return [
        Held(
            float(query.times[q]),
            correspondences(query, reference, (q, r), mirrored, coarse=coarse),
        )
        for q, r in indices
    ]


def clocked(
    query: FrameCache,
    reference: FrameCache,
    common: Matrix,
    mirrored: bool,
    guesses: list[tuple[Line, ...]],
) -> Line | None:
    """All of the item on one line through the moments that have most in common; None if unclear.

    guesses: where in time to look. common: a transform that fits some of the moments.
    """
    wanted = np.linspace(query.times[0], query.times[-1], INSTANTS + 2)[1:-1]
    tried = {
        query.nearest_index(float(time)): _around(reference, float(time), guesses)
        for time in wanted
    }
    clear = []
    for q, some in tried.items():  # one instant at a time: pictures are large
        pairs = [(q, r) for r in some]
        held = corresponding(query, reference, pairs, mirrored, coarse=True)
        found = [seen_alone(one, common) for one in held]
        support = np.array([one.support if one is not None else 0 for one in found])
        moment = _clearest(reference.times[some], support)
        if moment is not None:
            clear.append((float(query.times[q]), moment))
    line = through(np.array(clear)) if len(clear) >= FEWEST else None
    if line is None:
        return None
    slope, offset = line
    start, end = float(query.times[0]), float(query.times[-1])
    return Line(start, end, abs(slope), slope < 0, offset, 1.0, 0.0)


def _around(reference: FrameCache, time: Seconds, guesses: list[tuple[Line, ...]]) -> list[int]:
    """The known pictures near where the guesses put a moment of the item."""
    near = np.zeros(len(reference.times), bool)
    for lines in guesses:
        line = min(lines, key=lambda one: max(one.start - time, time - one.end))
        near |= np.abs(reference.times - line.reference_time(time)) <= REACH_S
    return [int(index) for index in np.flatnonzero(near)]


def _clearest(times: NDArray[np.float64], support: NDArray[np.int_]) -> Seconds | None:
    """The moment with most in common, if it has clearly more than those not beside it."""
    if len(times) < 3:
        return None
    best = int(support.argmax())
    others = support[np.abs(times - times[best]) > APART_S]
    if not len(others) or support[best] < CLEAR * others.max():
        return None
    return float(times[best])


def through(moments: NDArray[np.float64]) -> tuple[float, Seconds] | None:
    """Slope and offset of the line through most of (N, 2) moments; real time where that does."""
    tq, tr = moments.T
    slopes = np.concatenate([[1.0], SPEEDS, -SPEEDS])
    best = (0, 1.0, 0.0)
    for slope in slopes:
        beside_it = tr - slope * tq
        # kept pictures lie up to twice their error beside the line: it may run between two of them
        for offset in np.unique(np.add.outer(beside_it, beside_it) / 2):
            count = int((np.abs(tr - slope * tq - offset) <= NEAR_S).sum())
            if count > best[0] + (0 if best[1] != 1.0 else 1):  # real time, unless clearly better
                best = (count, float(slope), float(offset))
    count, slope, offset = best
    if count < max(FEWEST, AGREE * len(tq)):
        return None
    near = np.abs(tr - slope * tq - offset) <= NEAR_S
    tq, tr = tq[near], tr[near]
    tilt = float(np.polyfit(tq, tr - slope * tq, 1)[0])
    error = PICTURE_S / max(1e-6, float(np.std(tq))) / np.sqrt(len(tq))
    if abs(slope + tilt - 1) <= 3 * error:
        slope = 1.0  # the speeds that are tried lie apart, and one beside it may catch more
    elif abs(tilt) > 3 * error:  # else it is as good as what was tried
        slope += tilt
    return slope, float(np.mean(tr - slope * tq))


def as_clocked(lines: tuple[Line, ...], clock: Line | None) -> tuple[Line, ...]:
    """The lines at the clock's speed where they are hardly apart from it.

    Under a path every small error in time is made up for by the next moment's window, and what is
    correlated then follows: over a few seconds a pan makes some hundredths of speed of it.
    """
    if clock is None:
        return lines
    return tuple(
        replace(line, speed=clock.speed, reversed=clock.reversed, offset=clock.offset)
        if _drifted(line, clock)
        else line
        for line in lines
    )


def same(clock: Line, found: Line) -> bool:
    """Whether a line that was correlated is the one that was clocked."""
    return all(
        abs(clock.reference_time(t) - found.reference_time(t)) <= CLOCK_S
        for t in (found.start, found.end)
    )


def _drifted(line: Line, clock: Line) -> bool:
    if line.pauses or line.dropped_share or not same(clock, line):
        return False
    return abs(line.slope - clock.slope) > TOLD
