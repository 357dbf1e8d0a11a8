"""What a frame is made of, on made thumbnails whose layout is known exactly."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.explain.frame_shares import measure_shares
from hashing.imaging.homography import Matrix
from hashing.types import FrameShare, Span

type Frames = NDArray[np.uint8]  # (K, h, w)

COUNT, WIDTH, HEIGHT = 40, 128, 72
SPAN = Span(0.0, 4.0)


def footage(seed: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Frames:
    """Things of several sizes that move across a textured ground."""
    random = np.random.default_rng(seed)
    width, height = size
    ground = cv2.GaussianBlur(random.uniform(0, 255, (height, width * 2)), (0, 0), 3.0)
    ground = cv2.normalize(ground, None, 40, 215, cv2.NORM_MINMAX)
    speeds = random.uniform(-2, 2, (8, 2))
    starts = random.uniform(0, 1, (8, 2)) * (width, height)
    frames = []
    for at in range(COUNT):
        frame = ground[:, at // 2 : at // 2 + width].copy()
        for (x, y), (right, down), level in zip(starts, speeds, range(0, 256, 32), strict=True):
            centre = int((x + right * at) % width), int((y + down * at) % height)
            cv2.circle(frame, centre, 9, float(level), -1)
        frames.append(frame)
    return np.stack(frames).astype(np.uint8)


def placed(x: float, y: float, scale: float) -> Matrix:
    return np.array([[scale, 0, x], [0, scale, y], [0, 0, 1.0]])


def laid(onto: Frames, known: Frames, matrix: Matrix) -> Frames:
    """Frames with the known footage laid onto them."""
    height, width = onto.shape[1:]
    inside = np.full(known.shape[1:], 255, np.uint8)
    mask = cv2.warpPerspective(inside, matrix, (width, height)) > 127
    out = onto.copy()
    for frame, one in zip(out, known, strict=True):
        frame[mask] = cv2.warpPerspective(one, matrix, (width, height))[mask]
    return out


def enlarged(known: Frames, size: tuple[int, int], blur: float, dim: float) -> Frames:
    """The footage enlarged about its middle to fill a frame, blurred and dimmed."""
    width, height = size
    scale = max(width / known.shape[2], height / known.shape[1])
    matrix = placed(
        (width - scale * known.shape[2]) / 2, (height - scale * known.shape[1]) / 2, scale
    )
    filled = [cv2.warpPerspective(frame, matrix, size) for frame in known]
    return np.stack([cv2.GaussianBlur(one, (0, 0), blur) * dim for one in filled]).astype(np.uint8)


def shares(query: Frames, known: Frames, matrix: Matrix) -> FrameShare:
    return measure_shares(query, known, matrix, SPAN)


KNOWN, OTHER = footage(1), footage(2)
UPRIGHT = (72, 128)
AMID = placed(0, 43.75, 72 / WIDTH)  # as wide as an upright frame
CORNER = placed(80, 4, 0.35)


@pytest.mark.parametrize(("blur", "dim"), [(3.0, 1.0), (8.0, 1.0), (6.0, 0.6)])
def test_a_blurred_copy_of_the_footage_is_no_other_footage(blur: float, dim: float) -> None:
    query = laid(enlarged(KNOWN, UPRIGHT, blur, dim), KNOWN, AMID)
    share = shares(query, KNOWN, AMID)
    assert share.other < 0.15
    assert share.known == pytest.approx(0.31, abs=0.1)
    assert share.is_main


def test_writing_over_a_blurred_fill_changes_nothing() -> None:
    query = laid(enlarged(KNOWN, UPRIGHT, 6.0, 1.0), KNOWN, AMID)
    for frame in query:
        cv2.putText(frame, "TONIGHT", (4, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255.0, 2)
    assert shares(query, KNOWN, AMID).is_main


@pytest.mark.parametrize("ground", [0, 255])
def test_a_page_or_bars_around_the_footage_are_no_footage(ground: int) -> None:
    query = laid(np.full((COUNT, 128, 72), ground, np.uint8), KNOWN, AMID)
    share = shares(query, KNOWN, AMID)
    assert share.other == 0
    assert share.is_main


def test_other_footage_behind_a_small_picture_is_what_the_frame_shows() -> None:
    share = shares(laid(OTHER, KNOWN, CORNER), KNOWN, CORNER)
    assert share.other > 0.6
    assert not share.is_main


def test_a_scene_in_which_little_moves_is_footage_as_a_whole() -> None:
    still = np.repeat(OTHER[:1], COUNT, axis=0)
    still[:, 20:44, 16:40] = OTHER[:, 20:44, 16:40]  # a presenter before a fixed camera
    assert not shares(laid(still, KNOWN, CORNER), KNOWN, CORNER).is_main


def test_neither_half_of_an_even_split_is_the_main_picture() -> None:
    query = KNOWN.copy()
    query[:, :, WIDTH // 2 :] = OTHER[:, :, WIDTH // 2 :]
    share = shares(query, KNOWN, np.eye(3))
    assert share.known == pytest.approx(0.5, abs=0.1)
    assert share.other == pytest.approx(0.5, abs=0.1)
    assert not share.is_main


def test_a_small_picture_over_the_footage_leaves_it_the_main_one() -> None:
    query = laid(KNOWN, OTHER, CORNER)
    share = shares(query, KNOWN, np.eye(3))
    assert 0 < share.other < 0.2
    assert share.is_main


def test_footage_that_is_placed_a_little_off_is_still_known() -> None:
    """A moving camera and an error of a few hundredths of a second shift the frame."""
    query = np.roll(KNOWN, 2, axis=2)
    assert shares(query, KNOWN, np.eye(3)).is_main
