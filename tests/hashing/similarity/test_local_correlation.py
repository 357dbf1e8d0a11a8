import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashing.similarity.local_correlation import (
    CORRELATION_WINDOW_PX,
    compare_frames,
    compare_visible_part,
    local_correlation,
)
from tests.hashing.films import resized
from tests.made import scene

PICTURE = scene(7, 0.0)
OTHER = scene(8, 0.0)
SAME = np.eye(3)


def test_a_picture_agrees_with_itself_everywhere() -> None:
    comparison = compare_frames(PICTURE, PICTURE, SAME)
    assert comparison.agreeing_share > 0.99
    assert comparison.mean_correlation > 0.95


def test_unlike_pictures_agree_nowhere_much() -> None:
    comparison = compare_frames(PICTURE, OTHER, SAME)
    assert comparison.agreeing_share < 0.2
    assert abs(comparison.mean_correlation) < 0.4


@pytest.mark.parametrize("tone", [lambda p: p * 0.6, lambda p: 255 - (255 - p) * 0.6])
def test_brightness_and_contrast_do_not_count(tone: object) -> None:
    toned = tone(PICTURE.astype(float)).astype(np.uint8)  # type: ignore[operator]
    assert compare_frames(toned, PICTURE, SAME).agreeing_share > 0.9


def test_only_what_was_changed_disagrees() -> None:
    changed = PICTURE.copy()
    changed[40:120, 60:160] = OTHER[40:120, 60:160]
    comparison = compare_frames(changed, PICTURE, SAME)
    height, width = comparison.correlation.shape
    inner = comparison.correlation[
        round(0.3 * height) : round(0.6 * height), round(0.25 * width) : round(0.45 * width)
    ]
    assert np.median(inner) < 0.4
    assert np.median(comparison.correlation[:, round(0.7 * width) :]) > 0.95


def test_a_transform_is_undone_before_pictures_are_held_together() -> None:
    smaller = resized(PICTURE, (200, 112))
    matrix = np.array([[200 / 320, 0, -0.19], [0, 112 / 180, -0.19], [0, 0, 1]])
    assert compare_frames(smaller, PICTURE, matrix).agreeing_share > 0.9
    assert compare_frames(smaller, PICTURE, SAME).agreeing_share < 0.4


def test_pictures_without_texture_say_nothing() -> None:
    plain = np.full_like(PICTURE, 90)
    assert compare_frames(plain, plain, SAME).agreeing_share == 0.0


def slow_correlation(left: np.ndarray, right: np.ndarray, y: int, x: int) -> float:
    half = CORRELATION_WINDOW_PX // 2
    a = left[y - half : y + half + 1, x - half : x + half + 1].astype(float)
    b = right[y - half : y + half + 1, x - half : x + half + 1].astype(float)
    covariance = float(((a - a.mean()) * (b - b.mean())).mean())
    return covariance / (a.std() * b.std() + 4.0)


@given(st.integers(8, 80), st.integers(8, 80), st.integers(0, 99))
@settings(max_examples=25)
def test_correlation_is_that_of_each_window(y: int, x: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    left = rng.uniform(0, 255, (90, 90)).astype(np.float32)
    right = (0.5 * left + rng.uniform(0, 90, (90, 90))).astype(np.float32)
    correlation, _ = local_correlation(left, right)
    assert correlation[y, x] == pytest.approx(slow_correlation(left, right, y, x), abs=0.01)


def test_a_small_picture_in_the_item_is_seen_as_closely_as_one_that_fills_it() -> None:
    """What stands a little elsewhere in it must not be lost between two pixels."""
    known = resized(scene(7, 0.0), (512, 288))
    moved = known.copy()
    moved[100:150, 200:240] = resized(OTHER, (40, 50))
    item = resized(scene(9, 0.0), (768, 432))
    item[40:148, 60:252] = resized(moved, (192, 108))
    matrix = np.array([[192 / 512, 0, 60], [0, 108 / 288, 40], [0, 0, 1.0]])
    close, wide = compare_visible_part(item, known, matrix), compare_frames(item, known, matrix)
    assert close.textured.sum() > 4 * wide.textured.sum()
    assert close.correlation[close.textured].min() < 0.4


def test_what_is_hidden_is_left_out() -> None:
    barred = PICTURE.copy()
    barred[-len(barred) // 3 :] = OTHER[-len(barred) // 3 :]
    assert compare_visible_part(barred, PICTURE, SAME).agreeing_share < 0.85
    assert (
        compare_visible_part(barred, PICTURE, SAME, ((0.0, 0.66, 1.0, 1.0),)).agreeing_share > 0.97
    )
