"""Photos and animations in every format that people send, showing `scene(seed, t)`."""

import struct
import zlib
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from tests.made.scenes import Size, scene

type StillKind = Literal[
    "jpeg", "cmyk_jpeg", "grey_jpeg", "rotated_jpeg", "png", "png_16", "png_alpha", "webp",
    "avif", "heic", "tiff", "bmp",
]  # fmt: skip
type AnimationKind = Literal["gif", "webp", "apng"]

SUFFIXES: dict[StillKind, str] = {
    "jpeg": ".jpg",
    "cmyk_jpeg": ".jpg",
    "grey_jpeg": ".jpg",
    "rotated_jpeg": ".jpg",
    "png": ".png",
    "png_16": ".png",
    "png_alpha": ".png",
    "webp": ".webp",
    "avif": ".avif",
    "heic": ".heic",
    "tiff": ".tif",
    "bmp": ".bmp",
}
EXIF_ORIENTATION = 0x0112
EXIF_ROTATE_TO_UPRIGHT = 6  # stored a quarter turn to the left: turn it clockwise to show it


def make_still(
    path: Path, kind: StillKind = "jpeg", seed: int = 1, t: float = 0.0, size: Size = (640, 360)
) -> Path:
    """A photo of the scene; upright it has `size`, whatever is stored."""
    picture = Image.fromarray(scene(seed, t, size))
    if kind == "cmyk_jpeg":
        picture.convert("CMYK").save(path, "JPEG", quality=92)
    elif kind == "grey_jpeg":
        picture.convert("L").save(path, "JPEG", quality=92)
    elif kind == "rotated_jpeg":
        exif = Image.Exif()
        exif[EXIF_ORIENTATION] = EXIF_ROTATE_TO_UPRIGHT
        stored = picture.transpose(Image.Transpose.ROTATE_90)
        stored.save(path, "JPEG", quality=92, exif=exif)
    elif kind == "png_16":
        _write_png_16(path, np.asarray(picture).astype(">u2") * 257)
    elif kind == "png_alpha":
        picture.putalpha(255)
        picture.save(path, "PNG")
    elif kind == "heic":
        import pillow_heif  # an import costs tenths of a second, and few tests need it

        pillow_heif.from_pillow(picture).save(path, quality=85)
    else:
        picture.save(path, kind.upper())
    return path


def make_animation(
    path: Path,
    kind: AnimationKind = "gif",
    seed: int = 1,
    frames: int = 12,
    frame_s: float = 0.1,
    size: Size = (320, 180),
) -> Path:
    """An animation that shows each moment of the scene for frame_s, for ever."""
    first, *rest = (Image.fromarray(scene(seed, i * frame_s, size)) for i in range(frames))
    first.save(
        path,
        "PNG" if kind == "apng" else kind.upper(),
        save_all=True,
        append_images=rest,
        duration=round(1000 * frame_s),
        loop=0,
    )
    return path


def make_huge_png(path: Path, side: int = 50_000) -> Path:
    """A few kB that announce side x side pixels, with the data of the first rows only."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    row = bytes(1 + 3 * side)
    path.write_bytes(_png(header, zlib.compress(row * 16, 9)))
    return path


def _write_png_16(path: Path, pixels: np.ndarray) -> None:
    """RGB at 16 bits a channel, which Pillow cannot write; pixels are (H, W, 3) big-endian."""
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    path.write_bytes(_png(header, zlib.compress(rows, 6)))


def _png(header: bytes, data: bytes) -> bytes:
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
