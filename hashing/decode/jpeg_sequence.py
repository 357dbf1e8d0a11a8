"""Whether a file is not one JPEG but many end to end: what cameras and browsers write as MJPEG.

Segments as in ITU-T T.81, annex B. A photo may be followed by other pictures of its own (a depth
map, a gain map, a second view): those are smaller, or an index in the first one announces them.
"""

from typing import BinaryIO

START = b"\xff\xd8\xff"
END = b"\xff\xd9"
SCAN = 0xDA
SIZES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))
MULTI_PICTURE = b"MPF\0"  # CIPA DC-007, in APP2
MAX_SEGMENTS = 200  # before the first scan
MAX_PICTURE_BYTES = 64 << 20


def is_jpeg_sequence(file: BinaryIO) -> bool:
    """Whether a second JPEG of the same size follows at once. Leaves the file at its start."""
    file.seek(0)
    first = _size_and_end(file, 0)
    second = _size_and_end(file, first[1], to_end=False) if first is not None else None
    file.seek(0)
    return first is not None and second is not None and first[0] == second[0]


def _size_and_end(file: BinaryIO, start: int, *, to_end: bool = True) -> tuple[bytes, int] | None:
    """(the four bytes that hold height and width, where the JPEG at `start` ends).

    to_end: also look for the end, else 0 stands for it. None where this is no plain JPEG.
    """
    file.seek(start)
    if file.read(2) != START[:2]:
        return None
    size = b""
    at = start + 2
    for _ in range(MAX_SEGMENTS):
        file.seek(at)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF:
            return None
        marker, length = head[1], int.from_bytes(head[2:], "big")
        body = file.read(5)
        if body.startswith(MULTI_PICTURE):
            return None
        if marker in SIZES:
            size = body[1:5]
        if marker == SCAN:
            end = _end(file, at) if to_end else 0
            return None if end is None or not size else (size, end)
        at += 2 + length
    return None


def _end(file: BinaryIO, scan: int) -> int | None:
    """Behind the end marker of a JPEG, which coded data cannot contain."""
    file.seek(scan)
    place = file.read(MAX_PICTURE_BYTES).find(END)
    return scan + place + len(END) if place >= 0 else None
