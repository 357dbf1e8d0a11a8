from pathlib import Path

import numpy as np
import pytest

from hashing.decode.find_parts import find_parts
from hashing.decode.probe import probe
from hashing.decode.read_still import read_still
from hashing.errors import DecodeError
from hashing.types import Limits
from tests.made import make_video, scene
from tests.made.broken import make_long, make_sound_only
from tests.made.stills import make_still


def test_a_video_s_facts_are_reported(tmp_path: Path) -> None:
    path = make_video(tmp_path / "v.mp4", 1, 1.0, 20, (160, 90))
    with path.open("rb") as file:
        info = probe(file)
    assert (info.kind, info.width, info.height) == ("video", 160, 90)
    assert info.duration_s == pytest.approx(1.0, abs=0.06)
    assert info.frame_rate == pytest.approx(20, rel=0.06)
    assert (info.video_codec, info.audio_codec) == ("h264", "aac")
    assert info.container is not None
    assert "mp4" in info.container


def test_a_silent_video_has_no_audio_codec(tmp_path: Path) -> None:
    path = make_video(tmp_path / "v.webm", 1, 0.4, 10, (160, 90), sound_kind=None, codec="libvpx")
    with path.open("rb") as file:
        info = probe(file)
    assert info.audio_codec is None
    assert info.video_codec == "vp8"


def test_a_photo_has_no_duration(tmp_path: Path) -> None:
    with make_still(tmp_path / "p.webp", "webp", size=(160, 90)).open("rb") as file:
        info = probe(file)
    assert (info.kind, info.duration_s, info.frame_rate) == ("still", None, None)


def test_sound_alone_is_refused_in_words(tmp_path: Path) -> None:
    with (
        make_sound_only(tmp_path / "s.mp4").open("rb") as f,
        pytest.raises(DecodeError, match="vi"),
    ):
        probe(f)


def test_a_file_of_many_hours_is_not_refused_for_what_it_declares(tmp_path: Path) -> None:
    path = make_long(tmp_path / "long.mp4", hours=10, every_s=600)
    with path.open("rb") as file:
        info = probe(file, Limits(max_duration_s=3600))
    assert info.duration_s == pytest.approx(36_000, rel=0.02)


@pytest.mark.parametrize("name", ["one.mp4", "one.mkv", "one.ts", "one.avi"])
def test_a_video_of_one_frame_without_sound_is_a_still(tmp_path: Path, name: str) -> None:
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    path = make_video(tmp_path / name, 1, 0.04, 25, (160, 90), sound_kind=None, codec=codec)
    with path.open("rb") as file:
        info = probe(file)
        assert find_parts(file, info, Limits()) == ()
        pixels = read_still(file, 10_000_000).pixels
    assert (info.kind, info.width, info.height) == ("still", 160, 90)
    assert np.abs(pixels.astype(int) - scene(1, 0.0, (160, 90))).mean() < 12  # grey levels


@pytest.mark.parametrize("name", ["two.mp4", "two.ts"])
def test_two_frames_or_sound_beside_one_are_a_video(tmp_path: Path, name: str) -> None:
    two = make_video(tmp_path / name, 1, 0.08, 25, (160, 90), sound_kind=None)
    heard = make_video(tmp_path / f"heard-{name}", 1, 0.04, 25, (160, 90))
    for path in (two, heard):
        with path.open("rb") as file:
            assert probe(file).kind == "video"
