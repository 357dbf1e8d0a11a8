"""A file -> the pixels of a still, and what is missing of them, by three readers.

Pillow reads what is sound; `partial_still` what breaks off; FFmpeg what Pillow does not know.
"""

from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hashing.decode.ffmpeg_still import read_picture
from hashing.decode.large_still import read_large
from hashing.decode.partial_still import read_partial
from hashing.decode.still import open_still
from hashing.errors import DecodeError, LimitExceeded


@dataclass(frozen=True, slots=True, eq=False)
class StillPixels:
    """(H, W, 3) RGB, upright, at most some 2,048 pixels long where it was larger, and problems.

    size: width and height of the part that decodes; None where that is all of the picture.
    """

    pixels: NDArray[np.uint8]
    problems: tuple[str, ...] = ()
    size: tuple[int, int] | None = None


def read_still(file: BinaryIO, max_pixels: int) -> StillPixels:
    """What decodes of a still.

    Raises LimitExceeded, and DecodeError where no part of it decodes.
    """
    still = open_still(file, max_pixels)
    if still is not None:
        try:
            large = still.is_large
            return StillPixels(read_large(file, still, max_pixels) if large else still.pixels())
        except DecodeError:
            pass  # damaged: the next reader knows more of it
    try:
        partial = read_partial(file, max_pixels)
        return StillPixels(partial.pixels, (partial.problem,), partial.size)
    except LimitExceeded:
        raise
    except DecodeError as damage:
        try:
            return StillPixels(read_picture(file, max_pixels))
        except LimitExceeded:
            raise
        except DecodeError:
            raise damage from None
