"""A crop window's path is found where someone moved a crop, and nowhere else."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.align.crop_path import (
    CropPath,
    FrameMatches,
    count_fixed_inliers,
    count_path_inliers,
    fit_path,
    measure_windows,
    path_travel,
)
from hashing.imaging.homography import Matrix, apply_transform
from hashing.imaging.keypoints import Correspondences

SIZE = (512, 288)
LENGTH_S = 6.0
TIMES = np.linspace(0.1, LENGTH_S - 0.1, 18)


def shown(box: tuple[float, float, float]) -> Matrix:
    """Known pixels -> the item's, for a window's left, top and side as shares."""
    x, y, side = box
    return np.array([[1, 0, -x * SIZE[0]], [0, 1, -y * SIZE[1]], [0, 0, side]]) / side


def slow_zoom(t: float) -> Matrix:
    return shown((0.02 * t, 0.01 * t, 0.95 - 0.05 * t))


def noisy_matches(
    matrices: list[Matrix], noise_px: float = 0.4, stray: float = 0.3
) -> list[FrameMatches]:
    """Correspondences of each instant's known picture with the item, some of them wrong."""
    rng = np.random.default_rng(5)
    out = []
    for time, matrix in zip(TIMES, matrices, strict=True):
        there = rng.uniform(0, SIZE, (120, 2))
        here = apply_transform(matrix, there) + rng.normal(0, noise_px, (120, 2))
        wrong = rng.random(120) < stray
        here[wrong] = rng.uniform(0, SIZE, (int(wrong.sum()), 2))
        pairs = Correspondences(here.astype(np.float32), there.astype(np.float32))
        out.append(FrameMatches(float(time), pairs))
    return out


def path_of(matrices: list[Matrix], common: Matrix | None = None) -> CropPath | None:
    base = shown((0.05, 0.05, 0.8)) if common is None else common
    return fit_path(measure_windows(noisy_matches(matrices), base), base, SIZE, 0.0, LENGTH_S)


def corners(matrix: Matrix) -> NDArray[np.float64]:
    return apply_transform(matrix, np.array([[0, 0], [SIZE[0], 0], [0, SIZE[1]], SIZE], np.float64))


@pytest.mark.parametrize("mirror", [False, True])
def test_a_slow_zoom_is_followed_at_every_timestamp(mirror: bool) -> None:
    flip = np.array([[-1.0, 0, SIZE[0]], [0, 1, 0], [0, 0, 1]]) if mirror else np.eye(3)
    common = flip @ shown((0.05, 0.05, 0.8))
    path = path_of([flip @ slow_zoom(float(t)) for t in TIMES], common)
    assert path is not None
    for t in np.linspace(0, LENGTH_S, 13):
        off = corners(path.transform_at(float(t))) - corners(flip @ slow_zoom(float(t)))
        assert np.abs(off).max() < 3.0  # px
    assert path_travel(path) > 0.2


def test_a_pan_that_begins_and_ends_on_the_way_is_followed() -> None:
    def at(t: float) -> Matrix:
        return shown((0.3 * float(np.clip((t - 2) / 2, 0, 1)), 0.1, 0.7))

    path = path_of([at(float(t)) for t in TIMES])
    assert path is not None
    off = [
        np.abs(corners(path.transform_at(float(t))) - corners(at(float(t)))).max() for t in TIMES
    ]
    assert float(np.median(off)) < 5.0  # its corners are rounded off
    assert max(off) < 30.0


def test_a_crop_that_stays_throughout_does_not_travel() -> None:
    path = path_of([shown((0.1, 0.1, 0.7))] * len(TIMES))
    assert path is not None
    assert path_travel(path) < 0.01


def test_a_stray_instant_does_not_bend_the_path() -> None:
    matrices = [slow_zoom(float(t)) for t in TIMES]
    matrices[7] = shown((0.4, 0.3, 0.5))
    path = path_of(matrices)
    assert path is not None
    off = corners(path.transform_at(float(TIMES[7]))) - corners(slow_zoom(float(TIMES[7])))
    assert np.abs(off).max() < 4.0


def test_what_jumps_or_leans_from_instant_to_instant_is_no_path() -> None:
    """As two recordings of one scene do."""
    rng = np.random.default_rng(3)
    jumping = [shown((0.1 + rng.normal(0, 0.012), 0.1, 0.7)) for _ in TIMES]
    assert path_of(jumping) is None
    leaning = []
    for t in TIMES:
        turn = np.radians(rng.normal(0, 1.5))
        c, s = np.cos(turn), np.sin(turn)
        leaning.append(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ slow_zoom(float(t)))
    assert path_of(leaning) is None


def test_the_path_is_taken_over_where_one_timestamp_was_measured_better() -> None:
    path = path_of([slow_zoom(float(t)) for t in TIMES])
    assert path is not None
    true = slow_zoom(3.0)
    np.testing.assert_allclose(path.rebase(true, 3.0).transform_at(3.0), true, atol=1e-6)


def test_much_more_agrees_along_a_true_path_than_under_one_crop() -> None:
    moving = [slow_zoom(float(t)) for t in TIMES]
    path = path_of(moving)
    assert path is not None
    assert count_path_inliers(path, noisy_matches(moving)) > 2 * count_fixed_inliers(
        noisy_matches(moving), [slow_zoom(3.0)]
    )


def test_no_more_agrees_along_a_path_over_a_crop_that_stands_still() -> None:
    still = [shown((0.1, 0.1, 0.7))] * len(TIMES)
    path = path_of(still)
    assert path is not None
    assert count_path_inliers(path, noisy_matches(still)) < 1.05 * count_fixed_inliers(
        noisy_matches(still), still[:1]
    )
