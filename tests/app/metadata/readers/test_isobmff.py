"""Reading MP4 and MOV boxes, and what FFmpeg says of containers."""

import io
import time
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.metadata.read import read_metadata
from app.metadata.readers.isobmff import CANON_UUID, JP2_EXIF_UUID, read_boxes
from app.metadata.stated_dates import stated_dates
from app.metadata.summary import summarise
from app.metadata.types import Credentials
from tests.app.metadata.readers.boxes_made import (
    box,
    elst,
    ftyp,
    full,
    ids,
    keys,
    loci,
    mvhd,
    quicktime_text,
    tkhd,
    trak,
    xmp_box,
    xmp_packet,
)

TAKEN = datetime(2019, 6, 12, 6, 3, tzinfo=UTC)


def movie(*inside: bytes, created: datetime | None = TAKEN) -> io.BytesIO:
    moov = box(b"moov", mvhd(created, created), *inside)
    return io.BytesIO(ftyp() + moov + box(b"mdat", bytes(64)))


def test_header_times_count_from_1904() -> None:
    facts, _ = read_boxes(movie(trak(created=TAKEN)))
    assert facts["mvhd creation_time"] == "2019-06-12T06:03:00Z"
    assert facts["mvhd modification_time"] == "2019-06-12T06:03:00Z"
    assert facts["trak[0] mdhd creation_time"] == "2019-06-12T06:03:00Z"


def test_a_header_time_of_zero_is_absent_not_1904() -> None:
    facts, _ = read_boxes(movie(created=None))
    assert "mvhd creation_time" not in facts
    assert facts["mvhd creation_time_unset"] is True


def test_a_header_time_before_1970_is_one_that_counts_from_1970() -> None:
    facts, _ = read_boxes(movie(created=TAKEN - (datetime(1970, 1, 1) - datetime(1904, 1, 1))))
    assert facts["mvhd creation_time"] == "2019-06-12T06:03:00Z"
    assert facts["mvhd creation_time_epoch"] == 1970


@pytest.mark.parametrize(
    ("entry", "make", "model"),
    [
        (quicktime_text(b"mak", "Ricoh") + quicktime_text(b"mod", "Theta"), "Ricoh", "Theta"),
        (box(b"@mak", b"\0\5\x15\xc7Ricoh") + box(b"@mod", b"Theta Z1"), "Ricoh", "Theta Z1"),
        (box(b"manu", bytes(6), b"Canon\0") + box(b"modl", b"PowerShot SX280\0"), "Canon",
         "PowerShot SX280"),
        (box(b"\xa9mdl", b"FC220\0"), None, "FC220"),
        (keys({"com.android.manufacturer": "Google", "com.android.model": "Pixel 8"}), "Google",
         "Pixel 8"),
    ],
)  # fmt: skip
def test_makers_name_themselves_in_several_ways(entry: bytes, make: str | None, model: str) -> None:
    summary = summarise(read_metadata(movie(trak(), box(b"udta", entry))).fields)
    assert (summary.make, summary.model) == (make, model)


def test_a_date_in_the_user_data_is_the_capture_date() -> None:
    udta = box(b"udta", box(b"date", b"2020-11-20T15:04:02+0100"))
    fields = read_metadata(movie(trak(), udta)).fields
    assert summarise(fields).captured == "2020-11-20T15:04:02+0100"
    assert stated_dates(fields, Credentials("none"))[0].role == "captured"


def test_jpeg_2000_holds_exif_in_a_box_of_its_own() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Canon"
    mark = box(b"jP  ", b"\r\n\x87\n")
    file = io.BytesIO(mark + box(b"uuid", JP2_EXIF_UUID, exif.tobytes()[6:]))
    assert summarise(read_metadata(file).fields).make == "Canon"


@pytest.mark.parametrize("name", ["MAKE", "make", "stream[0] MAKE"])
def test_tags_of_the_container_are_found_in_any_letters_and_in_tracks(name: str) -> None:
    assert summarise({"container": {"format": "matroska", name: "Canon"}}).make == "Canon"


def test_canons_own_box_holds_exif() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Canon"
    details = Image.Exif()
    details[0x9003] = "2019:06:12 14:03:00"
    blocks = (box(kind, held.tobytes()[6:]) for kind, held in ((b"CMT1", exif), (b"CMT2", details)))
    summary = summarise(read_metadata(movie(trak(), box(b"uuid", CANON_UUID, *blocks))).fields)
    assert (summary.make, summary.captured) == ("Canon", "2019:06:12 14:03:00")


def test_wide_headers_are_read_too() -> None:
    seconds = int((TAKEN - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
    times = seconds.to_bytes(8, "big") * 2 + (600).to_bytes(4, "big") + (1200).to_bytes(8, "big")
    wide = io.BytesIO(ftyp() + box(b"moov", full(b"mvhd", times, bytes(80), version=1)))
    facts, _ = read_boxes(wide)
    assert facts["mvhd creation_time"] == "2019-06-12T06:03:00Z"
    assert facts["mvhd duration_s"] == 2.0


def test_what_belongs_to_a_track_is_filed_under_it() -> None:
    facts, _ = read_boxes(
        movie(trak(), trak(handler=b"soun", name=b"SoundHandler"), box(b"udta", loci(1.0, 2.0)))
    )
    assert facts["trak[0] handler_name"] == "VideoHandler"
    assert facts["trak[1] handler_name"] == "SoundHandler"
    assert "udta loci" in facts


def test_apple_keys_give_camera_date_and_position() -> None:
    values = {
        "com.apple.quicktime.make": "Apple",
        "com.apple.quicktime.model": "iPhone 11",
        "com.apple.quicktime.software": "14.4",
        "com.apple.quicktime.creationdate": "2019-06-12T14:03:00+0800",
        "com.apple.quicktime.location.ISO6709": "+22.2793+114.1665+012.5/",
    }
    metadata = read_metadata(movie(trak(), keys(values)))
    summary = summarise(metadata.fields)
    assert (summary.make, summary.model, summary.software) == ("Apple", "iPhone 11", "14.4")
    assert summary.captured == "2019-06-12T14:03:00+0800"
    assert summary.position == (22.2793, 114.1665)


def test_quicktime_user_data_are_read() -> None:
    udta = box(b"udta", quicktime_text(b"xyz", "-33.8688+151.2093/"), quicktime_text(b"too", "X 1"))
    metadata = read_metadata(movie(trak(), udta))
    assert metadata.fields["boxes"]["udta ©too"] == "X 1"
    assert summarise(metadata.fields).position == (-33.8688, 151.2093)


def test_a_3gpp_position_is_read() -> None:
    metadata = read_metadata(movie(trak(), box(b"udta", loci(-33.5, 151.25, "Bondi"))))
    assert metadata.fields["boxes"]["udta loci"] == {
        "name": "Bondi", "latitude": -33.5, "longitude": 151.25, "altitude_m": 12.0,
    }  # fmt: skip
    assert summarise(metadata.fields).position == (-33.5, 151.25)


def test_xmp_in_a_uuid_box_is_read() -> None:
    file = movie(trak())
    file.seek(0, 2)
    file.write(xmp_box(xmp_packet('xmp:CreatorTool="Adobe Premiere Pro"')))
    assert read_metadata(file).fields["xmp"]["xmp:CreatorTool"] == "Adobe Premiere Pro"


def test_edit_lists_are_read_as_they_stand() -> None:
    facts, _ = read_boxes(movie(trak(elst((1000, -1), (3000, 2000)))))
    assert facts["trak[0] elst"] == [[1000, -1, 1], [3000, 2000, 1]]


@pytest.mark.parametrize(
    ("matrix", "turn"),
    [
        ((1, 0, 0, 0, 1, 0, 0, 0, 1), 0),
        ((0, 1, 0, -1, 0, 0, 0, 0, 1), 90),
        ((-1, 0, 0, 0, -1, 0, 0, 0, 1), 180),
        ((0, -1, 0, 1, 0, 0, 0, 0, 1), 270),
    ],
)
def test_a_display_matrix_is_reported_as_quarter_turns(matrix: tuple[int, ...], turn: int) -> None:
    facts, _ = read_boxes(movie(box(b"trak", tkhd(matrix))))
    assert facts["trak[0] tkhd rotation_deg"] == turn


def test_a_box_that_claims_more_than_its_parent_is_named() -> None:
    file = io.BytesIO(ftyp() + (4000).to_bytes(4, "big") + b"moov" + mvhd(TAKEN))
    facts, blocks = read_boxes(file)
    assert facts["mvhd creation_time"] == "2019-06-12T06:03:00Z"
    assert [problem.id for problem in blocks.problems] == ["metadata-box-too-long"]


def test_boxes_inside_themselves_end() -> None:
    deep = b""
    for _ in range(2000):
        deep = box(b"moov", deep)
    started = time.perf_counter()
    facts, _ = read_boxes(io.BytesIO(ftyp() + deep))
    assert facts["boxes"] == ["ftyp", "moov"]
    assert time.perf_counter() - started < 1


def test_a_million_empty_boxes_are_not_all_read() -> None:
    started = time.perf_counter()
    _, blocks = read_boxes(io.BytesIO(ftyp() + box(b"free") * 1_000_000))
    assert time.perf_counter() - started < 2
    assert [problem.id for problem in blocks.problems] == ["metadata-boxes-limit"]


KINDS = tuple(
    b"moov trak mdia udta meta mvhd tkhd mdhd hdlr elst keys ilst data loci iinf iloc uuid".split()
)


@st.composite
def box_trees(draw: st.DrawFn, depth: int = 4) -> bytes:
    """Boxes of the kinds that are read, with random content, sizes sometimes wrong."""
    kind = draw(st.sampled_from(KINDS))
    if depth and draw(st.booleans()):
        body = b"".join(draw(st.lists(box_trees(depth - 1), max_size=3)))
    else:
        body = draw(st.binary(max_size=90))
    size = draw(st.one_of(st.just(8 + len(body)), st.integers(0, 2**32 - 1)))
    prefix = b"\0\0\0\0" if kind == b"meta" and draw(st.booleans()) else b""
    return size.to_bytes(4, "big") + kind + prefix + body


@settings(max_examples=150, deadline=1000)
@given(st.lists(box_trees(), max_size=4))
def test_no_tree_of_boxes_makes_reading_fail(trees: list[bytes]) -> None:
    started = time.perf_counter()
    facts, blocks = read_boxes(io.BytesIO(ftyp() + b"".join(trees)))
    assert time.perf_counter() - started < 1
    assert facts["ftyp major_brand"] == "isom"
    assert len(blocks.xmp) <= 4000


@settings(max_examples=100, deadline=1000)
@given(st.binary(max_size=400))
def test_no_bytes_behind_a_file_type_make_reading_fail(raw: bytes) -> None:
    facts, _ = read_boxes(io.BytesIO(ftyp() + raw))
    assert facts["boxes"]


def encoded(path: Path, tags: dict[str, str]) -> Path:
    """A second of H.264 with container tags."""
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(tags)
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for shade in range(25):
            pixels = np.full((48, 64, 3), shade * 10, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_what_ffmpeg_writes_into_a_container_is_read(tmp_path: Path, suffix: str) -> None:
    path = encoded(tmp_path / f"clip{suffix}", {"creation_time": "2019-06-12T06:03:00Z"})
    with path.open("rb") as file:
        fields = read_metadata(file).fields
    assert str(fields["container"]["creation_time"]).startswith("2019-06-12T06:03:00")
    assert fields["container"]["stream[0] codec"] == "h264"
    assert fields["container"]["stream[0] average_rate"] == 25.0
    assert fields["container"]["duration_s"] == pytest.approx(1.0, abs=0.05)


def test_a_container_without_index_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = encoded(tmp_path / "clip.mp4", {})
    cut = path.read_bytes().partition(b"moov")[0][:-4]
    metadata = read_metadata(io.BytesIO(cut))
    assert metadata.fields["boxes"]["ftyp major_brand"] == "isom"
    assert "metadata-container" in ids(metadata)
