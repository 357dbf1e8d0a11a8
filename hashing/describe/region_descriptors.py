"""Descriptors of regions of a query's frames, for insets and heavy crops.

A descriptor of the whole frame misses an inset that fills a third of it. Where the whole frame
finds nothing sure, overlapping windows of a few frames are described and searched for as well.
Where it does, and other footage lies over the match or beside it, only that region is.
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
# share of the frame's sides, and how many steps fit along each: 4 + 9 + 9 windows
WINDOW_SIZES = ((0.7, 2), (0.5, 3), (0.36, 3))


def search_windows() -> list[Box]:
    """The overlapping windows of three sizes that are described, 0..1."""
    out: list[Box] = []
    for size, steps in WINDOW_SIZES:
        for top in np.linspace(0, 1 - size, steps):
            for left in np.linspace(0, 1 - size, steps):
                out.append((float(left), float(top), float(left + size), float(top + size)))
    return out


def describe_regions(
    frames: FrameCache, model: Path | None = None, boxes: tuple[Box, ...] = ()
) -> RegionDescriptors:
    """Describe windows of a few frames, spread over the clip; flat windows are left out.

    model: the ONNX file; None is the default model. boxes: the regions to describe, 0..1, instead
    of `search_windows` (and, in a still, the rectangles found in it).
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
