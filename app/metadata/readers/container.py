"""What FFmpeg reads of a video's container: tags, streams, timing. No picture is decoded
beyond what FFmpeg needs to know its streams.

The second door to PyAV beside `hashing`: the demuxer's tags are metadata, not pictures.
"""

from typing import BinaryIO, SupportsFloat

import av
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from app.metadata.bounds import PARSER_FAULTS, put
from app.metadata.types import Group
from hashing.decode.containers import fault

MAX_STREAMS = 16
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


def read_container(file: BinaryIO, demuxer: str, problems: list[str]) -> Group:
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
        problems.append(f"the container could not be read: {fault(error)}")
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


def rate(value: SupportsFloat | None) -> float | None:
    """Pictures a second; None for FFmpeg's 0/0."""
    return round(float(value), 6) if value else None
