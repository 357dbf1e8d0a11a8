"""The way of a crop window over the known picture: what was shown at each instant, if it moves.

A moving crop has a transform for each instant: the one that all have in common, and a window of it
that slides and grows. Windows are measured one instant at a time (RANSAC, OpenCV) and must lie on a
smooth path, which is fitted by penalised least squares (Whittaker, 1923; Eilers, Anal. Chem. 2003),
reweighted so that no stray instant bends it. Someone's moving crop is smooth, upright and steady;
two recordings of one scene, held against each other, lean and jump from instant to instant.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.imaging.homography import Matrix, Pairs, apply
from hashing.types import Seconds

SUPPORT = 8  # correspondences that one instant's own window needs
CHANCE = 0.25  # of the best instant's support: fewer are a chance find
FEWEST = 5  # windows under which nothing is said of a path
SHORTEST_S = 0.8
KNOT_S = 0.25  # between the path's knots, at least
MOST_KNOTS = 60
STIFF_S = 0.15  # moves slower than some six times this are followed; quicker ones are noise
BEYOND_S = 0.4  # of the first and last window, that a path is carried on
MOVED = 0.02  # of the item's frame, or of the size
JITTER = 0.004  # of the frame: what a path may leave over at half of its windows
ON_PATH = 0.012  # of the frame, within which a window lies on the path
BENDS = 0.06  # … or of how far the path goes: where it turns, it is rounded off
MOSTLY = 0.8  # of the windows lie on it
LEAN_DEG = 0.35  # that half of the windows may lean, by their own noise
NEAR_PX = 2.0

# size, x, y: the item's pixel p shows what lies at size * p + (x, y) under the common transform
type Window = NDArray[np.float64]  # (3,)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """One instant's putative correspondences, in pixels."""

    time: Seconds  # of the query
    pairs: Pairs

    def near(self, matrix: Matrix, reach_px: float = 3.0) -> Pairs:
        """Those that a transform explains."""
        good = np.hypot(*(apply(matrix, self.pairs.reference) - self.pairs.query).T) <= reach_px
        return Pairs(self.pairs.query[good], self.pairs.reference[good])


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one instant shows, by itself."""

    time: Seconds  # of the query
    window: Window
    lean_deg: float  # by how much it is turned against the common transform
    support: int


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """The transform at every moment: reference pixels -> query pixels."""

    times: NDArray[np.float64]  # (K,) query moments, ascending
    windows: NDArray[np.float64]  # (K, 3)
    common: Matrix  # reference pixels -> the pixels that windows are in
    size: tuple[int, int]  # (width, height) of the query's picture

    def window(self, time: Seconds) -> Window:
        """The window at a moment; beyond the path's ends, the one there."""
        return np.array([np.interp(time, self.times, one) for one in self.windows.T])

    @property
    def middle(self) -> Matrix:
        """The transform half way."""
        return self.at((self.times[0] + self.times[-1]) / 2)

    def at(self, time: Seconds) -> Matrix:
        """Reference pixels -> query pixels at a moment."""
        size, x, y = self.window(time)
        matrix = np.array([[1, 0, -x], [0, 1, -y], [0, 0, size]]) / size @ self.common
        scaled: Matrix = matrix / matrix[2, 2]
        return scaled

    def based_on(self, common: Matrix, time: Seconds) -> "Path":
        """The same path where the transform at a moment was measured better."""
        onto = self.window(time)
        back = np.array([[onto[0], 0, onto[1]], [0, onto[0], onto[2]], [0, 0, 1.0]])
        return replace(self, common=back @ common)


def seen(held: list[Held], common: Matrix) -> list[Seen]:
    """Each instant's own window; instants without enough support are left out."""
    found = [one for one in (seen_alone(one, common) for one in held) if one is not None]
    enough = CHANCE * max((one.support for one in found), default=0)
    return [one for one in found if one.support >= enough]


def seen_alone(held: Held, common: Matrix) -> Seen | None:
    """One instant's own window; None where too few correspondences agree on one."""
    if len(held.pairs.query) < SUPPORT:
        return None
    there = apply(common, held.pairs.reference)
    here = held.pairs.query.astype(np.float64)
    cv2.setRNGSeed(1)
    own, inliers = cv2.estimateAffinePartial2D(
        here, there, ransacReprojThreshold=NEAR_PX, maxIters=2000
    )
    if own is None or inliers.sum() < SUPPORT:
        return None
    lean = float(np.degrees(np.arctan2(own[1, 0], own[0, 0])))
    good = inliers.ravel().astype(bool)
    window = _upright(here[good], there[good])
    for _ in range(2):
        off = np.hypot(*(window[0] * here + window[1:] - there).T)
        good = off <= NEAR_PX
        if good.sum() < SUPPORT:
            return None
        window = _upright(here[good], there[good])
    if not 0.25 < window[0] < 4:
        return None
    return Seen(held.time, window, lean, int(good.sum()))


def _upright(here: NDArray[np.float64], there: NDArray[np.float64]) -> Window:
    """Least squares for one size and a shift."""
    from_middle, to_middle = here.mean(axis=0), there.mean(axis=0)
    a, b = here - from_middle, there - to_middle
    size = float((a * b).sum() / max(1e-9, float((a * a).sum())))
    shift = to_middle - size * from_middle
    return np.array([size, shift[0], shift[1]])


def fitted(
    found: list[Seen], common: Matrix, size: tuple[int, int], start: Seconds, end: Seconds
) -> Path | None:
    """The smooth path from `start` to `end` on which these windows lie; None if they do not.

    size: the query's (width, height). A path that hardly moves is one too: see `travel`.
    """
    if len(found) < FEWEST or found[-1].time - found[0].time < SHORTEST_S:
        return None
    if float(np.median([abs(one.lean_deg) for one in found])) > LEAN_DEG:
        return None
    times = np.array([one.time for one in found])
    # not much further than windows were seen: an end that is carried on goes anywhere
    start, end = max(start, times[0] - BEYOND_S), min(end, times[-1] + BEYOND_S)
    knots = np.linspace(start, end, int(np.clip((end - start) / KNOT_S, 4, MOST_KNOTS)) + 1)
    # where a window's corners lie moves evenly, and says size and place in one unit
    sides = np.array([corners(one.window, size) for one in found])  # (N, 4)
    smooth, off = _smoothed(times, sides, knots)
    windows = np.array([_window(one, size) for one in smooth])
    if windows[:, 0].min() <= 0.1:
        return None
    path = Path(knots, windows, common, size)
    left = np.abs(off).max(axis=1) / max(size)  # (N,)
    near = left <= max(ON_PATH, BENDS * travel(path))
    return path if float(np.median(left)) <= JITTER and near.mean() >= MOSTLY else None


def travel(path: Path) -> float:
    """How far a side of the window goes, as a share of the item's frame."""
    sides = np.array([corners(one, path.size) for one in path.windows])
    return float(np.ptp(sides, axis=0).max() / max(path.size))


def along(path: Path, held: list[Held]) -> int:
    """How many correspondences agree along a path."""
    return sum(len(one.near(path.at(one.time), NEAR_PX).query) for one in held)


def best_fixed(held: list[Held], fixed: list[Matrix]) -> int:
    """How many agree under the best of some transforms, held throughout."""
    return max(sum(len(one.near(matrix, NEAR_PX).query) for one in held) for matrix in fixed)


def corners(window: Window, size: tuple[int, int]) -> NDArray[np.float64]:
    """(4,) left, top, right, bottom of the item's frame, in common pixels."""
    scale, x, y = window
    return np.array([x, y, x + scale * size[0], y + scale * size[1]])


def _window(sides: NDArray[np.float64], size: tuple[int, int]) -> Window:
    """The other way: of the one size that fits both sides."""
    x0, y0, x1, y1 = sides
    scale = ((x1 - x0) * size[0] + (y1 - y0) * size[1]) / (size[0] ** 2 + size[1] ** 2)
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    return np.array([scale, middle[0] - scale * size[0] / 2, middle[1] - scale * size[1] / 2])


def _smoothed(
    times: NDArray[np.float64], values: NDArray[np.float64], knots: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(K, M) values at the knots, and what (N, M) samples are off the lines between them."""
    step = float(knots[1] - knots[0])
    design = np.array([np.interp(times, knots, one) for one in np.eye(len(knots))]).T  # (N, K)
    bend = np.diff(np.eye(len(knots)), 2, axis=0)
    density = len(times) / len(knots)
    stiff = density * (STIFF_S / step) ** 4 * bend.T @ bend
    weights = np.ones(len(times))
    smooth = np.zeros((len(knots), values.shape[1]))
    off = values
    for _ in range(5):
        weighted = design.T * weights
        smooth = np.linalg.solve(weighted @ design + stiff, weighted @ values)
        off = values - design @ smooth
        far = np.abs(off).max(axis=1)
        usual = max(0.3, 2.0 * float(np.median(far)))  # px
        weights = 1 / (1 + (far / usual) ** 2) ** 2
    return smooth, off
