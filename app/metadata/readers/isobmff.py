"""MP4, MOV, HEIF and AVIF boxes: what PyAV does not tell.

Following ISO/IEC 14496-12 (ISO BMFF), 23008-12 (HEIF), the QuickTime File Format Specification
and 3GPP TS 26.244 (`loci`). Header times count seconds from 1904-01-01 UTC; zero means unset.
Some cameras count from 1970, as computers do. What would lie before 1970 is read so, as ExifTool
does, and marked.

The walk is bounded in boxes, depth and bytes read, and never reads sample data.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from app.metadata.bounds import MAX_BLOCK_BYTES, MAX_LIST, decode, put
from app.metadata.readers.maker_boxes import embedded_exif, read_maker_box, read_sony_xml
from app.metadata.readers.still_blocks import Blocks
from app.metadata.types import Group, Value
from hashing.decode.iso_boxes import parse_head
from hashing.message import Message

EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_BOXES = 4_000
MAX_DEPTH = 8
MAX_READ_BYTES = 16 << 20
MAX_TRACKS = 16
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
JP2_EXIF_UUID = b"JpgTiffExif->JP2"
JP2_IPTC_UUID = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
CANON_UUID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")

CONTAINERS = frozenset((b"moov", b"trak", b"mdia", b"udta", b"edts", b"minf", b"dinf", b"stbl"))


@dataclass(slots=True)
class Walk:
    """One bounded pass over a file's boxes, and what it gathered."""

    file: BinaryIO
    blocks: Blocks = field(default_factory=Blocks)
    facts: Group = field(default_factory=dict)
    boxes_left: int = MAX_BOXES
    bytes_left: int = MAX_READ_BYTES
    track: int = -1  # the one we are in; -1 outside of all
    tracks: int = 0  # met so far
    keys: list[str] = field(default_factory=list)

    def read(self, start: int, size: int) -> bytes:
        """Up to `size` bytes from `start`; fewer at the end of file or of the budget."""
        size = min(size, MAX_BLOCK_BYTES, self.bytes_left)
        if size <= 0:
            return b""
        self.file.seek(start)
        data = self.file.read(size)
        self.bytes_left -= len(data)
        return data

    def children(self, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        """(type, payload start, payload end) of the boxes in a range of the file."""
        while start + 8 <= end:
            if self.boxes_left <= 0:
                return
            self.boxes_left -= 1
            head = parse_head(self.read(start, 16), start, end)
            if head is None:
                return
            kind, payload, size = head
            yield kind, payload, min(start + size, end)
            if start + size > end and kind != b"mdat":
                self.blocks.problems.append(
                    Message("metadata-box-too-long", {"box": decode(kind), "at": payload - 8})
                )
            start += size

    def put(self, name: str, value: object) -> None:
        """Adds a fact, under its track where it belongs to one."""
        put(self.facts, f"trak[{self.track}] {name}" if self.track >= 0 else name, value)


def read_boxes(file: BinaryIO) -> tuple[Group, Blocks]:
    """(facts by box name, EXIF and XMP blocks on the way)."""
    walk = Walk(file)
    end = file.seek(0, 2)
    order: list[str] = []
    for kind, start, stop in walk.children(0, end):
        if len(order) < MAX_LIST:
            order.append(decode(kind))
        visit(walk, kind, start, stop, 0)
    put(walk.facts, "boxes", order)
    if walk.boxes_left <= 0:
        walk.blocks.problems.append(Message("metadata-boxes-limit", {"count": MAX_BOXES}))
    if walk.bytes_left <= 0:
        walk.blocks.problems.append(Message("metadata-box-bytes-limit", {"bytes": MAX_READ_BYTES}))
    return walk.facts, walk.blocks


def visit(walk: Walk, kind: bytes, start: int, end: int, depth: int) -> None:
    """Reads one box, or walks into it."""
    if depth > MAX_DEPTH:
        return
    if kind == b"trak":
        walk.track = walk.tracks
        walk.tracks += 1
        if walk.tracks > MAX_TRACKS:
            return
    if kind in CONTAINERS:
        for child, child_start, child_end in walk.children(start, end):
            if depth and kind == b"udta" and child not in (b"meta", b"XMP_"):
                user_data(walk, child, child_start, child_end)
            else:
                visit(walk, child, child_start, child_end, depth + 1)
        if kind == b"trak":
            walk.track = -1
    elif kind == b"meta":
        visit_meta(walk, start, end)
    elif kind == b"XMP_":
        walk.blocks.xmp.append(walk.read(start, end - start))
    elif kind == b"uuid":
        owner = walk.read(start, 16)
        if owner == XMP_UUID:
            walk.blocks.xmp.append(walk.read(start + 16, end - start - 16))
        elif owner == JP2_EXIF_UUID:
            keep_exif(walk, walk.read(start + 16, end - start - 16))
        elif owner == JP2_IPTC_UUID:
            walk.blocks.iptc = walk.read(start + 16, end - start - 16)
        elif owner == CANON_UUID:
            for child, child_start, child_end in walk.children(start + 16, end):
                user_data(walk, child, child_start, child_end)
    elif kind == b"Exif" and depth == 0:  # of a JPEG XL
        keep_exif(walk, walk.read(start + 4, end - start - 4))
    elif kind == b"xml " and depth == 0:
        walk.blocks.xmp.append(walk.read(start, end - start))
    elif kind in LEAVES:
        try:
            LEAVES[kind](walk, walk.read(start, min(end - start, 1 << 16)))
        except struct.error:
            walk.blocks.problems.append(
                Message("metadata-box-too-short", {"box": decode(kind), "at": start})
            )


def from_unix(seconds: int) -> bool:
    """Whether a header time must count from 1970: from 1904 it would be older than video files."""
    return 0 < seconds < (UNIX_EPOCH - EPOCH).total_seconds()


def header_time(seconds: int) -> str | None:
    """A header time as ISO 8601 UTC; None for zero, and for values beyond the calendar."""
    if seconds == 0:
        return None
    start = UNIX_EPOCH if from_unix(seconds) else EPOCH
    try:
        return (start + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return None


def header_times(walk: Walk, name: str, body: bytes) -> int:
    """Notes a full box's creation and modification times; returns where the rest starts."""
    wide = body[:1] == b"\1"
    created, modified = struct.unpack_from(">QQ" if wide else ">II", body, 4)
    walk.put(f"{name} creation_time", header_time(created))
    walk.put(f"{name} modification_time", header_time(modified))
    if created == 0:
        walk.put(f"{name} creation_time_unset", True)
    elif from_unix(created):
        walk.put(f"{name} creation_time_epoch", 1970)
    return 20 if wide else 12


def read_mvhd(walk: Walk, body: bytes) -> None:
    at = header_times(walk, "mvhd", body)
    timescale, duration = struct.unpack_from(">IQ" if at == 20 else ">II", body, at)
    walk.put("mvhd timescale", timescale)
    if timescale:
        walk.put("mvhd duration_s", round(duration / timescale, 6))


def read_tkhd(walk: Walk, body: bytes) -> None:
    header_times(walk, "tkhd", body)
    wide = body[:1] == b"\1"
    at = 52 if wide else 40
    matrix = struct.unpack_from(">9i", body, at)
    width, height = struct.unpack_from(">II", body, at + 36)
    a, b, c, d = (value / 65536 for value in (matrix[0], matrix[1], matrix[3], matrix[4]))
    turns = {(1, 0, 0, 1): 0, (0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}
    turn = turns.get((a, b, c, d))
    walk.put("tkhd rotation_deg", turn) if turn is not None else walk.put(
        "tkhd matrix", [a, b, c, d]
    )
    if width:
        walk.put("tkhd width", width / 65536)
        walk.put("tkhd height", height / 65536)


def read_mdhd(walk: Walk, body: bytes) -> None:
    at = header_times(walk, "mdhd", body)
    timescale, duration, language = struct.unpack_from(">IQH" if at == 20 else ">IIH", body, at)
    walk.put("mdhd timescale", timescale)
    if timescale:
        walk.put("mdhd duration_s", round(duration / timescale, 6))
    if 0x400 <= language < 0x7FFF:
        letters = ((language >> shift & 31) + 0x60 for shift in (10, 5, 0))
        walk.put("mdhd language", "".join(map(chr, letters)))


def read_hdlr(walk: Walk, body: bytes) -> None:
    """The handler's name: a counted string in QuickTime, a terminated one in MP4."""
    name = body[24:]
    if name and name[0] == len(name) - 1:
        name = name[1:]
    if walk.track >= 0 and body[8:12] in (b"vide", b"soun", b"meta", b"tmcd", b"text"):
        walk.put("handler_type", body[8:12])
        walk.put("handler_name", name)


def read_elst(walk: Walk, body: bytes) -> None:
    """Edit list entries: [duration in movie units, media start (-1: nothing shown), rate]."""
    wide = body[:1] == b"\1"
    (count,) = struct.unpack_from(">I", body, 4)
    entry = struct.Struct(">QqHh" if wide else ">IiHh")
    entries: list[Value] = []
    for index in range(min(count, MAX_LIST)):
        duration, start, rate, _ = entry.unpack_from(body, 8 + index * entry.size)
        entries.append([duration, start, rate])
    walk.put("elst", entries)


def read_ctts(walk: Walk, body: bytes) -> None:
    """The least offset from decoding to presentation, where frames are decoded out of order."""
    (count,) = struct.unpack_from(">I", body, 4)
    form = struct.Struct(">Ii")  # signed in practice, in both versions of the box
    there = min(count, (len(body) - 8) // form.size)
    offsets = [form.unpack_from(body, 8 + at * form.size)[1] for at in range(there)]
    if offsets:
        walk.put("ctts least", min(offsets))


def read_ftyp(walk: Walk, body: bytes) -> None:
    brands = [body[at : at + 4] for at in range(8, min(len(body), 8 + 4 * 32), 4)]
    walk.put("ftyp major_brand", body[:4])
    walk.put("ftyp compatible_brands", [decode(brand).strip() for brand in brands])


LEAVES = {
    b"ftyp": read_ftyp,
    b"mvhd": read_mvhd,
    b"tkhd": read_tkhd,
    b"mdhd": read_mdhd,
    b"hdlr": read_hdlr,
    b"elst": read_elst,
    b"ctts": read_ctts,
}


def user_data(walk: Walk, kind: bytes, start: int, end: int) -> None:
    """A `udta` entry: QuickTime international text, 3GPP text, a position, or plain text."""
    if kind in MAKER_BOXES:
        body = walk.read(start, end - start)
        walk.blocks.camera |= read_maker_box(kind, body)
        keep_exif(walk, embedded_exif(body))
        return
    body = walk.read(start, min(end - start, 1 << 14))
    name = f"udta {decode(kind) if kind[0] != 0xA9 else '©' + decode(kind[1:])}"
    if kind == b"loci":
        read_loci(walk, body)
    elif kind == b"CMT1":  # Canon's TIFF blocks, of which the first two say what EXIF says
        keep_exif(walk, body)
    elif kind == b"CMT2":
        walk.blocks.exif_directory = walk.blocks.exif_directory or body
    elif kind[0] in b"\xa9@" and len(body) >= 4:
        size, language = struct.unpack_from(">HH", body)
        value = body[4 : 4 + size] if size <= len(body) - 4 else body  # DJI has no head there
        walk.put(name, macintosh(value) if language < 0x400 else decode(value))
    elif kind in (b"titl", b"dscp", b"cprt", b"perf", b"auth", b"gnre", b"albm"):
        walk.put(name, utf(body[6:]))
    elif kind in (b"manu", b"modl"):  # with 3GPP's head or without it
        walk.put(name, utf(body[6:] if body[:4] == bytes(4) else body))
    elif kind == b"yrrc" and len(body) >= 6:
        walk.put(name, int.from_bytes(body[4:6], "big"))
    elif body and all(32 <= byte < 127 for byte in body.rstrip(b"\0")):
        walk.put(name, body)


MAKER_BOXES = (b"GPMF", b"TAGS", b"PENT", b"PANA", b"LEIC", b"CNTH", b"RMKN")


def keep_exif(walk: Walk, block: bytes | None) -> None:
    """The first EXIF block that a walk meets, from its TIFF header on."""
    if block and walk.blocks.exif is None:
        walk.blocks.exif = block


def macintosh(raw: bytes) -> str:
    """Text under an old Macintosh language code: Mac Roman, unless it is valid UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("mac-roman")


def utf(raw: bytes) -> str:
    """3GPP text: UTF-16 with a byte order mark, otherwise UTF-8."""
    if raw[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return raw.decode("utf-16", "replace").split("\0", 1)[0]
    return decode(raw)


def read_loci(walk: Walk, body: bytes) -> None:
    """3GPP position: name, role, then longitude, latitude and altitude as 16.16 degrees."""
    rest = body[6:]
    marked = rest[:2] in (b"\xfe\xff", b"\xff\xfe")
    stop = rest.find(b"\0\0" if marked else b"\0")
    at = stop + (3 if marked else 2)
    if stop < 0 or len(rest) < at + 12:
        walk.blocks.problems.append(Message("metadata-location-too-short"))
        return
    longitude, latitude, altitude = (v / 65536 for v in struct.unpack_from(">iii", rest, at))
    place: dict[str, Value] = {
        "name": utf(rest[:stop]),
        "latitude": round(latitude, 6),
        "longitude": round(longitude, 6),
        "altitude_m": round(altitude, 2),
    }
    walk.put("udta loci", place)


def visit_meta(walk: Walk, start: int, end: int) -> None:
    """`meta`: QuickTime keys with their values, iTunes-like values, or HEIF items.

    QuickTime writes it as a plain box, ISO as a full box: the first child's type tells.
    """
    peek = walk.read(start, 12)
    body = start if peek[4:8] == b"hdlr" else start + 4
    items = HeifItems()
    for kind, child_start, child_end in walk.children(body, end):
        if kind == b"keys":
            read_keys(walk, walk.read(child_start, child_end - child_start))
        elif kind == b"ilst":
            read_ilst(walk, child_start, child_end)
        elif kind == b"iinf":
            items.read_types(walk, child_start, child_end)
        elif kind == b"iloc":
            items.read_places(walk.read(child_start, child_end - child_start))
        elif kind == b"idat":
            items.data_start = child_start
        elif kind == b"xml ":
            walk.blocks.camera |= read_sony_xml(
                walk.read(child_start + 4, child_end - child_start - 4)
            )
    items.collect(walk)


def read_keys(walk: Walk, body: bytes) -> None:
    """Key names, addressed by `ilst` from 1 on."""
    at = 8
    walk.keys = []
    while at + 8 <= len(body) and len(walk.keys) < MAX_LIST:
        (size,) = struct.unpack_from(">I", body, at)
        if size < 8:
            return
        walk.keys.append(decode(body[at + 8 : at + size]))
        at += size


def read_ilst(walk: Walk, start: int, end: int) -> None:
    for kind, item_start, item_end in walk.children(start, end):
        index = int.from_bytes(kind, "big")
        named = walk.keys[index - 1] if 0 < index <= len(walk.keys) else None
        name = named or ("©" + decode(kind[1:]) if kind[0] == 0xA9 else decode(kind))
        for child, data_start, data_end in walk.children(item_start, item_end):
            if child == b"data":
                body = walk.read(data_start, min(data_end - data_start, 1 << 14))
                walk.put(f"ilst {name}", ilst_value(body))


def ilst_value(body: bytes) -> Value:
    """A typed value: 1 UTF-8, 2 UTF-16, 21/22 integers, 23/24 floats; pictures and such None."""
    if len(body) < 8:
        return None
    kind, raw = int.from_bytes(body[:4], "big"), body[8:]
    if kind == 1:
        return decode(raw)
    if kind == 2:
        return raw.decode("utf-16-be", "replace")
    if kind in (21, 22) and len(raw) <= 8:
        return int.from_bytes(raw, "big", signed=kind == 21)
    if kind in (23, 24) and len(raw) == (4 if kind == 23 else 8):
        (value,) = struct.unpack(">f" if kind == 23 else ">d", raw)
        return float(value)
    return None


@dataclass(slots=True)
class HeifItems:
    """The EXIF and XMP items of a HEIF `meta` box: what they are, and where they lie."""

    types: dict[int, bytes] = field(default_factory=dict)
    places: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    data_start: int = 0

    def read_types(self, walk: Walk, start: int, end: int) -> None:
        head = walk.read(start, 6)
        first = start + (6 if head[:1] == b"\0" else 8)
        for kind, item_start, item_end in walk.children(first, end):
            body = walk.read(item_start, min(item_end - item_start, 256))
            if kind != b"infe" or len(body) < 12 or body[0] < 2:
                continue
            wide = body[0] > 2
            number = int.from_bytes(body[4 : 8 if wide else 6], "big")
            at = 10 if wide else 8
            self.types[number] = body[at : at + 4] + body[at + 4 :]

    def read_places(self, body: bytes) -> None:
        """(method, offset, size) of the first extent of each item."""
        if len(body) < 8:
            return
        version = body[0]
        offset_size, length_size = body[4] >> 4, body[4] & 15
        base_size, index_size = body[5] >> 4, body[5] & 15 if version else 0
        reader = Reader(body, 6)
        for _ in range(min(reader.take(4 if version == 2 else 2), 4096)):
            number = reader.take(4 if version == 2 else 2)
            method = reader.take(2) & 15 if version else 0
            reader.take(2)
            base = reader.take(base_size)
            for extent in range(reader.take(2)):
                reader.take(index_size)
                offset, size = reader.take(offset_size), reader.take(length_size)
                if extent == 0:
                    self.places[number] = (method, base + offset, size)
            if reader.spent:
                return

    def collect(self, walk: Walk) -> None:
        for number, kind in self.types.items():
            if number not in self.places:
                continue
            method, offset, size = self.places[number]
            start = offset + (self.data_start if method == 1 else 0)
            if kind[:4] == b"Exif" and walk.blocks.exif is None:
                raw = walk.read(start, size)
                skip = 4 + int.from_bytes(raw[:4], "big")
                walk.blocks.exif = raw[skip:]
            elif kind[:4] == b"mime" and b"application/rdf+xml" in kind:
                walk.blocks.xmp.append(walk.read(start, size))


@dataclass(slots=True)
class Reader:
    """Big-endian integers in turn; zeros once the bytes are spent."""

    body: bytes
    at: int

    @property
    def spent(self) -> bool:
        return self.at >= len(self.body)

    def take(self, size: int) -> int:
        value = int.from_bytes(self.body[self.at : self.at + size], "big")
        self.at += size
        return value
