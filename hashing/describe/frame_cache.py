"""The preview frames of one clip for matching: grey thumbnails of all, a few in full.

An hour of preview frames does not fit in memory: full ones are decoded by group on demand.
Thumbnails of all timestamps are kept for a clip of some minutes; of a longer one, those asked for
are decoded block by block and kept up to a number, and what describes the whole clip is measured on
a sample.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.decode.preview_codec import GROUP, LONG_SIDE_PX, Film, decode, key_luma, luma
from hashing.imaging.keypoints import MAX_KEYPOINTS, Keypoints, detect_keypoints, flip_horizontally
from hashing.imaging.text_bands import find_caption_bars
from hashing.types import Box, Fingerprint, Seconds

__all__ = [
    "MAX_WHOLE_FRAMES",
    "THUMBNAIL_LONG_SIDE_PX",
    "FrameCache",
]

THUMBNAIL_LONG_SIDE_PX = 128  # grey thumbnails, on which time is correlated
COARSE_LONG_SIDE_PX = 256  # frames in which coarse keypoints are detected
MAX_COARSE_KEYPOINTS = 450
MAX_CACHED_FRAMES = 64  # decoded frames kept in memory, some 30 MB
MAX_CACHED_KEYPOINTS = 256  # frames whose keypoints are kept, 0.5 MB each at most
MAX_WHOLE_FRAMES = 6000  # of a clip whose thumbnails are all kept: 10 minutes, 55 MB
THUMBNAIL_BLOCK = 30 * GROUP  # frames decoded together of a longer clip: a minute, 5 MB
MAX_CACHED_BLOCKS = 30  # of thumbnails, 160 MB
MAX_SAMPLED_FRAMES = 1500  # that stand for all of a longer clip


type _Key = tuple[int, bool, Box | None, bool]  # frame, mirrored, window, coarse


class FrameCache:
    """Lazy access to the preview frames of one fingerprint, and to their keypoints.

    Raises ValueError where the fingerprint has none, DecodeError on use where they are damaged.
    """

    def __init__(self, fingerprint: Fingerprint) -> None:
        if fingerprint.preview is None:
            raise ValueError("a fingerprint without preview frames has no frame cache")
        self.fingerprint = fingerprint
        self._preview = fingerprint.preview
        self.times = fingerprint.preview.times
        self.width, self.height = fingerprint.preview.width, fingerprint.preview.height
        self._frames: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._features: OrderedDict[_Key, Keypoints] = OrderedDict()
        self._thumbnails: NDArray[np.uint8] | None = None
        self._blocks: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._sample: tuple[NDArray[np.intp], NDArray[np.uint8]] | None = None
        self._caption_bars: tuple[Box, ...] | None = None

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def thumbnail_size(self) -> tuple[int, int]:
        scale = min(1.0, THUMBNAIL_LONG_SIDE_PX / max(self.width, self.height))
        return max(2, round(self.width * scale)), max(2, round(self.height * scale))

    def nearest_index(self, time: Seconds) -> int:
        """Index of the frame nearest to a timestamp."""
        return int(np.abs(self.times - time).argmin())

    def frame(self, index: int) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 RGB."""
        if index not in self._frames:
            self._load_group(index, index)
        self._frames.move_to_end(index)
        return self._frames[index]

    def frames(self, indices: list[int]) -> list[NDArray[np.uint8]]:
        """Several frames, each (H, W, 3) uint8 RGB; neighbouring ones are decoded together."""
        missing = sorted({i for i in indices if i not in self._frames})
        out = {i: self._frames[i] for i in indices if i in self._frames}
        while missing:
            group = [i for i in missing if i - missing[0] <= 40]
            decoded = self._decode_range(group[0], group[-1])
            for i in group:
                out[i] = decoded.pixels[i - group[0]].copy()  # a view would keep the whole group
                self._store(i, out[i])
            missing = missing[len(group) :]
        return [out[i] for i in indices]

    def features(
        self,
        index: int,
        window: Box | None = None,
        *,
        mirrored: bool = False,
        coarse: bool = False,
    ) -> Keypoints:
        """Keypoints of a frame, of a window of it (0..1), or of its mirror image. Computed once.

        Points are pixels of the whole, possibly mirrored, frame. A window is enlarged first, since
        an inset has few keypoints. coarse: detect at half the size, four times as fast.
        """
        key = (index, mirrored, window, coarse)
        if key not in self._features:
            box = window or (0.0, 0.0, 1.0, 1.0)
            self._features[key] = _detect_in_window(
                self.frame(index), box, mirrored=mirrored, coarse=coarse
            )
        self._features.move_to_end(key)
        return self._features[key]

    def missing_features(
        self, indices: list[int], window: Box | None, *, mirrored: bool, coarse: bool
    ) -> list[Callable[[], None]]:
        """Jobs that detect the keypoints not computed yet; they run in any thread and order."""
        keys = [(index, mirrored, window, coarse) for index in dict.fromkeys(indices)]
        while len(self._features) > MAX_CACHED_KEYPOINTS:
            self._features.popitem(last=False)
        missing = [key for key in keys if key not in self._features]
        frames = [self.frame(index) for index, *_ in missing]
        box = window or (0.0, 0.0, 1.0, 1.0)

        def detect(key: _Key, frame: NDArray[np.uint8]) -> None:
            self._features[key] = _detect_in_window(frame, box, mirrored=mirrored, coarse=coarse)

        return [partial(detect, key, frame) for key, frame in zip(missing, frames, strict=True)]

    @property
    def is_long(self) -> bool:
        """Whether the clip is too long for all of its thumbnails to be kept."""
        return len(self.times) > MAX_WHOLE_FRAMES

    def thumbnails(self) -> NDArray[np.uint8]:
        """(K, h, w) uint8 luma of all frames, longest side THUMBNAIL_LONG_SIDE_PX at most.

        For clips that are not long; `thumbnails_at` and `sampled_thumbnails` are for any.
        """
        if self._thumbnails is None:
            self._thumbnails = self._decode_thumbnails(0, len(self.times) - 1)
        return self._thumbnails

    def thumbnails_at(self, indices: NDArray[np.intp]) -> NDArray[np.uint8]:
        """(n, h, w) thumbnails of some frames, in the order asked."""
        if not self.is_long:
            return self.thumbnails()[indices]
        width, height = self.thumbnail_size
        out = np.empty((len(indices), height, width), np.uint8)
        blocks = indices // THUMBNAIL_BLOCK
        for block in np.unique(blocks).tolist():
            inside = blocks == block
            out[inside] = self._thumbnail_block(block)[indices[inside] - block * THUMBNAIL_BLOCK]
        return out

    def each_thumbnail(self, indices: NDArray[np.intp]) -> Iterator[NDArray[np.uint8]]:
        """Thumbnails of some frames, (h, w) each, of which few are in memory at a time."""
        for first in range(0, len(indices), THUMBNAIL_BLOCK):
            yield from self.thumbnails_at(indices[first : first + THUMBNAIL_BLOCK])

    def sampled_thumbnails(self) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
        """Indices (n,) and thumbnails (n, h, w) that stand for all of the clip.

        All frames; of a long clip, MAX_SAMPLED_FRAMES at most, evenly spread.
        """
        if not self.is_long:
            return np.arange(len(self.times)), self.thumbnails()
        if self._sample is None:
            self._sample = key_luma(self._preview, self.thumbnail_size, MAX_SAMPLED_FRAMES)
        return self._sample

    def _thumbnail_block(self, block: int) -> NDArray[np.uint8]:
        """Thumbnails of one block of THUMBNAIL_BLOCK frames, or of the rest at the end."""
        if block not in self._blocks:
            first = block * THUMBNAIL_BLOCK
            last = min(first + THUMBNAIL_BLOCK, len(self.times)) - 1
            self._blocks[block] = self._decode_thumbnails(first, last)
            while len(self._blocks) > MAX_CACHED_BLOCKS:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(block)
        return self._blocks[block]

    def _decode_thumbnails(self, first: int, last: int) -> NDArray[np.uint8]:
        return luma(self._preview, self.thumbnail_size, first, last)

    @property
    def caption_bars(self) -> tuple[Box, ...]:
        """Caption bars that hide a part of a still, as boxes 0..1.

        None of a video, whose other frames show what stays, and none where they would leave less
        than half of the still.
        """
        if self._caption_bars is None:
            self._caption_bars = ()
            if self.fingerprint.info.kind == "still":
                grey = np.asarray(cv2.cvtColor(self.frame(0), cv2.COLOR_RGB2GRAY), np.uint8)
                boxes = tuple(bar.box for bar in find_caption_bars(grey))
                if sum(box[3] - box[1] for box in boxes) <= 0.5:
                    self._caption_bars = boxes
        return self._caption_bars

    def _decode_range(self, first: int, last: int) -> Film:
        return decode(self._preview, float(self.times[first]), float(self.times[last]))

    def _load_group(self, first: int, last: int) -> None:
        # a group is decoded from its start anyway: frames on the way are kept as well
        first -= first % GROUP
        decoded = self._decode_range(first, last)
        for offset, frame in enumerate(decoded.pixels):
            self._store(first + offset, frame)

    def _store(self, index: int, frame: NDArray[np.uint8]) -> None:
        self._frames[index] = frame
        while len(self._frames) > MAX_CACHED_FRAMES:
            self._frames.popitem(last=False)


def _detect_in_window(
    frame: NDArray[np.uint8], window: Box, *, mirrored: bool, coarse: bool
) -> Keypoints:
    """Keypoints inside a window that is resized to about a frame's size, or half of it."""
    height, width = frame.shape[:2]
    x0, y0 = int(window[0] * width), int(window[1] * height)
    x1, y1 = max(x0 + 8, round(window[2] * width)), max(y0 + 8, round(window[3] * height))
    part = frame[y0:y1, x0:x1]
    factor = _resize_factor(max(part.shape[:2]), max(width, height), coarse=coarse)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    if factor != 1:
        resized = cv2.resize(part, None, fx=factor, fy=factor, interpolation=method)
        part = np.asarray(resized, np.uint8)
    count = MAX_COARSE_KEYPOINTS if coarse else MAX_KEYPOINTS
    detected = detect_keypoints(
        flip_horizontally(part) if mirrored else np.ascontiguousarray(part), count
    )
    points = (detected.points + 0.5) / factor - 0.5
    # windows are given in the frame as it is, points in its mirror image
    offset = (width - x1 if mirrored else x0, y0)
    in_frame = (points + np.array(offset, np.float32)).astype(np.float32)
    return Keypoints(in_frame, detected.sizes / factor, detected.descriptors, width, height)


def _resize_factor(part_px: int, frame_px: int, *, coarse: bool) -> float:
    """Factor by which a window is resized before keypoints are detected in it."""
    if coarse:
        return min(1.0, COARSE_LONG_SIDE_PX / part_px)
    return 1.0 if part_px == frame_px else min(2.5, max(1.0, LONG_SIDE_PX / part_px))
