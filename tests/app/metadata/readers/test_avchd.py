"""Date, maker and position in the video stream of an AVCHD camcorder."""

import io

import pytest

from app.metadata.read import read_metadata
from app.metadata.readers.avchd import MARK, read_avchd
from app.metadata.summary import summarise

VALUES = {
    0x18: bytes((0x02, 0x20, 0x19, 0x04)),  # +01:00, 2019-04
    0x19: bytes((0x24, 0x22, 0x24, 0x00)),  # 24th, 22:24:00
    0xB1: b"S\0\0\0",
    0xB2: bytes((0, 33, 0, 1)),
    0xB3: bytes((0, 30, 0, 1)),
    0xB4: bytes((0, 0, 0, 1)),
    0xB5: b"E\0\0\0",
    0xB6: bytes((0, 151, 0, 1)),
    0xB7: bytes((0, 15, 0, 1)),
    0xB8: bytes((0, 0, 0, 1)),
    0xE0: bytes((0x01, 0x08, 0x30, 0x01)),
    0xE4: b"ILCE",
    0xE5: b"-7M3",
}


def message(values: dict[int, bytes] = VALUES) -> bytes:
    entries = b"".join(bytes([number]) + value for number, value in values.items())
    return free_of_start_codes(MARK + bytes([len(values)]) + entries)


def free_of_start_codes(raw: bytes) -> bytes:
    out = bytearray()
    for byte in raw:
        if byte <= 3 and out[-2:] == b"\0\0":
            out.append(3)
        out.append(byte)
    return bytes(out)


def transport_stream(payload: bytes, lead: int = 0, pid: int = 0x1011) -> bytes:
    """Packets of 184 bytes of payload, the last one filled up by an adaptation field."""
    packets = []
    for at in range(0, len(payload), 184):
        part = payload[at : at + 184]
        head = bytes((0x47, pid >> 8, pid & 0xFF))
        if len(part) == 184:
            packet = head + b"\x10" + part
        else:
            field = bytes([183 - len(part)]) + bytes(183 - len(part))
            packet = head + b"\x30" + field + part
        packets.append(bytes(lead) + packet)
    return b"".join(packets)


@pytest.mark.parametrize("lead", [0, 4])
def test_camera_date_and_position_stand_in_the_stream(lead: int) -> None:
    file = io.BytesIO(transport_stream(bytes(150) + message() + bytes(2000), lead))
    metadata = read_metadata(file)
    summary = summarise(metadata.fields)
    assert (summary.make, summary.model) == ("Sony", "ILCE-7M3")
    assert summary.captured == "2019:04:24 22:24:00+01:00"
    assert summary.position == (-33.5, 151.25)


def test_cut_anywhere_it_is_read_as_far_as_it_goes() -> None:
    whole = transport_stream(message() + bytes(600))
    for size in range(188 * 2, len(whole), 7):
        camera, gps = read_avchd(io.BytesIO(whole[:size]))
        assert set(camera) <= {"Make", "Model", "DateTimeOriginal"}
        assert gps in ({}, {"latitude": -33.5, "longitude": 151.25})


def test_values_that_make_no_sense_are_left_out() -> None:
    unset = {0x18: b"\xff" * 4, 0x19: b"\xff" * 4, 0xB2: bytes(4), 0xE0: b"\xff\xff\0\0"}
    assert read_avchd(io.BytesIO(transport_stream(message(unset) + bytes(600)))) == ({}, {})
