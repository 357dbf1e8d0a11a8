"""The stamps of real recorders: clocks that restart, jump, run backwards or are missing."""

from pathlib import Path

import numpy as np
import pytest

from hashing.decode.frame_clock import FrameClock
from hashing.decode.video import Damage, decode_frames
from hashing.types import Limits
from tests.made import make_video
from tests.made.codings import make_coded

SMALL = (160, 90)
STEP = 0.04
TICK = 1e-3


def times(
    stamps: list[float | None],
    *,
    breaks: bool = False,
    durations: bool = False,
    clock: FrameClock | None = None,
) -> list[float]:
    clock = clock or FrameClock(STEP, breaks, durations)
    return [clock.place(stamp, STEP) for stamp in stamps]


def steady(start: float, count: int) -> list[float]:
    return [start + STEP * i for i in range(count)]


def test_an_ordinary_clock_is_kept_to_the_bit() -> None:
    stamps = [1.4, 1.44, 1.48, 2.9, 2.94]
    assert times(list(stamps)) == [stamp - 1.4 for stamp in stamps]


def test_a_clock_that_starts_again_goes_on() -> None:
    clock = FrameClock(STEP, breaks=True)
    np.testing.assert_allclose(
        times([*steady(1.4, 100), *steady(1.4, 50)], clock=clock), steady(0, 150), atol=1e-9
    )
    assert [(round(jump.time, 3), round(jump.by_s, 3)) for jump in clock.jumps] == [(4.0, -4.0)]


@pytest.mark.parametrize("by_s", [11.0, 72_000.0, 95_443.7])
def test_a_clock_that_jumps_ahead_goes_on_where_the_format_allows_jumps(by_s: float) -> None:
    clock = FrameClock(STEP, breaks=True)
    stamps = [*steady(0, 25), *steady(1 + by_s, 25)]
    np.testing.assert_allclose(times(stamps, clock=clock), steady(0, 50), atol=1e-6)
    assert len(clock.jumps) == 1


def test_where_a_format_states_durations_a_longer_frame_is_a_jump() -> None:
    stamps = [*steady(0, 25), *steady(72_000, 25)]
    np.testing.assert_allclose(times(stamps, durations=True), steady(0, 50), atol=1e-6)


def test_a_slide_that_stands_for_minutes_is_no_jump() -> None:
    assert times([0.0, 300.0, 900.0]) == [0.0, 300.0, 900.0]


def test_one_wrong_stamp_does_not_move_the_frames_after_it() -> None:
    stamps = [*steady(0, 10), 5000.0, *steady(0.44, 10)]
    np.testing.assert_allclose(times(stamps, breaks=True)[11:], steady(0.44, 10), atol=1e-9)


@pytest.mark.parametrize("back_s", [0.0, 0.02, 0.5])
def test_a_frame_out_of_order_gets_a_time_and_the_next_ones_keep_theirs(back_s: float) -> None:
    got = times([0.0, 0.04, 0.08, 0.08 - back_s, 0.12, 0.16])
    assert (np.diff(got) > 0).all()
    np.testing.assert_allclose([*got[:3], *got[4:]], [0.0, 0.04, 0.08, 0.12, 0.16], atol=2e-3)


def test_a_clock_set_back_by_half_a_second_goes_on_after_a_frame_or_two() -> None:
    got = times([*steady(0, 50), *steady(1.5, 50)])
    assert (np.diff(got) > 0).all()
    np.testing.assert_allclose(np.diff(got)[53:], STEP, atol=1e-9)


def test_frames_without_stamps_follow_at_the_usual_step() -> None:
    np.testing.assert_allclose(times([None, None, 0.5, None]), steady(0, 4), atol=1e-9)


def joined(folder: Path, second_start_s: float) -> Path:
    """Two transport streams end to end, as HLS pieces and recorders' files are joined."""
    first = make_video(folder / "a.ts", 1, 1.0, size=SMALL, sound_kind=None)
    two = make_video(folder / "b.ts", 2, 1.0, size=SMALL, sound_kind=None, start_s=second_start_s)
    path = folder / "joined.ts"
    path.write_bytes(first.read_bytes() + two.read_bytes())
    return path


@pytest.mark.parametrize(
    ("second_start_s", "words"),
    [(0.0, "goes back by 1.0 s"), (20 * 3600.0, "jumps ahead by 20.0 hours")],
)
def test_every_frame_of_joined_streams_is_given_and_the_break_is_named(
    tmp_path: Path, second_start_s: float, words: str
) -> None:
    damage = Damage()
    with joined(tmp_path, second_start_s).open("rb") as file:
        got = np.array([frame.time for frame in decode_frames(file, Limits(), damage)])
    assert len(got) == damage.frames == 50
    np.testing.assert_allclose(np.diff(got), STEP, atol=TICK)
    assert len(damage.problems) == 1
    assert words in str(damage.problems[0])
    assert "at 1.0 s" in str(damage.problems[0])


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("raw.drc", "vc2"),  # stamps are numbers of frames
        ("raw.h264", "libx264"),  # no stamps, and FFmpeg takes 25 fps for granted
        ("raw.m2v", "mpeg2video"),
    ],
)
def test_a_bare_coding_is_timed_by_its_frames_own_durations(
    tmp_path: Path, name: str, codec: str
) -> None:
    path = make_coded(tmp_path / name, codec, frames=30, size=(320, 180), fps=50)
    with path.open("rb") as file:
        given = [frame.time for frame in decode_frames(file, Limits(), Damage())]
    assert len(given) == 30
    assert np.median(np.diff(given)) == pytest.approx(1 / 50, abs=1e-4)  # s; one is FFmpeg's own
    assert given[-1] == pytest.approx(29 / 50, abs=0.03)
