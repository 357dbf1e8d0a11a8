"""Stills of 200 megapixels and more, brought down in less memory than Pillow's own way takes.

Pillow holds four bytes a pixel beside what its decoders hold. FFmpeg decodes AVIF to planes of
one and a half; libheif's rows can be averaged where they lie.
"""

from typing import BinaryIO

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray

from hashing.decode.ffmpeg_still import read_picture
from hashing.decode.still import FAULTS, WORKING_PX, Still
from hashing.errors import DecodeError
from hashing.message import Message


def read_large(file: BinaryIO, still: Still, max_pixels: int) -> NDArray[np.uint8]:
    """(H, W, 3) RGB, upright, some 2,048 pixels long. Raises DecodeError."""
    if still.image.format == "AVIF":
        return read_picture(file, max_pixels)
    if still.image.format == "HEIF" and still.transfer is None:
        return _heif(file)
    return still.pixels()


def _heif(file: BinaryIO) -> NDArray[np.uint8]:
    """libheif turns and mirrors by itself."""
    file.seek(0)
    try:
        whole = np.asarray(pillow_heif.open_heif(file))  # (H, W, 3 or 4)
    except FAULTS as error:
        raise DecodeError(Message("error-cut-picture")) from error
    height, width = whole.shape[:2]
    factor = max(height, width) // WORKING_PX
    size = (width // factor, height // factor)
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[..., :3], np.uint8)
