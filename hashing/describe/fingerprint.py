"""file -> Fingerprint: decode once, describe frames, keep small ones for geometry."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.audio.spectrogram import read_audio
from hashing.concurrency import prefetch
from hashing.decode.audio_track import why_silent
from hashing.decode.decoded_frame import DecodedFrame
from hashing.decode.find_parts import open_part
from hashing.decode.preview_codec import RATE_HZ, Encoder, decode, fitted, keep_still
from hashing.decode.read_still import StillPixels, read_cover, read_still
from hashing.decode.video import Damage, decode_frames, decode_keyframes, first_frame_time
from hashing.describe import perceptual_hashes as pdqs
from hashing.describe.sscd import Describer, load_describer, resize_to_input
from hashing.types import (
    VECTOR_SIZE,
    AudioFingerprint,
    Descriptors,
    Fingerprint,
    Limits,
    MediaInfo,
    Part,
    PreviewFrames,
    Sampling,
    Seconds,
    Timeline,
)

__all__ = [
    "describe_again",
    "fingerprint",
]

type Progress = Callable[[Seconds], None]

DESCRIBE_EVERY_S = 0.5
MAX_REPEATED_LUMA_CHANGE = (
    1.2  # mean absolute luma difference, 0..255, up to which a frame repeats the last; set by hand
)
MAX_ROW_S = 4.0  # even a still scene is described this often
DECODE_BLOCK_S = 20.0  # of preview frames decoded at a time
DESCRIBE_BATCH = 4  # frames described at once; more of them make the decoder wait
MAX_PREFETCHED_FRAMES = 8  # frames decoded before they are needed
MAX_PREFETCHED_BYTES = 64_000_000  # fewer of large ones
# frames below either are flat (black, faded, featureless); both set by hand
MIN_LUMA_DEVIATION = 10.0  # grey levels, standard deviation of luma at 72 x 72
MIN_LAPLACIAN = 1.2  # grey levels, mean absolute Laplacian of luma at 72 x 72


def fingerprint(
    file: BinaryIO,
    info: MediaInfo,
    sampling: Sampling = "default",
    limits: Limits | None = None,
    model: Path | None = None,
    on_progress: Progress | None = None,
    part: Part | None = None,
) -> Fingerprint:
    """Describe one file: everything that matching needs to know of it.

    sampling: "quick" reads key frames only, for bulk archives; default queries still find it.
    on_progress: called now and then with the timestamp reached, in seconds. part: which part of
    the file, where that is not the main one; `info` is then the part's.

    Raises DecodeError or a subclass where no frame can be read.
    """
    limits = limits or Limits()
    describer = load_describer(model)
    track = None if part is None else part.track
    if part is not None:
        file = open_part(file, part)
    if info.kind == "still":
        return _fingerprint_still(_read_part(file, part, limits), info, describer)
    return _fingerprint_video(file, info, sampling, limits, describer, on_progress, track)


def _read_part(file: BinaryIO, part: Part | None, limits: Limits) -> StillPixels:
    if part is None:
        return read_still(file, limits.max_pixels)
    if part.track is not None:
        return read_cover(file, part.track, limits.max_pixels)
    return read_still(file, limits.max_pixels, part.page or 0)


def _fingerprint_still(still: StillPixels, info: MediaInfo, model: Describer) -> Fingerprint:
    if still.size is not None:
        info = replace(info, width=still.size[0], height=still.size[1])
    builder = _DescriptorBuilder(model)
    builder.add(0.0, still.pixels)
    return Fingerprint(
        info=info,
        space=model.space,
        sampling="still",
        descriptors=builder.finish(),
        timeline=Timeline(np.zeros(1), np.zeros(1, np.float32)),
        preview=keep_still(still.pixels),
        problems=still.problems,
        decoded=still.decoded,
    )


def _fingerprint_video(
    file: BinaryIO,
    info: MediaInfo,
    sampling: Sampling,
    limits: Limits,
    model: Describer,
    on_progress: Progress | None,
    track: int | None,
) -> Fingerprint:
    damage = Damage()
    if sampling == "quick" and track is None:
        decoded = decode_keyframes(file, limits, damage)
    else:
        decoded = decode_frames(file, limits, damage, track)
    selector = _FrameSelector(fitted(info.width, info.height))
    max_prefetched = max(
        1, min(MAX_PREFETCHED_FRAMES, MAX_PREFETCHED_BYTES // (2 * info.width * info.height))
    )
    descriptors, preview = _describe_and_encode(
        prefetch(selector.select(decoded), max_prefetched), info, model, on_progress
    )
    timeline = selector.finish()
    info = _measure_duration(info, timeline) if sampling == "default" else info
    info = info if damage.end is None else replace(info, duration_s=damage.end)
    info = replace(info, coding_step=selector.coding_step())
    audio = _audio(file, info, limits)
    unread = [why_silent(file)] if info.audio_codec and audio is None else []
    return Fingerprint(
        info=info,
        space=model.space,
        sampling="keyframes" if sampling == "quick" else f"every {DESCRIBE_EVERY_S:g} s",
        descriptors=descriptors,
        timeline=timeline,
        preview=preview,
        audio=audio,
        gaps=tuple(damage.gaps),
        problems=(*damage.problems, *unread),
    )


def describe_again(stored: Fingerprint, model: Path | None = None) -> Fingerprint:
    """Describe a clip anew in the present descriptor space, from its preview frames.

    Raises DecodeError where they are damaged, ValueError where there are none.
    """
    if stored.preview is None:
        raise ValueError("the fingerprint has no preview frames")
    builder, sampler = _DescriptorBuilder(load_describer(model)), _Sampler(DESCRIBE_EVERY_S)
    for start in np.arange(0.0, float(stored.preview.times[-1]) + DECODE_BLOCK_S, DECODE_BLOCK_S):
        block = decode(stored.preview, start, np.nextafter(start + DECODE_BLOCK_S, 0))
        for time, frame in zip(block.times, block.pixels, strict=True):
            if sampler.is_due(float(time)):
                builder.add(float(time), frame)
    return replace(stored, space=load_describer(model).space, descriptors=builder.finish())


def _audio(file: BinaryIO, info: MediaInfo, limits: Limits) -> AudioFingerprint | None:
    if info.audio_codec is None:
        return None
    return read_audio(file, first_frame_time(file), limits.max_duration_s)


def _measure_duration(info: MediaInfo, timeline: Timeline) -> MediaInfo:
    """`info` with duration and frame rate as decoded; the last frame lasts a median step."""
    times = timeline.times
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1 / (info.frame_rate or 25)
    duration = float(times[-1]) + step
    rate = len(times) / duration if duration > 0 else None
    return replace(info, duration_s=duration, frame_rate=rate)


@dataclass(frozen=True, slots=True)
class _SelectedFrame:
    """A decoded frame that is kept, described, or both."""

    decoded: DecodedFrame
    planes: NDArray[np.uint8] | None  # at the size of preview frames, where it is to be kept
    describe: bool


class _FrameSelector:
    """Records the timeline of all decoded frames and selects those to keep or describe."""

    def __init__(self, size: tuple[int, int]) -> None:
        """size: width and height of preview frames."""
        self._size = size
        self._times: list[Seconds] = []
        self._change: list[float] = []
        self._coding_steps: list[float] = []

    def select(self, decoded_frames: Iterator[DecodedFrame]) -> Generator[_SelectedFrame]:
        before: NDArray[np.uint8] | None = None
        preview_sampler, descriptor_sampler = _Sampler(1 / RATE_HZ), _Sampler(DESCRIBE_EVERY_S)
        for decoded in decoded_frames:
            luma = decoded.luma_samples()
            self._change.append(_mean_luma_change(before, luma))
            before = luma
            self._times.append(decoded.time)
            if decoded.corrupt:
                continue
            for_preview, describe = (
                preview_sampler.is_due(decoded.time),
                descriptor_sampler.is_due(decoded.time),
            )
            coding_step = decoded.coding_step() if for_preview else None
            if coding_step:
                self._coding_steps.append(coding_step)
            if for_preview or describe:
                # scaled here, beside decoding: encoding and describing are the longer half
                planes = decoded.yuv(*self._size) if for_preview else None
                yield _SelectedFrame(decoded, planes, describe)

    def coding_step(self) -> float | None:
        """Geometric mean over the frames that are kept, grey levels; None where none is known."""
        return float(np.exp(np.log(self._coding_steps).mean())) if self._coding_steps else None

    def finish(self) -> Timeline:
        return Timeline(np.array(self._times), np.array(self._change, np.float32))


class _Sampler:
    """Selects timestamps that are at least so many seconds apart."""

    def __init__(self, every: Seconds) -> None:
        self._every = every - 0.002  # times are rounded to the container's clock
        self._last: Seconds | None = None

    def is_due(self, time: Seconds) -> bool:
        if self._last is not None and time - self._last < self._every:
            return False
        self._last = time
        return True


def _describe_and_encode(
    selected: Iterator[_SelectedFrame],
    info: MediaInfo,
    model: Describer,
    on_progress: Progress | None,
) -> tuple[Descriptors, PreviewFrames]:
    """Descriptors and preview frames of one video."""
    builder = _DescriptorBuilder(model)
    encoder = Encoder(*fitted(info.width, info.height))
    for count, item in enumerate(selected, start=1):
        time = item.decoded.time
        if item.planes is not None:
            encoder.add(time, item.planes)
        if item.describe:
            builder.add(time, item.decoded.rgb(encoder.width, encoder.height))
        if on_progress and count % 16 == 0:
            on_progress(time)
    return builder.finish(), encoder.finish()


def _mean_luma_change(before: NDArray[np.uint8] | None, now: NDArray[np.uint8]) -> float:
    """Mean absolute difference in grey levels, 0..255; 0 where there is nothing to compare with."""
    if before is None or before.shape != now.shape:
        return 0.0
    return cv2.norm(before, now, cv2.NORM_L1) / now.size


class _DescriptorBuilder:
    """Builds descriptors row by row; vectors are computed in batches."""

    def __init__(self, model: Describer) -> None:
        self._model = model
        self._times: list[Seconds] = []
        self._pdq: list[tuple[NDArray[np.uint8], int]] = []
        self._phash: list[NDArray[np.uint8]] = []
        self._flat: list[bool] = []
        self._pending: list[NDArray[np.uint8]] = []
        self._vectors: list[NDArray[np.float32]] = []
        self._last: NDArray[np.uint8] | None = None

    def add(self, time: Seconds, frame: NDArray[np.uint8]) -> None:
        """Describe the frame unless it repeats the last one."""
        square = resize_to_input(frame)
        thumbnail = np.ascontiguousarray(square[::4, ::4])
        repeated = (
            self._last is not None
            and _mean_luma_change(self._last, thumbnail) < MAX_REPEATED_LUMA_CHANGE
        )
        if repeated and time - self._times[-1] < MAX_ROW_S:
            return
        self._last = thumbnail
        self._times.append(time)
        self._pdq.append(pdqs.pdq(_resize_for_pdq(frame)))
        self._phash.append(pdqs.phash(frame))
        self._flat.append(is_flat(square))
        self._pending.append(square)
        if len(self._pending) == DESCRIBE_BATCH:
            self._describe_pending()

    def _describe_pending(self) -> None:
        if self._pending:
            self._vectors.append(self._model.describe(np.stack(self._pending)))
            self._pending.clear()

    def finish(self) -> Descriptors:
        self._describe_pending()
        none = np.zeros((0, VECTOR_SIZE), np.float32)
        return Descriptors(
            times=np.array(self._times, np.float64),
            vectors=np.concatenate([none, *self._vectors]).astype(np.float16),
            pdq=np.array([bits for bits, _ in self._pdq], np.uint8).reshape(-1, 32),
            pdq_quality=np.array([quality for _, quality in self._pdq], np.uint8),
            phash=np.array(self._phash, np.uint8).reshape(-1, 8),
            flat=np.array(self._flat, bool),
        )


def _resize_for_pdq(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The frame with its longest side at most 512 px, as PDQ's recipe here asks."""
    size = fitted(frame.shape[1], frame.shape[0])
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def is_flat(square: NDArray[np.uint8]) -> bool:
    """Whether a frame shows too little to tell it from others: black, fade, plain colour.

    square: (288, 288, 3) RGB.
    """
    luma = square[::4, ::4].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    if luma.std() < MIN_LUMA_DEVIATION:
        return True
    laplacian = (
        4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
    )
    return bool(np.abs(laplacian).mean() < MIN_LAPLACIAN)
