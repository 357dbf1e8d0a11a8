"""A file -> the pixels of a still, and what is missing of them, by three readers.

Pillow reads what is sound; `partial_still` what breaks off; FFmpeg what Pillow does not know.
"""

from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hashing.decode.ffmpeg_still import read_picture, shows_only_a_cover
from hashing.decode.large_still import read_large
from hashing.decode.partial_still import read_partial
from hashing.decode.still import WORKING_PX, open_still
from hashing.decode.video import Damage, decode_frames
from hashing.errors import DecodeError, LimitExceeded
from hashing.message import Message
from hashing.types import Box, Limits


@dataclass(frozen=True, slots=True, eq=False)
class StillPixels:
    """(H, W, 3) RGB, upright, at most some 2,048 pixels long where it was larger, and problems.

    size: width and height of the part that decodes; None where that is all of the picture.
    decoded: where that part lies in the whole picture, 0..1.
    """

    pixels: NDArray[np.uint8]
    problems: tuple[Message, ...] = ()
    size: tuple[int, int] | None = None
    decoded: Box | None = None


def read_still(file: BinaryIO, max_pixels: int, page: int = 0) -> StillPixels:
    """What decodes of a still. page: which one of a file of several.

    Raises LimitExceeded, and DecodeError where no part of it decodes.
    """
    still = open_still(file, max_pixels, page)
    if still is not None:
        try:
            large = still.is_large
            return StillPixels(read_large(file, still, max_pixels) if large else still.pixels())
        except DecodeError:
            if page:  # the readers of damaged files know the first one alone
                raise
    try:
        partial = read_partial(file, max_pixels)
        return StillPixels(partial.pixels, (partial.problem,), partial.size, partial.decoded)
    except LimitExceeded:
        raise
    except DecodeError as damage:
        try:
            pixels = read_picture(file, max_pixels)
        except LimitExceeded:
            raise
        except DecodeError:
            raise damage from None
    if still is None:
        cover = (Message("problem-only-the-cover"),) if shows_only_a_cover(file) else ()
        return StillPixels(pixels, cover)
    problem = Message("problem-damage-concealed", {"format": str(still.image.format)})
    return StillPixels(pixels, (problem,))


def read_cover(file: BinaryIO, track: int, max_pixels: int) -> StillPixels:
    """The picture that is attached to a file as a track.

    Raises UnsupportedMedia, LimitExceeded, and DecodeError where it does not decode.
    """
    limits = Limits(max_pixels=max_pixels)
    with closing(decode_frames(file, limits, Damage(), track)) as frames:
        frame = next(frames)
    width, height = frame.upright_size()
    factor = max(1, max(width, height) // WORKING_PX)
    return StillPixels(frame.rgb(max(1, width // factor), max(1, height // factor)))
