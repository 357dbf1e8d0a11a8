"""How a patch moves in the query and in the known copy over the time that it lasts."""

import numpy as np
from numpy.typing import NDArray

from hashing.explain.difference.residual import Difference, remains
from hashing.explain.regions.find_patches import Patch
from hashing.imaging.connected_components import bounding_slices

INSTANTS = 4  # at which other times are tried

type Grey = NDArray[np.float32]  # (h, w)

ELSEWHEN_S = 1.6  # a freeze or a dropped piece moves the mapping by less


def spread_instants(patch: Patch, count: int) -> list[int]:
    """Instants spread over the time of a patch, its ends left out where there are enough."""
    on = np.flatnonzero(patch.on)
    places = (np.arange(min(count, len(on))) + 0.5) / min(count, len(on)) * len(on)
    return [int(on[int(place)]) for place in places]


def movement(found: Difference, patch: Patch) -> tuple[float, float]:
    """Median deviation over time inside the patch: of the query, of the reference."""
    cells = patch.cells
    return (
        float(np.median(found.query[patch.on][:, cells].std(axis=0))),
        float(np.median(found.reference[patch.on][:, cells].std(axis=0))),
    )


def loose_movement(found: Difference, patch: Patch) -> tuple[float, float]:
    """Movement in a patch, and around it, that the reference's at the same cells does not explain.

    What is drawn over footage, opaque or not, keeps it low: a cell is then a fixed mixture.
    """
    if patch.on.sum() < 5:
        return (0.0, 0.0)
    rest = unexplained_movement(found, patch)
    outside = found.covered & ~patch.cells & (found.share < 0.3)
    around = float(np.median(rest[outside])) if outside.sum() >= 30 else 0.0
    return float(np.median(rest[patch.cells])), around


def unexplained_movement(found: Difference, patch: Patch) -> Grey:
    """(h, w) deviation over the patch's time, after each cell was fitted to the reference's."""
    left, right = found.query[patch.on], found.reference[patch.on]
    left, right = left - left.mean(axis=0), right - right.mean(axis=0)
    power = (right * right).sum(axis=0) + 4.0 * len(right)
    return np.asarray((left - right * ((left * right).sum(axis=0) / power)).std(axis=0))


def opacity(found: Difference, patch: Patch) -> float | None:
    """Share of the reference's changes over time that the patch does not let through."""
    if patch.on.sum() < 5:
        return None
    left, right = found.query[patch.on], found.reference[patch.on]
    inside = _passed(left[:, patch.cells], right[:, patch.cells])
    outside = _passed(left[:, found.covered & ~patch.cells], right[:, found.covered & ~patch.cells])
    if inside is None or outside is None or outside < 0.2:
        return None
    return float(np.clip(1 - inside / outside, 0, 1))


def _passed(left: Grey, right: Grey) -> float | None:
    """Share of the reference's movement that the query lets through; None where little moves."""
    left, right = left - left.mean(axis=0), right - right.mean(axis=0)
    power = (right * right).sum(axis=0)
    moving = power > 25.0 * len(right)
    if moving.sum() < 10:
        return None
    return float(np.median((left * right).sum(axis=0)[moving] / power[moving]))


def explained_at_other_times(found: Difference, patch: Patch) -> float:
    """Whether another timestamp of the reference nearby explains the patch; 1 where none does."""
    cut = bounding_slices(patch.cells)
    cells = patch.cells[cut]
    ratios = []
    for k in spread_instants(patch, INSTANTS):
        moment = float(found.reference_times[k])
        near = np.flatnonzero(np.abs(found.scene.reference.times - moment) <= ELSEWHEN_S)
        if len(near) < 2:
            return 1.0
        left = found.query[k][cut]
        here = _unexplained(left, [found.reference[k][cut]], cells)
        moved = found.scene.views([int(i) for i in near])
        others = [_unexplained(left, [one[cut]], cells) for one in moved]
        ratios.append(min(others) / max(here, 0.05))
    return float(np.median(ratios))


def _unexplained(left: Grey, rights: list[Grey], cells: NDArray[np.bool_]) -> float:
    remainder, texture_l, texture_r = remains(left, rights)
    texture = np.maximum(texture_l, texture_r)
    return float(remainder[cells].sum() / max(1.0, texture[cells].sum()))
