"""The path of a moving crop's window over the reference frame.

A moving crop has a transform for each timestamp: one common to all, and a window of it that moves
and changes size. Windows are measured for one frame pair at a time (RANSAC, OpenCV) and must lie on
a smooth path, fitted by penalised least squares (Whittaker, 1923; Eilers, Anal. Chem. 2003) and
reweighted so that no outlier bends it. A crop that someone moved is smooth and not rotated; two
recordings of one scene rotate and jump from frame to frame.

Thresholds here were set by hand on the development benchmark.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.imaging.homography import Matrix, apply_transform
from hashing.imaging.keypoints import Correspondences
from hashing.types import Seconds

__all__ = [
    "MIN_TRAVEL",
    "MIN_WINDOWS",
    "WINDOW_INLIER_PX",
    "CropPath",
    "FrameMatches",
    "count_fixed_inliers",
    "count_path_inliers",
    "fit_path",
    "measure_window",
    "measure_windows",
    "path_travel",
    "window_edges",
]

MIN_WINDOW_INLIERS = 8  # correspondences that agree on one frame pair's window
MIN_INLIERS_OF_BEST = 0.25  # of the best frame pair's inliers: fewer are chance
MIN_WINDOWS = 5  # fewer measured windows give no path
MIN_PATH_S = 0.8
KNOT_SPACING_S = 0.25  # between the path's knots, at most MAX_KNOTS of them
MAX_KNOTS = 60
SMOOTHING_S = 0.15  # movements slower than about six times this are followed, faster ones smoothed
MAX_EXTRAPOLATION_S = 0.4  # of the path beyond the first and the last measured window
MIN_TRAVEL = 0.02  # of the query's longest side; below, a crop does not move
MAX_MEDIAN_RESIDUAL = 0.004  # of the query's longest side
MAX_WINDOW_RESIDUAL = 0.012  # of the query's longest side, within which a window lies on the path
MAX_RESIDUAL_PER_TRAVEL = 0.06  # … or of the path's travel: its turns are rounded off
MIN_SHARE_ON_PATH = 0.8  # of the measured windows
MAX_MEDIAN_ROTATION_DEG = 0.35  # measurement noise of an unrotated crop
WINDOW_INLIER_PX = 2.0

# size, x, y: the query's pixel p shows what lies at size * p + (x, y) under the common transform
type Window = NDArray[np.float64]  # (3,)


@dataclass(frozen=True, slots=True, eq=False)
class FrameMatches:
    """The putative correspondences of one frame pair, in pixels."""

    time: Seconds  # of the query
    pairs: Correspondences

    def inliers(self, matrix: Matrix, tolerance_px: float = 3.0) -> Correspondences:
        """Those that `matrix` (reference -> query) maps to within `tolerance_px`."""
        near = (
            np.hypot(*(apply_transform(matrix, self.pairs.reference) - self.pairs.query).T)
            <= tolerance_px
        )
        return Correspondences(self.pairs.query[near], self.pairs.reference[near])


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredWindow:
    """The window that one frame pair shows, measured by itself."""

    time: Seconds  # of the query
    window: Window
    rotation_deg: float  # relative to the common transform
    inliers: int


@dataclass(frozen=True, slots=True, eq=False)
class CropPath:
    """A moving crop: for any timestamp, a transform from reference to query pixels."""

    times: NDArray[np.float64]  # (K,) query timestamps, ascending
    windows: NDArray[np.float64]  # (K, 3)
    common: Matrix  # reference pixels -> the pixels that windows are in
    size: tuple[int, int]  # (width, height) of the query's frame

    def window_at(self, time: Seconds) -> Window:
        """The window at a timestamp of the query; beyond the path's ends, the last one."""
        return np.array([np.interp(time, self.times, column) for column in self.windows.T])

    @property
    def middle_transform(self) -> Matrix:
        """The transform half way along the path."""
        return self.transform_at((self.times[0] + self.times[-1]) / 2)

    def transform_at(self, time: Seconds) -> Matrix:
        """Reference pixels -> query pixels at a timestamp of the query."""
        size, x, y = self.window_at(time)
        matrix = np.array([[1, 0, -x], [0, 1, -y], [0, 0, size]]) / size @ self.common
        scaled: Matrix = matrix / matrix[2, 2]
        return scaled

    def rebase(self, common: Matrix, time: Seconds) -> "CropPath":
        """The path with `common` as its transform at `time`, where it was measured better."""
        window = self.window_at(time)
        back = np.array([[window[0], 0, window[1]], [0, window[0], window[2]], [0, 0, 1.0]])
        return replace(self, common=back @ common)


def measure_windows(frame_matches: list[FrameMatches], common: Matrix) -> list[MeasuredWindow]:
    """Measure the window of each frame pair; pairs with too few inliers are left out."""
    measured = [
        window
        for window in (measure_window(window, common) for window in frame_matches)
        if window is not None
    ]
    min_inliers = MIN_INLIERS_OF_BEST * max((window.inliers for window in measured), default=0)
    return [window for window in measured if window.inliers >= min_inliers]


def measure_window(matches: FrameMatches, common: Matrix) -> MeasuredWindow | None:
    """Measure the window of one frame pair; None where too few correspondences agree on one."""
    if len(matches.pairs.query) < MIN_WINDOW_INLIERS:
        return None
    common_points = apply_transform(common, matches.pairs.reference)
    query_points = matches.pairs.query.astype(np.float64)
    cv2.setRNGSeed(1)
    own, inliers = cv2.estimateAffinePartial2D(
        query_points, common_points, ransacReprojThreshold=WINDOW_INLIER_PX, maxIters=2000
    )
    if own is None or inliers.sum() < MIN_WINDOW_INLIERS:
        return None
    rotation_deg = float(np.degrees(np.arctan2(own[1, 0], own[0, 0])))
    near = inliers.ravel().astype(bool)
    window = _fit_window(query_points[near], common_points[near])
    for _ in range(2):
        residuals = np.hypot(*(window[0] * query_points + window[1:] - common_points).T)
        near = residuals <= WINDOW_INLIER_PX
        if near.sum() < MIN_WINDOW_INLIERS:
            return None
        window = _fit_window(query_points[near], common_points[near])
    if not 0.25 < window[0] < 4:
        return None
    return MeasuredWindow(matches.time, window, rotation_deg, int(near.sum()))


def _fit_window(query_points: NDArray[np.float64], common_points: NDArray[np.float64]) -> Window:
    """The size and shift between (N, 2) point sets by least squares."""
    from_middle, to_middle = query_points.mean(axis=0), common_points.mean(axis=0)
    a, b = query_points - from_middle, common_points - to_middle
    size = float((a * b).sum() / max(1e-9, float((a * a).sum())))
    shift = to_middle - size * from_middle
    return np.array([size, shift[0], shift[1]])


def fit_path(
    measured: list[MeasuredWindow],
    common: Matrix,
    size: tuple[int, int],
    start: Seconds,
    end: Seconds,
) -> CropPath | None:
    """Fit a smooth path from `start` to `end` to measured windows; None where they are off it.

    common: reference pixels -> the pixels that windows are in. size: the query's (width, height).
    A path that hardly moves counts as one: see `path_travel`.
    """
    if len(measured) < MIN_WINDOWS or measured[-1].time - measured[0].time < MIN_PATH_S:
        return None
    if (
        float(np.median([abs(window.rotation_deg) for window in measured]))
        > MAX_MEDIAN_ROTATION_DEG
    ):
        return None
    times = np.array([window.time for window in measured])
    # not far beyond the measured windows: extrapolated ends go anywhere
    start, end = (
        max(start, times[0] - MAX_EXTRAPOLATION_S),
        min(end, times[-1] + MAX_EXTRAPOLATION_S),
    )
    knots = np.linspace(start, end, int(np.clip((end - start) / KNOT_SPACING_S, 4, MAX_KNOTS)) + 1)
    # a window's sides move evenly, and state size and position in one unit
    sides = np.array([window_edges(window.window, size) for window in measured])  # (N, 4)
    smooth, residuals = _fit_smooth(times, sides, knots)
    windows = np.array([_window_of_edges(window, size) for window in smooth])
    if windows[:, 0].min() <= 0.1:
        return None
    path = CropPath(knots, windows, common, size)
    window_residuals = np.abs(residuals).max(axis=1) / max(size)  # (N,)
    on_path = window_residuals <= max(
        MAX_WINDOW_RESIDUAL, MAX_RESIDUAL_PER_TRAVEL * path_travel(path)
    )
    return (
        path
        if float(np.median(window_residuals)) <= MAX_MEDIAN_RESIDUAL
        and on_path.mean() >= MIN_SHARE_ON_PATH
        else None
    )


def path_travel(path: CropPath) -> float:
    """The furthest that a side of the window moves, as a share of the query's longest side."""
    sides = np.array([window_edges(window, path.size) for window in path.windows])
    return float(np.ptp(sides, axis=0).max() / max(path.size))


def count_path_inliers(path: CropPath, frame_matches: list[FrameMatches]) -> int:
    """Number of correspondences that agree with a path, over all frame pairs."""
    return sum(
        len(matches.inliers(path.transform_at(matches.time), WINDOW_INLIER_PX).query)
        for matches in frame_matches
    )


def count_fixed_inliers(frame_matches: list[FrameMatches], transforms: list[Matrix]) -> int:
    """Number of correspondences that agree with the best of `transforms`, over all frame pairs."""
    return max(
        sum(len(matches.inliers(matrix, WINDOW_INLIER_PX).query) for matches in frame_matches)
        for matrix in transforms
    )


def window_edges(window: Window, size: tuple[int, int]) -> NDArray[np.float64]:
    """(4,) left, top, right, bottom of a window in common pixels. size: the query's."""
    scale, x, y = window
    return np.array([x, y, x + scale * size[0], y + scale * size[1]])


def _window_of_edges(sides: NDArray[np.float64], size: tuple[int, int]) -> Window:
    """The window with these (4,) edges, of the one size that fits width and height best."""
    x0, y0, x1, y1 = sides
    scale = ((x1 - x0) * size[0] + (y1 - y0) * size[1]) / (size[0] ** 2 + size[1] ** 2)
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    return np.array([scale, middle[0] - scale * size[0] / 2, middle[1] - scale * size[1] / 2])


def _fit_smooth(
    times: NDArray[np.float64], values: NDArray[np.float64], knots: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Smooth (K, M) values at the knots, and the (N, M) residuals of samples between them."""
    step = float(knots[1] - knots[0])
    design = np.array([np.interp(times, knots, unit) for unit in np.eye(len(knots))]).T  # (N, K)
    second_difference = np.diff(np.eye(len(knots)), 2, axis=0)
    density = len(times) / len(knots)
    penalty = density * (SMOOTHING_S / step) ** 4 * second_difference.T @ second_difference
    weights = np.ones(len(times))
    smooth = np.zeros((len(knots), values.shape[1]))
    residuals = values
    for _ in range(5):
        weighted = design.T * weights
        smooth = np.linalg.solve(weighted @ design + penalty, weighted @ values)
        residuals = values - design @ smooth
        distances = np.abs(residuals).max(axis=1)
        scale = max(0.3, 2.0 * float(np.median(distances)))  # px
        weights = 1 / (1 + (distances / scale) ** 2) ** 2
    return smooth, residuals
