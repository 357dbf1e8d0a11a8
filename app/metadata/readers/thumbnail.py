"""The thumbnail inside a still, and how far it shows the same picture.

Editors often forget it: a thumbnail of the uncropped or unaltered picture is a well-known find.
The comparison is one number. Cameras pad and sharpen their thumbnails, so only a low number
means anything.
"""

import io
import warnings
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.metadata.bounds import PARSER_FAULTS
from app.metadata.types import THUMBNAIL_SIDE_PX, Group
from hashing.message import Message

COMPARED_SIDE_PX = 32
MAX_PIXELS = 200_000_000  # of the picture that the thumbnail is compared with
MAX_BAR = 0.25  # share of a thumbnail's side that may be black padding


def read_thumbnail(raw: bytes, problems: list[Message]) -> NDArray[np.uint8] | None:
    """(H, W) uint8 grey, at most 160 px a side; None where it is not a picture."""
    return small_grey(io.BytesIO(raw), "thumbnail", problems)


def small_grey(
    file: BinaryIO, what: Literal["thumbnail", "picture"], problems: list[Message]
) -> NDArray[np.uint8] | None:
    """A picture as stored (no rotation), grey, no side longer than 160 px."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of every oddity; None says it here
            with Image.open(file, formats=("JPEG", "TIFF", "PNG", "WEBP")) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    pixels = picture.width * picture.height
                    problems.append(Message(f"metadata-{what}-large", {"pixels": pixels}))
                    return None
                picture.draft("L", (2 * THUMBNAIL_SIDE_PX, 2 * THUMBNAIL_SIDE_PX))
                grey = picture.convert("L")
                grey.thumbnail((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX))
                return np.asarray(grey, np.uint8)
    except (*PARSER_FAULTS, Image.DecompressionBombError):
        problems.append(Message(f"metadata-{what}-damaged"))
        return None


def compare_thumbnail(thumbnail: NDArray[np.uint8], picture: NDArray[np.uint8]) -> Group:
    """How alike two grey pictures are, both as stored in the file.

    Neither is rotated: EXIF orientation applies to both alike, but some programs turn only one.
    So the best of the four quarter turns counts, and `turn_deg` says which it was.

    Returns correlation (-1..1, None where either shows nothing), turn_deg, both aspect ratios.
    """
    best = -2.0, 0, thumbnail
    for framed in (thumbnail, without_bars(thumbnail)):
        for turn in range(4):
            score = correlation(np.rot90(framed, -turn), picture)
            if score is not None and score > best[0]:
                best = score, 90 * turn, framed
    score, turned, framed = best
    return {
        "width": thumbnail.shape[1],
        "height": thumbnail.shape[0],
        "correlation": round(score, 4) if score >= -1 else None,
        "turn_deg": turned,
        "aspect": round(framed.shape[1] / framed.shape[0], 3),
        "picture_aspect": round(picture.shape[1] / picture.shape[0], 3),
    }


def without_bars(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cameras letterbox 3:2 pictures into 4:3 thumbnails: black rows and columns cut off."""
    rows = np.flatnonzero(grey.max(axis=1) > 40)
    columns = np.flatnonzero(grey.max(axis=0) > 40)
    if not len(rows) or not len(columns):
        return grey
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    height, width = grey.shape
    if height - (bottom - top) > MAX_BAR * height or width - (right - left) > MAX_BAR * width:
        return grey  # a dark picture, not a padded one
    return grey[top:bottom, left:right]


def correlation(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float | None:
    """Pearson's, of both pictures squeezed to 32 x 32; None where one of them is flat."""
    x, y = squeezed(a), squeezed(b)
    x, y = x - x.mean(), y - y.mean()
    norms = float(np.linalg.norm(x)), float(np.linalg.norm(y))
    if min(norms) < COMPARED_SIDE_PX:  # less than one grey level of deviation
        return None
    return float((x * y).sum()) / (norms[0] * norms[1])


def squeezed(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    side = (COMPARED_SIDE_PX, COMPARED_SIDE_PX)
    small = Image.fromarray(np.ascontiguousarray(grey)).resize(side, Image.Resampling.BOX)
    return np.asarray(small, np.float64)
