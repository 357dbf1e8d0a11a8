"""Does the part of the known picture that the item shows move or change size over time?

Each instant gets a transform of its own. One crop held over the whole match gives the same
transform everywhere but for noise; a moving one gives a smooth path. A moving camera held against
a slightly wrong moment also shifts the picture, but at random from instant to instant, and it does
not change the size.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.geometry import Matrix, Pairs, apply
from hashing.placing import PLENTY, Placement, correspondences, instants
from hashing.reel import Reel
from hashing.types import Edit, Seconds

FIRST = 4  # instants with a transform of their own under which nothing is said
INSTANTS = 10
SUPPORT = 12  # correspondences that one instant's own transform needs
CHANCE = 0.25  # of the best instant's support
MOVED = 0.02  # of the item's frame, or of the size
NEAR_PX = 3.0
SMOOTH = 0.8  # share of the path's variance that a parabola explains


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """One instant's putative correspondences, in pixels."""

    time: Seconds  # of the query
    pairs: Pairs

    def near(self, matrix: Matrix) -> Pairs:
        """Those that a transform explains."""
        good = np.hypot(*(apply(matrix, self.pairs.reference) - self.pairs.query).T) <= NEAR_PX
        return Pairs(self.pairs.query[good], self.pairs.reference[good])


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one instant places the known picture, against where the common transform does."""

    time: Seconds  # of the query
    x: float  # shift of the frame's centre, shares of the frame
    y: float
    size: float  # log of the scale


def correspond(
    query: Reel,
    reference: Reel,
    placement: Placement,
    indices: list[tuple[int, int]] | None = None,
) -> list[Held]:
    """Putative correspondences at some instants; at those that placing used, if none are named."""
    wanted = indices or [(pair.query_index, pair.reference_index) for pair in placement.pairs]
    mirrored = placement.transform.mirrored
    coarse = placement.transform.inliers >= PLENTY  # then placing found them so, and kept them
    return [
        Held(
            float(query.times[q]),
            correspondences(query, reference, (q, r), mirrored, coarse=coarse),
        )
        for q, r in sorted(set(wanted))
    ]


def moving_crop(
    query: Reel, reference: Reel, placement: Placement, held: list[Held]
) -> Edit | None:
    """The moving crop, if there is one. held: what `correspond` gives for the placement."""
    if len(query.times) < 2 or len(reference.times) < 2:
        return None
    if not _stirs(stands(held, placement.transform.matrix, query.size)):
        return None
    moments = instants(placement.lines, INSTANTS)
    more = [(query.nearest(tq), reference.nearest(tr)) for tq, tr in moments]
    again = correspond(query, reference, placement, more)
    path = stands(again, placement.transform.matrix, query.size)
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


def stands(held: list[Held], matrix: Matrix, size: tuple[int, int]) -> list[Stand]:
    """Each instant's own placement; instants without enough support are left out.

    matrix: the common transform. size: the query's (width, height).
    """
    out: list[tuple[int, Stand]] = []
    centre = (np.array(size) - 1) / 2
    for one in held:
        if len(one.pairs.query) < SUPPORT:
            continue
        expected = apply(matrix, one.pairs.reference)
        cv2.setRNGSeed(1)
        own, inliers = cv2.estimateAffinePartial2D(
            expected, one.pairs.query.astype(np.float64), ransacReprojThreshold=2.0, maxIters=800
        )
        if own is None or inliers.sum() < SUPPORT:
            continue
        scale = float(np.sqrt(abs(np.linalg.det(own[:, :2]))))
        if not 0.3 < scale < 3:
            continue
        x, y = (own @ np.append(centre, 1.0) - centre) / size
        stand = Stand(one.time, float(x), float(y), float(np.log(scale)))
        out.append((int(inliers.sum()), stand))
    # an instant with far less support than the others is a chance find
    enough = CHANCE * max((count for count, _ in out), default=0)
    return [stand for count, stand in out if count >= enough]


def _stirs(path: list[Stand]) -> bool:
    """Whether a few instants drift at all, which is worth a closer look."""
    if len(path) < 3:
        return False
    at, table = _table(path)
    for values in table:
        span, left, explained = _drift(at, values, 1 if len(path) < 5 else 2)
        if span >= 0.6 * MOVED and span >= 2.5 * left and explained >= 0.6:
            return True
    return False


def _table(path: list[Stand]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N,) times scaled to a length of 1, and (3, N) shifts and sizes."""
    times = np.array([one.time for one in path])
    at = (times - times.mean()) / max(1e-6, float(np.ptp(times)))
    return at, np.array([[one.x, one.y, one.size] for one in path]).T


def _drift(
    at: NDArray[np.float64], values: NDArray[np.float64], degree: int
) -> tuple[float, float, float]:
    """How far a smooth path goes, what it leaves over, and the share of variance it explains."""
    smooth = np.polyval(np.polyfit(at, values, degree), at)
    rest = float(((values - smooth) ** 2).sum())
    left = float(np.sqrt(rest / max(1, len(at) - degree - 1)))
    explained = 1 - rest / max(1e-12, float(((values - values.mean()) ** 2).sum()))
    return float(np.ptp(smooth)), left, explained


def _path(path: list[Stand]) -> tuple[float, float, float] | None:
    """Shift, growth and noise of a smooth path; None if the instants stand still or only jitter."""
    if len(path) < FIRST:
        return None
    times = np.array([one.time for one in path])
    if np.ptp(times) < 0.5:
        return None
    at, table = _table(path)
    spans, noises = [], []
    for values in table:
        span, left, explained = _drift(at, values, 2 if len(path) >= 6 else 1)
        moves = span >= MOVED and span >= 5 * left and explained >= SMOOTH
        spans.append(span if moves else 0.0)
        noises.append(left)
    if not any(spans):
        return None
    sizes = np.array([one.size for one in path])
    rising = sizes[np.argmax(times)] >= sizes[np.argmin(times)]
    growth = float(np.exp(spans[2] if rising else -spans[2]))
    return float(np.hypot(spans[0], spans[1])), growth, max(noises)
