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
from hashing.describe.frame_cache import FrameCache
from hashing.describe.sscd import load_describer, resize_to_input
from hashing.imaging.rectangles import find_rectangles
from hashing.types import Box, RegionDescriptors

__all__ = [
    "describe_regions",
]

FRAMES_PER_CLIP = 4
# share of the picture's sides, and how many steps fit along each: 4 + 9 + 9 windows
WINDOW_SIZES = ((0.7, 2), (0.5, 3), (0.36, 3))


def search_windows() -> list[Box]:
    """The windows that are looked at: three sizes, overlapping."""
    out: list[Box] = []
    for size, steps in WINDOW_SIZES:
        for top in np.linspace(0, 1 - size, steps):
            for left in np.linspace(0, 1 - size, steps):
                out.append((float(left), float(top), float(left + size), float(top + size)))
    return out


def describe_regions(
    frames: FrameCache, model: Path | None = None, boxes: tuple[Box, ...] = ()
) -> RegionDescriptors:
    """Describe windows of a few pictures, spread over the clip. Flat windows are left out.

    boxes: the windows, where it is known which to look at.
    """
    count = min(FRAMES_PER_CLIP, len(frames.times))
    indices = np.unique(((np.arange(count) + 0.5) / count * len(frames.times)).astype(int))
    still = frames.fingerprint.info.kind == "still"
    described_boxes, times, inputs = [], [], []
    for index, frame in zip(indices, frames.frames([int(i) for i in indices]), strict=True):
        for box in boxes or [*search_windows(), *(find_rectangles(frame) if still else [])]:
            model_input = resize_to_input(_cut_out(frame, box))
            if not is_flat(model_input):
                described_boxes.append(box)
                times.append(float(frames.times[index]))
                inputs.append(model_input)
    if not inputs:
        return RegionDescriptors(np.zeros((0, 4)), np.zeros(0), np.zeros((0, 512), np.float32))
    vectors = load_describer(model).describe(np.stack(inputs))
    return RegionDescriptors(np.array(described_boxes), np.array(times), vectors)


def _cut_out(frame: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    height, width = frame.shape[:2]
    x0, y0 = int(box[0] * width), int(box[1] * height)
    x1, y1 = max(x0 + 2, round(box[2] * width)), max(y0 + 2, round(box[3] * height))
    return frame[y0:y1, x0:x1]
