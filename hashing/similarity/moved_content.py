"""Do two photos differ because something in them has moved?

Where a copy differs from its reference, something was painted over, pasted or removed: what is
there now is nowhere in the reference. Where the same scene at another time differs, what was
here is now a little further on, turned or bent. Dense flow finds it again, and what is small and
moved far, a search for patches. A pixel has moved where
the photos disagree in place and agree under a reliable flow. A lens, a bent page and an inexact
transform displace everything smoothly: a cubic field, fitted to the whole frame, is taken off
first.

The thresholds were set on 189 pairs of frames of 41 clips, 0.3 to 8 s apart, in which something
visibly moved: 149 have moved. So have 4 of 643 copies of the same frames (texts, stickers, blocks,
strong compression, sharpening, filmed screens), of 4 that were bent hardest by a lens or as paper.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.similarity.dense_flow import Field, fit_weighted, match_by_flow, sample_at
from hashing.similarity.local_correlation import (
    MIN_AGREEING_CORRELATION,
    FrameSimilarity,
    local_correlation,
)
from hashing.similarity.moved_patches import find_moved_patches

__all__ = [
    "MAX_MOVED_SHARE",
    "MOVED_LONG_SIDE_PX",
    "MovedContent",
    "measure_moved_content",
]

MOVED_LONG_SIDE_PX = 512  # of the two frames
# of what both show, beyond which something has moved: one square of MIN_MOVED_SIDE_PX; 4 of 643
# copies have more, all bent by a lens or as paper
MAX_MOVED_SHARE = 0.0002
# at 512 px on the longer side, for which all lengths in px are
EDGE_PX = 15  # of the visible part, where windows reach beyond it
MIN_MOVED_CORRELATION = 0.85  # under the flow
MIN_MOVED_PX = 1.5  # beyond the field
MIN_MOVED_SIDE_PX = 5  # of a square within what moved; smaller is noise and the edges of blocks
MAX_FIELD_PIXELS = 3000  # that the field is fitted to, evenly spread
MIN_FIELD_PIXELS = 40  # with fewer, the transform is taken as exact
FIRST_FIELD_SCALE_PX = 16.0  # a lens bends the corners by so much
CUBIC_TERMS = [(i, j) for i in range(4) for j in range(4 - i)]


@dataclass(frozen=True, slots=True)
class MovedContent:
    """Shares of the part of the frame that both photos show, 0..1."""

    differing_share: float  # textured, and disagrees in place
    moved_share: float  # of that, what is found again elsewhere


def measure_moved_content(similarity: FrameSimilarity) -> MovedContent:
    """Measure what moved between two photos of one scene."""
    window = np.ones((EDGE_PX, EDGE_PX), np.uint8)
    inside = cv2.erode(similarity.covered.astype(np.uint8), window, borderValue=0) > 0
    area = int(inside.sum())
    if not area:
        return MovedContent(0.0, 0.0)
    matches = match_by_flow(similarity, equalised=False)
    field = _smooth_field(matches.flow, matches.reliable & inside)
    in_place, _ = local_correlation(similarity.query, sample_at(similarity.reference, field))
    differing = inside & similarity.textured & (in_place < MIN_AGREEING_CORRELATION)
    residual = np.hypot(*np.moveaxis(matches.flow - field, 2, 0))
    moved = (
        differing
        & matches.reliable
        & (matches.correlation > MIN_MOVED_CORRELATION)
        & (residual > MIN_MOVED_PX)
    )
    square = np.ones((MIN_MOVED_SIDE_PX, MIN_MOVED_SIDE_PX), np.uint8)
    moved = cv2.morphologyEx(moved.astype(np.uint8), cv2.MORPH_OPEN, square) > 0
    moved |= find_moved_patches(similarity.query, similarity.reference, differing, field)
    return MovedContent(float(differing.sum()) / area, float(moved.sum()) / area)


def _smooth_field(flow: Field, reliable: NDArray[np.bool_]) -> Field:
    """The displacement that a lens, a bent page or an inexact transform leaves in what is in place.

    Radial distortion is a cubic of the place (Brown, Decentering Distortion of Lenses, 1966).
    """
    rows, columns = np.nonzero(reliable)
    if len(rows) < MIN_FIELD_PIXELS:
        return np.zeros_like(flow)
    spread = np.linspace(0, len(rows) - 1, min(len(rows), MAX_FIELD_PIXELS)).astype(int)
    rows, columns = rows[spread], columns[spread]
    height, width = reliable.shape
    terms = np.column_stack([(columns / width) ** i * (rows / height) ** j for i, j in CUBIC_TERMS])
    design = np.kron(np.eye(2), terms)
    solved = fit_weighted(
        design, flow[rows, columns].T.ravel(), first_scale_px=FIRST_FIELD_SCALE_PX
    )
    y, x = np.indices((height, width)) / np.array([height, width])[:, None, None]
    powers = np.stack([x**i * y**j for i, j in CUBIC_TERMS], -1)
    return np.asarray(powers @ solved.reshape(2, -1).T, np.float32)
