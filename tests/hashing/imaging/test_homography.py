import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hashing.imaging.homography import (
    INLIER_TOLERANCE_PX,
    MIN_INLIERS,
    apply_transform,
    estimate_transform,
    is_plausible,
    to_pixel_matrix,
    to_unit_homography,
    visible_box,
)
from hashing.imaging.keypoints import (
    Correspondences,
    detect_keypoints,
    flip_horizontally,
    match_keypoints,
    unflip_points,
)
from hashing.types import Box
from tests.made import scene

WIDTH, HEIGHT = 400, 240
CORNERS = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float64)

scales = st.floats(0.5, 1.8)
shifts = st.floats(-60, 60)
seeds = st.integers(0, 2**16)


def planted(
    matrix: NDArray[np.float64], seed: int, inliers: int = 80, outliers: int = 60
) -> tuple[Correspondences, NDArray[np.float64], NDArray[np.float64]]:
    """Correspondences that follow a transform to half a pixel, and others that follow nothing."""
    rng = np.random.default_rng(seed)
    source = rng.uniform((0, 0), (WIDTH, HEIGHT), (inliers + outliers, 2))
    target = apply_transform(matrix, source)
    target[:inliers] += rng.normal(0, 0.4, (inliers, 2))
    target[inliers:] = rng.uniform((-100, -100), (500, 400), (outliers, 2))
    pairs = Correspondences(target.astype(np.float32), source.astype(np.float32))
    return pairs, source[:inliers], target[:inliers]


def furthest(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Pixels by which the corners of the reference land apart."""
    return float(
        np.hypot(*(apply_transform(left, CORNERS) - apply_transform(right, CORNERS)).T).max()
    )


def affine_by_the_book(
    source: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    design = np.column_stack([source, np.ones(len(source))])
    solved, *_ = np.linalg.lstsq(design, target, rcond=None)
    return np.vstack([solved.T, [0, 0, 1]])


@given(scales, scales, shifts, shifts, st.booleans(), seeds)
@settings(max_examples=15)
def test_a_crop_or_a_mirror_is_located_among_outliers(
    sx: float, sy: float, x: float, y: float, mirror: bool, seed: int
) -> None:
    matrix = np.array([[-sx if mirror else sx, 0, x + mirror * WIDTH * sx], [0, sy, y], [0, 0, 1]])
    pairs, source, target = planted(matrix, seed)
    estimate = estimate_transform(pairs, (WIDTH, HEIGHT))
    assert estimate is not None
    assert estimate.mirrored == mirror
    assert estimate.inliers >= 75
    assert furthest(estimate.matrix, affine_by_the_book(source, target)) < 1.0


@given(scales, st.floats(0.08, 0.6) | st.floats(-0.6, -0.08), shifts, shifts, seeds)
@settings(max_examples=15)
def test_a_turned_picture_is_located_as_least_squares_on_the_inliers_finds_it(
    scale: float, turn: float, x: float, y: float, seed: int
) -> None:
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    pairs, source, target = planted(np.array([[cos, -sin, x], [sin, cos, y], [0, 0, 1]]), seed)
    estimate = estimate_transform(pairs, (WIDTH, HEIGHT))
    assert estimate is not None
    assert furthest(estimate.matrix, affine_by_the_book(source, target)) < 1.5
    assert not estimate.mirrored


@given(scales, st.floats(-0.08, 0.08), seeds)
@settings(max_examples=15)
def test_a_slight_turn_may_be_reported_plainer_within_the_tolerance(
    scale: float, turn: float, seed: int
) -> None:
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    pairs, source, target = planted(np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]), seed)
    estimate = estimate_transform(pairs, (WIDTH, HEIGHT))
    assert estimate is not None
    error = np.hypot(*(apply_transform(estimate.matrix, source) - target).T)
    assert np.mean(error <= INLIER_TOLERANCE_PX) >= 0.85


@given(st.floats(-0.0006, 0.0006), st.floats(-0.0006, 0.0006), shifts, seeds)
@settings(max_examples=12)
def test_a_picture_filmed_at_a_slant_is_located(p: float, q: float, x: float, seed: int) -> None:
    matrix = np.array([[1, 0.05, x], [-0.03, 0.9, 5], [p, q, 1]])
    pairs, source, target = planted(matrix, seed, 160)
    estimate = estimate_transform(pairs, (WIDTH, HEIGHT))
    assert estimate is not None
    error = np.hypot(*(apply_transform(estimate.matrix, source) - target).T)
    assert np.mean(error <= INLIER_TOLERANCE_PX) >= 0.85  # a slight slant may be told plainer
    assert furthest(estimate.matrix, matrix) < 10


@given(seeds)
@settings(max_examples=12)
def test_correspondences_that_follow_nothing_support_no_transform_well(seed: int) -> None:
    estimate = estimate_transform(planted(np.eye(3), seed, 0, 120)[0], (WIDTH, HEIGHT))
    assert estimate is None or estimate.inliers < 15


def test_fewer_correspondences_than_needed_give_nothing() -> None:
    pairs, _, _ = planted(np.eye(3), 1, MIN_INLIERS - 1, 0)
    assert estimate_transform(pairs, (WIDTH, HEIGHT)) is None


@pytest.mark.parametrize(
    "matrix",
    [
        np.diag([0.01, 0.01, 1.0]),  # a speck
        np.diag([40.0, 40.0, 1.0]),  # a few pixels
        np.diag([2.0, 0.1, 1.0]),  # a ribbon
        np.array([[1, 0, 0], [0, 1, 0], [-0.004, 0, 1.0]]),  # folded
        np.full((3, 3), np.nan),
    ],
)
def test_what_nobody_would_make_is_refused(matrix: NDArray[np.float64]) -> None:
    assert is_plausible(np.eye(3), (WIDTH, HEIGHT))
    assert not is_plausible(matrix, (WIDTH, HEIGHT))


@given(scales, scales, shifts, shifts, st.floats(-0.0005, 0.0005))
def test_normalised_and_in_pixels_undo_each_other(
    sx: float, sy: float, x: float, y: float, p: float
) -> None:
    matrix = np.array([[sx, 0.1, x], [-0.05, sy, y], [p, 0, 1]])
    sizes = (640, 360), (WIDTH, HEIGHT)
    homography = to_unit_homography(matrix, *sizes)
    assert homography[2][2] == pytest.approx(1)
    np.testing.assert_allclose(to_pixel_matrix(homography, *sizes), matrix, rtol=1e-6, atol=1e-6)


def test_a_whole_picture_maps_onto_a_whole_picture_of_another_size() -> None:
    matrix = np.array([[2.0, 0, 0.5], [0, 2.0, 0.5], [0, 0, 1]])  # pixel centres
    homography = to_unit_homography(matrix, (2 * WIDTH, 2 * HEIGHT), (WIDTH, HEIGHT))
    np.testing.assert_allclose(homography, np.eye(3), atol=1e-9)


def slow_visible_box(homography: NDArray[np.float64]) -> Box:
    """The query's frame as a polygon in the reference, clipped at one side after the other."""
    frame = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]) @ np.linalg.inv(homography).T
    polygon = [(float(x / w), float(y / w)) for x, y, w in frame]
    for axis, limit, sign in ((0, 0.0, 1), (0, 1.0, -1), (1, 0.0, 1), (1, 1.0, -1)):
        clipped = []
        for a, b in zip(polygon, polygon[1:] + polygon[:1], strict=True):
            da, db = sign * (a[axis] - limit), sign * (b[axis] - limit)
            if da >= 0:
                clipped.append(a)
            if da * db < 0:
                share = da / (da - db)
                clipped.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
        polygon = clipped
    xs, ys = zip(*polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


@given(st.floats(0.5, 2.5), st.floats(-0.5, 0.5), st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
def test_the_visible_box_is_that_of_the_clipped_frame(
    scale: float, turn: float, x: float, y: float
) -> None:
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    middle = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    homography = np.array([[cos, -sin, 0.5 + x], [sin, cos, 0.5 + y], [0, 0.05, 1]]) @ middle
    homography /= homography[2, 2]
    rows = tuple(tuple(float(v) for v in row) for row in homography)
    box = visible_box(rows)  # type: ignore[arg-type]
    np.testing.assert_allclose(box, slow_visible_box(homography), atol=1e-3)


def test_points_of_a_mirrored_picture_are_those_of_the_picture() -> None:
    picture = scene(3, 0.0)
    points = np.array([[10.0, 20.0], [300.0, 5.0]], np.float32)
    mirrored = flip_horizontally(picture)
    for (x, y), (u, v) in zip(
        points.astype(int), unflip_points(points, 320).astype(int), strict=True
    ):
        np.testing.assert_array_equal(mirrored[y, x], picture[v, u])


def test_two_sizes_of_one_picture_correspond() -> None:
    small, large = (
        detect_keypoints(scene(3, 0.0, (320, 180))),
        detect_keypoints(scene(3, 0.0, (480, 270))),
    )
    estimate = estimate_transform(match_keypoints(large, small), (320, 180))
    assert estimate is not None
    assert estimate.inliers > 30
    np.testing.assert_allclose(np.diag(estimate.matrix), [1.5, 1.5, 1.0], atol=0.02)


def test_a_plain_picture_has_no_features_and_no_correspondences() -> None:
    plain = detect_keypoints(np.full((90, 160, 3), 90, np.uint8))
    assert len(plain.points) == 0
    assert len(match_keypoints(plain, detect_keypoints(scene(3, 0.0))).query) == 0
