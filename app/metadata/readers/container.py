"""What FFmpeg reads of a video's container: tags, streams, timing. No frame is decoded beyond what
FFmpeg needs to know its streams, but for those that an edit list leaves out: `hidden_footage`.

The second door to PyAV beside `hashing`: the demuxer's tags are metadata, not pictures.
"""

from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, SupportsFloat

import av
from av import VideoFrame
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from app.metadata.bounds import PARSER_FAULTS, put
from app.metadata.types import Group
from hashing.decode.containers import fault
from hashing.message import Message

MAX_STREAMS = 16
FIRST_PACKETS = 64  # among these is the frame that is shown first
LAST_FRAMES = 300  # decoded at most, from the key frame before a cut on; 10 s of a phone's video
LAST_PACKETS = 2_000
END_OF_FILE = 1 << 62  # in any clock
# self-contained containers only; whatever points at other files or addresses is not on the list
DEMUXERS = {
    "isobmff": "mov",
    "matroska": "matroska",
    "avi": "avi",
    "mpegts": "mpegts",
    "mpeg": "mpeg",
    "flv": "flv",
    "asf": "asf",
    "ogg": "ogg",
    "mxf": "mxf",
}


def read_container(file: BinaryIO, demuxer: str, problems: list[Message]) -> Group:
    """Container and stream tags under `name` and `stream[0] name`; empty where FFmpeg refuses.

    demuxer: one of DEMUXERS' values, chosen by the content; FFmpeg does not guess.
    """
    file.seek(0)
    group: Group = {}
    try:
        with av.open(
            file, "r", format=demuxer, container_options={"protocol_whitelist": ""}
        ) as opened:
            container_facts(opened, group)
            for stream in list(opened.streams)[:MAX_STREAMS]:
                stream_facts(stream, group)
    except (av.error.FFmpegError, *PARSER_FAULTS) as error:
        problems.append(Message("metadata-container", {"fault": fault(error)}))
    return group


def container_facts(opened: InputContainer, group: Group) -> None:
    put(group, "format", opened.format.name)
    for name, value in opened.metadata.items():
        put(group, name, value)
    if opened.duration is not None:
        put(group, "duration_s", opened.duration / av.time_base)
    if opened.start_time is not None:
        put(group, "start_s", opened.start_time / av.time_base)
    put(group, "bit_rate", opened.bit_rate)


def stream_facts(stream: Stream, group: Group) -> None:
    lead = f"stream[{stream.index}]"
    put(group, f"{lead} type", stream.type)
    for name, value in stream.metadata.items():
        put(group, f"{lead} {name}", value)
    context = stream.codec_context  # None where FFmpeg has no decoder
    put(group, f"{lead} codec", context.name if context else None)
    put(group, f"{lead} frames", stream.frames or None)
    if stream.duration is not None and stream.time_base is not None:
        put(group, f"{lead} duration_s", round(stream.duration * float(stream.time_base), 6))
    if stream.start_time is not None and stream.time_base is not None:
        put(group, f"{lead} start_s", round(stream.start_time * float(stream.time_base), 6))
    if isinstance(stream, VideoStream) and context:
        put(group, f"{lead} average_rate", rate(stream.average_rate))
        put(group, f"{lead} nominal_rate", rate(stream.guessed_rate))
        put(group, f"{lead} width", stream.codec_context.width)
        put(group, f"{lead} height", stream.codec_context.height)


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit list shows of a track, in seconds of the track's own clock.

    stream: its index. end: None where the list shows it to the end. shift_s: what FFmpeg adds to
    timestamps where offsets to presentation are negative.
    """

    stream: int
    start: float
    end: float | None
    shift_s: float = 0.0


def hidden_footage(file: BinaryIO, edited: Edited) -> tuple[float, float]:
    """Seconds of frames before and after what the edit list shows, where such frames decode.

    Zero where there are none, and where no frame of them decodes. Frames that only wait for being
    shown in order (B-frames) are not hidden: what counts is when each would be shown.
    """
    file.seek(0)
    options = {"protocol_whitelist": "", "ignore_editlist": "1"}
    try:
        with av.open(file, "r", format=DEMUXERS["isobmff"], container_options=options) as opened:
            stream = opened.streams[edited.stream]
            if not isinstance(stream, VideoStream) or not stream.codec_context:
                return 0.0, 0.0
            before = _hidden_before(opened, stream, edited)
            return before, _hidden_after(opened, stream, edited)
    except (av.error.FFmpegError, *PARSER_FAULTS):
        return 0.0, 0.0


def _hidden_before(opened: InputContainer, stream: VideoStream, edited: Edited) -> float:
    packets = [
        packet
        for packet in islice(opened.demux(stream), FIRST_PACKETS)
        if packet.pts is not None and packet.time_base is not None
    ]
    if not packets:
        return 0.0
    first = min(_at(packet, edited) for packet in packets)
    decoded = (frame for packet in packets for frame in packet.decode())
    shown_late = any(_at(frame, edited) < edited.start for frame in decoded)
    return max(0.0, edited.start - first) if shown_late else 0.0


def _hidden_after(opened: InputContainer, stream: VideoStream, edited: Edited) -> float:
    if edited.end is None or stream.time_base is None:
        return 0.0
    opened.seek(int(edited.end / stream.time_base), stream=stream)
    decodes = any(
        _at(frame, edited) >= edited.end for frame in islice(opened.decode(stream), LAST_FRAMES)
    )
    if not decodes:
        return 0.0
    opened.seek(END_OF_FILE, stream=stream)  # the last frame that stands alone
    ends = [
        _at(packet, edited) + float((packet.duration or 0) * packet.time_base)
        for packet in islice(opened.demux(stream), LAST_PACKETS)
        if packet.pts is not None and packet.time_base is not None
    ]
    return max(0.0, max(ends, default=0.0) - edited.end)


def _at(timed: "Packet[VideoStream] | VideoFrame", edited: Edited) -> float:
    """When a packet would be shown, in seconds of the track's own clock."""
    if timed.pts is None or timed.time_base is None:
        return edited.start  # without a time it is not hidden
    return float(timed.pts * timed.time_base) - edited.shift_s


def rate(value: SupportsFloat | None) -> float | None:
    """Frames per second of a container's stream; None for FFmpeg's 0/0."""
    return round(float(value), 6) if value else None
