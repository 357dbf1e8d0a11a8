"""A place that starts to differ from the known copy, goes on for seconds, and stops: a step.

A change of the scene may be faint at every instant and still be plain over time. An honest copy
differs at one place now as it does later: blur, noise and misplaced edges stay what they are, and
what moves passes. So the instants of a stretch are pooled and held against those before and after
it, at the same place, and the rise there against the rises at all other places of the picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.explain.difference.residual import Difference
from hashing.explain.regions.find_patches import SHORTEST_S, Patch
from hashing.imaging.connected_components import fill_holes
from hashing.types import Seconds

CLIPPED = 4.0  # excess; one instant must not stand for all
PLACE_PX = 7  # on the grid: places are looked at in windows of this side
STRIDE_PX = 3  # between them
FEWEST_ON, FEWEST_OFF = 4, 3  # instants in the stretch, and outside of it
JOINS = 0.4  # share of the rise in the middle of a place from which cells beside belong to it
RIM_PX = 4  # that comparing in windows, and smoothing, adds around a place
ROOM = 0.6  # share of a window that has to be free to be compared with
EVENEST = 0.1  # excess: smaller rises elsewhere are no measure

type Cells = NDArray[np.bool_]  # (h, w)
type Map = NDArray[np.float32]  # (h, w)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """The clearest step of a picture."""

    patch: Patch
    gain: float  # mean excess of its core in the stretch, less that outside of it
    contrast: float  # gain over that of the like place that changes most elsewhere
    parted: float  # share of the instants on their side of the middle, in or outside: the lesser


def step(found: Difference, taken: Cells, shortest: Seconds) -> Step | None:
    """The place and stretch that rise most clearly out of their own past and future.

    taken: cells (h, w) that are not looked at, such as what was laid over the picture.
    shortest: of the stretch. None for stills and where there are too few instants.
    """
    kept = np.flatnonzero(found.usable)
    if len(kept) < FEWEST_ON + FEWEST_OFF:
        return None
    free = found.covered & ~_grown(taken)  # what lies over the picture differs anyhow
    excess = np.clip(found.excess[kept], 0, CLIPPED) * free
    best = _clearest(excess, free, _long_enough(found.times[kept], shortest))
    if best is None:
        return None
    first, last, middle = best
    on = np.zeros(len(kept), bool)
    on[first : last + 1] = True
    rise = cv2.blur(excess[on].mean(axis=0) - excess[~on].mean(axis=0), (3, 3)) * free
    cells = _around(np.asarray(rise, np.float32), middle)
    if cells is None:
        return None
    level = excess[:, cells].mean(axis=1)  # (n,)
    high = level > (float(level[on].mean()) + float(level[~on].mean())) / 2
    seen = kept[high & on]
    if not len(seen):
        return None
    shown = np.zeros(len(found.times), bool)
    shown[seen] = True
    patch = Patch(
        cells=cells,
        first=int(seen[0]),
        last=int(seen[-1]),
        on=shown,
        share=float(len(seen) / len(kept)),
        strength=float(np.percentile(excess[high & on][:, cells], 75)),
    )
    gain = float(rise[patch.core].mean())
    elsewhere = _most(np.abs(rise), free & ~_grown(cells), patch.core)
    parted = min(float(high[on].mean()), float((~high[~on]).mean()))
    return Step(patch, gain, gain / max(EVENEST, elsewhere), parted)


def _long_enough(times: NDArray[np.float64], shortest: Seconds) -> list[tuple[int, int]]:
    """(first, last) instants of the spans that are long enough for a step."""
    count, pace = len(times), float(np.median(np.diff(times)))
    return [
        (first, last)
        for first in range(count)
        for last in range(first + FEWEST_ON - 1, count)
        if count - (last - first + 1) >= FEWEST_OFF
        and times[last] - times[first] + pace >= shortest
    ]


def _clearest(
    excess: NDArray[np.float32], free: Cells, stretches: list[tuple[int, int]]
) -> tuple[int, int, tuple[int, int]] | None:
    """First and last instant, and the place (row, column), of the step that chance explains least.

    excess: (K, h, w). The rise of a mean over n of K instants is weighed as if they were
    independent: by the root of n (K - n) / K.
    """
    side = (PLACE_PX, PLACE_PX)
    weight = cv2.boxFilter(free.astype(np.float32), -1, side)[::STRIDE_PX, ::STRIDE_PX]
    rows, columns = np.nonzero(weight > ROOM)
    if not len(rows) or not stretches:
        return None
    means = [cv2.boxFilter(one, -1, side)[::STRIDE_PX, ::STRIDE_PX] for one in excess]
    levels = np.stack([one[rows, columns] / weight[rows, columns] for one in means])  # (K, P)
    count = len(levels)
    sums = np.concatenate([np.zeros_like(levels[:1]), levels.cumsum(axis=0)])
    best, found = 0.0, None
    for first, last in stretches:
        length = last + 1 - first
        inside = sums[last + 1] - sums[first]  # (P,)
        rise = inside / length - (sums[-1] - inside) / (count - length)
        at = int(rise.argmax())
        score = float(rise[at]) * float(np.sqrt(length * (count - length) / count))
        if score > best:
            best, found = score, (first, last, at)
    if found is None:
        return None
    first, last, at = found
    return first, last, (int(rows[at]) * STRIDE_PX, int(columns[at]) * STRIDE_PX)


def _around(rise: Map, middle: tuple[int, int]) -> Cells | None:
    """The connected, filled cells around a place that rise with its step."""
    row, column = middle
    reach = PLACE_PX // 2
    near = np.s_[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]
    rising = (rise > JOINS * float(np.median(rise[near]))).astype(np.uint8)
    opened = cv2.morphologyEx(rising, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    labels = np.asarray(cv2.connectedComponents(opened)[1], np.intp)
    here = labels[near][labels[near] > 0]
    return fill_holes(labels == np.bincount(here).argmax()) if len(here) else None


def _most(rise: Map, free: Cells, core: Cells) -> float:
    """The mean rise of the place as large as the core that rises or falls most."""
    side = max(3, int(np.sqrt(core.sum())) | 1)
    weight = cv2.boxFilter(free.astype(np.float32), -1, (side, side))
    means = cv2.boxFilter(np.where(free, rise, 0).astype(np.float32), -1, (side, side))
    places = weight > ROOM
    return float((means[places] / weight[places]).max()) if places.any() else np.inf


def _grown(cells: Cells) -> Cells:
    side = 2 * RIM_PX + 1
    return np.asarray(cv2.dilate(cells.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


TAMPER_S = 2.0  # shortest change of a scene that is reported


OF_ITEM = 0.5  # share of a short item that a step has to last, in place of TAMPER_S


def shortest_step(found: Difference) -> Seconds:
    """Shortest step in time that is tried; the end of a short item may cut one off."""
    return min(TAMPER_S, max(SHORTEST_S, OF_ITEM * float(np.ptp(found.times))))
