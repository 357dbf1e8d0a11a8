"""A file -> decoded frames at their true times. READ FIRST of this room.

Preconditions that every caller may rely on:
- times are the decoder's presentation times, in seconds from the first frame, strictly
  increasing and continuous; edit lists and start offsets are honoured (FFmpeg's demuxers apply
  them); see `frame_clock` for clocks that break
- frames are upright (display matrix applied) and have square pixels, interlaced ones are blended,
  HDR is tone-mapped to SDR
- damaged ranges are reported as gaps; a frame in which damage is concealed is given as corrupt,
  for its time, and shows nothing to compare
- beyond a limit nothing more is given, and what was left out is reported as a gap
"""

from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from time import monotonic, process_time
from typing import BinaryIO

import av
import av.container
import av.error

from hashing.decode import quantisation
from hashing.decode.containers import (
    clock_may_break,
    declared_duration,
    fault,
    has_clock,
    is_cover,
    is_decodable,
    open_container,
    states_durations,
    unknown_codings,
    video_stream,
)
from hashing.decode.decoded_frame import DecodedFrame, orientation_of, transfer_of
from hashing.decode.ffmpeg_still import is_picture, picture_frames, picture_info
from hashing.decode.frame_clock import REPORTED_JUMPS, ClockJump, FrameClock
from hashing.decode.iso_boxes import has_dolby_vision
from hashing.decode.still import ONLY_THE_FIRST, Still, check_pixels, open_still
from hashing.errors import DecodeError, UnsupportedMedia
from hashing.message import Message, Param
from hashing.types import Limits, MediaInfo, Seconds, Span

DEFAULT_STEP_S = 0.04  # where a file names no frame rate
MAX_AHEAD = 50  # damaged frames before the first sound one that get a time
GAP_STEPS = 2.5  # frames missing before a gap is reported
DECODING_SHARE = 0.8  # of the time for a file; the rest is for its sound and for comparing it
END_S, END_SHARE = 1.0, 0.02  # a track may end this much before its declared end, the larger


@dataclass(slots=True)
class Damage:
    """What would not decode or was left out, filled in while frames are read.

    frames: how many were given a time, damaged ones included. track: stream index of the track
    that was read. declared: how long the container says that it lasts. end: where the file ends
    although a limit stopped the reading before; None where the reading went to the end.
    """

    gaps: list[Span] = field(default_factory=list)
    problems: list[Message] = field(default_factory=list)
    jumps: list[ClockJump] = field(default_factory=list)
    frames: int = 0
    track: int | None = None
    declared: Seconds | None = None
    end: Seconds | None = None

    def forget(self) -> None:
        """Start anew: a track of which nothing decodes says nothing of the next one."""
        for notes in (self.gaps, self.problems, self.jumps):
            notes.clear()
        self.frames = 0


def decode_frames(
    file: BinaryIO, limits: Limits, damage: Damage, track: int | None = None
) -> Generator[DecodedFrame]:
    """Every frame of a video or animation in presentation order; `damage` is filled on the way.

    Corrupt ones too: they have a time, and what they show is made up in part.

    track: stream index of another video track than the first that decodes.

    Raises UnsupportedMedia, LimitExceeded, and DecodeError where not one frame decodes.
    """
    still = open_still(file, limits.max_pixels) if track is None else None
    if still is not None:
        yield from _limited(_animation(still, file, limits, damage), limits, damage)
        return
    yield from _limited(_tracks(file, limits, damage, track), limits, damage)


def decode_keyframes(
    file: BinaryIO, limits: Limits, damage: Damage | None = None
) -> Generator[DecodedFrame]:
    """Only the frames that decode by themselves: 15 to 40 times cheaper, half a second to ten
    apart.

    Packets are chosen before the decoder sees them, since VP9's decoder ignores `skip_frame`.
    """
    damage = damage or Damage()
    still = open_still(file, limits.max_pixels)
    if still is not None:
        yield from _limited(_animation(still, file, limits, damage), limits, damage)
        return
    yield from _limited(_tracks(file, limits, damage, None, only_key=True), limits, damage)


def first_frame_time(file: BinaryIO) -> Seconds:
    """The container's time of the first frame: where the video's clock starts."""
    with open_container(file) as container:
        stream = video_stream(container, file)
        frames = _decode(container, stream, Damage())
        first = next((frame for frame in frames if frame is not None), None)
        return float(first.time or 0.0) if first is not None else 0.0


def upright_size(frame: DecodedFrame, sample_aspect: float | None) -> tuple[int, int]:
    """Size with square pixels after turning; the height of a stored frame is kept."""
    width, height = frame.frame.width, frame.frame.height
    if sample_aspect and 0.1 < sample_aspect < 10:
        width = max(1, round(width * sample_aspect))
    return frame.orientation.size(width, height)


def _tracks(
    file: BinaryIO, limits: Limits, damage: Damage, track: int | None, *, only_key: bool = False
) -> Generator[DecodedFrame]:
    """The frames of the first video track of which one decodes.

    A track of which every frame is damaged is read once more, damaged frames and all.
    """
    with open_container(file) as container:
        indices = _candidates(container, file, track)
    for damaged in (False, True):
        for index in indices:
            given = 0
            damage.forget()
            with open_container(file) as container:
                stream = container.streams.video[index]
                damage.track = stream.index
                # asked now: of a decoder that cannot be opened PyAV reads a name that is gone
                coding = stream.codec_context.name
                reading = _video(
                    container, stream, limits, damage, only_key=only_key, damaged=damaged
                )
                ahead: deque[DecodedFrame] = deque(maxlen=MAX_AHEAD)
                for frame in reading:
                    if not given and frame.corrupt:
                        ahead.append(frame)  # given only if a sound one follows
                        continue
                    while ahead:
                        yield ahead.popleft()
                    given += 1
                    yield frame
            if given:
                return
    raise DecodeError(Message("error-no-frame-decodes", {"coding": coding}))


def _candidates(
    container: av.container.InputContainer, file: BinaryIO, track: int | None
) -> list[int]:
    """The video tracks that FFmpeg may decode, by their number among all, in the file's order.

    track: the stream index of the only one that is wanted.
    """
    first = video_stream(container, file)  # raises where there is none
    if track is None and is_cover(first):
        track = first.index
    numbers = [
        number
        for number, stream in enumerate(container.streams.video)
        if is_decodable(stream) and (stream.index == track or not is_cover(stream))
        if track is None or stream.index == track
    ]
    if not numbers:
        raise UnsupportedMedia(Message("error-no-such-track", {"track": str(track)}))
    return numbers


def _animation(
    still: Still, file: BinaryIO, limits: Limits, damage: Damage
) -> Iterator[DecodedFrame]:
    """Pillow's frames; where it gives up, FFmpeg's after them."""
    count, time = 0, 0.0
    for time, pixels in still.frames():
        yield DecodedFrame(time, av.VideoFrame.from_ndarray(pixels, format="rgb24"))
        count += 1
    if not still.problems:
        return
    if still.problems[-1].id == ONLY_THE_FIRST:  # FFmpeg would take as long
        damage.problems += still.problems
        return
    sound = count
    try:
        for index, (shown_at, frame) in enumerate(picture_frames(file, limits.max_pixels)):
            if index >= sound and (shown_at > time or not count):
                yield replace(frame, time=shown_at)
                count += 1
    except DecodeError:
        pass  # what Pillow gave is all there is
    if not count:
        raise DecodeError(Message("error-animation-undecodable"))
    if count < len(still.frame_indices):
        damage.problems += still.problems


def _video(
    container: av.container.InputContainer,
    stream: av.VideoStream,
    limits: Limits,
    damage: Damage,
    *,
    only_key: bool,
    damaged: bool,
) -> Iterator[DecodedFrame]:
    """Decoded frames of a video. damaged: with those in which the decoder conceals damage."""
    stream.thread_type = "NONE"
    stream.codec_context.options = quantisation.EXPORT
    if damaged:
        stream.codec_context.flags |= av.codec.context.Flags.output_corrupt
    check_pixels(stream.width, stream.height, limits.max_pixels)
    step = _frame_step(stream)
    damage.declared = declared_duration(container, stream)
    clock = FrameClock(
        step,
        clock_may_break(container),
        states_durations(container),
        has_clock(container),
        jumps=damage.jumps,
    )
    broken_at: Seconds | None = None
    for frame in _decode(container, stream, damage, only_key=only_key):
        if frame is None or (frame.is_corrupt and not damaged):
            broken_at = (clock.last or 0.0) if broken_at is None else broken_at
            if frame is not None:
                damage.frames += 1
                time, way, curve = clock.read(frame), orientation_of(frame), transfer_of(frame)
                yield DecodedFrame(time, frame, way, curve, corrupt=True)
            continue
        check_pixels(frame.width, frame.height, limits.max_pixels)
        time = clock.read(frame)
        if broken_at is not None and time - broken_at > GAP_STEPS * step and not only_key:
            damage.gaps.append(Span(broken_at, time))
            nothing = Message("problem-nothing-decodes", {"start": broken_at, "end": time})
            damage.problems.append(nothing)
        broken_at = None
        damage.frames += 1
        yield DecodedFrame(time, frame, orientation_of(frame), transfer_of(frame))
    if damage.frames and not only_key:
        _check_end((clock.last or 0.0) + step, damage)


def _limited(
    frames: Iterator[DecodedFrame], limits: Limits, damage: Damage
) -> Iterator[DecodedFrame]:
    """Frames of a video up to the limits on number and time; then what was left out."""
    started = monotonic()
    for given, frame in enumerate(frames):
        passed = _passed(frame.time, given, limits) or _out_of_time(started, limits)
        if passed is not None:
            params: dict[str, Param] = {"seconds": frame.time, "limit": passed}
            damage.problems.append(Message(ONLY_THE_FIRST, params))
            damage.end = frame.time
            if damage.declared is not None and damage.declared > frame.time and not damage.jumps:
                damage.end = damage.declared
                damage.gaps.append(Span(frame.time, damage.end))
            break
        yield frame
    damage.problems += _jump_messages(damage.jumps)


def _passed(time: Seconds, given: int, limits: Limits) -> Message | None:
    """Which limit the next frame of the video passes; names the setting."""
    if time > limits.max_duration_s:
        return Message("problem-longer-than", {"seconds": f"{limits.max_duration_s:g}"})
    if given >= limits.max_frames:
        return Message("problem-more-frames", {"max": limits.max_frames})
    return None


def _out_of_time(started: float, limits: Limits) -> Message | None:
    """Whether decoding has to end, so that what was decoded can still be described."""
    if monotonic() - started > DECODING_SHARE * limits.wall_s:
        return Message("problem-slow-wall", {"seconds": f"{limits.wall_s:g}"})
    if process_time() > DECODING_SHARE * limits.cpu_s:
        return Message("problem-slow-cpu", {"seconds": f"{limits.cpu_s:g}"})
    return None


def _frame_step(stream: av.VideoStream) -> Seconds:
    rate = float(stream.average_rate or stream.guessed_rate or 0)
    return 1 / rate if rate > 0 else DEFAULT_STEP_S


def _decode(
    container: av.container.InputContainer,
    stream: av.VideoStream,
    damage: Damage,
    *,
    only_key: bool = False,
) -> Iterator[av.VideoFrame | None]:
    """Frames as they come; None where a packet would not decode."""
    packets = container.demux(stream)
    place: int | None = None
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.FFmpegError, ValueError) as error:
            if place is None:
                damage.problems.append(Message("problem-breaks-off", {"reason": fault(error)}))
            else:
                params: dict[str, Param] = {"byte": place, "reason": fault(error)}
                damage.problems.append(Message("problem-breaks-off-behind", params))
            return
        place = packet.pos if packet.pos is not None else place
        if only_key and packet.size and not packet.is_keyframe:
            continue
        try:
            yield from packet.decode()
        except av.error.EOFError:
            continue
        except (av.error.FFmpegError, ValueError):
            yield None


def _jump_messages(jumps: list[ClockJump]) -> list[Message]:
    """Where the file's clock broke, and that time goes on from there."""
    messages = [
        Message(
            "problem-clock-ahead" if jump.by_s > 0 else "problem-clock-back",
            {"length": _length(abs(jump.by_s)), "time": jump.time},
        )
        for jump in jumps[:REPORTED_JUMPS]
    ]
    if len(jumps) > REPORTED_JUMPS:
        messages.append(Message("problem-clock-more", {"count": len(jumps) - REPORTED_JUMPS}))
    return messages


def _length(seconds: Seconds) -> Message:
    if seconds < 120:
        return Message("length-seconds", {"seconds": seconds})
    if seconds < 7200:
        return Message("length-minutes", {"minutes": seconds / 60})
    return Message("length-hours", {"hours": seconds / 3600})


def _check_end(end: Seconds, damage: Damage) -> None:
    """Compare where the video's frames ended with where the container said they would."""
    declared = damage.declared
    if damage.jumps or declared is None:
        return  # a length that was counted across a break says nothing
    if declared - end > max(END_S, END_SHARE * declared):
        damage.gaps.append(Span(end, declared))
        damage.problems.append(Message("problem-ends-early", {"end": end, "declared": declared}))


def media_info(file: BinaryIO, limits: Limits, track: int | None = None) -> MediaInfo:
    """Facts of the file from its headers and its first frame; see `hashing.decode.probe`.

    track: stream index of another video track than the first that decodes.
    """
    still = open_still(file, limits.max_pixels) if track is None else None
    if still is not None:
        return still.info()
    damage = Damage()
    with closing(_tracks(file, limits, damage, track)) as frames:
        first = next(frames)
    with open_container(file) as container:
        if track is None and is_picture(container) and _has_one_frame(container, file):
            return picture_info(container, first)
        if track is None and _is_one_picture(container, video_stream(container, file)):
            return picture_info(container, first)
        stream = next(s for s in container.streams.video if s.index == damage.track)
        if track is None and is_cover(stream):
            return picture_info(container, first)
        aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
        width, height = upright_size(first, float(aspect) if aspect else None)
        rate = stream.average_rate or stream.guessed_rate
        return MediaInfo(
            kind="video",
            width=width,
            height=height,
            duration_s=declared_duration(container, stream),
            frame_rate=float(rate) if rate else None,
            container=container.format.name,
            video_codec=stream.codec_context.name,
            audio_codec=audio_coding(container, file),
            rotation_deg=first.orientation.clockwise_deg,
            hdr=first.transfer,
            dolby_vision=states_durations(container) and has_dolby_vision(file),
        )


def audio_coding(container: av.container.InputContainer, file: BinaryIO) -> str | None:
    """FFmpeg's name of the first audio track it knows, else the file's own; None without one."""
    streams = list(container.streams.audio)
    for stream in streams:
        if is_decodable(stream):
            return stream.codec_context.name
    if not streams:
        return None
    return next(iter(unknown_codings(container, file, "soun")), None) or "unknown"


def _is_one_picture(container: av.container.InputContainer, stream: av.VideoStream) -> bool:
    """Whether all that a video shows is one frame, without sound: a still in a video's container.

    Not so where the container states more: then the file breaks off.
    """
    stated = declared_duration(container, stream) or 0.0
    if container.streams.audio or stream.frames > 1 or (stream.frames == 0 and stated > END_S):
        return False
    try:
        filled = (packet for packet in container.demux(stream) if packet.size)
        return sum(1 for _ in islice(filled, 2)) == 1
    except (av.error.FFmpegError, ValueError):
        return False


def _has_one_frame(container: av.container.InputContainer, file: BinaryIO) -> bool:
    frames = _decode(container, video_stream(container, file), Damage())
    return sum(1 for _, frame in zip(range(2), frames, strict=False) if frame is not None) < 2
