"""path or file -> pictures at the moments they are shown.

Preconditions that every caller may rely on:
- times are the decoder's presentation times, in seconds from the first picture shown, strictly
  increasing; edit lists and start offsets are honoured (FFmpeg's demuxers apply them); of a file
  whose presentation times go back, the times at which its pictures leave the decoder, as players do
- pictures are upright (display rotation applied) and have square pixels
- damaged stretches are skipped and reported as gaps; everything else is given

Only listed demuxers are opened, and none of them follows a reference to another file or address.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import av
import av.container
import av.error
import numpy as np
from numpy.typing import NDArray

from hashing.decode import quantisation
from hashing.decode.still import Still, open_still
from hashing.errors import DecodeError, LimitExceeded, UnsupportedMedia
from hashing.types import Limits, MediaInfo, Seconds, Span

# Containers that hold their own media. Playlists (hls, concat, dash …) are not here on purpose.
DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,gif,mpegvideo,h264,hevc,"
    "ivf,mjpeg,m4v,dv,mxf,nut,rm,wtv,wav,mp3,aac,flac"
)
OPEN_OPTIONS = {
    "format_whitelist": DEMUXERS,
    "protocol_whitelist": "file",
    "enable_drefs": "0",  # mov: external data references stay unopened
    "use_absolute_path": "0",
    "probesize": "10000000",
    "analyzeduration": "10000000",
}
SHORTEST_STEP_S = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One decoded picture and the moment it is shown."""

    time: Seconds
    frame: av.VideoFrame
    quarter_turns: int  # counter-clockwise, to make it upright

    def rgb(self, width: int, height: int) -> NDArray[np.uint8]:
        """(height, width, 3) upright; area-averaged, since other scalers move the descriptors."""
        if self.quarter_turns % 2:
            width, height = height, width
        small = (
            self.frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
            .to_ndarray()
            .astype(np.uint8, copy=False)
        )
        return np.ascontiguousarray(np.rot90(small, self.quarter_turns))

    def yuv(self, width: int, height: int) -> NDArray[np.uint8]:
        """(height * 3 / 2, width) upright 4:2:0 planes, luma 16..235 and BT.601, area-averaged.

        width, height: even. What a picture is stored as, without the way through RGB.
        """
        if self.quarter_turns % 2:
            width, height = height, width
        small = self.frame.reformat(
            width=width,
            height=height,
            format="yuv420p",
            interpolation="AREA",
            dst_colorspace="ITU601",
            dst_color_range="MPEG",
        ).to_ndarray()
        return turned_planes(small.astype(np.uint8, copy=False), self.quarter_turns)

    def coding_step(self) -> float | None:
        """Grey levels that the coding rounded to; None where it does not say."""
        return quantisation.step_of(self.frame)

    def luma_samples(self) -> NDArray[np.uint8]:
        """About 4,000 luma values on a grid, not smoothed: a cheap look at every picture."""
        if self.frame.format.name not in EIGHT_BIT_LUMA_FIRST:
            return (
                self.frame.reformat(width=64, height=64, format="gray")
                .to_ndarray()
                .astype(np.uint8, copy=False)
            )
        plane = self.frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        rows = rows[: self.frame.height, : self.frame.width]
        some = rows[:: max(1, rows.shape[0] // 64), :: max(1, rows.shape[1] // 64)]
        return np.ascontiguousarray(some)  # a view would keep the whole picture


EIGHT_BIT_LUMA_FIRST = {
    "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray",
}  # fmt: skip


def turned_planes(planes: NDArray[np.uint8], quarter_turns: int) -> NDArray[np.uint8]:
    """Planes of a 4:2:0 picture (H * 3 / 2, W), turned counter-clockwise."""
    if not quarter_turns:
        return planes
    width = planes.shape[1]
    height = planes.shape[0] * 2 // 3
    luma, blue, red = np.split(planes.ravel(), [width * height, width * height * 5 // 4])
    parts = [
        luma.reshape(height, width),
        blue.reshape(height // 2, width // 2),
        red.reshape(height // 2, width // 2),
    ]
    flat = np.concatenate([np.rot90(part, quarter_turns).ravel() for part in parts])
    return flat.reshape(-1, height if quarter_turns % 2 else width)


@dataclass(slots=True)
class Damage:
    """What would not decode, filled in while pictures are read."""

    gaps: list[Span] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def open_container(file: BinaryIO) -> av.container.InputContainer:
    """The container, opened with the fixed list of demuxers.

    Raises UnsupportedMedia where none of them knows the content.
    """
    file.seek(0)
    try:
        container: av.container.InputContainer = av.open(file, mode="r", options=OPEN_OPTIONS)
    except (av.error.FFmpegError, OSError, ValueError) as error:  # OSError: nothing to seek in
        raise UnsupportedMedia(f"no video or picture that can be read: {reason(error)}") from error
    return container


def reason(error: Exception) -> str:
    """FFmpeg's own words without the address of our buffer."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text)


def video_stream(container: av.container.InputContainer) -> av.VideoStream:
    """The first stream of moving pictures; cover art does not count.

    Raises UnsupportedMedia where there is none.
    """
    for stream in container.streams.video:
        if not (stream.disposition & av.stream.Disposition.attached_pic):
            return stream
    raise UnsupportedMedia("the file holds no video stream")


def upright_size(
    width: int, height: int, sample_aspect: float | None, quarter_turns: int
) -> tuple[int, int]:
    """Size with square pixels after turning; the height of a stored picture is kept."""
    if sample_aspect and 0.1 < sample_aspect < 10:
        width = max(1, round(width * sample_aspect))
    return (height, width) if quarter_turns % 2 else (width, height)


def quarter_turns_of(frame: av.VideoFrame) -> int:
    """Counter-clockwise quarter turns that make the picture upright (display matrix)."""
    return round(frame.rotation / 90) % 4


def shown(file: BinaryIO, limits: Limits, damage: Damage) -> Iterator[Shown]:
    """Every picture of a video or animation in the order shown; `damage` is filled on the way.

    Raises UnsupportedMedia, LimitExceeded, and DecodeError where not one picture decodes.
    """
    still = open_still(file, limits.max_pixels)
    if still is not None:
        yield from _animation(still, limits)
        return
    with open_container(file) as container:
        yield from _video(container, limits, damage)


def keyframes(file: BinaryIO, limits: Limits) -> Iterator[Shown]:
    """Only the pictures that decode by themselves: 15 to 40 times cheaper, half a second to ten
    apart.

    Packets are chosen before the decoder sees them, since VP9's decoder ignores `skip_frame`.
    """
    still = open_still(file, limits.max_pixels)
    if still is not None:
        yield from _animation(still, limits)
        return
    with open_container(file) as container:
        stream = video_stream(container)
        stream.thread_type = "NONE"
        stream.codec_context.options = quantisation.EXPORT
        _check_size(stream.width, stream.height, limits)
        clock = _Clock(1.0)
        for count, frame in enumerate(_decode(container, stream, Damage(), only_key=True)):
            time = None if frame is None else clock.read(frame)
            if frame is not None and time is not None:
                _check_size(frame.width, frame.height, limits)
                _check_progress(time, count, limits)
                yield Shown(time, frame, quarter_turns_of(frame))


def first_picture_time(file: BinaryIO) -> Seconds:
    """The container's moment of the first picture shown: where the picture's clock starts."""
    with open_container(file) as container:
        stream = video_stream(container)
        frames = _decode(container, stream, Damage())
        first = next((frame for frame in frames if frame is not None), None)
        return float(first.time or 0.0) if first is not None else 0.0


def _animation(still: Still, limits: Limits) -> Iterator[Shown]:
    for index, (time, pixels) in enumerate(still.frames()):
        _check_progress(time, index, limits)
        yield Shown(time, av.VideoFrame.from_ndarray(pixels, format="rgb24"), 0)


def _video(
    container: av.container.InputContainer, limits: Limits, damage: Damage
) -> Iterator[Shown]:
    stream = video_stream(container)
    stream.thread_type = "NONE"
    stream.codec_context.options = quantisation.EXPORT
    _check_size(stream.width, stream.height, limits)
    rate = float(stream.average_rate or stream.guessed_rate or 25)
    clock = _Clock(1 / rate if rate > 0 else 0.04)
    broken_at: Seconds | None = None
    count = 0
    for frame in _decode(container, stream, damage):
        if frame is None:
            broken_at = clock.last if broken_at is None else broken_at
            continue
        _check_size(frame.width, frame.height, limits)
        time = clock.read(frame)
        if time is None:
            continue
        _check_progress(time, count, limits)
        if broken_at is not None and time - (broken_at or 0.0) > 2.5 / rate:
            damage.gaps.append(Span(broken_at or 0.0, time))
            damage.problems.append(
                f"nothing decodes between {broken_at or 0:.1f} s and {time:.1f} s"
            )
        broken_at = None
        count += 1
        yield Shown(time, frame, quarter_turns_of(frame))
    if count == 0:
        raise DecodeError("not one picture of the video stream decodes")
    _check_end(container, stream, clock, rate, damage)


def _decode(
    container: av.container.InputContainer,
    stream: av.VideoStream,
    damage: Damage,
    only_key: bool = False,
) -> Iterator[av.VideoFrame | None]:
    """Frames as they come; None where a packet would not decode."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError as error:
            damage.problems.append(f"the file breaks off: {reason(error)}")
            return
        if only_key and packet.size and not packet.is_keyframe:
            continue
        try:
            frames = packet.decode()
        except av.error.EOFError:
            continue
        except av.error.FFmpegError:
            yield None
            continue
        for frame in frames:
            yield None if frame.is_corrupt else frame


@dataclass(slots=True)
class _Faults:
    """How often a sequence of stamps went back."""

    count: int = 0
    last: int | None = None

    def look(self, stamp: int | None) -> None:
        if stamp is None:
            return
        self.count += self.last is not None and stamp < self.last
        self.last = stamp


@dataclass(slots=True)
class _Clock:
    """Turns presentation times into seconds from the first picture, strictly increasing.

    A decoder gives pictures in the order shown. Where their presentation times go back, whoever
    wrote the file knew only the order of decoding; its decoding times then say when each picture
    leaves the decoder. FFmpeg's players choose so too (guess_correct_pts in decode.c).
    """

    step: Seconds
    first: Seconds | None = None
    last: Seconds | None = None
    presented: _Faults = field(default_factory=_Faults)
    decoded: _Faults = field(default_factory=_Faults)

    def _stamp(self, frame: av.VideoFrame) -> Seconds | None:
        self.presented.look(frame.pts)
        self.decoded.look(frame.dts)
        if self.presented.count <= self.decoded.count:
            return frame.time
        # the last pictures leave the decoder after the last packet, at no moment of their own
        return None if frame.dts is None else float(frame.dts * frame.time_base)

    def read(self, frame: av.VideoFrame) -> Seconds | None:
        stamp = self._stamp(frame)
        if stamp is None:
            stamp = (self.first or 0.0) + (0.0 if self.last is None else self.last + self.step)
        if self.first is None:
            self.first = stamp
        time = float(stamp - self.first)
        if self.last is not None and time < self.last + SHORTEST_STEP_S:
            return None  # a picture shown for no time at all, or out of order
        self.last = time
        return time


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        raise LimitExceeded(
            f"pictures of {width} x {height} pixels pass max_pixels = {limits.max_pixels:,}"
        )


def _check_progress(time: Seconds, count: int, limits: Limits) -> None:
    if time > limits.max_duration_s:
        raise LimitExceeded(f"longer than max_duration_s = {limits.max_duration_s:g} s")
    if count >= limits.max_frames:
        raise LimitExceeded(f"more pictures than max_frames = {limits.max_frames:,}")


def declared_duration(
    container: av.container.InputContainer, stream: av.VideoStream
) -> Seconds | None:
    """What the container claims the video stream lasts; None where it says nothing."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration is not None else None


def _check_end(
    container: av.container.InputContainer,
    stream: av.VideoStream,
    clock: _Clock,
    rate: float,
    damage: Damage,
) -> None:
    """Compare where pictures ended with where the container said they would."""
    declared = declared_duration(container, stream)
    end = (clock.last or 0.0) + 1 / rate
    if declared is not None and declared - end > max(1.0, 0.02 * declared):
        damage.gaps.append(Span(end, declared))
        damage.problems.append(f"video stream ends at {end:.1f} s of {declared:.1f} s")


def media_info(file: BinaryIO, limits: Limits) -> MediaInfo:
    """Facts of the file from its headers and its first picture; see `hashing.decode.probe`."""
    still = open_still(file, limits.max_pixels)
    if still is not None:
        return still.info()
    with open_container(file) as container:
        stream = video_stream(container)
        _check_size(stream.width, stream.height, limits)
        declared = declared_duration(container, stream)
        if declared is not None and declared > limits.max_duration_s:
            raise LimitExceeded(
                f"lasts {declared:.0f} s; max_duration_s = {limits.max_duration_s:g}"
            )
        first = next((f for f in _decode(container, stream, Damage()) if f is not None), None)
        if first is None:
            raise DecodeError("not one picture of the video stream decodes")
        turns = quarter_turns_of(first)
        aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
        width, height = upright_size(
            first.width, first.height, float(aspect) if aspect else None, turns
        )
        audio = container.streams.audio
        rate = stream.average_rate or stream.guessed_rate
        return MediaInfo(
            kind="video",
            width=width,
            height=height,
            duration_s=declared,
            frame_rate=float(rate) if rate else None,
            container=container.format.name,
            video_codec=stream.codec_context.name,
            audio_codec=audio[0].codec_context.name if audio else None,
            rotation_deg=-90 * turns % 360,
        )
