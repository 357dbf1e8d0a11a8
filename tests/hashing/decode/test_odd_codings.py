"""Codings whose frames or decoders are laid out as few others are."""

from pathlib import Path

import numpy as np
import pytest

from hashing.decode.probe import probe
from hashing.decode.video import Damage, decode_frames
from hashing.errors import DecodeError
from hashing.types import Limits
from tests.made import scene
from tests.made.codings import make_coded

SIZE = (176, 144)


def test_frames_whose_lines_run_from_the_bottom_up_are_read(tmp_path: Path) -> None:
    """AMV's decoder gives planes of a negative line size."""
    path = make_coded(tmp_path / "player.avi", "amv", "yuvj420p")
    with path.open("rb") as file:
        frames = list(decode_frames(file, Limits(), Damage()))
        assert len(frames) == 4
        luma = frames[0].luma_samples()
        rgb = frames[0].rgb(*SIZE)
    assert np.abs(rgb.astype(int) - scene(1, 0.0, SIZE)).mean() < 14
    assert luma.std() == pytest.approx((rgb @ [0.299, 0.587, 0.114]).std(), rel=0.2)


def test_a_decoder_that_cannot_be_opened_is_refused_in_words(tmp_path: Path) -> None:
    """Asked for its name afterwards, PyAV reads memory that is gone, and the process ends."""
    path = make_coded(tmp_path / "raw.avi", "rawvideo", "bgr24")
    data = bytearray(path.read_bytes())
    bits = data.index(b"strf") + 8 + 14  # biBitCount of the BITMAPINFOHEADER
    data[bits : bits + 2] = (20).to_bytes(2, "little")
    path.write_bytes(data)
    with path.open("rb") as file, pytest.raises(DecodeError, match="not one frame"):
        probe(file)
