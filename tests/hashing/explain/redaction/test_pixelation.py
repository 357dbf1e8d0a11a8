import cv2
import numpy as np
import pytest

from hashing.explain.redaction.pixelation import in_squares, lined_up
from tests.made import scene


def _part(t: float = 0.0) -> np.ndarray:
    return cv2.cvtColor(scene(11, t, (384, 216)), cv2.COLOR_RGB2GRAY)[60:156, 100:220].astype(
        np.float32
    )


def _squared(part: np.ndarray, side: float, start: float = 0.0) -> np.ndarray:
    """Blocks of `side` pixels, as they look after resizing: edges fall between pixels."""
    many = cv2.resize(part, None, fx=4, fy=4)
    block = round(4 * side)
    few = cv2.resize(many, (many.shape[1] // block, many.shape[0] // block), interpolation=3)
    large = np.kron(few, np.ones((block, block), np.float32))
    return cv2.resize(large, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("side", [6.0, 8.25, 13.5, 24.0])
def test_blocks_of_any_size_are_detected(side: float) -> None:
    part = _part()
    mine = _squared(part, side)
    known = part[: mine.shape[0], : mine.shape[1]]

    assert in_squares([mine], [known])


def test_a_scene_is_not_in_blocks() -> None:
    parts = [_part(t) for t in (0.0, 0.7, 1.4)]

    assert not in_squares(parts, parts)
    assert not in_squares(parts, [_part(t + 0.1) for t in (0.0, 0.7, 1.4)])


def test_a_blurred_scene_is_not_in_blocks() -> None:
    part = _part()

    assert not in_squares([cv2.GaussianBlur(part, (0, 0), 5.0)], [part])


def test_what_the_known_copy_shows_in_squares_too_was_not_turned_to_blocks() -> None:
    tiles = _squared(_part(), 10.0)

    assert not in_squares([tiles], [tiles])


def test_lines_in_one_direction_alone_are_a_fence() -> None:
    fence = np.zeros((90, 120), np.float32)
    fence[:, ::9] = 80

    assert not in_squares([fence], [np.zeros_like(fence)])


def test_no_slope_lies_on_no_line() -> None:
    assert lined_up(np.zeros(60)) == 0.0
