"""Compare a video with a still by comparing the still with the video, and invert the result.

A still shows one timestamp. Comparing several frames of the video with it, as with footage, would
use frames that cannot agree once anything moves; from the still's side its timestamp is found far
better.
"""

from dataclasses import replace

import numpy as np

from hashing.align.placement import FramePair, Placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Transform
from hashing.imaging.keypoints import Correspondences
from hashing.types import CorrelationMatrix, Line, Seconds

__all__ = [
    "invert_still_placement",
    "invert_video_placement",
]

MIN_CORRELATION_OF_BEST = (
    0.9  # of the correlation at the still's timestamp, in frames that show the same; set by hand
)
STILL_LINE = Line(0.0, 0.0, 1.0, False, 0.0, 0.0, 0.0)


def invert_still_placement(placement: Placement, video: FrameCache) -> Placement:
    """The placement of a video in a still, from that of the still in the video.

    Its one line is the range of the video that shows what the still shows.
    """
    timestamp = (
        placement.lines[0].offset if placement.lines else _measured_timestamp(placement, video)
    )
    pairs = tuple(_swap(pair) for pair in placement.pairs)
    correlations = placement.correlations
    if correlations is None:
        return Placement(_invert(placement.transform), (), pairs, None)
    transposed = CorrelationMatrix(
        correlations.reference_times, correlations.query_times, correlations.values.T
    )
    contrast = placement.lines[0].contrast if placement.lines else 0.0
    return Placement(
        _invert(placement.transform),
        (find_still_line(transposed, timestamp, contrast),),
        pairs,
        transposed,
    )


def find_still_line(
    correlations: CorrelationMatrix, timestamp: Seconds, contrast: float = 0.0
) -> Line:
    """The range of a video, around a timestamp, in which it shows what the still shows.

    correlations: (K, 1) of the video with the still.
    """
    to_still, times = correlations.values[:, 0], correlations.query_times
    nearest = int(np.abs(times - timestamp).argmin())
    dissimilar = np.flatnonzero(to_still < MIN_CORRELATION_OF_BEST * to_still[nearest])
    first = int(dissimilar[dissimilar < nearest].max(initial=-1)) + 1
    last = int(dissimilar[dissimilar > nearest].min(initial=len(to_still))) - 1
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    return replace(
        STILL_LINE,
        start=float(times[first]),
        end=float(times[last]) + step,
        correlation=float(to_still[nearest]),
        contrast=contrast,
    )


def invert_video_placement(placement: Placement, video: FrameCache) -> Placement:
    """The placement of the still in the video, at the timestamp its transform was measured at."""
    pair = max(placement.pairs, key=lambda frame_pair: frame_pair.inliers)
    line = placement.lines[0] if placement.lines else STILL_LINE
    timestamp = float(video.times[pair.query_index])
    line = replace(
        STILL_LINE, offset=timestamp, correlation=line.correlation, contrast=line.contrast
    )
    return Placement(_invert(placement.transform), (line,), (_swap(pair),), None)


def _measured_timestamp(placement: Placement, video: FrameCache) -> Seconds:
    return float(video.times[placement.pairs[0].reference_index])


def _swap(pair: FramePair) -> FramePair:
    swapped_pairs = (
        Correspondences(pair.correspondences.reference, pair.correspondences.query)
        if pair.correspondences is not None
        else None
    )
    return replace(
        pair,
        query_index=pair.reference_index,
        reference_index=pair.query_index,
        correspondences=swapped_pairs,
    )


def _invert(transform: Transform) -> Transform:
    matrix = np.linalg.inv(transform.matrix)
    return replace(transform, matrix=matrix / matrix[2, 2])
