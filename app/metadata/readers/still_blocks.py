"""Where a still keeps what it says of itself: the EXIF, XMP, IPTC and text blocks, as bytes.

Each reader walks one container's segments and stops at the pixels. Nothing is interpreted here.
A block that runs past the end of the file is cut and named in `problems`.

Formats: JPEG (ITU T.81, CIPA DC-008, XMP part 3), PNG (W3C PNG 3), RIFF (WebP, AVI, WAV), GIF89a.
HEIF and AVIF are boxes: see `metadata_boxes`. TIFF is one EXIF block by itself.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from app.metadata.bounds import MAX_BLOCK_BYTES, TooMuchError, put
from app.metadata.readers.legacy_segments import is_early
from app.metadata.types import Group
from hashing.message import Message

MAX_SEGMENTS = 2_000
XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED_XMP_HEADER = b"http://ns.adobe.com/xmp/extension/\0"
PHOTOSHOP_HEADER = b"Photoshop 3.0\0"
PACKET_SCAN_BYTES = 8 << 20


@dataclass(slots=True)
class Blocks:
    """What one walk over a still gathered."""

    exif: bytes | None = None  # from the TIFF header on
    exif_directory: bytes | None = None  # Canon: a TIFF whose first directory is the EXIF one
    xmp: list[bytes] = field(default_factory=list)
    photoshop: bytes | None = None  # image resources, "8BIM…"
    iptc: bytes | None = None  # bare IIM datasets
    early: list[bytes] = field(default_factory=list)  # what cameras wrote before EXIF
    text: Group = field(default_factory=dict)  # PNG text, comments
    facts: Group = field(default_factory=dict)  # of the container itself
    camera: Group = field(default_factory=dict)  # what a maker's own blocks say of it
    gps: Group = field(default_factory=dict)
    problems: list[Message] = field(default_factory=list)


def read_jpeg(file: BinaryIO) -> Blocks:
    """Segments up to the start of scan. An EXIF block that a later one repeats is kept once."""
    blocks = Blocks()
    extended: dict[int, bytes] = {}
    tables: dict[int, tuple[int, ...]] = {}
    for marker, body in jpeg_segments(file, blocks):
        if marker == 0xE1 and body.startswith(b"Exif\0") and blocks.exif is None:
            blocks.exif = body[6:]
        elif marker == 0xE1 and body.startswith(XMP_HEADER):
            blocks.xmp.append(body[len(XMP_HEADER) :])
        elif marker == 0xE1 and body.startswith(EXTENDED_XMP_HEADER):
            keep_extended(extended, body[len(EXTENDED_XMP_HEADER) :])
        elif marker == 0xED and body.startswith(PHOTOSHOP_HEADER):
            blocks.photoshop = (blocks.photoshop or b"") + body[len(PHOTOSHOP_HEADER) :]
        elif is_early(marker, body):
            blocks.early.append(body)
        elif marker == 0xFE:
            put(blocks.text, "JPEG comment", body)
        elif marker == 0xDB:
            tables.update(quantisation_tables(body))
        elif marker in SOF_MARKERS and len(body) >= 6:
            _, height, width, components = struct.unpack_from(">BHHB", body)
            blocks.facts |= {"width": width, "height": height, "components": components}
            blocks.facts["progressive"] = marker in (0xC2, 0xC6, 0xCA, 0xCE)
        elif marker in (0xE0, 0xEE) and body[:5] in (b"JFIF\0", b"Adobe"):
            blocks.facts[body[:5].strip(b"\0").decode("ascii")] = True
    if extended:
        blocks.xmp.append(b"".join(extended[offset] for offset in sorted(extended)))
    if 0 in tables:
        blocks.facts |= quality_of(tables[0])
    return blocks


SOF_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def jpeg_segments(file: BinaryIO, blocks: Blocks) -> Iterator[tuple[int, bytes]]:
    """(marker, body) up to the scan. Garbage between segments is skipped, as decoders do."""
    file.seek(2)
    for _ in range(MAX_SEGMENTS):
        lead = file.read(2)
        if len(lead) < 2:
            blocks.problems.append(Message("metadata-jpeg-ends"))
            return
        if lead[0] != 0xFF:
            file.seek(-1, 1)
            continue
        if lead[1] == 0xFF:  # fill byte
            file.seek(-1, 1)
            continue
        if lead[1] in (0xDA, 0xD9):
            return
        if lead[1] in (0x00, 0x01) or 0xD0 <= lead[1] <= 0xD8:
            continue
        head = file.read(2)
        length = int.from_bytes(head, "big") - 2
        if len(head) < 2 or length < 0:
            blocks.problems.append(Message("metadata-segment-length", {"at": file.tell()}))
            return
        body = file.read(length)
        if len(body) < length:
            marker = f"FF{lead[1]:02X}"
            blocks.problems.append(Message("metadata-segment-cut", {"marker": marker}))
        yield lead[1], body
    blocks.problems.append(Message("metadata-segments-limit", {"count": MAX_SEGMENTS}))


def keep_extended(parts: dict[int, bytes], body: bytes) -> None:
    """One piece of extended XMP: 32 hex digits, full length, offset, then the piece."""
    if len(body) < 40:
        return
    offset = int.from_bytes(body[36:40], "big")
    if sum(map(len, parts.values())) + len(body) <= MAX_BLOCK_BYTES:
        parts[offset] = body[40:]


def quantisation_tables(body: bytes) -> Iterator[tuple[int, tuple[int, ...]]]:
    """(table number, 64 steps in zigzag order) of one DQT segment."""
    while body:
        wide, number = body[0] >> 4, body[0] & 15
        size = 128 if wide else 64
        if len(body) < 1 + size:
            return
        yield number, struct.unpack_from(">64H" if wide else ">64B", body, 1)
        body = body[1 + size :]


# ITU T.81 table K.1, in zigzag order
STANDARD_LUMA = (
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
    26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
    56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
    95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
)  # fmt: skip


def quality_of(luma: tuple[int, ...]) -> Group:
    """The libjpeg quality setting, 1..100, whose luma table lies nearest.

    `standard_tables` says whether it is exactly that table: cameras and Adobe use their own,
    for which the number is only a rough guide.
    """
    distances = {
        quality: sum(abs(a - b) for a, b in zip(scaled_luma(quality), luma, strict=True))
        for quality in range(1, 101)
    }
    best = min(distances, key=lambda quality: distances[quality])
    return {"estimated_quality": best, "standard_tables": distances[best] == 0}


def scaled_luma(quality: int) -> tuple[int, ...]:
    """libjpeg's jpeg_set_quality, baseline."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return tuple(min(255, max(1, (step * scale + 50) // 100)) for step in STANDARD_LUMA)


def read_png(file: BinaryIO) -> Blocks:
    """Chunks before and after the pixels; the pixels are skipped."""
    blocks = Blocks()
    file.seek(8)
    for _ in range(MAX_SEGMENTS):
        head = file.read(8)
        if len(head) < 8:
            blocks.problems.append(Message("metadata-png-ends"))
            return blocks
        size, kind = struct.unpack(">I4s", head)
        if kind == b"IEND":
            return blocks
        if kind in (b"IHDR", b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME") and (
            size <= MAX_BLOCK_BYTES
        ):
            keep_png_chunk(blocks, kind, file.read(size))
            file.seek(4, 1)
        else:
            file.seek(size + 4, 1)
    blocks.problems.append(Message("metadata-chunks-limit", {"count": MAX_SEGMENTS}))
    return blocks


def keep_png_chunk(blocks: Blocks, kind: bytes, body: bytes) -> None:
    if kind == b"IHDR" and len(body) >= 10:
        width, height, depth, colour = struct.unpack_from(">IIBB", body)
        blocks.facts |= {"width": width, "height": height, "bits": depth, "colour_type": colour}
    elif kind == b"eXIf":
        blocks.exif = body.removeprefix(b"Exif\0\0")
    elif kind == b"tIME" and len(body) == 7:
        year, *rest = struct.unpack(">H5B", body)
        put(blocks.text, "tIME", "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(year, *rest))
    else:
        keep_png_text(blocks, kind, body)


def keep_png_text(blocks: Blocks, kind: bytes, body: bytes) -> None:
    keyword, _, rest = body.partition(b"\0")
    try:
        if kind == b"zTXt":
            rest = inflate(rest[1:])
        elif kind == b"iTXt":
            packed, rest = rest[:1] == b"\1", rest[2:]
            _, _, rest = rest.partition(b"\0")
            _, _, rest = rest.partition(b"\0")
            rest = inflate(rest) if packed else rest
    except TooMuchError as error:
        blocks.problems.append(error.message)
        return
    except zlib.error:
        blocks.problems.append(Message("metadata-png-text"))
        return
    if keyword == b"XML:com.adobe.xmp":
        blocks.xmp.append(rest)
    elif keyword.startswith(b"Raw profile type "):
        keep_raw_profile(blocks, keyword.split()[-1], rest)
    else:
        put(blocks.text, keyword.decode("latin-1"), rest)


def keep_raw_profile(blocks: Blocks, kind: bytes, body: bytes) -> None:
    """ImageMagick's habit: a name, a length, then the block in hex."""
    try:
        hexadecimal = b"".join(body.strip().split(b"\n")[2:])  # behind a name and a length
        raw = bytes.fromhex(hexadecimal.decode("ascii"))
    except ValueError:
        blocks.problems.append(Message("metadata-png-profile"))
        return
    if kind in (b"exif", b"APP1") and raw.startswith(b"Exif\0\0"):
        blocks.exif = raw[6:]
    elif kind == b"xmp":
        blocks.xmp.append(raw)
    elif kind in (b"iptc", b"8bim"):
        blocks.photoshop = raw


def inflate(packed: bytes) -> bytes:
    """zlib, at most one block's size. Raises TooMuchError beyond it."""
    unpacker = zlib.decompressobj()
    raw = unpacker.decompress(packed, MAX_BLOCK_BYTES)
    if unpacker.unconsumed_tail:
        raise TooMuchError(Message("metadata-png-text-limit", {"bytes": MAX_BLOCK_BYTES}))
    return raw


def read_riff(file: BinaryIO) -> Blocks:
    """WebP, AVI and WAV: chunks of even length, lists inside lists."""
    blocks = Blocks()
    end = file.seek(0, 2)
    file.seek(8)
    put(blocks.facts, "form", file.read(4))
    read_riff_chunks(file, 12, end, blocks, [MAX_SEGMENTS])
    return blocks


def read_riff_chunks(
    file: BinaryIO, start: int, end: int, blocks: Blocks, left: list[int], depth: int = 0
) -> None:
    while start + 8 <= end and left[0] > 0:
        left[0] -= 1
        file.seek(start)
        kind, size = struct.unpack("<4sI", file.read(8))
        body, start = start + 8, start + 8 + size + (size & 1)
        if kind == b"LIST" and depth < 4:
            if file.read(4) != b"movi":
                read_riff_chunks(file, body + 4, min(start, end), blocks, left, depth + 1)
        elif size <= MAX_BLOCK_BYTES:
            keep_riff_chunk(blocks, kind, file, size)


# RIFF INFO names that speak of origin; the values are text
INFO_CHUNKS = frozenset(
    b"IARL IART ICMS ICMT ICOP ICRD IDIT IENG IGNR IKEY IMED INAM IPRD ISBJ ISFT ISRC ITCH".split()
)


def keep_riff_chunk(blocks: Blocks, kind: bytes, file: BinaryIO, size: int) -> None:
    if kind == b"EXIF":
        blocks.exif = file.read(size).removeprefix(b"Exif\0\0")
    elif kind in (b"XMP ", b"_PMX"):
        blocks.xmp.append(file.read(size))
    elif kind in INFO_CHUNKS:
        put(blocks.text, kind.decode("ascii"), file.read(min(size, 4096)))


def read_gif(file: BinaryIO) -> Blocks:
    """GIF keeps XMP as one run inside an application extension, known by its name."""
    file.seek(0)
    head = file.read(PACKET_SCAN_BYTES)
    blocks = Blocks()
    at = head.find(b"XMP DataXMP")
    if at >= 0:
        blocks.xmp.extend(packets(head[at:]))
    return blocks


def scan_packets(file: BinaryIO) -> Blocks:
    """For formats without a reader here: XMP has packet marks, which are searched for."""
    file.seek(0)
    return Blocks(xmp=packets(file.read(PACKET_SCAN_BYTES)))


def packets(raw: bytes) -> list[bytes]:
    """The first <x:xmpmeta>…</x:xmpmeta> or <rdf:RDF>…</rdf:RDF> in the bytes, if there is one."""
    for opening, closing in ((b"<x:xmpmeta", b"</x:xmpmeta>"), (b"<rdf:RDF", b"</rdf:RDF>")):
        start = raw.find(opening)
        end = raw.find(closing, start)
        if 0 <= start < end:
            return [raw[start : end + len(closing)]]
    return []
