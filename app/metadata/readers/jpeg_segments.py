"""The segments of a JPEG up to its pixels: EXIF, XMP, IPTC, comments and quantisation tables."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from app.metadata.bounds import MAX_BLOCK_BYTES, put
from app.metadata.readers.early_camera_segments import is_early
from app.metadata.readers.still_blocks import MAX_SEGMENTS, Blocks
from app.metadata.types import Group
from hashing.message import Message

XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"

EXTENDED_XMP_HEADER = b"http://ns.adobe.com/xmp/extension/\0"

PHOTOSHOP_HEADER = b"Photoshop 3.0\0"


def read_jpeg(file: BinaryIO) -> Blocks:
    """The segments of a JPEG up to its pixels. An EXIF block that is repeated is kept once."""
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
    """(table number, 64 steps in zigzag order) of one DQT segment of a JPEG."""
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


def scaled_luma(quality: int) -> tuple[int, ...]:
    """The standard luma table at a JPEG quality: libjpeg's jpeg_set_quality, baseline."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return tuple(min(255, max(1, (step * scale + 50) // 100)) for step in STANDARD_LUMA)


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
