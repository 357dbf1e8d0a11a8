"""The boxes of ISO base media files (MP4, MOV, HEIF, AVIF; ISO/IEC 14496-12), within bounds.

Only what decoding needs: how tracks are coded, and how HEIF's pictures are coloured. What the
boxes say of a file's origin is for `app.metadata`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_BOXES = 4_000  # of one walk
MAX_DEPTH = 8
MAX_READ_BYTES = 1 << 16  # of one box
DOLBY_VISION_BOXES = (b"dvcC", b"dvvC", b"dvwC")
DOLBY_VISION_BYTES = (32).to_bytes(4, "big")  # of each of them, head included
DOLBY_VISION_CODINGS = (b"dvh1", b"dvhe", b"dva1", b"dvav", b"dav1")
PARENTS = frozenset((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"meta", b"iprp", b"ipco"))


@dataclass(frozen=True, slots=True)
class Box:
    """One box: where what it holds starts and ends in the file, and the boxes around it."""

    kind: bytes
    start: int
    end: int
    parents: tuple[bytes, ...] = ()
    track: int = -1  # counted from 0 in the file's order; -1 outside of all


@dataclass(frozen=True, slots=True)
class TrackCoding:
    """How one track is coded, as the file names it."""

    handler: str  # "vide", "soun", …
    coding: str  # four characters


def walk(file: BinaryIO, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Every box of a range of the file, parents before children."""
    state = _Walk(file, end if end is not None else file.seek(0, 2))
    yield from state.children(start, state.end, (), -1)


def body(file: BinaryIO, box: Box) -> bytes:
    """What a box holds, its first 64 KiB at most."""
    file.seek(box.start)
    return file.read(min(box.end - box.start, MAX_READ_BYTES))


def track_codings(file: BinaryIO) -> list[TrackCoding]:
    """How each track is coded, in the file's order; empty where this is no such file."""
    handlers: dict[int, str] = {}
    codings: dict[int, str] = {}
    for box in walk(file):
        if box.kind == b"hdlr" and box.parents[-1:] == (b"mdia",):
            handlers[box.track] = _name(body(file, box)[8:12])
        elif box.kind == b"stsd":
            codings.setdefault(box.track, _name(body(file, box)[12:16]))
    return [TrackCoding(handlers.get(n, ""), codings.get(n, "")) for n in sorted(handlers)]


def colour_transfer(file: BinaryIO) -> int | None:
    """The transfer curve of HEIF's or AVIF's pictures, as ITU-T H.273 numbers it."""
    for box in walk(file):
        if box.kind == b"colr" and b"ipco" in box.parents:
            payload = body(file, box)
            if payload[:4] == b"nclx" and len(payload) >= 8:
                return int.from_bytes(payload[6:8], "big")
    return None


def has_dolby_vision(file: BinaryIO) -> bool:
    """Whether a track's sample entry has the configuration of Dolby Vision, or is named for it.

    "Dolby Vision Streams Within the ISO Base Media File Format", 2.1.2, 3.
    """
    for box in walk(file):
        if box.kind == b"stsd":
            entry = body(file, box)
            if entry[12:16] in DOLBY_VISION_CODINGS or any(
                at > 0 and entry[at - 4 : at] == DOLBY_VISION_BYTES
                for at in map(entry.find, DOLBY_VISION_BOXES)
            ):
                return True
    return False


def declared_end(file: BinaryIO) -> int:
    """Where the last box at the file's top says that it ends, perhaps beyond the file."""
    at, size = 0, file.seek(0, 2)
    for _ in range(MAX_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        length = int.from_bytes(head[:4], "big")
        length = int.from_bytes(head[8:16], "big") if length == 1 else length
        if length < 8:
            break
        at += length
        if at >= size:
            break
    return at


def parse_head(head: bytes, start: int, end: int) -> tuple[bytes, int, int] | None:
    """(type, start of what it holds, size with its head) of the box that stands at `start`.

    head: its first 16 bytes, or fewer at the end. end: of what it stands in, which a box of no
    stated size fills. None where this is no box: padding or garbage.
    """
    if len(head) < 8:
        return None
    size, kind = struct.unpack_from(">I4s", head)
    inside = start + 8
    if size == 1 and len(head) == 16:
        (size,) = struct.unpack_from(">Q", head, 8)
        inside = start + 16
    elif size == 0:
        size = end - start
    return None if size < inside - start else (kind, inside, size)


def _name(raw: bytes) -> str:
    return "".join(chr(byte) for byte in raw if 32 <= byte < 127).strip()


@dataclass(slots=True)
class _Walk:
    file: BinaryIO
    end: int
    left: int = MAX_BOXES
    tracks: int = 0

    def children(
        self, start: int, end: int, parents: tuple[bytes, ...], track: int
    ) -> Iterator[Box]:
        while start + 8 <= end and self.left > 0:
            self.left -= 1
            self.file.seek(start)
            head = parse_head(self.file.read(16), start, end)
            if head is None:
                return
            kind, inside, size = head
            if kind == b"trak":
                track = self.tracks
                self.tracks += 1
            box = Box(kind, inside, min(start + size, end), parents, track)
            yield box
            if kind in PARENTS and len(parents) < MAX_DEPTH:
                skip = self._version_bytes(kind, inside)
                yield from self.children(inside + skip, box.end, (*parents, kind), track)
            start += size

    def _version_bytes(self, kind: bytes, inside: int) -> int:
        """`meta` is a full box in ISO files and a plain one in QuickTime's."""
        if kind != b"meta":
            return 0
        self.file.seek(inside + 4)
        return 0 if self.file.read(4) == b"hdlr" else 4
