"""One decoded frame of a video, and its pixels upright, progressive and in SDR."""

from dataclasses import dataclass, field

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from hashing.decode import quantisation
from hashing.decode.orientation import UPRIGHT, Orientation, from_matrix
from hashing.decode.tone_mapping import BT2020_PRIMARIES, TRANSFERS, Transfer, to_sdr
from hashing.errors import DecodeError
from hashing.message import Message
from hashing.types import Seconds

EIGHT_BIT_LUMA_FIRST = {
    "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray",
}  # fmt: skip
COMB_ROWS = 120  # lines on which combing is measured
COMB_LEVELS = 12  # grey levels by which a line stands out from both its neighbours
COMB_SHARE = 0.02  # of such pixels; progressive scenes of the tests stay below 0.004


@dataclass(frozen=True, slots=True, eq=False)
class DecodedFrame:
    """A frame and its timestamp. corrupt: the decoder concealed damage in it."""

    time: Seconds
    frame: av.VideoFrame
    orientation: Orientation = UPRIGHT
    transfer: Transfer | None = None  # of HDR
    corrupt: bool = field(default=False, kw_only=True)

    def upright_size(self) -> tuple[int, int]:
        """Width and height as decoded and turned, its pixels not made square."""
        return self.orientation.size(self.frame.width, self.frame.height)

    def rgb(self, width: int, height: int) -> NDArray[np.uint8]:
        """(height, width, 3) upright; area-averaged, since other scalers move the descriptors."""
        stored = self.orientation.size(width, height)
        if self.transfer is not None:
            return self.orientation.apply(self._tone_mapped(*stored))
        small = _reformatted(self._progressive(), *stored, format="rgb24")
        return self.orientation.apply(small.to_ndarray().astype(np.uint8, copy=False))

    def yuv(self, width: int, height: int) -> NDArray[np.uint8]:
        """(height * 3 / 2, width) upright 4:2:0 planes, luma 16..235 and BT.601, area-averaged.

        width, height: even. What a preview frame is stored as, without the way through RGB.
        """
        stored = self.orientation.size(width, height)
        source = self._progressive()
        if self.transfer is not None:
            source = av.VideoFrame.from_ndarray(self._tone_mapped(*stored), format="rgb24")
        small = _reformatted(
            source,
            *stored,
            format="yuv420p",
            dst_colorspace="ITU601",
            dst_color_range="MPEG",
        )
        planes = small.to_ndarray().astype(np.uint8, copy=False)
        return self.orientation.apply_to_planes(planes)

    def coding_step(self) -> float | None:
        """Grey levels that the coding rounded to; None where it does not say."""
        return quantisation.step_of(self.frame)

    def luma_samples(self) -> NDArray[np.uint8]:
        """About 4,000 luma values on a grid, not smoothed: a cheap look at every frame."""
        if not _is_plain(self.frame):
            grey = _reformatted(self.frame, 64, 64, format="gray", interpolation=None)
            return grey.to_ndarray().astype(np.uint8, copy=False)
        rows = _luma(self.frame)
        some = rows[:: max(1, rows.shape[0] // 64), :: max(1, rows.shape[1] // 64)]
        return np.ascontiguousarray(some)  # a view would keep the whole frame

    def _tone_mapped(self, width: int, height: int) -> NDArray[np.uint8]:
        assert self.transfer is not None
        deep = _reformatted(self._progressive(), width, height, format="rgb48le")
        wide = self.frame.color_primaries == BT2020_PRIMARIES
        return to_sdr(np.asarray(deep.to_ndarray(), np.uint16), self.transfer, wide_gamut=wide)

    def _progressive(self) -> av.VideoFrame:
        """The frame, or where its two fields show different times, both blended."""
        if not self.frame.interlaced_frame or not _is_combed(self.frame):
            return self.frame
        return _blended(self.frame)


def orientation_of(frame: av.VideoFrame) -> Orientation:
    """What makes the frame upright, by its display matrix."""
    data = frame.side_data.get("DISPLAYMATRIX")
    return UPRIGHT if data is None else from_matrix(bytes(memoryview(data)))


def transfer_of(frame: av.VideoFrame) -> Transfer | None:
    """The HDR curve that the frame is coded with; None for SDR."""
    return TRANSFERS.get(int(frame.color_trc))


def _reformatted(
    frame: av.VideoFrame,
    width: int,
    height: int,
    format: str,
    interpolation: str | None = "AREA",
    dst_colorspace: str | None = None,
    dst_color_range: str | None = None,
) -> av.VideoFrame:
    try:
        return frame.reformat(
            width=width,
            height=height,
            format=format,
            interpolation=interpolation,
            dst_colorspace=dst_colorspace,
            dst_color_range=dst_color_range,
        )
    except (av.error.FFmpegError, ValueError) as error:
        raise DecodeError(Message("error-pixel-format", {"format": frame.format.name})) from error


def _blended(frame: av.VideoFrame) -> av.VideoFrame:
    """Each two lines as one. FFmpeg scales the fields of an interlaced frame apart, and so keeps
    the combing at every size.
    """
    half = av.VideoFrame(frame.width, frame.height // 2, frame.format.name)
    half.colorspace, half.color_range = frame.colorspace, frame.color_range
    for source, target in zip(frame.planes, half.planes, strict=True):
        rows = np.frombuffer(source, np.uint8).reshape(-1, source.line_size)[: source.height]
        pairs = rows[: len(rows) // 2 * 2].astype(np.uint16)
        mean = ((pairs[0::2] + pairs[1::2] + 1) // 2).astype(np.uint8)
        lacking = max(0, target.height - len(mean))
        mean = np.pad(mean[: target.height], ((0, lacking), (0, 0)), "edge")
        out = np.zeros((target.height, target.line_size), np.uint8)
        width = min(source.line_size, target.line_size)
        out[:, :width] = mean[:, :width]
        data = bytearray(target.buffer_size)
        data[: out.size] = out.tobytes()
        target.update(bytes(data))
    return half


def _is_plain(frame: av.VideoFrame) -> bool:
    """Whether luma can be read where it lies: a plane of bytes, its first line first.

    Some decoders (AMV, some of AVI's) keep lines from the bottom up, before the plane's address.
    """
    return frame.format.name in EIGHT_BIT_LUMA_FIRST and frame.planes[0].line_size > 0


def _luma(frame: av.VideoFrame) -> NDArray[np.uint8]:
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]


def _is_combed(frame: av.VideoFrame) -> bool:
    """Whether lines stand out from both neighbours, as where two fields show different times.

    Progressive footage is often flagged as interlaced; blending would only blur it.
    """
    return comb_share(frame) > COMB_SHARE


def comb_share(frame: av.VideoFrame) -> float:
    """Share of pixels, 0..1, that are brighter, or darker, than both the line above and below."""
    if not _is_plain(frame) or frame.height < 8:
        return 0.0
    rows = _luma(frame)
    at = np.linspace(0, rows.shape[0] - 3, min(COMB_ROWS, rows.shape[0] - 2)).astype(int)
    above, line, below = (rows[at + step].astype(np.int16) for step in (0, 1, 2))
    out = np.minimum(line - above, line - below)
    into = np.minimum(above - line, below - line)
    return float((np.maximum(out, into) >= COMB_LEVELS).mean())
