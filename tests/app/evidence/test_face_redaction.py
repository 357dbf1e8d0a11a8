"""Faces are filled where they are, where they were, and where they went; in doubt everything is."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.evidence.face_redaction import (
    FILL_RGB,
    WHOLE,
    destroy,
    enlarge_box,
    faces_near,
    invert,
    join_boxes,
    map_boxes,
    track_faces,
)
from hashing.faces import Face
from hashing.types import Box, Homography
from tests.made.scenes import scene

type Rgb = NDArray[np.uint8]

BOX = (0.4, 0.4, 0.5, 0.6)


class Sees:
    """A detector that finds what it is told to, picture by picture."""

    def __init__(self, *answers: list[Box] | Exception) -> None:
        self.answers = list(answers)

    def detect(self, picture: Rgb, **how: object) -> list[Face]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [Face(box, 0.9) for box in answer]


def frames(*times: float, seed: int = 1) -> list[Rgb]:
    return [scene(seed, t, (200, 100)) for t in times]


def test_a_filled_box_keeps_nothing_of_what_was_there() -> None:
    picture = scene(1, 0.0, (200, 100))
    filled = destroy(picture, (BOX,))
    x0, y0, x1, y1 = enlarge_box(BOX)
    inside = filled[int(y0 * 100) : int(np.ceil(y1 * 100)), int(x0 * 200) : int(np.ceil(x1 * 200))]
    assert (inside == FILL_RGB).all()
    other = destroy(np.roll(picture, 50, axis=1), (BOX,))
    again = other[int(y0 * 100) : int(np.ceil(y1 * 100)), int(x0 * 200) : int(np.ceil(x1 * 200))]
    assert (inside == again).all(), "the fill depends on nothing in the picture"


def test_the_argument_is_left_alone() -> None:
    picture = scene(1, 0.0, (200, 100))
    before = picture.copy()
    destroy(picture, None)
    destroy(picture, (BOX,))
    assert (picture == before).all()


def test_a_box_grows_by_at_least_two_fifths() -> None:
    x0, y0, x1, y1 = enlarge_box(BOX)
    assert x1 - x0 >= 1.4 * 0.1 - 1e-9
    assert y1 - y0 >= 1.4 * 0.2 - 1e-9


@given(st.floats(0, 0.99), st.floats(0, 0.99), st.floats(0.0001, 1), st.floats(0.0001, 1))
def test_even_the_smallest_box_at_any_edge_fills_something(
    x: float, y: float, width: float, height: float
) -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    filled = destroy(picture, ((x, y, min(1, x + width), min(1, y + height)),))
    assert (filled == FILL_RGB).all(axis=2).any()


def test_no_detector_fills_the_whole_picture() -> None:
    assert faces_near(frames(0.0, 0.1), 0, None, 384) is None
    assert (destroy(scene(1, 0.0, (200, 100)), None) == FILL_RGB).all()


def test_a_detector_that_fails_fills_that_picture_whole() -> None:
    broken = ValueError("broken")
    assert faces_near(frames(0.0, 0.1), 0, Sees(broken, [BOX]), 384) is None
    assert faces_near(frames(0.0, 0.1), 0, Sees([BOX], broken), 384) == (BOX,)


@pytest.mark.parametrize("answers", [([], [BOX], []), ([], [], [BOX])])
def test_a_face_detected_just_before_or_after_is_filled(answers: tuple[list[Box], ...]) -> None:
    boxes = faces_near(frames(0.0, 0.1, 0.2, 0.3, 0.4), 2, Sees(*answers), 384)
    assert boxes is not None
    assert BOX in boxes


def moving(step: tuple[int, int], count: int) -> list[Rgb]:
    """A face-sized patch that moves over a wall; it starts in BOX."""
    face = np.random.default_rng(1).integers(0, 255, (20, 20, 3)).astype(np.uint8)
    made = []
    for index in range(count):
        frame = np.full((100, 200, 3), 40, np.uint8)
        x, y = 80 + step[0] * index, 40 + step[1] * index
        frame[y : y + 20, x : x + 20] = face
        made.append(frame)
    return made


def test_a_face_is_followed_to_where_it_moved() -> None:
    boxes = track_faces((BOX,), moving((12, 6), 2))
    assert any(b == pytest.approx((0.46, 0.46, 0.56, 0.66)) for b in boxes)


def test_a_face_is_followed_frame_by_frame_farther_than_a_single_search_reaches() -> None:
    path = moving((15, 4), 6)  # 75 px to the right: a look from the first reaches 20
    there = (0.4 + 5 * 15 / 200, 0.4 + 5 * 4 / 100, 0.5 + 5 * 15 / 200, 0.6 + 5 * 4 / 100)
    assert any(b == pytest.approx(there) for b in track_faces((BOX,), path))
    assert all(b != pytest.approx(there) for b in track_faces((BOX,), [path[0], path[-1]]))


def test_a_face_that_something_passes_in_front_of_is_found_behind_it() -> None:
    path = moving((4, 0), 3)
    path[1][:] = 200  # someone walks past the camera
    there = (0.44, 0.4, 0.54, 0.6)
    assert any(b == pytest.approx(there) for b in track_faces((BOX,), path))


def test_a_frame_that_could_not_be_looked_at_gives_its_neighbours_nothing() -> None:
    assert track_faces(None, moving((4, 0), 2)) == ()


def test_a_large_face_is_followed_in_a_smaller_copy() -> None:
    big = [
        cv2.resize(f, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC) for f in moving((12, 6), 2)
    ]
    boxes = track_faces((BOX,), big)
    assert any(b == pytest.approx((0.46, 0.46, 0.56, 0.66), abs=0.01) for b in boxes)


def test_boxes_go_through_a_mirroring_and_back() -> None:
    mirror: Homography = ((-1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    there = map_boxes((BOX,), mirror)
    assert there is not None
    assert there[0] == pytest.approx((0.5, 0.4, 0.6, 0.6))
    back = invert(mirror)
    assert back is not None
    again = map_boxes(there, back)
    assert again is not None
    assert again[0] == pytest.approx(BOX)


def test_a_box_outside_the_other_picture_is_left_out() -> None:
    away: Homography = ((1.0, 0.0, 2.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    assert map_boxes((BOX,), away) == ()


def test_a_box_without_a_finite_place_fills_everything() -> None:
    behind: Homography = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (-2.2, 0.0, 1.0))
    assert map_boxes((BOX,), behind) == (WHOLE,)


def test_a_failure_is_kept_through_mapping_and_joining() -> None:
    mirror: Homography = ((-1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    assert map_boxes(None, mirror) is None
    assert join_boxes((BOX,), None) is None
    assert join_boxes((BOX,), (WHOLE,)) == (BOX, WHOLE)


def test_a_flat_transform_has_no_inverse() -> None:
    assert invert(((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))) is None
