"""Files that are small and would take for ever: what was decoded in time is what there is."""

import struct
import time
from itertools import count
from pathlib import Path

import pytest

from hashing.decode import still, video
from hashing.decode.probe import probe
from hashing.decode.video import Damage, decode_frames
from hashing.types import Limits
from tests.made import make_video

SIDE = 1500


def make_long_gif(path: Path, frames: int) -> Path:
    """Frames of one pixel on a large canvas: 24 bytes each, composed whole each time."""
    screen = struct.pack("<HHBBB", SIDE, SIDE, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
    frame = (
        b"\x21\xf9\x04\x00\x0a\x00\x00\x00"  # shown for 0.1 s
        + b"\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00"
        + b"\x02\x02\x44\x01\x00"
    )
    path.write_bytes(b"GIF89a" + screen + frame * frames + b"\x3b")
    return path


def test_the_length_of_a_long_animation_stays_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_long_gif(tmp_path / "a.gif", 5000)
    monkeypatch.setattr(still, "MAX_COUNTING_S", 0.2)
    started = time.process_time()
    with path.open("rb") as file:
        info = probe(file)
    assert time.process_time() - started < 2
    assert (info.kind, info.duration_s, info.frame_rate) == ("video", None, None)


def test_a_long_animation_is_given_as_far_as_time_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_long_gif(tmp_path / "a.gif", 5000)
    monkeypatch.setattr(still, "MAX_COMPOSING_S", 0.2)
    damage = Damage()
    with path.open("rb") as file:
        given = sum(1 for _ in decode_frames(file, Limits(), damage))
    assert 0 < given < 5000
    (problem,) = damage.problems
    assert problem.id == "problem-only-the-first"


@pytest.mark.parametrize(
    ("clock", "limit", "limit_id"),
    [("monotonic", Limits(wall_s=10), "problem-slow-wall"),
     ("process_time", Limits(cpu_s=10), "problem-slow-cpu")],
)  # fmt: skip
def test_decoding_ends_before_the_time_for_a_file_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: str, limit: Limits, limit_id: str
) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=2.0)
    ticks = count()  # a second passes with each frame
    monkeypatch.setattr(video, clock, lambda: float(next(ticks)))
    damage = Damage()
    with path.open("rb") as file:
        given = sum(1 for _ in decode_frames(file, limit, damage))
    assert 7 <= given <= 9
    (problem,) = damage.problems
    assert problem.params["limit"].id == limit_id  # type: ignore[union-attr]
    assert damage.gaps[0].end == pytest.approx(2.0, abs=0.1)
