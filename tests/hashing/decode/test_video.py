from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from hashing.decode.probe import probe
from hashing.decode.video import Damage, decode_frames, decode_keyframes, first_frame_time
from hashing.errors import DecodeError, LimitExceeded, UnsupportedMedia
from hashing.types import Limits
from tests.made import make_video, scene, write_video
from tests.made.broken import (
    POINTER_SUFFIXES,
    PointerKind,
    make_cut_short,
    make_damaged_middle,
    make_no_frames,
    make_one_frame,
    make_pointer,
    make_sound_only,
    make_without_index,
    without_presentation_times,
)
from tests.made.stills import AnimationKind, make_animation, make_huge_png

SMALL = (160, 90)
MP4_TICK = 1e-3  # s; what containers round times to


def times_of(path: Path, damage: Damage | None = None) -> np.ndarray:
    with path.open("rb") as file:
        return np.array([frame.time for frame in decode_frames(file, Limits(), damage or Damage())])


def first_picture(path: Path) -> np.ndarray:
    with path.open("rb") as file:
        info = probe(file)
        return next(decode_frames(file, Limits(), Damage())).rgb(info.width, info.height)


def shown_by(path: Path) -> list[tuple[float, np.ndarray]]:
    with path.open("rb") as file:
        return [
            (frame.time, frame.rgb(*SMALL)) for frame in decode_frames(file, Limits(), Damage())
        ]


def unlike(left: np.ndarray, right: np.ndarray) -> float:
    assert left.shape == right.shape
    return float(np.abs(left.astype(int) - right).mean())


def test_a_variable_rate_keeps_its_true_times(tmp_path: Path) -> None:
    durations = [0.0, 0.04, 0.2, 0.25, 0.9, 1.0, 1.3]
    shots = [(t, scene(1, t, SMALL)) for t in durations]
    path = write_video(tmp_path / "v.mp4", shots)
    np.testing.assert_allclose(times_of(path), durations, atol=MP4_TICK)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_pictures_sent_out_of_order_come_in_the_order_shown(tmp_path: Path, suffix: str) -> None:
    path = make_video(tmp_path / f"b{suffix}", 1, 1.0, size=SMALL, sound_kind=None, b_frames=3)
    times = times_of(path)
    assert (np.diff(times) > 0).all()
    np.testing.assert_allclose(times, np.arange(25) / 25, atol=MP4_TICK)


def test_pictures_whose_times_only_tell_the_order_of_decoding_are_all_shown(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "b.mp4", 1, 1.0, size=SMALL, sound_kind=None, b_frames=3)
    path = without_presentation_times(whole, tmp_path / "order.mp4")
    pictures = shown_by(path)
    times = np.array([time for time, _ in pictures])
    assert len(times) >= 22  # of 25: a few may be shown for no time where the clock is changed
    assert (np.diff(times) > 0).all()
    np.testing.assert_allclose(np.diff(times)[6:], 1 / 25, atol=MP4_TICK)
    in_order = shown_by(whole)
    assert unlike(pictures[-1][1], in_order[-1][1]) < 1
    assert unlike(pictures[-9][1], in_order[-9][1]) < 1


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_time_is_zero_at_the_first_picture_whatever_the_clock_says(
    tmp_path: Path, suffix: str
) -> None:
    path = make_video(tmp_path / f"s{suffix}", 1, 1.0, size=SMALL, sound_kind=None, start_s=1.7)
    times = times_of(path)
    assert times[0] == 0.0
    assert times[-1] == pytest.approx(0.96, abs=2 * MP4_TICK)


def test_the_container_s_own_time_of_the_first_frame_is_known(tmp_path: Path) -> None:
    path = make_video(tmp_path / "s.mkv", 1, 0.4, size=SMALL, sound_kind=None, start_s=1.7)
    with path.open("rb") as file:
        assert first_frame_time(file) == pytest.approx(1.7, abs=2 * MP4_TICK)


def test_what_an_edit_list_hides_is_not_shown(tmp_path: Path) -> None:
    path = make_video(tmp_path / "e.mp4", 1, 2.0, size=SMALL, sound_kind=None, hidden_s=0.8)
    times = times_of(path)
    assert times[0] == 0.0
    assert len(times) == pytest.approx(30, abs=1)
    assert unlike(first_picture(path), scene(1, 0.8, SMALL)) < 14


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_rotation_flag_is_applied(tmp_path: Path, degrees: int) -> None:
    upright = scene(1, 0.0, SMALL)
    stored = np.rot90(upright, degrees // 90)  # counter-clockwise: the flag turns it back
    path = write_video(tmp_path / "r.mp4", [(0.0, stored), (0.1, stored)], rotation_deg=degrees)
    with path.open("rb") as file:
        info = probe(file)
    assert (info.width, info.height, info.rotation_deg) == (*SMALL, degrees)
    assert unlike(first_picture(path), upright) < 14


@pytest.mark.parametrize("rotation", [0, 90])
def test_pixels_that_are_not_square_are_made_so(tmp_path: Path, rotation: int) -> None:
    path = make_video(
        tmp_path / "p.mp4",
        1,
        0.2,
        size=SMALL,
        sound_kind=None,
        sample_aspect=Fraction(4, 3),
        rotation_deg=rotation,
    )
    with path.open("rb") as file:
        info = probe(file)
    wide = (round(SMALL[0] * 4 / 3), SMALL[1])
    assert (info.width, info.height) == (wide if rotation == 0 else wide[::-1])
    assert first_picture(path).shape == (info.height, info.width, 3)


def test_a_video_cut_short_says_where_it_ends(tmp_path: Path) -> None:
    damage = Damage()
    times = times_of(make_cut_short(tmp_path / "c.mp4"), damage)
    assert 1.0 < times[-1] < 5.0
    gap = damage.gaps[-1]
    assert gap.start == pytest.approx(times[-1] + 0.04, abs=0.1)
    assert gap.end == pytest.approx(6.0, abs=0.1)
    assert any("of 6.0 s" in str(problem) for problem in damage.problems)


def test_what_decodes_around_a_damaged_middle_is_given(tmp_path: Path) -> None:
    damage = Damage()
    times = times_of(make_damaged_middle(tmp_path / "d.mp4"), damage)
    assert (np.diff(times) > 0).all()
    assert times[0] == 0.0
    assert times[-1] > 5.5


def test_a_frame_in_which_damage_is_concealed_has_a_time_and_is_marked(tmp_path: Path) -> None:
    path = make_damaged_middle(tmp_path / "d.mp4")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.flags |= av.codec.context.Flags.output_corrupt
        decoded = 0
        for packet in container.demux(stream):
            with suppress(av.error.FFmpegError):
                decoded += len(packet.decode())
    with path.open("rb") as file:
        frames = list(decode_frames(file, Limits(), Damage()))
    assert len(frames) == decoded
    assert 0 < sum(frame.corrupt for frame in frames) < decoded / 2
    assert (np.diff([frame.time for frame in frames]) > 0).all()


@pytest.mark.parametrize("make", [make_without_index, make_sound_only, make_no_frames])
def test_a_file_without_pictures_is_refused(tmp_path: Path, make: object) -> None:
    path = make(tmp_path / "n.mp4")  # type: ignore[operator]
    with pytest.raises(DecodeError):
        times_of(path)


@pytest.mark.parametrize("content", [b"", b"just words, no film"])
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(UnsupportedMedia):
        times_of(path)


def test_a_single_frame_has_one_timestamp(tmp_path: Path) -> None:
    assert times_of(make_one_frame(tmp_path / "one.mp4")).tolist() == [0.0]


@pytest.mark.parametrize("kind", POINTER_SUFFIXES)
def test_a_file_that_points_elsewhere_is_not_followed(tmp_path: Path, kind: PointerKind) -> None:
    target = make_video(tmp_path / "target.mp4", 1, 0.4, size=SMALL, sound_kind=None)
    path = make_pointer(tmp_path / f"p{POINTER_SUFFIXES[kind]}", kind, str(target))
    with pytest.raises(DecodeError):
        times_of(path)


@pytest.mark.parametrize(
    ("name", "limits", "frames"),
    [
        ("max_duration_s", Limits(max_duration_s=0.5), 13),
        ("max_frames", Limits(max_frames=10), 10),
    ],
)
def test_beyond_a_limit_what_was_covered_is_given_and_the_rest_is_named(
    tmp_path: Path, name: str, limits: Limits, frames: int
) -> None:
    path = make_video(tmp_path / "l.mp4", 1, 1.0, size=SMALL, sound_kind=None)
    damage = Damage()
    with path.open("rb") as file:
        assert len(list(decode_frames(file, limits, damage))) == frames
    assert damage.end == pytest.approx(1.0, abs=MP4_TICK)
    assert damage.gaps[-1].start == pytest.approx(frames / 25, abs=MP4_TICK)
    assert damage.gaps[-1].end == damage.end
    assert any(name in str(problem) for problem in damage.problems)


def test_frames_larger_than_the_limit_are_refused_and_the_setting_is_named(tmp_path: Path) -> None:
    path = make_video(tmp_path / "l.mp4", 1, 0.2, size=SMALL, sound_kind=None)
    limits = Limits(max_pixels=10_000)
    with path.open("rb") as file, pytest.raises(LimitExceeded, match="FIRSTSEEN_MAX_PIXELS"):
        list(decode_frames(file, limits, Damage()))


def test_the_pixel_limit_holds_before_a_huge_picture_is_unpacked(tmp_path: Path) -> None:
    path = make_huge_png(tmp_path / "huge.png")
    with path.open("rb") as file, pytest.raises(LimitExceeded, match="max_pixels"):
        probe(file)


@pytest.mark.parametrize("kind", ["gif", "webp", "apng"])
def test_an_animation_counts_as_a_video(tmp_path: Path, kind: AnimationKind) -> None:
    path = make_animation(tmp_path / f"a.{kind}", kind, frames=7, frame_s=0.2, size=SMALL)
    with path.open("rb") as file:
        info = probe(file)
    assert (info.kind, info.width, info.height) == ("video", *SMALL)
    assert info.duration_s == pytest.approx(1.4)
    np.testing.assert_allclose(times_of(path), np.arange(7) * 0.2, atol=1e-6)
    assert unlike(first_picture(path), scene(1, 0.0, SMALL)) < 20  # a GIF has 256 colours


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "libx264"), (".webm", "libvpx-vp9")])
def test_key_pictures_are_some_of_those_shown(tmp_path: Path, suffix: str, codec: str) -> None:
    path = make_video(
        tmp_path / f"k{suffix}", 1, 2.0, 10, SMALL, sound_kind=None, codec=codec, gop=8
    )
    with path.open("rb") as file:
        keys = [round(frame.time, 3) for frame in decode_keyframes(file, Limits())]
    every = {round(time, 3) for time in times_of(path).tolist()}
    assert 1 < len(keys) < len(every)
    assert set(keys) <= every


def test_samples_of_luma_are_those_of_the_picture(tmp_path: Path) -> None:
    path = make_video(tmp_path / "l.mp4", 1, 0.2, size=SMALL, sound_kind=None)
    with path.open("rb") as file:
        samples = next(decode_frames(file, Limits(), Damage())).luma_samples()
    picture = scene(1, 0.0, SMALL) @ np.array([0.299, 0.587, 0.114])
    assert abs(samples.mean() - (16 + picture.mean() * 219 / 255)) < 6  # limited range


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("size", [(96, 72), (100, 62)])
def test_stored_planes_are_the_upright_picture(
    tmp_path: Path, degrees: int, size: tuple[int, int]
) -> None:
    path = make_video(tmp_path / "turned.mp4", seed=1, seconds=0.2, rotation_deg=degrees)
    with path.open("rb") as file:
        picture = next(decode_frames(file, Limits(), Damage()))
        planes = picture.yuv(*size)
        assert planes.shape == (size[1] * 3 // 2, size[0])
        back = av.VideoFrame.from_ndarray(planes, format="yuv420p").to_ndarray(format="rgb24")
        rgb = picture.rgb(*size)
    grey, stored = rgb.mean(axis=2), back.mean(axis=2)
    assert np.abs(grey - stored).mean() < 6
    colour = back.astype(int).mean(axis=(0, 1)) - rgb.mean(axis=(0, 1))
    assert np.abs(colour).max() < 4
