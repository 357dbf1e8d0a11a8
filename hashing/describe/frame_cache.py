"""One clip's kept pictures, as matching asks for them: all of them tiny, a few of them whole.

An hour of kept pictures does not fit in memory, so whole pictures are decoded by group on demand
and only tiny grey ones are held for all moments.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.decode.preview_codec import GROUP, LONG_SIDE_PX, Film, decode, luma
from hashing.errors import DecodeError
from hashing.imaging.homography import FEATURES, Features, features, flipped
from hashing.imaging.text_bands import bars
from hashing.types import Box, Fingerprint, Seconds

TINY_PX = 128  # longest side of the tiny pictures
COARSE_PX = 256  # longest side at which a first look for keypoints is taken
COARSE_FEATURES = 450
WHOLE_KEPT = 64  # decoded whole pictures held at once, some 30 MB


type _Key = tuple[int, bool, Box | None, bool]  # picture, mirrored, window, coarse


class Reel:
    """Lazy access to one fingerprint's pictures.

    Raises hashing.errors.DecodeError on use where the kept pictures are damaged.
    """

    def __init__(self, fingerprint: Fingerprint) -> None:
        if fingerprint.pictures is None:
            raise ValueError("a fingerprint without pictures has no reel")
        self.fingerprint = fingerprint
        self._pictures = fingerprint.pictures
        self.times = fingerprint.pictures.times
        self.width, self.height = fingerprint.pictures.width, fingerprint.pictures.height
        self._whole: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._features: dict[_Key, Features] = {}
        self._tiny: NDArray[np.uint8] | None = None
        self._bars: tuple[Box, ...] | None = None

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def tiny_size(self) -> tuple[int, int]:
        scale = min(1.0, TINY_PX / max(self.width, self.height))
        return max(2, round(self.width * scale)), max(2, round(self.height * scale))

    def nearest(self, time: Seconds) -> int:
        """Index of the picture nearest to a moment."""
        return int(np.abs(self.times - time).argmin())

    def whole(self, index: int) -> NDArray[np.uint8]:
        """(H, W, 3) RGB."""
        if index not in self._whole:
            self._load(index, index)
        self._whole.move_to_end(index)
        return self._whole[index]

    def wholes(self, indices: list[int]) -> list[NDArray[np.uint8]]:
        """Several at once, decoding neighbouring ones together."""
        missing = sorted({i for i in indices if i not in self._whole})
        out = {i: self._whole[i] for i in indices if i in self._whole}
        while missing:
            group = [i for i in missing if i - missing[0] <= 40]
            film = self._decode(group[0], group[-1])
            for i in group:
                out[i] = film.pixels[i - group[0]].copy()  # a view would keep all of the film
                self._keep(i, out[i])
            missing = missing[len(group) :]
        return [out[i] for i in indices]

    def features(
        self,
        index: int,
        mirrored: bool = False,
        window: Box | None = None,
        coarse: bool = False,
    ) -> Features:
        """Keypoints of a whole picture or of a window of it, or of the mirror image of all of it.

        Points are pixels of the whole (mirrored) picture. A window is enlarged before it is looked
        at, since small pictures in a picture have few keypoints; coarse ones are found at half the
        size, four times quicker. Computed once.
        """
        key = (index, mirrored, window, coarse)
        if key not in self._features:
            box = window or (0.0, 0.0, 1.0, 1.0)
            self._features[key] = _of_window(self.whole(index), mirrored, box, coarse)
        return self._features[key]

    def lacking(
        self, indices: list[int], mirrored: bool, window: Box | None, coarse: bool
    ) -> list[Callable[[], None]]:
        """What is left to be done before `features` of these pictures; in any thread and order."""
        keys = [(index, mirrored, window, coarse) for index in dict.fromkeys(indices)]
        missing = [key for key in keys if key not in self._features]
        wholes = [self.whole(index) for index, *_ in missing]
        box = window or (0.0, 0.0, 1.0, 1.0)

        def find(key: _Key, picture: NDArray[np.uint8]) -> None:
            self._features[key] = _of_window(picture, mirrored, box, coarse)

        return [partial(find, key, one) for key, one in zip(missing, wholes, strict=True)]

    def tiny(self) -> NDArray[np.uint8]:
        """(K, h, w) grey, longest side 128, of all moments."""
        if self._tiny is None:
            tiny = np.concatenate(list(luma(self._pictures, self.tiny_size)))
            if len(tiny) != len(self.times):
                raise DecodeError(f"kept pictures: {len(tiny)} of {len(self.times)} decode")
            self._tiny = tiny
        return self._tiny

    @property
    def bars(self) -> tuple[Box, ...]:
        """Bars of writing that hide a part of a still's picture; none of a video, which has more
        than one picture to tell by, and none where they would leave less than half.
        """
        if self._bars is None:
            self._bars = ()
            if self.fingerprint.info.kind == "still":
                grey = np.asarray(cv2.cvtColor(self.whole(0), cv2.COLOR_RGB2GRAY), np.uint8)
                boxes = tuple(bar.box for bar in bars(grey))
                if sum(box[3] - box[1] for box in boxes) <= 0.5:
                    self._bars = boxes
        return self._bars

    def _decode(self, first: int, last: int) -> Film:
        return decode(self._pictures, float(self.times[first]), float(self.times[last]))

    def _load(self, first: int, last: int) -> None:
        # a group is decoded from its start anyway: what comes on the way is kept as well
        first -= first % GROUP
        film = self._decode(first, last)
        for offset, picture in enumerate(film.pixels):
            self._keep(first + offset, picture)

    def _keep(self, index: int, picture: NDArray[np.uint8]) -> None:
        self._whole[index] = picture
        while len(self._whole) > WHOLE_KEPT:
            self._whole.popitem(last=False)


def _of_window(picture: NDArray[np.uint8], mirrored: bool, window: Box, coarse: bool) -> Features:
    """Keypoints inside a window, at about the size of a whole picture, or half of it."""
    height, width = picture.shape[:2]
    x0, y0 = int(window[0] * width), int(window[1] * height)
    x1, y1 = max(x0 + 8, round(window[2] * width)), max(y0 + 8, round(window[3] * height))
    part = picture[y0:y1, x0:x1]
    factor = _factor(max(part.shape[:2]), max(width, height), coarse)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    if factor != 1:
        resized = cv2.resize(part, None, fx=factor, fy=factor, interpolation=method)
        part = np.asarray(resized, np.uint8)
    count = COARSE_FEATURES if coarse else FEATURES
    found = features(flipped(part) if mirrored else np.ascontiguousarray(part), count)
    points = (found.points + 0.5) / factor - 0.5
    # windows are named in the picture as it is, points in its mirror image
    offset = (width - x1 if mirrored else x0, y0)
    moved = (points + np.array(offset, np.float32)).astype(np.float32)
    return Features(moved, found.sizes / factor, found.descriptors, width, height)


def _factor(part: int, whole: int, coarse: bool) -> float:
    """How much a part is resized before it is looked at."""
    if coarse:
        return min(1.0, COARSE_PX / part)
    return 1.0 if part == whole else min(2.5, max(1.0, LONG_SIDE_PX / part))
