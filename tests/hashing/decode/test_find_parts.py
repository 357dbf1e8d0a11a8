"""What a file shows beside its main part is found, whatever announces it."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from hashing.decode.audio_track import why_silent
from hashing.decode.file_range import FileRange
from hashing.decode.find_parts import find_parts, open_part, part_info
from hashing.decode.probe import probe
from hashing.decode.read_still import read_still
from hashing.decode.video import Damage, decode_frames
from hashing.errors import UnsupportedMedia
from hashing.types import Limits, Part
from tests.made import make_video, scene
from tests.made.parts import (
    MotionPhoto,
    make_covered_sound,
    make_motion_photo,
    make_pages,
    make_two_tracks,
    with_unknown_coding,
)
from tests.made.stills import make_still

SIZE = (320, 180)


def parts_of(path: Path) -> tuple[Part, ...]:
    with path.open("rb") as file:
        return find_parts(file, probe(file), Limits())


def first_frame(path: Path, part: Part) -> np.ndarray:
    with path.open("rb") as file:
        frames = decode_frames(open_part(file, part), Limits(), Damage(), part.track)
        return next(iter(frames)).rgb(*SIZE)


def test_a_second_video_track_is_a_part(tmp_path: Path) -> None:
    path = make_two_tracks(tmp_path / "two.mp4", seeds=(1, 2))
    (part,) = parts_of(path)
    assert (part.id, part.kind, part.reason) == ("track-2", "video", None)
    assert part.duration_s == pytest.approx(2.0, abs=0.01)
    assert np.abs(first_frame(path, part).astype(int) - scene(2, 0.0, SIZE)).mean() < 14
    with path.open("rb") as file:
        info = part_info(file, part, Limits())
    assert (info.kind, info.width, info.height, info.audio_codec) == ("video", *SIZE, None)


def test_a_track_that_cannot_be_decoded_is_listed_with_the_reason(tmp_path: Path) -> None:
    whole = make_two_tracks(tmp_path / "two.mp4")
    (part,) = parts_of(with_unknown_coding(whole, tmp_path / "u.mp4", b"zzzz", track=1))
    assert str(part.reason) == "its codec (zzzz) is not known"


def test_where_the_first_track_is_unknown_the_second_is_the_item(tmp_path: Path) -> None:
    whole = make_two_tracks(tmp_path / "two.mp4", seeds=(1, 2))
    path = with_unknown_coding(whole, tmp_path / "u.mp4", b"zzzz", track=0)
    (part,) = parts_of(path)
    assert (part.id, str(part.reason)) == ("track-1", "its codec (zzzz) is not known")
    with path.open("rb") as file:
        picture = next(iter(decode_frames(file, Limits(), Damage()))).rgb(*SIZE)
    assert np.abs(picture.astype(int) - scene(2, 0.0, SIZE)).mean() < 14


def test_a_video_of_an_unknown_coding_alone_is_refused_by_its_name(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "v.mp4", 1, 0.4, sound_kind=None)
    path = with_unknown_coding(whole, tmp_path / "u.mp4", b"dav9")
    with path.open("rb") as file, pytest.raises(UnsupportedMedia, match=r"codec \(dav9\)"):
        probe(file)


def test_sound_of_an_unknown_coding_costs_the_sound_alone(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "v.mp4", 1, 0.4)
    path = with_unknown_coding(whole, tmp_path / "u.mp4", b"apac")  # its first track
    with path.open("rb") as file:
        assert probe(file).audio_codec == "apac"
        assert str(why_silent(file)) == "the sound was not checked: its codec (apac) is not known"


@pytest.mark.parametrize("kind", get_args(MotionPhoto.__value__))
def test_the_video_of_a_motion_photo_is_a_part(tmp_path: Path, kind: MotionPhoto) -> None:
    suffix = ".heic" if kind == "heic" else ".jpg"
    path = make_motion_photo(tmp_path / f"m{suffix}", kind, seed=1, video_seed=2)
    (part,) = parts_of(path)
    assert (part.id, part.kind, part.reason) == ("video-1", "video", None)
    assert part.duration_s == pytest.approx(1.0, abs=0.05)
    assert np.abs(first_frame(path, part).astype(int) - scene(2, 0.0, SIZE)).mean() < 14


def test_a_video_that_is_cut_off_is_listed_with_the_reason(tmp_path: Path) -> None:
    path = make_motion_photo(tmp_path / "m.jpg", "google_jpeg")
    data = path.read_bytes()
    start = data.index(b"mdat")
    path.write_bytes(data[:start] + b"mdat" + bytes(len(data) - start - 4))
    assert all(part.reason for part in parts_of(path))


def test_further_pages_are_parts(tmp_path: Path) -> None:
    path = make_pages(tmp_path / "pages.tif", (1, 2, 3))
    parts = parts_of(path)
    assert [part.label.params["number"] for part in parts] == ["2", "3"]
    with path.open("rb") as file:
        picture = read_still(file, 10_000_000, parts[1].page or 0).pixels
    assert np.abs(picture.astype(int) - scene(3, 0.0, SIZE)).mean() < 1


@pytest.mark.parametrize("name", ["v.mp4", "p.jpg", "p.heic"])
def test_an_ordinary_file_has_no_further_part(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "v.mp4":
        make_video(path, 1, 0.4)
    else:
        make_still(path, "heic" if name == "p.heic" else "jpeg")
    assert parts_of(path) == ()


def test_words_that_look_like_a_video_are_none(tmp_path: Path) -> None:
    path = make_still(tmp_path / "p.jpg")
    path.write_bytes(path.read_bytes() + b"\0\0\0\x18ftypisom and nothing behind it")
    assert parts_of(path) == ()


def test_a_range_reads_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(bytes(range(20)))
    with path.open("rb") as file:
        part = FileRange(file, 5, 15)
        assert part.read() == bytes(range(5, 15))
        assert part.seek(-3, 2) == 7
        assert part.read(10) == bytes((12, 13, 14))
        assert part.read() == b""


@pytest.mark.parametrize(
    ("name", "coder"), [("sound.mp3", "libmp3lame"), ("sound.m4a", "aac"), ("sound.flac", "flac")]
)
def test_where_a_file_shows_nothing_but_its_cover_that_is_checked_as_a_still(
    name: str, coder: str, tmp_path: Path
) -> None:
    path = make_covered_sound(tmp_path / name, coder, seed=3, size=SIZE)
    with path.open("rb") as file:
        info = probe(file)
        still = read_still(file, Limits().max_pixels)
    assert (info.kind, info.width, info.height, info.duration_s) == ("still", *SIZE, None)
    assert np.abs(still.pixels.astype(int) - scene(3, 0.0, SIZE)).mean() < 14
    assert [problem.id for problem in still.problems] == ["problem-only-the-cover"]
    assert parts_of(path) == ()
