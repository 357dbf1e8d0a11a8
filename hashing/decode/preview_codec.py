"""Preview frames stored beside the descriptors: encode, decode.

A video's are an H.264 stream of its own, at most 10 a second and 512 pixels on the longest side, so
that alignment, geometry and edits can be measured to a tenth of a second after the original is
gone. A still's is one WebP. The true times travel beside the data: the stream's own are an index.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import av.container
import av.error
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hashing.errors import DecodeError
from hashing.message import Message
from hashing.types import PreviewFrames, Seconds

LONG_SIDE_PX = 512
STILL_LONG_SIDE_PX = 768  # one frame has to carry all detail that geometry may need
RATE_HZ = 10.0
CRF = "28"  # with `superfast` about 1.1 MB a minute of handheld footage; see benchmarks
MAX_BIT_RATE = 180_000  # keeps a minute of noise under 1.5 MB
GROUP = 20  # frames between key frames
STILL_QUALITY = 85


def fitted(width: int, height: int, long_side: int = LONG_SIDE_PX) -> tuple[int, int]:
    """The size of preview frames: longest side at most `long_side`, both even, never enlarged."""
    scale = min(1.0, long_side / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


class Encoder:
    """Takes frames in order; `finish` gives the PreviewFrames."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._times: list[Seconds] = []
        self._buffer = io.BytesIO()
        self._output = av.open(self._buffer, "w", format="mp4")
        stream = self._output.add_stream("libx264", rate=int(RATE_HZ))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.thread_type = "NONE"
        stream.options = {
            "preset": "superfast",
            "crf": CRF,
            "maxrate": str(MAX_BIT_RATE),
            "bufsize": str(4 * MAX_BIT_RATE),
            "g": str(GROUP),
            "threads": "1",
        }
        self._stream = stream

    def add(self, time: Seconds, planes: NDArray[np.uint8]) -> None:
        """planes: (height * 3 / 2, width) 4:2:0 of the size given at the start."""
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = len(self._times)
        frame.time_base = Fraction(1, int(RATE_HZ))
        self._times.append(time)
        self._output.mux(self._stream.encode(frame))

    def finish(self) -> PreviewFrames:
        self._output.mux(self._stream.encode(None))
        self._output.close()
        times = np.array(self._times)
        return PreviewFrames("h264", self.width, self.height, times, self._buffer.getvalue())


def keep_still(pixels: NDArray[np.uint8]) -> PreviewFrames:
    """(H, W, 3) RGB -> one WebP at most 768 pixels long."""
    width, height = fitted(pixels.shape[1], pixels.shape[0], STILL_LONG_SIDE_PX)
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    buffer = io.BytesIO()
    Image.fromarray(small).save(buffer, "WEBP", quality=STILL_QUALITY, method=4)
    return PreviewFrames("webp", width, height, np.zeros(1), buffer.getvalue())


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """Decoded preview frames of one clip, in order."""

    times: NDArray[np.float64]  # (K,) s
    pixels: NDArray[np.uint8]  # (K, H, W, 3) RGB

    def __post_init__(self) -> None:
        if len(self.times) != len(self.pixels):
            raise ValueError(f"{len(self.times)} times for {len(self.pixels)} frames")

    def nearest(self, time: Seconds) -> int:
        """Index of the frame nearest to this time."""
        return int(np.abs(self.times - time).argmin())


def decode(previews: PreviewFrames, start: Seconds = 0.0, end: Seconds = float("inf")) -> Film:
    """The preview frames from `start` to `end`, both included.

    Raises DecodeError where the data are damaged or not of the stated size.
    """
    wanted = (previews.times >= start) & (previews.times <= end)
    if previews.codec == "webp":
        pixels = _decode_still(previews)[None]
        return Film(previews.times[:1], pixels) if wanted[0] else Film(np.zeros(0), pixels[:0])
    indices = np.flatnonzero(wanted)
    if not len(indices):
        return Film(np.zeros(0), np.zeros((0, previews.height, previews.width, 3), np.uint8))
    frames = list(_decode_stream(previews, int(indices[0]), int(indices[-1])))
    if len(frames) != len(indices):
        raise DecodeError(
            Message("error-previews-decode", {"count": len(frames), "of": len(indices)})
        )
    return Film(previews.times[indices], np.stack(frames))


def luma(
    previews: PreviewFrames, size: tuple[int, int], first: int = 0, last: int | None = None
) -> NDArray[np.uint8]:
    """(n, h, w) grey at (width, height) of the preview frames `first` to `last`, both included.

    Raises DecodeError as `decode` does.
    """
    last = len(previews.times) - 1 if last is None else last
    greys = np.empty((last - first + 1, size[1], size[0]), np.uint8)
    count = 0
    for _, grey in _luma_stream(previews, first, last):
        if count == len(greys):
            raise DecodeError(Message("error-previews-more"))
        greys[count] = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        count += 1
    if count != len(greys):
        raise DecodeError(Message("error-previews-decode", {"count": count, "of": len(greys)}))
    return greys


def key_luma(
    previews: PreviewFrames, size: tuple[int, int], most: int
) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Indices (n,) and grey (n, h, w) of key frames, `most` at most and evenly spread.

    They decode by themselves, in a twentieth of the time of all. Raises DecodeError as `decode`
    does.
    """
    step = max(1, -(-len(previews.times) // (GROUP * most)))
    indices: list[int] = []
    greys: list[NDArray[np.uint8]] = []
    for index, grey in _luma_stream(previews, 0, len(previews.times) - 1, only_keys=True):
        if index % (GROUP * step) == 0:
            indices.append(index)
            greys.append(np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8))
    if not greys:
        raise DecodeError(Message("error-previews-decode", {"count": 0, "of": len(previews.times)}))
    return np.array(indices, np.intp), np.stack(greys)


def _luma_stream(
    previews: PreviewFrames, first: int, last: int, *, only_keys: bool = False
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    if previews.codec == "webp":
        yield 0, np.asarray(cv2.cvtColor(_decode_still(previews), cv2.COLOR_RGB2GRAY), np.uint8)
        return
    for index, frame in _frames(previews, first, last, only_keys=only_keys):
        plane = frame.planes[0]  # always 4:2:0: we encoded them
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        yield index, rows[: previews.height, : previews.width]


def _decode_still(previews: PreviewFrames) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(previews.data), formats=("WEBP",)) as image:
            if image.size != (previews.width, previews.height):
                raise DecodeError(Message("error-preview-size"))
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError) as error:
        raise DecodeError(Message("error-preview-undecodable")) from error


def _decode_stream(previews: PreviewFrames, first: int, last: int) -> Iterator[NDArray[np.uint8]]:
    for _, frame in _frames(previews, first, last):
        yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def _frames(
    previews: PreviewFrames, first: int, last: int, *, only_keys: bool = False
) -> Iterator[tuple[int, av.VideoFrame]]:
    try:
        with av.open(
            io.BytesIO(previews.data), "r", options={"format_whitelist": "mov,mp4"}
        ) as source:
            stream = source.streams.video[0]
            stream.thread_type = "NONE"
            if only_keys:
                stream.codec_context.skip_frame = "NONKEY"
            if (stream.width, stream.height) != (previews.width, previews.height):
                raise DecodeError(Message("error-previews-size"))
            step = Fraction(1, int(RATE_HZ)) / stream.time_base  # in the stream's own ticks
            if first:
                source.seek(int(first * step), stream=stream)
            ticks = float(step)
            for frame in source.decode(stream):
                index = round((frame.pts or 0) / ticks)
                if index > last:
                    return
                if index >= first:
                    yield index, frame
    except (av.error.FFmpegError, IndexError) as error:
        raise DecodeError(Message("error-previews-undecodable")) from error
