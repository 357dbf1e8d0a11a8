"""Where a still keeps what it says of itself: the EXIF, XMP, IPTC and text blocks, as bytes.

Each reader walks one container's segments and stops at the pixels. Nothing is interpreted here.
A block that runs past the end of the file is cut and named in `problems`.

JPEG, PNG and RIFF have files of their own (`jpeg_segments`, `png_chunks`, `riff_chunks`); GIF89a
and the search for XMP packets are here. HEIF and AVIF are boxes: see `isobmff`. TIFF is one EXIF
block by itself.
"""

import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

from app.metadata.bounds import MAX_BLOCK_BYTES, TooMuchError
from app.metadata.types import Group
from hashing.message import Message

MAX_SEGMENTS = 2_000
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


def inflate(packed: bytes) -> bytes:
    """zlib, at most one block's size. Raises TooMuchError beyond it."""
    unpacker = zlib.decompressobj()
    raw = unpacker.decompress(packed, MAX_BLOCK_BYTES)
    if unpacker.unconsumed_tail:
        raise TooMuchError(Message("metadata-png-text-limit", {"bytes": MAX_BLOCK_BYTES}))
    return raw


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
