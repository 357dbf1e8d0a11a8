"""Does the part of the known picture that the item shows move or change size over time?

Each instant gets a transform of its own. One crop held over the whole match gives the same transform
everywhere but for noise; a moving one gives a smooth path. A moving camera held against a slightly wrong
moment also shifts the picture, but at random from instant to instant, and it does not change the size.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.geometry import Transform, apply, estimate, to_unit
from hashing.placing import Placement, correspondences, instants
from hashing.reel import Reel
from hashing.types import Edit, Segment

FIRST = 4  # instants with a transform of their own under which nothing is said
INSTANTS = 10
SUPPORT = 12  # correspondences that one instant's own transform needs
MOVED = 0.02  # of the item's frame, or of the size
SMOOTH = 0.8  # share of the path's variance that a parabola explains


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one instant places the known picture in the item's frame."""

    time: float  # s, of the query
    x: float  # of the common centre, 0..1 of the frame
    y: float
    size: float  # log of the scale


def moving_crop(
    query: Reel, reference: Reel, placement: Placement, segments: tuple[Segment, ...]
) -> Edit | None:
    """The moving crop, if there is one."""
    if len(query.times) < 2 or len(reference.times) < 2:
        return None
    pairs = [(pair.query_index, pair.reference_index) for pair in placement.pairs]
    if not _stirs(stands(query, reference, placement, pairs)):
        return None
    moments = instants(placement.lines, INSTANTS)
    more = [(query.nearest(tq), reference.nearest(tr)) for tq, tr in moments]
    path = stands(query, reference, placement, more)
    found = _path(path)
    if found is None:
        return None
    shift, growth, noise = found
    measure: dict[str, float | int | str] = {
        "shift": round(shift, 4),
        "zoom": round(growth, 4),
        "instants": len(path),
    }
    parts = []
    if shift >= MOVED:
        parts.append(f"moves by {shift:.0%} of the frame")
    if abs(growth - 1) >= MOVED:
        parts.append(f"changes in size by a factor of {growth:.2f}")
    text = f"The part of the known picture that is shown {' and '.join(parts)} over the match"
    sure = min(0.99, 0.5 + 0.05 * max(shift, abs(growth - 1)) / max(noise, 1e-3))
    return Edit("zoom_pan", sure, measure, text)


def stands(
    query: Reel, reference: Reel, placement: Placement, pairs: list[tuple[int, int]]
) -> list[Stand]:
    """Each instant's own placement, in order of time; instants without enough support are left out."""
    width, height = reference.size
    centre = _centre(placement.transform, query, reference)
    out: dict[int, Stand] = {}
    for pair in pairs:
        part = correspondences(query, reference, pair, placement.transform.mirrored, None)
        own = estimate(part, (width, height), 2.0)
        if own is None or own.inliers < SUPPORT or own.model == "perspective":
            continue
        x, y = apply(to_unit(*query.size) @ own.matrix, centre)[0]
        scale = float(np.sqrt(abs(np.linalg.det(own.matrix[:2, :2]))))
        time = float(query.times[pair[0]])
        out[pair[0]] = Stand(time, float(x), float(y), float(np.log(scale)))
    return [out[index] for index in sorted(out)]


def _centre(transform: Transform, query: Reel, reference: Reel) -> NDArray[np.float64]:
    """(1, 2) the reference pixel that lies in the middle of the item's frame, or nearest to it."""
    middle = np.array([[(query.width - 1) / 2, (query.height - 1) / 2]])
    back = apply(np.linalg.inv(transform.matrix), middle)
    return back.clip([0, 0], [reference.width - 1, reference.height - 1])


def _stirs(path: list[Stand]) -> bool:
    """Whether a few instants differ at all, which is worth a closer look."""
    if len(path) < 3:
        return len(path) > 0
    table = np.array([[one.x, one.y, one.size] for one in path])
    spread: NDArray[np.float64] = np.ptp(table, axis=0)
    return bool(spread.max() >= 0.6 * MOVED)


def _path(path: list[Stand]) -> tuple[float, float, float] | None:
    """Shift, growth and noise of a smooth path; None where the instants stand still or only jitter."""
    if len(path) < FIRST:
        return None
    times = np.array([one.time for one in path])
    if np.ptp(times) < 0.5:
        return None
    at = (times - times.mean()) / np.ptp(times)
    degree = 2 if len(path) >= 6 else 1
    spans, noises = [], []
    for values in np.array([[one.x, one.y, one.size] for one in path]).T:
        smooth = np.polyval(np.polyfit(at, values, degree), at)
        left = float(np.sqrt(((values - smooth) ** 2).sum() / max(1, len(at) - degree - 1)))
        span = float(np.ptp(smooth))
        explained = 1 - float(
            ((values - smooth) ** 2).sum() / max(1e-12, ((values - values.mean()) ** 2).sum())
        )
        moves = span >= MOVED and span >= 5 * left and explained >= SMOOTH
        spans.append(span if moves else 0.0)
        noises.append(left)
    if not any(spans):
        return None
    sizes = np.array([one.size for one in path])
    rising = sizes[np.argmax(times)] >= sizes[np.argmin(times)]
    growth = float(np.exp(spans[2] if rising else -spans[2]))
    return float(np.hypot(spans[0], spans[1])), growth, max(noises)
