import cv2
import numpy as np
import pytest

from hashing.describe.frame_cache import FrameCache
from hashing.imaging.text_bands import find_caption_bars
from tests.hashing.explain.overlay_made import reel
from tests.hashing.films import Films
from tests.made import scene

LINES = ("this happened last night near", "the harbour share it now")


def captioned(picture: np.ndarray, lines: tuple[str, ...] = LINES) -> np.ndarray:
    """The picture with two lines of writing on white below it."""
    height, width = picture.shape[:2]
    bar = np.full((height // 4, width, 3), 255, np.uint8)
    for row, line in enumerate(lines):
        at = (10, int(bar.shape[0] * (0.4 + 0.45 * row)))
        cv2.putText(bar, line, at, cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 1, cv2.LINE_AA)
    return np.concatenate([picture, bar])


def below(picture: np.ndarray, t: float) -> np.ndarray:
    return captioned(picture)[: len(picture) * 5 // 4 // 2 * 2]


@pytest.mark.parametrize("lines", [LINES, ("the harbour", "last night")])
def test_a_bar_of_writing_is_located_by_its_rows(lines: tuple[str, ...]) -> None:
    grey = cv2.cvtColor(captioned(scene(2, 0.0, (384, 216)), lines), cv2.COLOR_RGB2GRAY)
    (bar,) = find_caption_bars(np.asarray(grey, np.uint8))
    assert bar.box == pytest.approx((0, 0.8, 1, 1), abs=0.02)


@pytest.mark.parametrize("lines", [(), ("I", "I I")])
def test_a_bar_without_a_word_on_it_is_none(lines: tuple[str, ...]) -> None:
    grey = cv2.cvtColor(captioned(scene(2, 0.0, (384, 216)), lines), cv2.COLOR_RGB2GRAY)
    assert find_caption_bars(np.asarray(grey, np.uint8)) == []


def test_a_still_s_bar_hides_a_part_of_it_and_a_video_s_does_not() -> None:
    assert len(reel(2, below, 0).caption_bars) == 1
    assert reel(2, below, 1.0).caption_bars == ()


def test_a_scene_without_bars_hides_nothing(film: Films) -> None:
    assert FrameCache(film("park photo")).caption_bars == ()
