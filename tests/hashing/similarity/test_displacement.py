"""Stills of another moment against copies that were painted over, garbled or cut."""

import io

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hashing.decide.decision import MAX_DISPLACED_SHARE
from hashing.similarity.displacement import Displacement, measure_displacement
from hashing.similarity.local_correlation import compare_visible_part
from tests.made import scene

type Picture = NDArray[np.uint8]

SIZE = (480, 270)
BACKGROUND = scene(7, 0.0, SIZE)
PERSON = cv2.GaussianBlur(scene(9, 0.0, (170, 230)), (0, 0), 1.5)
AT = (150, 30)
SAME = np.eye(3)


def stood(x: float, y: float, turn_deg: float = 0.0) -> Picture:
    """The background with someone before it, (x, y) px from AT and turned a little."""
    height, width = PERSON.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1.0)
    turn[:, 2] += (AT[0] + x, AT[1] + y)
    oval = np.zeros((height, width), np.uint8)
    cv2.ellipse(oval, (width // 2, height // 2), (80, 110), 0, 0, 360, 255, -1)
    mask = cv2.warpAffine(oval, turn, SIZE)[..., None] / 255.0
    person = cv2.warpAffine(PERSON, turn, SIZE)
    return np.asarray(BACKGROUND * (1 - mask) + person * mask, np.uint8)


def coded(picture: Picture, quality: int) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def displacement(
    query: Picture, reference: Picture, matrix: NDArray[np.float64] = SAME
) -> Displacement:
    measured = measure_displacement(compare_visible_part(query, reference, matrix))
    assert measured is not None
    return measured


@pytest.mark.parametrize(("x", "y", "turn"), [(6, 0, 0), (0, 7, 0), (3, 2, 4), (0, 0, 6)])
def test_who_stands_a_little_elsewhere_is_of_another_moment(x: float, y: float, turn: int) -> None:
    assert (
        displacement(coded(stood(x, y, turn), 80), stood(0, 0)).displaced_share
        > MAX_DISPLACED_SHARE
    )


@pytest.mark.parametrize("quality", [10, 30, 90])
def test_a_copy_has_everything_in_its_place_however_badly_coded(quality: int) -> None:
    assert displacement(coded(stood(0, 0), quality), stood(0, 0)).displaced_share < 0.03


def pasted(picture: Picture) -> Picture:
    picture[60:200, 200:330] = scene(12, 0.0, (130, 140))
    return picture


def removed(picture: Picture) -> Picture:
    x, y = AT
    picture[y : y + 230, x : x + 170] = cv2.GaussianBlur(BACKGROUND, (0, 0), 9)[
        y : y + 230, x : x + 170
    ]
    return picture


def written(picture: Picture) -> Picture:
    for row in range(4):
        at = (20, 60 + 55 * row)
        cv2.putText(picture, "AS IT WAS SEEN", at, cv2.FONT_HERSHEY_DUPLEX, 1.6, (255,) * 3, 4)
    return picture


def blocked(picture: Picture) -> Picture:
    small = cv2.resize(picture[60:200, 160:300], (10, 10), interpolation=cv2.INTER_AREA)
    picture[60:200, 160:300] = cv2.resize(small, (140, 140), interpolation=cv2.INTER_NEAREST)
    return picture


def noisy(picture: Picture) -> Picture:
    noise = np.random.default_rng(3).normal(0, 18, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


@pytest.mark.parametrize("paint", [pasted, removed, written, blocked, noisy])
def test_what_is_painted_over_a_copy_is_detected_nowhere(paint: object) -> None:
    painted = paint(stood(0, 0))  # type: ignore[operator]
    assert displacement(coded(painted, 60), stood(0, 0)).displaced_share < 0.5 * MAX_DISPLACED_SHARE


def test_a_transform_that_is_a_little_wrong_is_no_movement() -> None:
    wrong = np.array([[1.012, 0.004, -2.0], [-0.003, 0.99, 3.0], [0, 0, 1]])
    assert displacement(stood(0, 0), stood(0, 0), wrong).displaced_share < 0.05


def test_an_instant_between_two_kept_pictures_is_no_other_moment() -> None:
    """Whoever walks is between the places of both."""
    still = stood(3, 0)
    before, at, after = (compare_visible_part(still, stood(x, 0), SAME) for x in (-6, 0, 6))
    alone, between = measure_displacement(at), measure_displacement(at, before, after)
    assert alone is not None
    assert between is not None
    assert between.displaced_share < 0.5 * MAX_DISPLACED_SHARE < alone.displaced_share


def test_before_a_rich_background_what_moves_tells() -> None:
    """Someone small: of the whole picture hardly anything lies elsewhere."""
    small = np.zeros((SIZE[1], SIZE[0]), bool)
    small[60:110, 60:120] = True

    def with_small(x: int) -> Picture:
        out = BACKGROUND.copy()
        out[60:110, 60 + x : 120 + x] = cv2.GaussianBlur(PERSON[:50, :60], (0, 0), 1.0)
        return out

    at = compare_visible_part(with_small(5), with_small(0), SAME)
    size = at.query.shape[1], at.query.shape[0]
    there = cv2.resize(small.astype(np.uint8), size) > 0
    alone, moving = measure_displacement(at), measure_displacement(at, moving=at.textured & there)
    assert alone is not None
    assert moving is not None
    assert alone.displaced_share < MAX_DISPLACED_SHARE < moving.displaced_share


def test_pictures_with_nothing_in_common_are_not_moved() -> None:
    assert displacement(scene(3, 0.0, SIZE), scene(4, 0.0, SIZE)).displaced_share < 0.05


def test_pictures_without_texture_say_nothing() -> None:
    plain = np.full_like(BACKGROUND, 90)
    assert measure_displacement(compare_visible_part(plain, plain, SAME)) is None


def test_tones_do_not_move() -> None:
    toned = np.asarray(255 - (255 - stood(0, 0).astype(float)) * 0.5, np.uint8)
    assert displacement(toned, stood(0, 0)).displaced_share < 0.03
