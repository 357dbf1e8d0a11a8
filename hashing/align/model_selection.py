"""A leaning transform that few correspondences ask for, put upright.

Three pixels of freedom let a transform of six or eight numbers lean after whatever moves in the
picture. Where scaling and shift along the axes explain nearly the same correspondences, nearly as
closely, that is what was done.
"""

from dataclasses import replace

import numpy as np

from hashing.align.correspondences import correspond
from hashing.align.crop_path import Held
from hashing.align.spatiotemporal import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import FEWEST, Matrix, Transform, apply

NEARLY = 0.8  # share of the correspondences that the upright transform has to explain
REACH_PX = 10.0  # correspondences this near to the leaning transform are asked
AGREES_PX = (2.0, 3.5)
ROUNDS = 6


def plainer(query: FrameCache, reference: FrameCache, placement: Placement) -> Placement:
    """The placement, upright where that explains it nearly as well."""
    if placement.transform.model == "axis":
        return placement
    matrix = upright(correspond(query, reference, placement), placement.transform)
    if matrix is None:
        return placement
    return replace(placement, transform=replace(placement.transform, matrix=matrix, model="axis"))


def upright(held: list[Held], transform: Transform) -> Matrix | None:
    """Scaling and shift along the axes for the same correspondences; None if too few agree."""
    matrix = transform.matrix
    source = np.concatenate([np.zeros((0, 2)), *(one.pairs.reference for one in held)])
    target = np.concatenate([np.zeros((0, 2)), *(one.pairs.query for one in held)])
    errors = np.hypot(*(apply(matrix, source) - target).T)
    asked = errors <= REACH_PX
    explained = [int((errors <= reach).sum()) for reach in AGREES_PX]
    source, target = source[asked], target[asked]
    if len(source) < FEWEST:
        return None
    swap = abs(matrix[0, 1]) + abs(matrix[1, 0]) > abs(matrix[0, 0]) + abs(matrix[1, 1])
    plain = np.zeros((3, 3))
    plain[2, 2] = 1.0
    weights = np.ones(len(source))
    for _ in range(ROUNDS):
        for row in (0, 1):
            column = 1 - row if swap else row
            if np.ptp(source[:, column]) < 1.0:
                return None
            scale, shift = np.polyfit(source[:, column], target[:, row], 1, w=np.sqrt(weights))
            plain[row, column], plain[row, 2] = scale, shift
        left = np.hypot(*(apply(plain, source) - target).T)
        weights = 1 / (1 + (left / 2.0) ** 2) ** 2  # Geman-McClure
    agree = [int((left <= reach).sum()) for reach in AGREES_PX]
    enough = all(now >= NEARLY * before for now, before in zip(agree, explained, strict=True))
    return plain if enough and max(agree) >= FEWEST else None
