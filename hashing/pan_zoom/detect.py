"""Does the part of the known picture that the item shows move or change size over time?

Each instant gets a window of its own (crop_path.py). One crop held over the whole match gives the
same everywhere but for noise; a moving one gives a smooth path. A moving camera held against a
slightly wrong moment also shifts the picture, but at random from instant to instant, and it does
not change the size.
"""

import numpy as np
from numpy.typing import NDArray

from hashing.align.crop_path import MOVED, NEAR_PX, Held, Path, corners, seen
from hashing.align.spatiotemporal import PLENTY, Placement, correspondences
from hashing.describe.frame_cache import Reel
from hashing.explain.difference.visible_area import SIDES, Extent, shared_area, shared_box
from hashing.imaging.homography import Transform, apply, estimate, normalised
from hashing.types import Box, Edit, Homography

MORE = 1.15  # times as many points agree instant by instant as under one transform
STIRS = 0.6  # share of the windows' variance that a drift explains
PLACES = 9  # moments of a path at which what is shown is measured


def correspond(query: Reel, reference: Reel, placement: Placement) -> list[Held]:
    """Putative correspondences at the instants that placing used, in the query's order."""
    mirrored = placement.transform.mirrored
    coarse = placement.transform.inliers >= PLENTY  # then placing found them so, and kept them
    pairs = {(pair.query_index, pair.reference_index): pair for pair in placement.pairs}
    out = []
    for indices, pair in sorted(pairs.items()):
        found = pair.held
        if found is None:
            found = correspondences(query, reference, indices, mirrored, coarse=coarse)
        out.append(Held(float(query.times[indices[0]]), found))
    return out


def stirs(query: Reel, reference: Reel, placement: Placement) -> bool:
    """Whether the instants that placing used drift at all, which is worth a closer look."""
    if min(len(query.times), len(reference.times)) < 2:
        return False
    held = correspond(query, reference, placement)
    common = plain(query, reference, placement, held).matrix
    found = seen(held, common)
    if len(found) < 3:
        return False
    own = sum(one.support for one in found)
    matrices = (common, placement.transform.matrix)
    still = max(sum(len(one.near(matrix, NEAR_PX).query) for one in held) for matrix in matrices)
    if own < MORE * still:
        return False
    times = np.array([one.time for one in found])
    at = (times - times.mean()) / max(1e-6, float(np.ptp(times)))
    sides = np.array([corners(one.window, query.size) for one in found]) / max(query.size)
    degree = 1 if len(found) < 5 else 2
    return any(_drifts(at, values, degree) for values in sides.T)


def plain(
    query: Reel, reference: Reel, placement: Placement, held: list[Held] | None = None
) -> Transform:
    """A transform without perspective that fits at least one instant.

    The common one of a crop that moves is a compromise, which leans.
    """
    if placement.transform.model == "axis":
        return placement.transform
    held = held if held is not None else correspond(query, reference, placement)
    options = [estimate(one.pairs, reference.size) for one in held]
    found = [one for one in options if one is not None and one.model != "perspective"]
    ranked = sorted(found, key=lambda one: (one.model != "axis", -one.inliers))
    return ranked[0] if ranked else placement.transform


def _drifts(at: NDArray[np.float64], values: NDArray[np.float64], degree: int) -> bool:
    smooth = np.polyval(np.polyfit(at, values, degree), at)
    rest = float(((values - smooth) ** 2).sum())
    left = float(np.sqrt(rest / max(1, len(at) - degree - 1)))
    explained = 1 - rest / max(1e-12, float(((values - values.mean()) ** 2).sum()))
    span = float(np.ptp(smooth))
    return span >= STIRS * MOVED and span >= 2.5 * left and explained >= STIRS


def homographies(
    path: Path, reference_size: tuple[int, int], times: NDArray[np.float64]
) -> list[Homography]:
    """The contract's homographies at some moments of the query."""
    return [normalised(path.at(float(time)), path.size, reference_size) for time in times]


def zoom_pan(reference: Reel, placement: Placement, shown: Extent) -> Edit | None:
    """The moving crop as an edit. shown: where in the item's frame the known picture is seen.

    The edit's box is that place, where it is not all of the frame.
    """
    path = placement.path
    if path is None:
        return None
    start = min(line.start for line in placement.lines)
    end = max(line.end for line in placement.lines)
    times = np.linspace(start, end, PLACES)
    outlines = [
        apply(np.linalg.inv(np.array(one)), _around(shown.box))
        for one in homographies(path, reference.size, times)
    ]
    areas = [shared_area(one) for one in outlines]
    first, last = path.window(start)[0], path.window(end)[0]
    growth = float(first / last)  # of what is shown: a smaller window shows it larger
    middles = np.array([one.mean(axis=0) for one in outlines])
    shift = float(np.hypot(*np.ptp(middles, axis=0)))
    measure: dict[str, float | int | str] = {
        "shift": round(shift, 4),
        "zoom": round(growth, 4),
        "kept_area_least": round(min(areas), 4),
        "kept_area_most": round(max(areas), 4),
    }
    for name, seen_box in (("from", shared_box(outlines[0])), ("to", shared_box(outlines[-1]))):
        sides = zip(SIDES, seen_box, strict=True)
        measure |= {f"{name}_{side}": round(value, 4) for side, value in sides}
    parts = []
    if shift >= MOVED:
        parts.append(f"moves by {shift:.0%} of the known picture")
    if abs(growth - 1) >= MOVED:
        parts.append(f"changes in size by a factor of {growth:.2f}")
    if not parts:
        parts.append("moves back and forth")
    text = (
        f"The part of the known picture that is shown {' and '.join(parts)} over the match; "
        f"{_range(min(areas), max(areas))} of the known picture's area is left"
    )
    box = None if shown.box == (0.0, 0.0, 1.0, 1.0) else shown.box
    return Edit("zoom_pan", 0.95, measure, text, box=box)


def _range(least: float, most: float) -> str:
    return f"{least:.0%}" if most - least < 0.02 else f"{least:.0%} to {most:.0%}"


def _around(box: Box) -> NDArray[np.float64]:
    x0, y0, x1, y1 = box
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])


def visible_at(homography: Homography, box: Box | None) -> Box:
    """What the item shows of the known picture in a part of its frame; None for all of it."""
    outline = apply(np.linalg.inv(np.array(homography)), _around(box or (0.0, 0.0, 1.0, 1.0)))
    return shared_box(outline)
