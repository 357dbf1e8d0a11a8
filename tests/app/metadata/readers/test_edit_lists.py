"""Footage that an edit list hides: only what decodes and is never shown."""

import struct
from pathlib import Path

import pytest

from app.metadata.findings.findings import findings
from app.metadata.read import read_metadata
from hashing.types import MediaInfo
from tests.app.metadata.findings.test_findings import NOW
from tests.made.scenes import scene
from tests.made.videos import write_video

SHOTS = [(at / 5, scene(1, at / 5, (160, 90))) for at in range(20)]  # 4 s


def hidden(path: Path) -> tuple[float, float] | None:
    with path.open("rb") as file:
        metadata = read_metadata(file)
    info = MediaInfo("video", 160, 90, duration_s=4.0)
    found = [one for one in findings(metadata, info, None, NOW) if one.code == "hidden_footage"]
    if not found:
        return None
    return found[0].evidence["hidden_start_s"], found[0].evidence["hidden_end_s"]  # type: ignore


def shorten(path: Path, seconds: float) -> None:
    """The first edit shows so much less of the end."""
    raw = bytearray(path.read_bytes())
    at = raw.index(b"elst") + 12
    (scale,) = struct.unpack_from(">I", raw, raw.index(b"mvhd") + 16)
    (length,) = struct.unpack_from(">I", raw, at)
    struct.pack_into(">I", raw, at, length - int(seconds * scale))
    path.write_bytes(raw)


def test_a_hidden_start_is_measured(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", SHOTS, fps=5, gop=5, hidden_s=1.2)
    assert hidden(path) == pytest.approx((1.2, 0.0), abs=0.05)


def test_a_hidden_end_is_measured(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", SHOTS, fps=5, gop=5, b_frames=2)
    assert hidden(path) is None
    shorten(path, 2.0)
    assert hidden(path) == pytest.approx((0.0, 2.0), abs=0.21)


def test_hidden_samples_that_do_not_decode_are_no_footage(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", SHOTS, fps=5, gop=10)
    shorten(path, 2.0)
    raw = bytearray(path.read_bytes())
    start = raw.index(b"mdat") + 4
    size = raw.index(b"moov") - 4 - start
    raw[start + size // 2 : start + size] = bytes(size - size // 2)
    path.write_bytes(raw)
    assert hidden(path) is None


@pytest.mark.parametrize("fps", [1, 2])
def test_frames_that_wait_for_their_turn_are_not_hidden(tmp_path: Path, fps: int) -> None:
    shots = [(at / fps, picture) for at, (_, picture) in enumerate(SHOTS)]
    assert hidden(write_video(tmp_path / "a.mp4", shots, fps=fps, b_frames=3)) is None


def test_an_edit_list_that_waits_hides_nothing(tmp_path: Path) -> None:
    assert hidden(write_video(tmp_path / "a.mp4", SHOTS, fps=5, start_s=10.0)) is None
