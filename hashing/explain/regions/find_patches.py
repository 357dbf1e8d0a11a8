"""A difference -> compact places where it lasts: patches of picture and time.

A patch is what an overlay or a change of the scene leaves: cells that lie together, and differ at
the same instants for a while. What flickers, or hugs the rim of the picture in a thin line, is
none.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.explain.difference.residual import DIFFERS, Difference
from hashing.imaging.boxes import area_of
from hashing.imaging.connected_components import (
    bounding_box,
    bounding_slices,
    fill_holes,
    frame_extents,
    label_runs,
    label_volume,
)
from hashing.types import Box

type Cells = NDArray[np.bool_]  # (h, w)

FAINT = 1.1  # mean excess of a place under which nothing is there
GROWS = 1.5  # typical excess from which cells beside a patch belong to it
ALWAYS = 0.6  # share of the instants from which a cell belongs to a lasting patch
SMALLEST = 0.0012  # of the query's picture: half a line of small text
THINNEST_PX = 3  # on the grid; misplaced edges and rims are thinner
SHORTEST_S = 1.2
FEWEST_INSTANTS = 3
REACH_PX = 2  # strokes and fragments this near to each other are one patch


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Cells that differ together, and when."""

    cells: NDArray[np.bool_]  # (h, w) on the difference's grid, filled
    first: int  # of the difference's instants
    last: int  # included
    on: NDArray[np.bool_]  # (K,) instants at which it is seen
    share: float  # of the usable instants at which it is seen, 0..1
    strength: float  # median excess of its differing cells while it is seen
    outline: Box | None = None  # its sides, where they were measured finer than the grid is

    @property
    def box(self) -> Box:
        """In the query's picture, 0..1."""
        if self.outline is not None:
            return self.outline
        return bounding_box(self.core)

    @property
    def area(self) -> float:
        """Share of the query's picture."""
        if self.outline is not None:
            return area_of(self.outline)
        return float(self.core.mean())

    @property
    def core(self) -> Cells:
        """The cells without what comparing in windows adds around; the picture's rim is kept."""
        core = cv2.erode(self.cells.astype(np.uint8), _square(3)) > 0
        return np.asarray(core if core.any() else self.cells, bool)

    @property
    def fill(self) -> float:
        """Share of the box around its cells that they fill."""
        return float(self.cells[bounding_slices(self.cells)].mean())


def patches(found: Difference) -> list[Patch]:
    """Find the patches of a difference: lasting ones, then passing ones; the larger first."""
    if not found.usable.any():
        return []
    lasting = _regions(found.share > ALWAYS)
    out = [_patch(found, region) for region in lasting]
    if len(found.times) >= FEWEST_INSTANTS:
        taken = np.zeros(found.covered.shape, np.uint8)
        for region in lasting:
            taken |= region.astype(np.uint8)
        free = cv2.dilate(taken, _square(2 * REACH_PX + 1)) == 0
        out += _passing(found, free)
    return _merged(found, [one for one in out if one is not None])


def _passing(found: Difference, free: NDArray[np.bool_]) -> list[Patch | None]:
    """Patches that are seen for a part of the time: joined over cells and instants."""
    kept = np.flatnonzero(found.usable)
    differs = (found.excess[kept] > DIFFERS) & free
    around = np.stack([differs[max(0, k - 1) : k + 2].mean(axis=0) for k in range(len(kept))])
    steady = around > 0.6
    around_px = _square(2 * REACH_PX + 1)
    grown = [np.asarray(cv2.dilate(one.astype(np.uint8), around_px), np.uint8) for one in steady]
    labels = label_volume(np.stack(grown))
    out = []
    for label, (first, last) in enumerate(frame_extents(labels), start=1):
        part = (labels[first : last + 1] == label) & steady[first : last + 1]
        if last - first + 1 < FEWEST_INSTANTS or not part.any():
            continue
        for region in _regions(part.mean(axis=0) > 0.35):
            out.append(_patch(found, region, int(kept[first]), int(kept[last])))
    return out


def _regions(cells: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Connected, filled regions that are large and thick enough, the largest first."""
    height, width = cells.shape
    near = cv2.morphologyEx(cells.astype(np.uint8), cv2.MORPH_CLOSE, _square(2 * REACH_PX + 1))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near)
    out = []
    for label in range(1, count):
        _, _, w, h, area = stats[label]
        if area < SMALLEST * height * width or min(w, h) < THINNEST_PX:
            continue
        region = fill_holes(labels == label)
        if cv2.erode(region.astype(np.uint8), _square(THINNEST_PX)).any():
            out.append(region)
    return sorted(out, key=lambda one: -int(one.sum()))


def _patch(
    found: Difference, region: Cells, first: int = 0, last: int | None = None
) -> Patch | None:
    """A region with its time, grown to all that differs there in that time."""
    differing = (found.excess[:, region] > DIFFERS).mean(axis=1)  # (K,)
    typical = float(np.percentile(differing[found.usable], 90))
    near = np.zeros_like(found.usable)
    near[max(0, first - 1) : len(near) if last is None else last + 2] = True
    on = found.usable & near & (differing > max(0.15, 0.4 * typical))
    if not _lasts(found, on):
        return None
    grown = _grown(found, region, on)
    excess = found.excess[on][:, grown]
    on = _extended(found, grown, on)
    seen = np.flatnonzero(on)
    return Patch(
        cells=grown,
        first=int(seen[0]),
        last=int(seen[-1]),
        on=on,
        share=float(on.sum() / found.usable.sum()),
        strength=float(np.percentile(excess, 75)),
    )


def _extended(found: Difference, cells: Cells, on: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The instants, and those beside them at which the place differs half as much."""
    level = found.excess[:, cells].mean(axis=1)  # (K,)
    also = found.usable & (level > max(FAINT, 0.5 * float(np.median(level[on]))))
    labels = label_runs(also | on | ~found.usable)
    return np.asarray(np.isin(labels, np.unique(labels[on])) & (also | on), bool)


def _lasts(found: Difference, on: NDArray[np.bool_]) -> bool:
    seen = np.flatnonzero(on)
    if len(found.times) == 1 or not len(seen):
        return bool(len(seen))
    if len(seen) < min(FEWEST_INSTANTS, int(found.usable.sum())):
        return False
    lasted = found.times[seen[-1]] - found.times[seen[0]]
    return bool(lasted >= min(SHORTEST_S, 0.5 * float(np.ptp(found.times))))


def _grown(found: Difference, region: Cells, on: NDArray[np.bool_]) -> Cells:
    """The region and the cells joined to it that differ less clearly, as at low contrast."""
    typical = found.excess[on].mean(axis=0)
    also = (typical > GROWS).astype(np.uint8) | region.astype(np.uint8)
    joined = cv2.morphologyEx(also, cv2.MORPH_CLOSE, _square(3))
    _, labels = cv2.connectedComponents(joined)
    here = np.isin(labels, np.unique(labels[region]))
    opened = cv2.morphologyEx(here.astype(np.uint8), cv2.MORPH_OPEN, _square(3)) > 0
    return fill_holes(np.asarray(opened | region, bool))


def _merged(found: Difference, parts: list[Patch]) -> list[Patch]:
    """Patches that grew into one another at the same time as one."""
    out: list[Patch] = []
    for part in sorted(parts, key=lambda one: -int(one.cells.sum())):
        for index, other in enumerate(out):
            both = float((part.on & other.on).sum())
            shared = float((part.cells & other.cells).sum())
            if shared > 0.3 * part.cells.sum() and both > 0.5 * min(part.on.sum(), other.on.sum()):
                cells = part.cells | other.cells
                again = _patch(
                    found, cells, min(part.first, other.first), max(part.last, other.last)
                )
                out[index] = again or other
                break
        else:
            out.append(part)
    return out


def _square(side: int) -> NDArray[np.uint8]:
    return np.ones((side, side), np.uint8)
