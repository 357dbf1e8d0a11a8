"""What camera makers write into boxes of their own."""

import struct

import pytest

from app.metadata.read import read_metadata
from app.metadata.readers.maker_boxes import read_maker_box, read_sony_xml
from app.metadata.summary import summarise
from tests.app.metadata.readers.boxes_made import box, full, trak
from tests.app.metadata.readers.test_isobmff import movie


def key(name: bytes, form: bytes, value: bytes) -> bytes:
    return name + form + struct.pack(">BH", 1, len(value)) + value + bytes(-len(value) % 4)


GPMF = key(b"DEVC", b"\0", key(b"DVNM", b"c", b"Global") + key(b"MINF", b"c", b"GoPro Max"))
SONY_XML = (
    b'<?xml version="1.0"?><NonRealTimeMeta '
    b'xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00">'
    b'<CreationDate value="2019-06-12T14:03:00+08:00"/>'
    b'<Device manufacturer="Sony" modelName="ILCE-7SM3" serialNo="0042"/></NonRealTimeMeta>'
)


@pytest.mark.parametrize(
    ("kind", "body", "make", "model"),
    [
        (b"GPMF", GPMF, "GoPro", "GoPro Max"),
        (b"TAGS", b"NIKON DIGITAL CAMERA\0\0\0\0E2500\0\0\0", "NIKON DIGITAL CAMERA", "E2500"),
        (b"TAGS", b"EASTMAN KODAK COMPANY\0DX6490\0", "EASTMAN KODAK COMPANY", "DX6490"),
        (b"PENT", b"PENTAX".ljust(26, b"\0") + b"Optio WG-2 GPS\0", "PENTAX", "Optio WG-2 GPS"),
        (b"LEIC", b"LEICA".ljust(22, b"\0") + b"D-LUX 5\0", "LEICA", "D-LUX 5"),
    ],
)
def test_a_makers_box_names_the_camera(kind: bytes, body: bytes, make: str, model: str) -> None:
    summary = summarise(read_metadata(movie(trak(), box(b"udta", box(kind, body)))).fields)
    assert (summary.make, summary.model) == (make, model)
    for size in range(len(body)):
        assert set(read_maker_box(kind, body[:size])) <= {"Make", "Model"}


def test_a_key_that_holds_itself_ends() -> None:
    assert read_maker_box(b"GPMF", b"DEVC\0\0\0\0" * 5000) == {}


def test_sonys_xml_gives_camera_and_date_and_no_serial_number() -> None:
    hdlr = full(b"hdlr", bytes(4), b"nrtm", bytes(12), b"\0")
    fields = read_metadata(movie(trak(), full(b"meta", hdlr, full(b"xml ", SONY_XML)))).fields
    summary = summarise(fields)
    assert (summary.make, summary.model) == ("Sony", "ILCE-7SM3")
    assert summary.captured == "2019-06-12T14:03:00+08:00"
    assert "0042" not in str(fields)


@pytest.mark.parametrize("raw", [b"", b"<a/>", SONY_XML[:90], b"<!DOCTYPE a><a/>"])
def test_other_xml_is_left_alone(raw: bytes) -> None:
    assert read_sony_xml(raw) == {}
