"""Pictures and animations that Pillow reads, made upright RGB over white.

EXIF orientation applied, alpha over white, 16-bit and CMYK brought to 8-bit RGB, HDR tone-mapped.
The pixel limit is checked on the header, before anything is unpacked. What Pillow gives up on is
for `partial_still` and, failing that, for FFmpeg.
"""

import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from time import process_time
from typing import BinaryIO

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from hashing.decode import exif_orientation, orientation
from hashing.decode.iso_boxes import colour_transfer
from hashing.decode.jpeg_sequence import is_jpeg_sequence
from hashing.decode.orientation import UPRIGHT, Orientation
from hashing.decode.quantisation import step_of_tables
from hashing.decode.tone_mapping import TRANSFERS, Transfer, to_sdr
from hashing.errors import DecodeError, LimitExceeded
from hashing.message import Message, Param
from hashing.types import MediaInfo, Seconds

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF", "JPEG2000", "PPM")
ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")
ONLY_THE_FIRST = "problem-only-the-first"
TIMED_WHEN_LOADED = ("WEBP", "AVIF")  # these know a frame's duration only once it is unpacked
WORKING_PX = 2048
REDUCIBLE = ("RGB", "RGBA", "L", "LA", "CMYK", "YCbCr", "LAB", "HSV")
DEFAULT_FRAME_S = 0.1  # what browsers show for animations that name no delay
WHOLE_PIXELS = 120_000_000  # above it some formats are decoded in a way of less memory
# Seconds of CPU time that an animation may take. Each frame is composed on the whole canvas: a GIF
# of 1 MB may have 40,000 frames, at 0.05 s each.
MAX_COUNTING_S = 4.0  # to add up how long its frames are shown
MAX_COMPOSING_S = 120.0  # to give its frames
HEAD_BYTES = 1 << 16  # in which a PNG's colour coding stands

# What Pillow and its decoders raise on damaged files; MemoryError passes, as a limit.
FAULTS = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    SyntaxError,
    struct.error,
    zlib.error,
)


@cache
def _prepare_pillow() -> None:
    """Loads the decoders, and leaves the pixel limit to us: Pillow's own is no setting."""
    Image.init()
    Image.MAX_IMAGE_PIXELS = None
    pillow_heif.register_heif_opener()


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """An opened picture; an animation has more than one frame. problems: filled on the way."""

    image: Image.Image
    frame_indices: range  # those that viewers show
    orientation: Orientation = UPRIGHT
    transfer: Transfer | None = None  # of HDR
    problems: list[Message] = field(default_factory=list)

    @property
    def animated(self) -> bool:
        return len(self.frame_indices) > 1

    @property
    def is_large(self) -> bool:
        """Whether all of it in memory at once is more than there may be."""
        return self.image.width * self.image.height > WHOLE_PIXELS

    def info(self) -> MediaInfo:
        """Facts of the file; an animation counts as a video."""
        width, height = self.orientation.size(*self.image.size)
        name = (self.image.format or "").lower()
        if not self.animated:
            step = step_of_tables(getattr(self.image, "quantization", {}))
            return MediaInfo(
                "still",
                width,
                height,
                container=name,
                video_codec=name,
                coding_step=step,
                hdr=self.transfer,
            )
        durations = self._durations()
        total = None if durations is None else sum(durations)
        return MediaInfo(
            "video",
            width,
            height,
            duration_s=total,
            frame_rate=len(durations) / total if durations and total else None,
            container=name,
            video_codec=name,
        )

    def pixels(self) -> NDArray[np.uint8]:
        """(H, W, 3) RGB of the first frame, upright. Raises DecodeError."""
        try:
            return upright_rgb(self.image, self.orientation, self.transfer)
        except FAULTS as error:
            raise DecodeError(Message("error-cut-picture")) from error

    def frames(self) -> Iterator[tuple[Seconds, NDArray[np.uint8]]]:
        """Every frame that viewers show, with the time at which they show it.

        Ends where a frame does not decode, and after MAX_COMPOSING_S; then `problems` says which.
        """
        time = 0.0
        end = process_time() + MAX_COMPOSING_S
        for index in self.frame_indices:
            if process_time() > end:
                params: dict[str, Param] = {
                    "seconds": time,
                    "limit": Message("problem-slow-animation", {"seconds": MAX_COMPOSING_S}),
                }
                self.problems.append(Message(ONLY_THE_FIRST, params))
                return
            try:
                self.image.seek(index)
                pixels = upright_rgb(self.image, self.orientation, self.transfer)
            except FAULTS:
                self.problems.append(
                    Message(
                        "problem-frame-undecodable",
                        {
                            "number": index - self.frame_indices.start + 1,
                            "count": len(self.frame_indices),
                            "time": time,
                        },
                    )
                )
                return
            yield time, pixels
            time += _duration(self.image)

    def _durations(self) -> list[Seconds] | None:
        """How long each frame is shown; None where counting takes more than MAX_COUNTING_S."""
        durations: list[Seconds] = []
        end = process_time() + MAX_COUNTING_S
        for index in self.frame_indices:
            try:
                self.image.seek(index)
                if self.image.format in TIMED_WHEN_LOADED:
                    self.image.load()
            except FAULTS:
                break
            if process_time() > end:
                break
            durations.append(_duration(self.image))
        self.image.seek(self.frame_indices.start)
        return durations if process_time() <= end else None


def open_still(file: BinaryIO, max_pixels: int, page: int = 0) -> Still | None:
    """The picture, or None where Pillow cannot open the content, or it is a video of JPEGs.

    page: which one of a file of several, counted from 0; animations have one page.

    Raises LimitExceeded on too many pixels.
    """
    file.seek(0)
    _prepare_pillow()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(file, formats=FORMATS)
            if page:
                image.seek(page)
    except (UnidentifiedImageError, Image.DecompressionBombError, *FAULTS):
        return None
    if image.format == "JPEG" and is_jpeg_sequence(file):
        return None
    check_pixels(*image.size, max_pixels)
    way = _orientation(image)
    transfer = _transfer(file, image)
    return Still(image, _frame_indices(image), way, transfer)


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Raises LimitExceeded, naming the setting, on a picture larger than that."""
    if width * height > max_pixels:
        raise LimitExceeded(
            Message(
                "error-too-many-pixels",
                {"width": str(width), "height": str(height), "max_pixels": max_pixels},
            )
        )


def upright_rgb(
    image: Image.Image, way: Orientation = UPRIGHT, transfer: Transfer | None = None
) -> NDArray[np.uint8]:
    """(H, W, 3) RGB of the present frame. Raises what Pillow raises, any of FAULTS."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pixels = _flatten(_smaller(image))
    if transfer is not None:
        pixels = to_sdr(pixels.astype(np.uint16) * 257, transfer)
    return way.apply(pixels)


def _frame_indices(image: Image.Image) -> range:
    if image.format not in ANIMATED:
        return range(1)
    try:
        count = int(getattr(image, "n_frames", 1))
    except FAULTS:
        return range(1)
    # an APNG's first picture may be there for viewers that know no animation alone
    hidden = 1 if image.info.get("default_image") and count > 1 else 0
    return range(hidden, max(1, count))


def _orientation(image: Image.Image) -> Orientation:
    """What EXIF asks for, as browsers honour it; HEIF's own turns are applied by its decoder."""
    if image.format == "HEIF":
        return UPRIGHT
    if image.format == "TIFF":
        return orientation.from_exif(getattr(image, "tag_v2", {}).get(0x0112))
    raw = image.info.get("exif")
    return orientation.from_exif(exif_orientation.read(raw)) if isinstance(raw, bytes) else UPRIGHT


def _transfer(file: BinaryIO, image: Image.Image) -> Transfer | None:
    """The HDR curve that the picture is coded with; None for SDR and for 8-bit formats' own."""
    if image.format in ("AVIF", "HEIF"):
        place = file.tell()
        number = colour_transfer(file)
        file.seek(place)
        return TRANSFERS.get(number or 0)
    if image.format == "PNG":
        place = file.tell()
        file.seek(0)
        _, mark, coded = file.read(HEAD_BYTES).partition(b"\0\0\0\x04cICP")
        file.seek(place)
        return TRANSFERS.get(coded[1]) if mark and len(coded) > 1 else None
    return None


def _duration(image: Image.Image) -> Seconds:
    stated = float(image.info.get("duration") or 0) / 1000
    return stated if stated > 0.01 else DEFAULT_FRAME_S


def _smaller(image: Image.Image) -> Image.Image:
    """A very large still brought down first, so that copies of it fit in memory.

    No more than 2,048 pixels are ever looked at; JPEG and JPEG 2000 decode straight to about
    that size.
    """
    image.draft("RGB", (WORKING_PX, WORKING_PX))
    factor = max(image.size) // WORKING_PX
    if factor < 2:
        return image
    if image.format == "JPEG2000" and image.width * image.height > WHOLE_PIXELS:
        image.reduce = int(factor).bit_length() - 1  # type: ignore[method-assign,assignment]
        image.load()
        return image
    if image.mode in REDUCIBLE:
        return image.reduce(factor)
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
