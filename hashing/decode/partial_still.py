"""What can be used of a still that does not decode to its end: its sound rows, and which they are.

A picture is coded from the top down, so an upload that stopped leaves an upper part. How much
of it is true is measured, format by format: JPEG fills what is missing with grey, row-wise
formats leave zeros, and the others are completed with two different fillings, of which the true
rows do not depend.
"""

import io
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile

from hashing.decode.iso_boxes import declared_end
from hashing.decode.still import FAULTS, Still, open_still, upright_rgb
from hashing.errors import DecodeError
from hashing.message import Message, Param
from hashing.types import Box

JPEG_END = b"\xff\xd9"
JPEG_GREY = 128  # what a decoder leaves where coefficients are missing
GREY_LEVELS = 1.5  # from it, that rounding to RGB makes
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in JFIF
BLOCK_PX = 16  # of a JPEG's block with halved colour, its largest in use
MIN_ROWS = 16  # of a picture, to be worth describing
MAX_FILL_BYTES = 256 << 20  # of a picture that is completed in memory
FILTER_ROWS = 16  # above the first wrong row, which loop filters may have touched
FILLINGS = (b"\x00", b"\x5a")
ROW_WISE = ("PNG", "TIFF", "BMP", "PPM", "GIF", "JPEG2000")


@dataclass(frozen=True, slots=True, eq=False)
class PartialStill:
    """The rows of a damaged picture that decode, upright, and what is missing in words.

    size: width and height of what there is, where the picture itself was not made smaller.
    decoded: where that lies in the whole picture, 0..1; None where it is all of it.
    """

    pixels: NDArray[np.uint8]  # (H, W, 3) RGB
    problem: Message
    size: tuple[int, int]
    decoded: Box | None = None


def read_partial(file: BinaryIO, max_pixels: int) -> PartialStill:
    """What decodes of a picture whose end is missing or damaged.

    Raises DecodeError where no part of it can be distinguished from filling.
    """
    still = open_still(file, max_pixels)
    if still is None:
        return _completed(file, max_pixels, _declared_bytes(file))
    if still.image.format in ("JPEG", "MPO"):
        return _jpeg(file, max_pixels)
    if still.image.format in ROW_WISE:
        return _row_wise(still)
    return _completed(file, max_pixels, _declared_bytes(file))


def _jpeg(file: BinaryIO, max_pixels: int) -> PartialStill:
    """A partial JPEG with an end marker put in: decoders then fill what is not there with grey."""
    file.seek(0)
    data = file.read()
    still = open_still(io.BytesIO(data + JPEG_END), max_pixels)
    if still is None:
        raise DecodeError(Message("error-jpeg-header"))
    stored = _decoded(still)
    if "progressive" in still.image.info:
        return PartialStill(
            still.orientation.apply(stored),
            Message("problem-jpeg-passes", {"byte": len(data)}),
            still.orientation.size(*still.image.size),
        )
    # of brightness alone: colour is smoothed over the border of what is there
    grey = np.abs(stored @ LUMA - JPEG_GREY) <= GREY_LEVELS  # (H, W)
    present = _complete_rows(grey)
    return _cut(still, stored, present, Message("problem-jpeg-breaks-off", {"byte": len(data)}))


def _complete_rows(grey: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(H,) rows that decode from end to end: the last row of blocks stops somewhere in the middle.

    grey: (H, W) pixels that nothing was decoded for, or that are grey of themselves.
    """
    present = ~grey.all(axis=1)
    rows = np.flatnonzero(present)
    if len(rows) and rows[-1] < len(present) - 1:
        block = rows[-BLOCK_PX:]
        present[block[grey[block, -BLOCK_PX // 2 :].all(axis=1)]] = False
        present[np.flatnonzero(present)[-1:]] = False  # its colour is half the grey's
    return present


def _row_wise(still: Still) -> PartialStill:
    """A partial still of a format whose rows come in order: those that never came are zeros."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # of this decoding alone
    try:
        still.image.load()
        present = np.asarray(still.image).reshape(still.image.height, -1).any(axis=1)
        stored = _decoded(still)
    except FAULTS as error:
        raise DecodeError(Message("error-no-part-decodes")) from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
    return _cut(
        still, stored, present, Message("problem-damaged", {"format": str(still.image.format)})
    )


def _completed(file: BinaryIO, max_pixels: int, size: int) -> PartialStill:
    """A partial still filled to its declared size twice; rows that differ are missing."""
    file.seek(0)
    data = file.read(MAX_FILL_BYTES)
    missing = size - len(data)
    if not 0 < missing <= MAX_FILL_BYTES:
        raise DecodeError(Message("error-no-part-decodes"))
    versions = []
    still = None
    for filling in FILLINGS:
        still = open_still(io.BytesIO(data + filling * missing), max_pixels)
        if still is not None:
            versions.append(_decoded(still))
    if still is None or len(versions) < 2 or versions[0].shape != versions[1].shape:
        raise DecodeError(Message("error-no-part-decodes"))
    wrong = np.flatnonzero((versions[0] != versions[1]).any(axis=(1, 2)))
    end = max(0, int(wrong[0]) - FILTER_ROWS) if len(wrong) else len(versions[0])
    present = np.arange(len(versions[0])) < end
    return _cut(
        still, versions[0], present, Message("problem-picture-breaks-off", {"byte": len(data)})
    )


def _decoded(still: Still) -> NDArray[np.uint8]:
    """The partial still as stored, not upright: rows in the order in which they were coded."""
    try:
        return upright_rgb(still.image, transfer=still.transfer)
    except FAULTS as error:
        raise DecodeError(Message("error-no-part-decodes")) from error


def _cut(
    still: Still, stored: NDArray[np.uint8], present: NDArray[np.bool_], where: Message
) -> PartialStill:
    """The partial still between the first and the last row that is there.

    stored: perhaps smaller than the picture, `present` a flag for each row of either.
    """
    rows = np.flatnonzero(present)
    share = len(present) / max(1, len(stored))
    if not len(rows):
        raise DecodeError(Message("error-before-any-row", {"where": where}))
    first, last = int(rows[0]), int(rows[-1]) + 1
    width, height = still.image.size
    if last - first == len(present):
        return PartialStill(
            still.orientation.apply(stored),
            Message("problem-all-decodes", {"where": where}),
            still.orientation.size(width, height),
        )
    kept = stored[round(first / share) : round(last / share)]
    if len(kept) < MIN_ROWS:
        params: dict[str, Param] = {"where": where, "rows": last - first, "of": len(present)}
        raise DecodeError(Message("error-after-rows", params))
    scale = height / len(present)
    top, bottom = round(first * scale), round(last * scale)
    return PartialStill(
        still.orientation.apply(kept),
        Message(
            "problem-rows",
            {"where": where, "first": top + 1, "last": bottom, "height": height},
        ),
        still.orientation.size(width, bottom - top),
        _box_of_rows(still, top, bottom),
    )


def _box_of_rows(still: Still, top: int, bottom: int) -> Box:
    """Where rows as stored lie in the upright picture, 0..1."""
    rows = np.zeros((still.image.height, 2), np.uint8)
    rows[top:bottom] = 1
    upright = still.orientation.apply(rows)
    down, across = (np.flatnonzero(upright.any(axis=axis)) for axis in (1, 0))
    height, width = upright.shape
    return (
        int(across[0]) / width,
        int(down[0]) / height,
        (int(across[-1]) + 1) / width,
        (int(down[-1]) + 1) / height,
    )


def _declared_bytes(file: BinaryIO) -> int:
    """How long the file says that it is; 0 where it does not say."""
    file.seek(0)
    head = file.read(12)
    if head[:4] == b"RIFF":
        return 8 + int.from_bytes(head[4:8], "little")
    return declared_end(file) if head[4:8] == b"ftyp" else 0
