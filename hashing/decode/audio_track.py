"""A file -> the samples of its first audio track that decodes, on a continuous clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import av
import av.container
import av.error
import numpy as np
from numpy.typing import NDArray

from hashing.decode.containers import (
    clock_may_break,
    is_decodable,
    open_container,
    unknown_codings,
)
from hashing.decode.frame_clock import JUMP_S
from hashing.errors import DecodeError
from hashing.message import Message
from hashing.types import Seconds

JITTER_S = 0.2  # shorter holes are rounding of the container's clock
LONGEST_SILENCE_S = 600.0  # of one hole that is filled


@dataclass(frozen=True, slots=True, eq=False)
class AudioSamples:
    """(N,) float32 mono in -1..1, and the container's time of the first."""

    values: NDArray[np.float32]
    start: Seconds


def audio_stream(container: av.container.InputContainer) -> av.AudioStream | None:
    """The first audio track that FFmpeg can decode; None where there is none."""
    return next(filter(is_decodable, container.streams.audio), None)


def read_samples(file: BinaryIO, rate_hz: int, max_duration_s: Seconds) -> AudioSamples | None:
    """Mono samples of the audio track at `rate_hz`; None where no sound decodes."""
    with open_container(file) as container:
        stream = audio_stream(container)
        if stream is None:
            return None
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
        longest = JUMP_S if clock_may_break(container) else LONGEST_SILENCE_S
        parts: list[NDArray[np.float32]] = []
        start: Seconds | None = None
        offset = 0.0  # what the container's clock jumped by so far
        have = 0
        for frame in _decode(container, stream):
            if start is None:
                start = float(frame.time or 0.0)
            hole = _missing(frame, start + offset, have, rate_hz)
            if abs(hole) > longest * rate_hz:
                offset += hole / rate_hz  # the clock broke: sound goes on where it was
            elif hole > JITTER_S * rate_hz:
                parts.append(np.zeros(hole, np.float32))
                have += hole
            try:
                pieces = resampler.resample(frame)
            except (av.error.FFmpegError, ValueError):
                continue
            for piece in pieces:
                parts.append(piece.to_ndarray().reshape(-1).astype(np.float32, copy=False))
                have += piece.samples
            if have > max_duration_s * rate_hz:
                break
        return AudioSamples(np.concatenate(parts), start or 0.0) if parts else None


def _missing(frame: av.AudioFrame, start: Seconds, have: int, rate_hz: int) -> int:
    """Audio samples missing before this frame; negative where the clock went back."""
    return 0 if frame.time is None else int((float(frame.time) - start) * rate_hz) - have


def why_silent(file: BinaryIO) -> Message:
    """Why no sound was read of a file that has an audio track."""
    try:
        with open_container(file) as container:
            if audio_stream(container) is not None:
                return Message("problem-sound-undecodable")
            names = ", ".join(dict.fromkeys(filter(None, unknown_codings(container, file, "soun"))))
            if not names:
                return Message("problem-sound-unnamed-coding")
            return Message("problem-sound-coding", {"coding": names})
    except DecodeError:
        return Message("problem-sound-unreadable")


def _decode(
    container: av.container.InputContainer, stream: av.AudioStream
) -> Iterator[av.AudioFrame]:
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
