"""What looks like a bar and is another picture's."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.explain.borders.border_regions import (
    Filling,
    Region,
    Side,
    holds_picture,
    without_its_bars,
)
from hashing.types import Box

BLACK = (0, 0, 0)
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def region(side: Side, box: Box, kind: Filling, share: float) -> Region:
    return Region(side, box, kind, BLACK, share)


def test_a_bar_with_a_picture_before_it_is_that_pictures_edge() -> None:
    bar = region("left", (0.0, 0.0, 0.1, 1.0), "plain", 0.1)
    other = region("left", (0.1, 0.0, 0.5, 1.0), "picture", 0.4)
    assert without_its_bars((bar, other), (0.1, 0.0, 1.0, 1.0)) == ((other,), WHOLE)


def test_a_pair_of_bars_is_the_items_own() -> None:
    top = region("top", (0.0, 0.0, 1.0, 0.1), "plain", 0.1)
    bottom = region("bottom", (0.0, 0.9, 1.0, 1.0), "plain", 0.1)
    other = region("bottom", (0.0, 0.5, 1.0, 0.9), "picture", 0.4)
    frame = (0.0, 0.1, 1.0, 0.9)
    assert without_its_bars((top, bottom, other), frame) == ((top, bottom, other), frame)


def test_a_bar_at_the_known_picture_stays() -> None:
    bar = region("top", (0.0, 0.0, 1.0, 0.2), "plain", 0.2)
    other = region("left", (0.0, 0.2, 0.5, 1.0), "picture", 0.5)
    frame = (0.0, 0.2, 1.0, 1.0)
    assert without_its_bars((bar, other), frame) == ((bar, other), frame)


def strip(depth: int) -> NDArray[np.uint8]:
    return np.zeros((depth, 256, 3), np.uint8)


def pictured(bar: NDArray[np.uint8]) -> bool:
    return holds_picture([bar.astype(np.float32)] * 3, BLACK, 14.0, 144)


def test_a_thing_that_fills_a_broad_bar_is_a_picture_and_letters_are_none() -> None:
    night = strip(72)
    cv2.ellipse(night, (128, 36), (60, 28), 0, 0, 360, (60, 70, 110), -1)
    assert pictured(night)
    lettered = strip(72)
    for row in range(3):
        at = (8, 20 + 22 * row)
        cv2.putText(lettered, "SHARE THIS NOW", at, cv2.FONT_HERSHEY_DUPLEX, 0.6, (255,) * 3, 1)
    assert not pictured(lettered)


def test_a_narrow_bar_is_not_asked() -> None:
    bar = strip(20)
    cv2.ellipse(bar, (128, 10), (60, 8), 0, 0, 360, (60, 70, 110), -1)
    assert not pictured(bar)
