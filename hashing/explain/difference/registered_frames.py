"""The same instants of two clips, the reference laid onto the query's frame.

Pictures are RGB at a common small size, the reference softened before it is shrunk so that it does
not alias. The instants are those on which the transform was measured: they are decoded already.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import MIN_PAIR_INLIERS, FramePair, Placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix
from hashing.imaging.warping import scaling_matrix
from hashing.types import Seconds

LONG_SIDE_PX = 256
MOST = 4


@dataclass(frozen=True, slots=True, eq=False)
class RegisteredPair:
    """One instant of both clips in the query's frame."""

    time: Seconds  # of the query
    query: NDArray[np.uint8]  # (h, w, 3) RGB
    reference: NDArray[np.uint8]  # (h, w, 3) RGB, warped
    covered: NDArray[np.bool_]  # (h, w) where the reference's picture falls


def supporting_pairs(placement: Placement, most: int = MOST) -> list[FramePair]:
    """Frame pairs that support the transform, spread over the match; all if none does."""
    good = [pair for pair in placement.pairs if pair.inliers >= MIN_PAIR_INLIERS]
    pairs = sorted(good or placement.pairs, key=lambda pair: pair.query_index)
    if len(pairs) <= most:
        return pairs
    return [pairs[i] for i in np.linspace(0, len(pairs) - 1, most).round().astype(int)]


def registered_pairs(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    most: int = MOST,
    long_side: int = LONG_SIDE_PX,
) -> list[RegisteredPair]:
    """Registered pairs of frames at a few of the instants on which the transform was measured."""
    pairs = [(pair.query_index, pair.reference_index) for pair in supporting_pairs(placement, most)]
    return register_at(query, reference, placement, pairs, long_side)


def register_at(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    pairs: list[tuple[int, int]],
    long_side: int = LONG_SIDE_PX,
) -> list[RegisteredPair]:
    """Registered pairs of frames at pairs of (query index, reference index)."""
    left = query.frames([at for at, _ in pairs])
    right = reference.frames([at for _, at in pairs])
    matrix = placement.transform.matrix
    return [
        register_pair(float(query.times[at]), one, other, matrix, long_side)
        for (at, _), one, other in zip(pairs, left, right, strict=True)
    ]


def same_time_indices(
    query: FrameCache, reference: FrameCache, placement: Placement, most: int
) -> list[tuple[int, int]]:
    """(query index, reference index) spread over the lines, at nearly the same timestamps.

    Kept pictures are a tenth of a second apart: half of that between two instants moves what moves.
    """
    if len(query.times) == 1 or len(reference.times) == 1:
        return [
            (pair.query_index, pair.reference_index) for pair in supporting_pairs(placement, most)
        ]
    found = []
    for line in placement.lines:
        for at in np.flatnonzero((query.times >= line.start) & (query.times <= line.end)):
            moment = line.reference_time(float(query.times[at]))
            other = reference.nearest_index(moment)
            found.append((abs(float(reference.times[other]) - moment), int(at), other))
    parts = np.array_split(np.arange(len(found)), min(most, len(found))) if found else []
    best = [min(found[k] for k in part) for part in parts]
    return [(at, other) for _, at, other in best]


def register_pair(
    time: Seconds,
    query: NDArray[np.uint8],
    reference: NDArray[np.uint8],
    matrix: Matrix,
    long_side: int = LONG_SIDE_PX,
) -> RegisteredPair:
    """Register one pair of (H, W, 3) RGB frames. matrix: reference pixels -> query pixels."""
    whole = (query.shape[1], query.shape[0])
    shrink = min(1.0, long_side / max(whole))
    size = (max(8, round(whole[0] * shrink)), max(8, round(whole[1] * shrink)))
    small = cv2.resize(query, size, interpolation=cv2.INTER_AREA)
    onto = scaling_matrix(whole, size) @ matrix
    scale = float(np.sqrt(abs(np.linalg.det(onto[:2, :2] / onto[2, 2]))))
    soft = cv2.GaussianBlur(reference, (0, 0), 0.4 / scale) if scale < 0.8 else reference
    warped = cv2.warpPerspective(soft, onto, size, flags=cv2.INTER_LINEAR)
    inside = np.full(reference.shape[:2], 255, np.uint8)
    covered = cv2.warpPerspective(inside, onto, size, flags=cv2.INTER_LINEAR) > 250
    return RegisteredPair(time, np.asarray(small, np.uint8), np.asarray(warped, np.uint8), covered)


def luma(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(h, w) luma of a registered frame, 0..255, BT.601 weights."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)
