"""JPEG segments that early cameras wrote before EXIF, or beside it: make, model, capture time.

Canon's CIFF heap in APP0 (CIFF 1.0), Casio's QVCI block in APP1, and the `[picture info]` text that
Olympus, Sanyo and Agfa kept in APP12. The layouts are those that ExifTool documents.

All of these clocks run in local time and name no zone.
"""

import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime

from app.metadata.bounds import decode, put
from app.metadata.types import Group

CIFF_MARK = b"HEAPJPGM"
QVCI_MARK = b"QVCI\0"
PICTURE_INFO = b"[picture info]"

CIFF_MAKE_MODEL, CIFF_TIME = 0x080A, 0x180E
MAX_CIFF_DEPTH = 4
MAX_CIFF_ENTRIES = 100
QVCI_DATE = re.compile(rb"(\d{4})\.(\d\d)\.(\d\d)\.(\d\d)\.(\d\d)\.(\d\d)")
UNIX_DATE = re.compile(rb"TimeDate=(\d{1,10})\b")


def is_early(marker: int, body: bytes) -> bool:
    """True for a JPEG segment that `read_early` knows."""
    return (
        (marker == 0xE0 and body[6:14] == CIFF_MARK)
        or (marker == 0xE1 and body.startswith(QVCI_MARK))
        or (marker == 0xEC and PICTURE_INFO in body[:200])
    )


def read_early(segments: list[bytes]) -> Group:
    """Make, Model and DateTimeOriginal, as far as these blocks have them."""
    camera: Group = {}
    for body in segments[:8]:
        if body[6:14] == CIFF_MARK:
            for tag, raw in ciff_values(body, int.from_bytes(body[2:6], "little"), len(body), 0):
                keep_ciff(camera, tag, raw)
        elif body.startswith(QVCI_MARK):
            date = QVCI_DATE.search(body)
            if date:
                put(camera, "DateTimeOriginal", exif_notation(*map(int, date.groups())))
        else:
            date = UNIX_DATE.search(body)
            if date:
                put(camera, "DateTimeOriginal", from_unix(int(date[1])))
    return camera


def ciff_values(body: bytes, start: int, end: int, depth: int) -> Iterator[tuple[int, bytes]]:
    """(tag, value) of a heap: its last four bytes point at its directory of ten-byte entries."""
    if depth > MAX_CIFF_DEPTH or end > len(body) or end - start < 6:
        return
    at = start + int.from_bytes(body[end - 4 : end], "little")
    for _ in range(min(int.from_bytes(body[at : at + 2], "little"), MAX_CIFF_ENTRIES)):
        if at + 12 > end:
            return
        kind, size, offset = struct.unpack_from("<HII", body, at + 2)
        inline = body[at + 4 : at + 12]
        at += 10
        if kind & 0xC000 == 0x4000:  # the value stands in the entry itself
            yield kind & 0x3FFF, inline
        elif kind & 0x3800 in (0x2800, 0x3000):  # a heap of its own
            yield from ciff_values(body, start + offset, start + offset + size, depth + 1)
        else:
            yield kind & 0x3FFF, body[start + offset : start + offset + min(size, 1024)]


def keep_ciff(camera: Group, tag: int, raw: bytes) -> None:
    if tag == CIFF_MAKE_MODEL:
        make, _, model = raw.partition(b"\0")
        put(camera, "Make", decode(make))
        put(camera, "Model", decode(model))
    elif tag == CIFF_TIME and len(raw) >= 4:
        put(camera, "DateTimeOriginal", from_unix(int.from_bytes(raw[:4], "little")))


def exif_notation(*parts: int) -> str:
    return "{:04d}:{:02d}:{:02d} {:02d}:{:02d}:{:02d}".format(*parts)


def from_unix(seconds: int) -> str | None:
    """Cameras count local seconds as if they were UTC; zero means that nobody set the clock."""
    if not 0 < seconds < 1 << 33:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y:%m:%d %H:%M:%S")
