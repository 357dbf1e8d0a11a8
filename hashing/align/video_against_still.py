"""A video against a still that may be a picture of it: the still held against the video, turned
round.

A still is of one moment. Holding several moments of the video against it, as footage is held
against footage, asks moments that cannot agree once anything moves; which moment it is is found far
better from the still's side.
"""

from dataclasses import replace

import numpy as np

from hashing.align.spatiotemporal import FramePair, Placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Pairs, Transform
from hashing.types import CorrelationMatrix, Line, Seconds

ALIKE = 0.9  # of the correlation at the still's moment, down to which the picture is the still's
STILL_LINE = Line(0.0, 0.0, 1.0, False, 0.0, 0.0, 0.0)


def turned(held: Placement, video: FrameCache) -> Placement:
    """The video's placement against a still, from the still's against the video.

    Its one line is the stretch of the video around the moment on which the picture is the still's.
    """
    moment = held.lines[0].offset if held.lines else _moment(held, video)
    pairs = tuple(_swapped(pair) for pair in held.pairs)
    found = held.agreement
    if found is None:
        return Placement(_inverse(held.transform), (), pairs, None)
    agreement = CorrelationMatrix(found.reference_times, found.query_times, found.values.T)
    contrast = held.lines[0].contrast if held.lines else 0.0
    return Placement(
        _inverse(held.transform), (stretch(agreement, moment, contrast),), pairs, agreement
    )


def stretch(found: CorrelationMatrix, moment: Seconds, contrast: float = 0.0) -> Line:
    """Where a video's picture stays the still's, around a moment of it.

    found: (K, 1) of the video against the still.
    """
    along, times = found.values[:, 0], found.query_times
    at = int(np.abs(times - moment).argmin())
    unlike = np.flatnonzero(along < ALIKE * along[at])
    first = int(unlike[unlike < at].max(initial=-1)) + 1
    last = int(unlike[unlike > at].min(initial=len(along))) - 1
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    return replace(
        STILL_LINE,
        start=float(times[first]),
        end=float(times[last]) + step,
        correlation=float(along[at]),
        contrast=contrast,
    )


def turned_back(placement: Placement, video: FrameCache) -> Placement:
    """The still's placement against the video: at the moment that its transform was measured at."""
    pair = max(placement.pairs, key=lambda one: one.inliers)
    line = placement.lines[0] if placement.lines else STILL_LINE
    moment = float(video.times[pair.query_index])
    line = replace(STILL_LINE, offset=moment, correlation=line.correlation, contrast=line.contrast)
    return Placement(_inverse(placement.transform), (line,), (_swapped(pair),), None)


def _moment(held: Placement, video: FrameCache) -> Seconds:
    return float(video.times[held.pairs[0].reference_index])


def _swapped(pair: FramePair) -> FramePair:
    back = Pairs(pair.held.reference, pair.held.query) if pair.held is not None else None
    return replace(
        pair, query_index=pair.reference_index, reference_index=pair.query_index, held=back
    )


def _inverse(transform: Transform) -> Transform:
    matrix = np.linalg.inv(transform.matrix)
    return replace(transform, matrix=matrix / matrix[2, 2])
