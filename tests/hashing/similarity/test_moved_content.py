"""Photos between which something moved, against copies that were edited, bent or coded hard."""

import cv2
import numpy as np
import pytest

from hashing.similarity.local_correlation import compare_visible_part
from hashing.similarity.moved_content import (
    MAX_MOVED_SHARE,
    MOVED_LONG_SIDE_PX,
    MovedContent,
    measure_moved_content,
)
from tests.hashing.similarity.test_displacement import (
    AT,
    BACKGROUND,
    PERSON,
    SAME,
    SIZE,
    Picture,
    blocked,
    coded,
    noisy,
    pasted,
    removed,
    stood,
    written,
)


def compare(query: Picture, reference: Picture) -> MovedContent:
    similarity = compare_visible_part(query, reference, SAME, (), MOVED_LONG_SIDE_PX)
    return measure_moved_content(similarity)


def is_moved(content: MovedContent) -> bool:
    return content.moved_share > MAX_MOVED_SHARE


@pytest.mark.parametrize(("x", "y"), [(20, 0), (-30, 12), (40, 0), (0, 18)])
def test_who_stands_elsewhere_has_moved(x: int, y: int) -> None:
    assert is_moved(compare(coded(stood(x, y), 80), stood(0, 0)))


def test_somebody_small_before_a_rich_background_has_moved() -> None:
    def with_small(x: int) -> Picture:
        out = BACKGROUND.copy()
        out[60:110, 60 + x : 120 + x] = cv2.GaussianBlur(PERSON[:50, :60], (0, 0), 1.0)
        return out

    assert is_moved(compare(coded(with_small(25), 80), with_small(0)))


@pytest.mark.parametrize("paint", [pasted, removed, written, blocked, noisy])
def test_what_is_painted_over_a_copy_has_not_moved(paint: object) -> None:
    painted = paint(stood(0, 0))  # type: ignore[operator]
    assert not is_moved(compare(coded(painted, 60), stood(0, 0)))


def test_a_clone_is_still_where_it_was_taken_from() -> None:
    x, y = AT
    cloned = stood(0, 0)
    cloned[y + 40 : y + 120, x - 50 : x + 10] = cloned[y + 40 : y + 120, x + 60 : x + 120]
    assert not is_moved(compare(coded(cloned, 90), stood(0, 0)))


def bent(picture: Picture, strength: float) -> Picture:
    """As by a lens: radial distortion by so much of the half width at the corners."""
    width, height = SIZE
    rows, columns = np.indices((height, width), dtype=np.float32)
    u, v = (columns - width / 2) / width, (rows - height / 2) / width
    scale = 1 + strength * 4 * (u * u + v * v)
    x, y = (u * scale + 0.5) * width, v * scale * width + height / 2
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


def test_a_lens_moves_nothing() -> None:
    assert not is_moved(compare(coded(bent(stood(0, 0), 0.015), 80), stood(0, 0)))


def test_a_lens_that_bends_the_corners_moves_nothing() -> None:
    assert not is_moved(compare(coded(bent(stood(0, 0), 0.06), 80), stood(0, 0)))


def rippled(picture: Picture) -> Picture:
    """As a print that does not lie flat, up to 3 px."""
    rows, columns = np.indices(picture.shape[:2], dtype=np.float32)
    x, y = columns + 3 * np.sin(rows / 60), rows + 3 * np.sin(columns / 75)
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


def test_a_print_that_does_not_lie_flat_moves_nothing() -> None:
    assert not is_moved(compare(coded(rippled(stood(0, 0)), 80), stood(0, 0)))


@pytest.mark.parametrize("turn_deg", [4.0, -7.0])
def test_who_turned_has_moved(turn_deg: float) -> None:
    assert is_moved(compare(coded(stood(0, 0, turn_deg), 80), stood(0, 0)))


def test_who_moved_before_a_lens_has_moved() -> None:
    assert is_moved(compare(coded(bent(stood(24, 0), 0.015), 80), stood(0, 0)))


def test_a_photo_differs_from_itself_nowhere() -> None:
    assert compare(stood(0, 0), stood(0, 0)).moved_share == 0
