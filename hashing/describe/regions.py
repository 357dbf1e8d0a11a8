"""Parts of an item's picture, described by themselves: for pictures inside the picture and heavy
crops.

A descriptor of the whole frame loses a picture that fills a third of it. When the whole frame found
nothing sure, overlapping windows are described as well, at a few moments, and searched for. When it
did, and another picture lies over the one that was found or beside it, that picture's place is.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hashing.describe.fingerprint import is_flat
from hashing.describe.frame_cache import Reel
from hashing.describe.sscd import describer, squeeze
from hashing.imaging.rectangles import rectangles
from hashing.types import Box, Views

MOMENTS = 4
# share of the picture's sides, and how many steps fit along each: 4 + 9 + 9 windows
SIZES = ((0.7, 2), (0.5, 3), (0.36, 3))


def windows() -> list[Box]:
    """The windows that are looked at: three sizes, overlapping."""
    out: list[Box] = []
    for size, steps in SIZES:
        for top in np.linspace(0, 1 - size, steps):
            for left in np.linspace(0, 1 - size, steps):
                out.append((float(left), float(top), float(left + size), float(top + size)))
    return out


def views(reel: Reel, model: Path | None = None, boxes: tuple[Box, ...] = ()) -> Views:
    """Describe windows of a few pictures, spread over the clip. Flat windows are left out.

    boxes: the windows, where it is known which to look at.
    """
    count = min(MOMENTS, len(reel.times))
    indices = np.unique(((np.arange(count) + 0.5) / count * len(reel.times)).astype(int))
    still = reel.fingerprint.info.kind == "still"
    places, times, squares = [], [], []
    for index, picture in zip(indices, reel.wholes([int(i) for i in indices]), strict=True):
        for box in boxes or [*windows(), *(rectangles(picture) if still else [])]:
            square = squeeze(_part(picture, box))
            if not is_flat(square):
                places.append(box)
                times.append(float(reel.times[index]))
                squares.append(square)
    if not squares:
        return Views(np.zeros((0, 4)), np.zeros(0), np.zeros((0, 512), np.float32))
    vectors = describer(model).describe(np.stack(squares))
    return Views(np.array(places), np.array(times), vectors)


def _part(picture: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    x0, y0 = int(box[0] * width), int(box[1] * height)
    x1, y1 = max(x0 + 2, round(box[2] * width)), max(y0 + 2, round(box[3] * height))
    return picture[y0:y1, x0:x1]
