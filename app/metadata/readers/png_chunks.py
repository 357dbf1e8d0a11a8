"""The chunks of a PNG before and after its pixels: EXIF, XMP, texts and raw profiles."""

import struct
import zlib
from typing import BinaryIO

from app.metadata.bounds import MAX_BLOCK_BYTES, TooMuchError, put
from app.metadata.readers.still_blocks import MAX_SEGMENTS, Blocks, inflate
from hashing.message import Message


def read_png(file: BinaryIO) -> Blocks:
    """Chunks of a PNG before and after the pixels, which are skipped."""
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
    """A raw profile in a PNG text, ImageMagick's habit: a name, a length, then the block in hex."""
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
