"""Pictures and animations that Pillow reads, made upright RGB over white.

EXIF orientation applied, alpha over white, 16-bit and CMYK brought to 8-bit RGB. The pixel limit is
checked on the header, before anything is unpacked.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from hashing.decode.quantisation import step_of_tables
from hashing.errors import DecodeError, LimitExceeded
from hashing.types import MediaInfo, Seconds

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF", "JPEG2000", "PPM")
WORKING_PX = 2048
REDUCIBLE = ("RGB", "RGBA", "L", "LA", "CMYK", "YCbCr", "LAB", "HSV")
DEFAULT_FRAME_S = 0.1  # what browsers show for animations that name no delay


@cache
def _register_heif() -> None:
    Image.init()  # loads the decoders, so that they can be named
    pillow_heif.register_heif_opener()


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """An opened picture; an animation has more than one frame."""

    image: Image.Image
    animated: bool

    def info(self) -> MediaInfo:
        """Facts of the file; an animation counts as a video."""
        width, height = _upright_size(self.image)
        name = (self.image.format or "").lower()
        if not self.animated:
            step = step_of_tables(getattr(self.image, "quantization", {}))
            return MediaInfo(
                "still", width, height, container=name, video_codec=name, coding_step=step
            )
        durations = list(self._durations())
        total = sum(durations)
        return MediaInfo(
            "video",
            width,
            height,
            duration_s=total,
            frame_rate=len(durations) / total if total else None,
            container=name,
            video_codec=name,
        )

    def pixels(self) -> NDArray[np.uint8]:
        """(H, W, 3) RGB of the first frame, upright."""
        return _rgb(self.image)

    def frames(self) -> Iterator[tuple[Seconds, NDArray[np.uint8]]]:
        """Every frame with the moment it is shown."""
        time = 0.0
        for index in range(getattr(self.image, "n_frames", 1)):
            try:
                self.image.seek(index)
                pixels = _rgb(self.image)
            except (OSError, EOFError, ValueError):
                return  # an animation cut short: what came before is used
            yield time, pixels
            time += _duration(self.image)

    def _durations(self) -> Iterator[Seconds]:
        for index in range(getattr(self.image, "n_frames", 1)):
            try:
                self.image.seek(index)
                if self.image.format in ("WEBP", "AVIF"):
                    self.image.load()  # these know a frame's duration only once it is unpacked
            except (OSError, EOFError, ValueError):
                break
            yield _duration(self.image)
        self.image.seek(0)


def open_still(file: BinaryIO, max_pixels: int) -> Still | None:
    """The picture, or None where the content is none that Pillow should read.

    Raises LimitExceeded on too many pixels, DecodeError on a picture that cannot be read.
    """
    file.seek(0)
    _register_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        return None
    except Image.DecompressionBombError as error:
        raise LimitExceeded(f"the picture passes max_pixels = {max_pixels:,}: {error}") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise DecodeError(f"the picture cannot be read: {error}") from error
    width, height = image.size
    if width * height > max_pixels:
        raise LimitExceeded(f"{width} x {height} pixels pass max_pixels = {max_pixels:,}")
    moving = image.format in ("GIF", "PNG", "WEBP", "AVIF")
    return Still(image, moving and getattr(image, "n_frames", 1) > 1)


def read_still(file: BinaryIO, max_pixels: int) -> NDArray[np.uint8]:
    """(H, W, 3) RGB, upright. Raises DecodeError, LimitExceeded."""
    still = open_still(file, max_pixels)
    if still is None:
        raise DecodeError("no picture that can be read")
    return still.pixels()


def _duration(image: Image.Image) -> Seconds:
    stated = float(image.info.get("duration") or 0) / 1000
    return stated if stated > 0.01 else DEFAULT_FRAME_S


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    turned = image.format != "HEIF" and image.getexif().get(0x0112) in (5, 6, 7, 8)
    return (height, width) if turned else (width, height)


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            upright = ImageOps.exif_transpose(_smaller(image))
            return _flatten(upright)
    except (OSError, ValueError, SyntaxError, IndexError, EOFError) as error:
        raise DecodeError(f"the picture cannot be decoded: {error}") from error


def _smaller(image: Image.Image) -> Image.Image:
    """A very large picture brought down first, so that copies of it fit in memory.

    No more than 2,048 pixels are ever looked at; JPEG decodes straight to about that size.
    """
    image.draft("RGB", (WORKING_PX, WORKING_PX))
    factor = max(image.size) // WORKING_PX
    if factor < 2:
        return image
    if image.mode in REDUCIBLE:
        small = image.reduce(factor)
        small.info = image.info
        small.getexif().update(image.getexif())
        return small
    return image.resize((image.width // factor, image.height // factor), Image.Resampling.NEAREST)


def _flatten(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(np.asarray(image, dtype=np.float64))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.asarray(image.convert("RGB"))


def _from_deep(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """16-bit or float grey to 8-bit RGB; the range is taken from the values."""
    top = 65535.0 if values.max(initial=0) > 255 else 255.0
    grey = np.clip(values * (255.0 / top), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
