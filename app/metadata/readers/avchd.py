"""What AVCHD camcorders write into the video itself: date, maker, model, position.

AVCHD has no header for these. They stand in a message of the H.264 stream (supplemental
enhancement information of type 5, "user data unregistered", ITU-T H.264 D.1.6), under an
identifier of their own and the name MDPM, as numbered values of four bytes. The numbers and
layouts are those that ExifTool documents.

Only the first packets of a transport stream are read: the message repeats every second or so.
"""

from collections.abc import Iterator
from typing import BinaryIO

from app.metadata.bounds import put
from app.metadata.types import Group

MARK = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM"
HEAD_BYTES = 4 << 20  # a second of AVCHD takes 3.5 MB at most
MAX_TRACKS = 16
MAX_VALUES = 64
MESSAGE_BYTES = 5 * MAX_VALUES + 1
PACKETS = ((188, 0), (192, 4), (204, 0))  # size of a packet, where its sync byte stands
SYNC_BYTE = 0x47

MAKERS = {0x0103: "Panasonic", 0x0108: "Sony", 0x1011: "Canon", 0x1104: "JVC"}
ZONE_DATE, DAY_TIME, MAKER = 0x18, 0x19, 0xE0
MODEL = (0xE4, 0xE5, 0xE6)
LATITUDE, LATITUDE_REF = (0xB2, 0xB3, 0xB4), 0xB1
LONGITUDE, LONGITUDE_REF = (0xB6, 0xB7, 0xB8), 0xB5


def read_avchd(file: BinaryIO) -> tuple[Group, Group]:
    """(camera, gps) of a transport stream; empty where it holds no such message."""
    file.seek(0)
    for payload in payloads(file.read(HEAD_BYTES)):
        at = payload.find(MARK)
        if at >= 0:
            message = unescaped(payload[at + len(MARK) : at + len(MARK) + 2 * MESSAGE_BYTES])
            values = dict(numbered(message))
            return camera_of(values), gps_of(values)
    return {}, {}


def payloads(head: bytes) -> Iterator[bytes]:
    """What each track's packets carry, one after the other, in the tracks' order."""
    for size, first in PACKETS:
        if len(head) > first + size and head[first] == SYNC_BYTE == head[first + size]:
            break
    else:
        return
    tracks: dict[int, bytearray] = {}
    for at in range(first, len(head) - 187, size):
        packet = head[at : at + 188]
        if packet[0] != SYNC_BYTE:
            continue
        track = int.from_bytes(packet[1:3], "big") & 0x1FFF
        start = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)  # behind the adaptation field
        if packet[3] & 0x10 and (track in tracks or len(tracks) < MAX_TRACKS):
            tracks.setdefault(track, bytearray()).extend(packet[start:])
    yield from map(bytes, tracks.values())


def unescaped(raw: bytes) -> bytes:
    """Without the bytes that keep a stream free of start codes (ITU-T H.264, 7.4.1)."""
    return raw.replace(b"\0\0\3", b"\0\0")


def numbered(message: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, its four bytes), rising, as many as the message says that it has."""
    last = 0
    for index in range(min(message[0] if message else 0, MAX_VALUES)):
        entry = message[1 + 5 * index : 6 + 5 * index]
        if len(entry) < 5 or entry[0] <= last:
            return
        last = entry[0]
        yield entry[0], entry[1:]


def camera_of(values: dict[int, bytes]) -> Group:
    camera: Group = {}
    maker = int.from_bytes(values.get(MAKER, b"")[:2], "big")
    put(camera, "Make", MAKERS.get(maker))
    put(camera, "Model", b"".join(values.get(number, b"") for number in MODEL))
    put(camera, "DateTimeOriginal", date_of(values.get(ZONE_DATE), values.get(DAY_TIME)))
    return camera


def date_of(zone_date: bytes | None, day_time: bytes | None) -> str | None:
    """EXIF's notation, with the zone; digits are packed two a byte. None where they are none."""
    if zone_date is None or day_time is None:
        return None
    zone, digits = zone_date[0], (zone_date[1:] + day_time).hex()
    if not digits.isdecimal():
        return None
    date = f"{digits[:4]}:{digits[4:6]}:{digits[6:8]} {digits[8:10]}:{digits[10:12]}:{digits[12:]}"
    sign, minutes = "-" if zone & 0x20 else "+", "30" if zone & 1 else "00"
    return f"{date}{sign}{zone >> 1 & 15:02d}:{minutes}" + (" DST" if zone & 0x40 else "")


def gps_of(values: dict[int, bytes]) -> Group:
    """Decimal degrees; a hemisphere that is not named is left out."""
    gps: Group = {}
    for name, numbers, ref in (
        ("latitude", LATITUDE, LATITUDE_REF),
        ("longitude", LONGITUDE, LONGITUDE_REF),
    ):
        parts = [ratio(values.get(number, b"")) for number in numbers]
        if None in parts:
            return {}
        degrees = sum(part / unit for part, unit in zip(parts, (1, 60, 3600), strict=True) if part)
        hemisphere = values.get(ref, b"")[:1]
        gps[name] = round(-degrees if hemisphere in (b"S", b"W") else degrees, 8)
    return gps


def ratio(raw: bytes) -> float | None:
    """Two numbers of two bytes each; None where the divisor is zero."""
    over, under = int.from_bytes(raw[:2], "big"), int.from_bytes(raw[2:4], "big")
    return over / under if under else None
