"""Stills and animations that Pillow cannot open, read by FFmpeg's picture decoders.

Also those that Pillow gives up on half-way: FFmpeg often goes further.
"""

from collections.abc import Iterator
from typing import BinaryIO

import av
import av.codec.context
import av.container
import av.error
import numpy as np
from numpy.typing import NDArray

from hashing.decode.containers import is_cover, open_container, video_stream
from hashing.decode.decoded_frame import DecodedFrame, orientation_of, transfer_of
from hashing.decode.still import DEFAULT_FRAME_S, WORKING_PX, check_pixels
from hashing.errors import DecodeError
from hashing.message import Message
from hashing.types import MediaInfo, Seconds

PIPE = "_pipe"  # how FFmpeg's names of demuxers for a single picture end
PICTURE_DEMUXERS = ("gif", "apng", "webp_anim", "ico", "jpegxl_anim", "image2")
STILL_BRANDS = ("heic", "heix", "mif1", "msf1", "avif", "avis", "miaf")


def is_picture(container: av.container.InputContainer) -> bool:
    """Whether the container is a still's or an animation's."""
    name = container.format.name
    brand = container.metadata.get("major_brand", "").strip()
    return name.endswith(PIPE) or name in PICTURE_DEMUXERS or brand in STILL_BRANDS


def read_picture(file: BinaryIO, max_pixels: int) -> NDArray[np.uint8]:
    """(H, W, 3) RGB of the first frame, upright, at most some 2,048 pixels long.

    Raises UnsupportedMedia, DecodeError, LimitExceeded.
    """
    for _, frame in picture_frames(file, max_pixels):
        width, height = frame.upright_size()
        factor = max(1, max(width, height) // WORKING_PX)
        return frame.rgb(max(1, width // factor), max(1, height // factor))
    raise DecodeError(Message("error-no-part-decodes"))


def shows_only_a_cover(file: BinaryIO) -> bool:
    """Whether the file is one of sound whose only picture is attached to it.

    Raises UnsupportedMedia, DecodeError.
    """
    with open_container(file) as container:
        return is_cover(video_stream(container))


def picture_info(container: av.container.InputContainer, first: DecodedFrame) -> MediaInfo:
    """Facts of a still, from its only frame."""
    width, height = first.upright_size()
    stream = video_stream(container)
    name = stream.codec_context.name if stream.codec_context else None
    return MediaInfo(
        "still",
        width,
        height,
        container=container.format.name.removesuffix(PIPE),
        video_codec=name,
        hdr=first.transfer,
    )


def picture_frames(file: BinaryIO, max_pixels: int) -> Iterator[tuple[Seconds, DecodedFrame]]:
    """Every frame that decodes, with the time at which it is shown.

    Raises UnsupportedMedia, LimitExceeded.
    """
    with open_container(file) as container:
        stream = video_stream(container)
        stream.thread_type = "NONE"
        stream.codec_context.flags |= av.codec.context.Flags.output_corrupt
        check_pixels(stream.width, stream.height, max_pixels)
        time = 0.0
        for frame in _decode(container, stream):
            check_pixels(frame.width, frame.height, max_pixels)
            yield time, DecodedFrame(time, frame, orientation_of(frame), transfer_of(frame))
            stated = float(frame.duration * frame.time_base) if frame.duration else 0.0
            time += stated if stated > 0.01 else DEFAULT_FRAME_S


def _decode(
    container: av.container.InputContainer, stream: av.VideoStream
) -> Iterator[av.VideoFrame]:
    """FFmpeg's frames as they come; a packet that does not decode costs no other."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError, ValueError):
            return
        try:
            yield from packet.decode()
        except (av.error.FFmpegError, ValueError):
            continue
