"""Reading what stills say of themselves."""

import io
import json
import struct
from typing import Any

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from app.metadata.bounds import MAX_TOTAL
from app.metadata.read import read_metadata
from app.metadata.readers.early_camera_segments import read_early
from app.metadata.readers.jpeg_segments import STANDARD_LUMA, quality_of, scaled_luma
from app.metadata.summary import summarise
from hashing.types import MediaInfo
from tests.app.metadata.readers.boxes_made import ids, xmp_packet
from tests.made.scenes import scene

MAKE, MODEL, SOFTWARE, DATETIME, ORIENTATION = 0x010F, 0x0110, 0x0131, 0x0132, 0x0112
EXIF_DIRECTORY, GPS_DIRECTORY = 0x8769, 0x8825
ORIGINAL, OFFSET_ORIGINAL, SERIAL = 0x9003, 0x9011, 0xA431


def picture(seed: int = 1) -> Image.Image:
    return Image.fromarray(scene(seed, 0.0, (320, 180)))


def full_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[MAKE], exif[MODEL], exif[SOFTWARE] = "Canon", "EOS 40D", "Made 1.0"
    exif[DATETIME], exif[ORIENTATION] = "2019:06:12 14:03:00", 6
    details = exif.get_ifd(EXIF_DIRECTORY)
    details[ORIGINAL], details[OFFSET_ORIGINAL] = "2019:06:12 14:03:00", "+08:00"
    details[SERIAL] = "SN-0042"
    gps = exif.get_ifd(GPS_DIRECTORY)
    gps[1], gps[2] = "S", (22.0, 16.0, 45.6)
    gps[3], gps[4] = "W", (114.0, 9.0, 59.4)
    gps[5], gps[6] = b"\1", 12.5
    gps[7], gps[29] = (6.0, 3.0, 1.0), "2019:06:12"
    return exif


def saved(kind: str, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    picture().save(file, kind, **options)
    return file


def heic(exif: bytes, xmp: bytes) -> io.BytesIO:
    file = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(file, quality=80, exif=exif, xmp=xmp)
    return file


PACKET = xmp_packet('xmp:CreatorTool="Made 1.0" xmp:ModifyDate="2019-06-13"')


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(lambda: saved("JPEG", exif=full_exif(), xmp=PACKET), id="jpeg"),
        pytest.param(lambda: saved("PNG", exif=full_exif()), id="png"),
        pytest.param(lambda: saved("WEBP", exif=full_exif(), xmp=PACKET), id="webp"),
        pytest.param(lambda: saved("AVIF", exif=full_exif(), xmp=PACKET), id="avif"),
        pytest.param(lambda: io.BytesIO(full_exif().tobytes()[6:]), id="tiff"),
        pytest.param(lambda: heic(full_exif().tobytes(), PACKET), id="heic"),
    ],
)
def test_camera_date_and_position_are_read_from_every_format(file: Any) -> None:
    metadata = read_metadata(file())
    summary = summarise(metadata.fields)
    assert (summary.make, summary.model, summary.software) == ("Canon", "EOS 40D", "Made 1.0")
    assert summary.captured == "2019:06:12 14:03:00"
    assert summary.position == pytest.approx((-22.279333, -114.166500), abs=1e-6)
    assert metadata.fields["gps"]["altitude_m"] == -12.5
    assert metadata.fields["gps"]["time_utc"] == "2019-06-12T06:03:01Z"
    assert metadata.problems == ()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_xmp_is_read_from_every_format_that_carries_it(kind: str) -> None:
    xmp = read_metadata(saved(kind, xmp=PACKET)).fields["xmp"]
    assert xmp["xmp:CreatorTool"] == "Made 1.0"
    assert xmp["x:xmptk"] == "Made 1.0"


def test_png_text_of_all_three_kinds_is_read() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "Made 1.0")
    info.add_text("Comment", "packed " * 20, zip=True)
    info.add_itxt("Title", "Größe", zip=True)
    info.add_itxt("XML:com.adobe.xmp", PACKET.decode())
    metadata = read_metadata(saved("PNG", pnginfo=info))
    assert metadata.fields["text"]["Software"] == "Made 1.0"
    assert metadata.fields["text"]["Title"] == "Größe"
    assert str(metadata.fields["text"]["Comment"]).startswith("packed packed")
    assert metadata.fields["xmp"]["xmp:ModifyDate"] == "2019-06-13"


@pytest.mark.parametrize("name", ["iptc", "IPTC profile"])
def test_a_raw_profile_has_a_name_of_one_word_or_two(name: str) -> None:
    dataset = b"\x1c\x02\x37\x00\x0820190612"
    block = b"8BIM\x04\x04\0\0" + len(dataset).to_bytes(4, "big") + dataset
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type iptc", f"\n{name}\n      {len(block)}\n{block.hex()}\n")
    assert read_metadata(saved("PNG", pnginfo=info)).fields["iptc"]["DateCreated"] == "20190612"


def test_a_position_without_its_hemisphere_says_so() -> None:
    exif = Image.Exif()
    gps = exif.get_ifd(GPS_DIRECTORY)
    gps[2], gps[3], gps[4] = (22.0, 16.0, 45.6), "W", (114.0, 9.0, 59.4)
    fields = read_metadata(saved("JPEG", exif=exif)).fields
    assert fields["gps"]["hemisphere_unknown"] == ["latitude"]
    assert fields["gps"]["longitude"] == pytest.approx(-114.1665)


@pytest.mark.parametrize("block", [b"Exif", b"", b"II*\0\xff\xff\0\0", b"MM\0*\0\0\0\x08\0\0"])
def test_a_broken_exif_block_is_named(block: bytes) -> None:
    metadata = read_metadata(with_segment(0xE1, b"Exif\0\0" + block))
    assert ids(metadata) == ["metadata-exif-damaged"]
    assert metadata.fields["file"]["damaged"] == ["EXIF"]


def test_a_text_chunk_that_unpacks_without_end_is_refused() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "0" * 5_000_000, zip=True)
    metadata = read_metadata(saved("PNG", pnginfo=info))
    assert "text" not in metadata.fields
    assert ids(metadata) == ["metadata-png-text-limit"]


def test_iptc_is_read_out_of_photoshop_resources() -> None:
    dataset = b"\x1c\x02\x50\x00\x04Jane" + b"\x1c\x02\x19\x00\x01a" + b"\x1c\x02\x19\x00\x01b"
    resources = b"8BIM\x04\x04\0\0" + len(dataset).to_bytes(4, "big") + dataset
    body = b"Photoshop 3.0\0" + resources
    metadata = read_metadata(with_segment(0xED, body))
    assert metadata.fields["iptc"] == {"By-line": "Jane", "Keywords": ["a", "b"]}


def with_thumbnail(thumbnail: Image.Image) -> io.BytesIO:
    small = io.BytesIO()
    thumbnail.resize((160, 90)).save(small, "JPEG", quality=90)
    raw = small.getvalue()
    # one directory with the make, then a second one that points at the thumbnail behind it
    first = b"\1\0" + b"\x0f\1\2\0\4\0\0\0abc\0" + (26).to_bytes(4, "little")
    entries = [(0x0201, 56), (0x0202, len(raw))]
    second = b"\2\0" + b"".join(
        tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little")
        for tag, value in entries
    )
    block = b"II*\0\x08\0\0\0" + first + second + bytes(4)
    block = block.ljust(56, b"\0") + raw
    return saved("JPEG", exif=b"Exif\0\0" + block)


def test_a_thumbnail_of_the_same_picture_is_alike() -> None:
    metadata = read_metadata(with_thumbnail(picture()))
    assert metadata.thumbnail is not None
    assert metadata.thumbnail.shape == (90, 160)
    assert metadata.fields["thumbnail"]["correlation"] > 0.95  # type: ignore[operator]


def test_a_thumbnail_of_another_picture_is_not_alike() -> None:
    metadata = read_metadata(with_thumbnail(picture(seed=7)))
    assert metadata.fields["thumbnail"]["correlation"] < 0.6  # type: ignore[operator]


def test_a_thumbnail_that_only_lies_on_its_side_is_alike() -> None:
    turned = picture().transpose(Image.Transpose.ROTATE_90).resize((160, 160))
    facts = read_metadata(with_thumbnail(turned)).fields["thumbnail"]
    assert facts["turn_deg"] == 90
    assert facts["correlation"] > 0.9  # type: ignore[operator]


@pytest.mark.parametrize("quality", [30, 50, 75, 92, 100])
def test_the_quality_of_a_standard_jpeg_is_read_exactly(quality: int) -> None:
    facts = read_metadata(saved("JPEG", quality=quality)).fields["jpeg"]
    assert facts["estimated_quality"] == quality
    assert facts["standard_tables"] is True


def test_a_table_of_its_own_is_called_no_standard_one() -> None:
    own = tuple(step + (3 if i == 5 else 0) for i, step in enumerate(scaled_luma(60)))
    assert quality_of(own) == {"estimated_quality": 60, "standard_tables": False}


def test_the_standard_table_is_quality_fifty() -> None:
    assert scaled_luma(50) == STANDARD_LUMA


def test_what_the_decoder_measured_stands_beside_the_claims() -> None:
    info = MediaInfo("still", 320, 180)
    decoder = read_metadata(saved("JPEG"), info=info).fields["decoder"]
    assert decoder == {"width": 320, "height": 180, "rotation_deg": 0}


def test_entities_and_document_types_in_xmp_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + PACKET
    metadata = read_metadata(saved("JPEG", xmp=bomb))
    assert "xmp" not in metadata.fields
    assert ids(metadata) == ["metadata-xmp-damaged"]


def test_structures_and_lists_in_xmp_get_readable_names() -> None:
    elements = (
        "><dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>"
        '<xmpMM:History><rdf:Seq><rdf:li stEvt:softwareAgent="P 1" stEvt:action="saved"/></rdf:Seq>'
        "</xmpMM:History>"
    )
    namespaces = (
        'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" '
        'xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"'
    )
    xmp = read_metadata(saved("JPEG", xmp=xmp_packet(elements, namespaces))).fields["xmp"]
    assert xmp["dc:creator[1]"] == "A"
    assert xmp["dc:creator[2]"] == "B"
    assert xmp["xmpMM:History/stEvt:softwareAgent"] == "P 1"


def test_a_maker_note_that_declares_four_billion_bytes_costs_only_the_maker_note() -> None:
    # Make at 0x10F, ExifOffset to a directory that holds one endless MakerNote
    head = b"II*\0\x08\0\0\0"
    make = b"\x0f\1\2\0\4\0\0\0abc\0"
    pointer = b"\x69\x87\4\0\1\0\0\0" + (38).to_bytes(4, "little")
    first = b"\2\0" + make + pointer + bytes(4)
    note = b"\1\0" + b"\x7c\x92\7\0\xff\xff\xff\xff" + (60).to_bytes(4, "little") + bytes(4)
    metadata = read_metadata(saved("JPEG", exif=b"Exif\0\0" + head + first + note + bytes(100)))
    assert metadata.fields["exif"]["Image Make"] == "abc"
    assert "metadata-maker-notes" in ids(metadata)


def test_endless_properties_are_cut_and_the_cut_is_reported() -> None:
    many = "".join(f"<xmp:P{i}>{'x' * 999}</xmp:P{i}>" for i in range(450))
    comments = PngImagePlugin.PngInfo()
    comments.add_itxt("XML:com.adobe.xmp", xmp_packet(f">{many}").decode())
    for i in range(450):
        comments.add_text(f"T{i}", "y" * 999)
    metadata = read_metadata(saved("PNG", pnginfo=comments))
    assert len(json.dumps(metadata.fields)) < MAX_TOTAL + 1000
    assert len(metadata.fields["xmp"]) == 400
    assert ids(metadata)[-1] == "metadata-total-limit"


def with_segment(marker: int, body: bytes) -> io.BytesIO:
    """A bare JPEG with one more segment in front."""
    jpeg = saved("JPEG").getvalue()
    segment = bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body
    return io.BytesIO(jpeg[:2] + segment + jpeg[2:])


def test_what_cameras_wrote_before_exif_is_read() -> None:
    olympus = b"OLYMPUS   \r\n[picture info]\r\nTimeDate=909698819\r\nShutter=33363\r\n"
    casio = b"QVCI\0\0\0" + bytes(64) + b"\x031998.10.24.12.08.57\0"
    assert summarise(read_metadata(with_segment(0xEC, olympus)).fields).captured == (
        "1998:10:29 22:06:59"
    )
    assert summarise(read_metadata(with_segment(0xE1, casio)).fields).captured == (
        "1998:10:24 12:08:57"
    )


def ciff(heap: bytes) -> bytes:
    return b"II\x1a\0\0\0HEAPJPGM" + bytes(12) + heap


def test_canon_s_heap_gives_make_model_and_time() -> None:
    names, moment = b"Canon\0PowerShot A5\0", (972687386).to_bytes(4, "little")
    values = names + moment + bytes(4)
    entries = b"\2\0" + struct.pack("<HII", 0x080A, len(names), 0)
    entries += struct.pack("<HII", 0x180E, 8, len(names))
    heap = values + entries + struct.pack("<I", len(values))
    summary = summarise(read_metadata(with_segment(0xE0, ciff(heap))).fields)
    assert (summary.make, summary.model) == ("Canon", "PowerShot A5")
    assert summary.captured == "2000:10:27 22:56:26"


@given(st.binary(max_size=300))
def test_no_heap_makes_reading_fail(heap: bytes) -> None:
    assert read_early([ciff(heap)]).keys() <= {"Make", "Model", "DateTimeOriginal"}


@settings(max_examples=30, deadline=3000)
@given(st.binary(max_size=600), st.integers(0, 8))
def test_no_bytes_make_reading_fail(tail: bytes, kind: int) -> None:
    starts = (
        b"", b"\xff\xd8\xff\xe1\0\x80Exif\0\0II*\0\x08\0\0\0", b"\x89PNG\r\n\x1a\n", b"GIF89a",
        b"II*\0\x08\0\0\0", b"RIFF\x80\0\0\0WEBPEXIF", b"\0\0\0\x18ftypheic", b"MM\0*\0\0\0\x08",
        b"\xff\xd8\xff\xed\0\x80Photoshop 3.0\x008BIM\x04\x04",
    )  # fmt: skip
    metadata = read_metadata(io.BytesIO(starts[kind] + tail))
    assert metadata.fields["file"]["format"]


@settings(max_examples=25, deadline=3000)
@given(st.integers(0, 2**32 - 1))
def test_a_damaged_photo_is_read_as_far_as_it_goes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    raw = bytearray(saved("JPEG", exif=full_exif(), xmp=PACKET).getvalue())
    for place in rng.integers(0, 1200, 12):
        raw[place] = int(rng.integers(256))
    metadata = read_metadata(io.BytesIO(bytes(raw)))
    assert len(metadata.problems) <= 20
