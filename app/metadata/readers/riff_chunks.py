"""The chunks of RIFF files (WebP, AVI, WAV): EXIF, XMP and texts."""

import struct
from typing import BinaryIO

from app.metadata.bounds import MAX_BLOCK_BYTES, put
from app.metadata.readers.still_blocks import MAX_SEGMENTS, Blocks


def read_riff(file: BinaryIO) -> Blocks:
    """RIFF chunks of WebP, AVI and WAV: of even length, lists inside lists."""
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
