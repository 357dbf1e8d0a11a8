"""The eight orientations, as FFmpeg's players and browsers show them."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.decode.orientation import BY_EXIF, Orientation, from_exif, from_matrix
from hashing.decode.probe import probe
from hashing.decode.video import Damage, decode_frames
from hashing.types import Limits
from tests.made import scene, write_video

ONE = 1 << 16  # 1.0 in the matrix's fixed point

# ISO/IEC 14496-12, 8.3.2: a b, c d of the matrix; how what is stored comes to be shown
MATRICES = {
    "as it is": ((1, 0, 0, 1), lambda p: p),
    "mirrored": ((-1, 0, 0, 1), lambda p: p[:, ::-1]),
    "half turn": ((-1, 0, 0, -1), lambda p: p[::-1, ::-1]),
    "flipped": ((1, 0, 0, -1), lambda p: p[::-1]),
    "quarter turn clockwise": ((0, 1, -1, 0), lambda p: np.rot90(p, -1)),
    "quarter turn back": ((0, -1, 1, 0), lambda p: np.rot90(p)),
    "transposed": ((0, 1, 1, 0), lambda p: p.transpose(1, 0, 2)),
    "transposed the other way": ((0, -1, -1, 0), lambda p: p[::-1, ::-1].transpose(1, 0, 2)),
}


def matrix(a: int, b: int, c: int, d: int) -> bytes:
    return np.array([a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30], "<i4").tobytes()


@pytest.mark.parametrize("name", MATRICES)
def test_each_matrix_is_shown_as_its_numbers_say(name: str) -> None:
    numbers, shown = MATRICES[name]
    stored = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    assert (from_matrix(matrix(*numbers)).apply(stored) == shown(stored)).all()


def test_a_matrix_turned_by_a_few_degrees_is_the_nearest_quarter_turn() -> None:
    angle = np.radians(80)
    numbers = [ONE * v for v in (np.cos(angle), np.sin(angle), 0, -np.sin(angle), np.cos(angle))]
    raw = np.array([*numbers, 0, 0, 0, 1 << 30], "<i4").tobytes()
    assert from_matrix(raw) == Orientation(3)


@pytest.mark.parametrize("raw", [b"", bytes(36), b"\xff" * 20])
def test_a_matrix_that_shows_nothing_is_left_alone(raw: bytes) -> None:
    assert from_matrix(raw) == Orientation()


@pytest.mark.parametrize("value", [None, 0, 9, "6", b"\6"])
def test_no_orientation_is_upright(value: object) -> None:
    assert from_exif(value) == Orientation()


@pytest.mark.parametrize("way", BY_EXIF.values())
def test_planes_are_turned_as_pixels_are(way: Orientation) -> None:
    picture = scene(1, 0.0, (64, 48))
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    planes = frame.reformat(format="yuv420p").to_ndarray().astype(np.uint8)
    turned = way.apply_to_planes(planes)
    back = av.VideoFrame.from_ndarray(turned, format="yuv420p").to_ndarray(format="rgb24")
    upright = way.apply(picture)
    assert back.shape == upright.shape
    assert np.abs(back.mean(axis=2) - upright.mean(axis=2)).mean() < 8


@pytest.mark.parametrize("name", MATRICES)
def test_a_video_is_shown_by_its_matrix(tmp_path: Path, name: str) -> None:
    numbers, shown = MATRICES[name]
    stored: NDArray[np.uint8] = scene(1, 0.0, (160, 90))
    path = write_video(tmp_path / "v.mp4", [(0.0, stored), (0.1, stored)], display_matrix=numbers)
    upright = shown(stored)
    with path.open("rb") as file:
        info = probe(file)
        frame = next(iter(decode_frames(file, Limits(), Damage())))
        picture = frame.rgb(info.width, info.height)
    assert (info.height, info.width) == upright.shape[:2]
    assert np.abs(picture.astype(int) - upright).mean() < 14
