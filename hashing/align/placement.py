"""A placement: the transform and the lines that put a query in a reference, in frame and time."""

from dataclasses import dataclass

import numpy as np

from hashing.align.crop_path import CropPath
from hashing.align.long_video_blocks import SparseCorrelations
from hashing.imaging.homography import (
    Transform,
)
from hashing.imaging.keypoints import (
    Correspondences,
)
from hashing.types import CorrelationMatrix, Line, Seconds

__all__ = ["MIN_PAIR_INLIERS", "FramePair", "Placement", "sample_timestamps"]


MAX_SAMPLED_LINES = 12  # on which frames are compared; clips of some minutes have 8 at most

MIN_PAIR_INLIERS = 6  # of a frame pair that supports the common transform


@dataclass(frozen=True, slots=True, eq=False)
class FramePair:
    """A query frame and a reference frame, and how well they match under the transform."""

    query_index: int
    reference_index: int
    inliers: int
    candidates: int
    correspondences: Correspondences | None = None  # putative ones, where they were kept


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """A transform, lines in time, and the frame pairs on which the transform was measured."""

    transform: Transform
    lines: tuple[Line, ...]
    pairs: tuple[FramePair, ...]
    correlations: CorrelationMatrix | None  # None for two long clips
    path: CropPath | None = None  # of a moving crop
    sparse: SparseCorrelations | None = None  # of two long clips alone

    @property
    def supporting_share(self) -> float:
        """Share of the frame pairs that support the transform, 0..1."""
        good = sum(pair.inliers >= MIN_PAIR_INLIERS for pair in self.pairs)
        return good / len(self.pairs) if self.pairs else 0.0


def sample_timestamps(lines: tuple[Line, ...], count: int) -> list[tuple[Seconds, Seconds]]:
    """About `count` timestamp pairs (query, reference) on a placement's lines, spread by length.

    Of many lines, on the longest.
    """
    if len(lines) > MAX_SAMPLED_LINES:
        longest = sorted(lines, key=lambda line: line.start - line.end)[:MAX_SAMPLED_LINES]
        lines = tuple(sorted(longest, key=lambda line: line.start))
    total = sum(line.end - line.start for line in lines)
    out = []
    for line in lines:
        samples = max(1, round(count * (line.end - line.start) / total)) if total else 1
        for fraction in (np.arange(samples) + 0.5) / samples:
            query_time = line.start + fraction * (line.end - line.start)
            out.append((float(query_time), float(line.reference_time(query_time))))
    return out
