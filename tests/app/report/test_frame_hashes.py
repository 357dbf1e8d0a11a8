"""PDQ and pHash of a clip's frames, as other tools read them."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from app.report.frame_hashes import (
    FRAMES_SHOWN,
    MIN_PDQ_QUALITY,
    FrameHashes,
    csv_header,
    csv_lines,
    frame_hashes,
    hashes_json,
    pdq_lines,
    sheet_lines,
)
from tests.app.library.library_made import made_print

# pdq/data/bridge-mods of ThreatExchange
BRIDGE = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"


@pytest.fixture
def hashes() -> list[FrameHashes]:
    frames = made_print(1, rows=12).descriptors
    pdq = frames.pdq.copy()
    pdq[0] = np.frombuffer(bytes.fromhex(BRIDGE), np.uint8)
    quality = np.full(12, 100, np.uint8)
    quality[:3] = MIN_PDQ_QUALITY, MIN_PDQ_QUALITY - 1, 0
    return frame_hashes(replace(frames, pdq=pdq, pdq_quality=quality))


def test_each_frame_has_its_time_and_its_hashes(hashes: list[FrameHashes]) -> None:
    assert len(hashes) == 12
    assert hashes[0].pdq == BRIDGE
    assert [frame.timestamp_s for frame in hashes[:3]] == [0.0, 0.5, 1.0]
    assert {(len(frame.pdq), len(frame.phash)) for frame in hashes} == {(64, 16)}
    phash = made_print(1, rows=12).descriptors.phash[0]
    assert int(hashes[0].phash, 16) == int.from_bytes(phash.tobytes(), "big")


def test_pdq_lines_leave_out_frames_of_low_quality(hashes: list[FrameHashes]) -> None:
    lines = pdq_lines(hashes)
    assert lines[0] == f"pdq {BRIDGE}"
    assert len(lines) == 10


def test_csv_has_every_frame(hashes: list[FrameHashes]) -> None:
    rows = list(csv.DictReader([csv_header(), *csv_lines("R000001", hashes)]))
    assert len(rows) == 12
    assert rows[1] == {
        "clip": "R000001",
        "timestamp_s": "0.5",
        "pdq": hashes[1].pdq,
        "pdq_quality": str(MIN_PDQ_QUALITY - 1),
        "phash": hashes[1].phash,
    }


def test_json_has_every_frame(hashes: list[FrameHashes]) -> None:
    first = hashes_json(hashes)[0]
    assert list(first) == ["timestamp_s", "pdq", "pdq_quality", "phash"]
    assert (first["pdq"], first["pdq_quality"]) == (BRIDGE, MIN_PDQ_QUALITY)


def test_people_see_the_number_and_the_first_frames(hashes: list[FrameHashes]) -> None:
    lines = sheet_lines(hashes, "firstseen library hashes R000001")
    assert lines[0] == "hashes    12 frames"
    assert sum("pdq" in line for line in lines) == FRAMES_SHOWN
    assert lines[-1] == "  all of them: firstseen library hashes R000001"
    assert sheet_lines(hashes[:1], "x")[0] == "hashes    1 frame"
    assert "all of them" not in " ".join(sheet_lines(hashes[:FRAMES_SHOWN], "x"))
