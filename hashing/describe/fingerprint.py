"""file -> Fingerprint: decodes once and keeps small pictures for geometry."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.audio.spectrogram import read_audio
from hashing.concurrency import ahead
from hashing.decode.preview_codec import RATE_HZ, Encoder, decode, fitted, keep_still
from hashing.decode.still import read_still
from hashing.decode.video import Damage, Shown, first_picture_time, keyframes, shown
from hashing.describe import perceptual_hashes as pdqs
from hashing.describe.sscd import Describer, describer, squeeze
from hashing.types import (
    VECTOR_SIZE,
    AudioPrint,
    Descriptors,
    Fingerprint,
    Limits,
    MediaInfo,
    Pictures,
    Sampling,
    Seconds,
    Timeline,
)

type Progress = Callable[[Seconds], None]

DESCRIBE_EVERY_S = 0.5
STILLNESS = 1.2  # mean absolute luma difference (0..255) under which a picture is the same again
LONGEST_ROW_S = 4.0  # even a still scene is described this often
BLOCK_S = 20.0  # of kept pictures decoded at a time
WAITING = 4  # pictures described at once; more of them make the decoder wait
AHEAD = 8  # pictures decoded before they are needed
AHEAD_BYTES = 64_000_000  # fewer of large ones
FLAT_DEVIATION = 10.0  # luma standard deviation of a black, faded or featureless picture
FLAT_DETAIL = 1.2  # mean absolute Laplacian at 72 x 72, the same


def fingerprint(
    file: BinaryIO,
    info: MediaInfo,
    sampling: Sampling = "default",
    limits: Limits | None = None,
    model: Path | None = None,
    on_progress: Progress | None = None,
) -> Fingerprint:
    """Everything that matching needs to know of one file.

    sampling: "quick" reads key pictures only, for bulk archives; it is found by ordinary items.

    Raises DecodeError and its kin where no picture can be read.
    """
    limits = limits or Limits()
    if info.kind == "still":
        return _fingerprint_still(file, info, limits, describer(model))
    return _fingerprint_video(file, info, sampling, limits, describer(model), on_progress)


def _fingerprint_still(
    file: BinaryIO, info: MediaInfo, limits: Limits, model: Describer
) -> Fingerprint:
    picture = read_still(file, limits.max_pixels)
    rows = _Rows(model)
    rows.add(0.0, picture)
    timeline = Timeline(np.zeros(1), np.zeros(1, np.float32))
    return Fingerprint(info, model.space, "still", rows.finish(), timeline, keep_still(picture))


def _fingerprint_video(
    file: BinaryIO,
    info: MediaInfo,
    sampling: Sampling,
    limits: Limits,
    model: Describer,
    on_progress: Progress | None,
) -> Fingerprint:
    damage = Damage()
    pictures = keyframes(file, limits) if sampling == "quick" else shown(file, limits, damage)
    watched = _Timeline(fitted(info.width, info.height))
    most = max(1, min(AHEAD, AHEAD_BYTES // (2 * info.width * info.height)))
    frames, kept = _described(ahead(watched.needed(pictures), most), info, model, on_progress)
    timeline = watched.finish()
    info = _measured(info, timeline) if sampling == "default" else info
    info = replace(info, coding_step=watched.coding_step())
    return Fingerprint(
        info=info,
        space=model.space,
        sampling="keyframes" if sampling == "quick" else f"every {DESCRIBE_EVERY_S:g} s",
        frames=frames,
        timeline=timeline,
        pictures=kept,
        audio=_audio(file, info, limits),
        gaps=tuple(damage.gaps),
        problems=tuple(damage.problems),
    )


def describe_again(stored: Fingerprint, model: Path | None = None) -> Fingerprint:
    """The same clip in the present descriptor space, from its kept pictures.

    Raises DecodeError where they are damaged, ValueError where none were kept.
    """
    if stored.pictures is None:
        raise ValueError("no pictures were kept")
    rows, described = _Rows(describer(model)), _Pace(DESCRIBE_EVERY_S)
    for start in np.arange(0.0, float(stored.pictures.times[-1]) + BLOCK_S, BLOCK_S):
        film = decode(stored.pictures, start, np.nextafter(start + BLOCK_S, 0))
        for time, picture in zip(film.times, film.pixels, strict=True):
            if described.due(float(time)):
                rows.add(float(time), picture)
    return replace(stored, space=describer(model).space, frames=rows.finish())


def _audio(file: BinaryIO, info: MediaInfo, limits: Limits) -> AudioPrint | None:
    if info.audio_codec is None:
        return None
    return read_audio(file, first_picture_time(file), limits.max_duration_s)


def _measured(info: MediaInfo, timeline: Timeline) -> MediaInfo:
    """Duration and rate as decoded: the last picture's own duration is the usual step."""
    times = timeline.times
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1 / (info.frame_rate or 25)
    duration = float(times[-1]) + step
    rate = len(times) / duration if duration > 0 else None
    return replace(info, duration_s=duration, frame_rate=rate)


@dataclass(frozen=True, slots=True)
class _Needed:
    """A picture that has a use, and which."""

    picture: Shown
    planes: NDArray[np.uint8] | None  # at the size of kept pictures, where it is to be kept
    describe: bool


class _Timeline:
    """Watches every decoded picture, and passes on the few that are kept or described."""

    def __init__(self, size: tuple[int, int]) -> None:
        """size: width and height of kept pictures."""
        self._size = size
        self._times: list[Seconds] = []
        self._change: list[float] = []
        self._steps: list[float] = []

    def needed(self, pictures: Iterator[Shown]) -> Generator[_Needed]:
        before: NDArray[np.uint8] | None = None
        kept, described = _Pace(1 / RATE_HZ), _Pace(DESCRIBE_EVERY_S)
        for picture in pictures:
            luma = picture.luma_samples()
            self._change.append(_difference(before, luma))
            before = luma
            self._times.append(picture.time)
            keep, describe = kept.due(picture.time), described.due(picture.time)
            step = picture.coding_step() if keep else None
            if step:
                self._steps.append(step)
            if keep or describe:
                # scaled here, beside decoding: encoding and describing are the longer half
                planes = picture.yuv(*self._size) if keep else None
                yield _Needed(picture, planes, describe)

    def coding_step(self) -> float | None:
        """Grey levels, the geometric mean of the kept pictures; None where no coding said it."""
        return float(np.exp(np.log(self._steps).mean())) if self._steps else None

    def finish(self) -> Timeline:
        return Timeline(np.array(self._times), np.array(self._change, np.float32))


class _Pace:
    """Which moments are due, so many seconds apart."""

    def __init__(self, every: Seconds) -> None:
        self._every = every - 0.002  # times are rounded to the container's clock
        self._last: Seconds | None = None

    def due(self, time: Seconds) -> bool:
        if self._last is not None and time - self._last < self._every:
            return False
        self._last = time
        return True


def _described(
    pictures: Iterator[_Needed], info: MediaInfo, model: Describer, on_progress: Progress | None
) -> tuple[Descriptors, Pictures]:
    """Rows and kept pictures of one video, from those that are needed for either."""
    rows = _Rows(model)
    encoder = Encoder(*fitted(info.width, info.height))
    for count, needed in enumerate(pictures, start=1):
        time = needed.picture.time
        if needed.planes is not None:
            encoder.add(time, needed.planes)
        if needed.describe:
            rows.add(time, needed.picture.rgb(encoder.width, encoder.height))
        if on_progress and count % 16 == 0:
            on_progress(time)
    return rows.finish(), encoder.finish()


def _difference(before: NDArray[np.uint8] | None, now: NDArray[np.uint8]) -> float:
    """Mean absolute difference, 0 where there is nothing to compare with."""
    if before is None or before.shape != now.shape:
        return 0.0
    return cv2.norm(before, now, cv2.NORM_L1) / now.size


class _Rows:
    """Collects one row for each described picture; vectors are computed in batches."""

    def __init__(self, model: Describer) -> None:
        self._model = model
        self._times: list[Seconds] = []
        self._pdq: list[tuple[NDArray[np.uint8], int]] = []
        self._phash: list[NDArray[np.uint8]] = []
        self._flat: list[bool] = []
        self._waiting: list[NDArray[np.uint8]] = []
        self._vectors: list[NDArray[np.float32]] = []
        self._last: NDArray[np.uint8] | None = None

    def add(self, time: Seconds, picture: NDArray[np.uint8]) -> None:
        """Describe the picture, unless it is the last one again."""
        square = squeeze(picture)
        thumb = np.ascontiguousarray(square[::4, ::4])
        again = self._last is not None and _difference(self._last, thumb) < STILLNESS
        if again and time - self._times[-1] < LONGEST_ROW_S:
            return
        self._last = thumb
        self._times.append(time)
        self._pdq.append(pdqs.pdq(_at_most(picture)))
        self._phash.append(pdqs.phash(picture))
        self._flat.append(is_flat(square))
        self._waiting.append(square)
        if len(self._waiting) == WAITING:
            self._describe()

    def _describe(self) -> None:
        if self._waiting:
            self._vectors.append(self._model.describe(np.stack(self._waiting)))
            self._waiting.clear()

    def finish(self) -> Descriptors:
        self._describe()
        none = np.zeros((0, VECTOR_SIZE), np.float32)
        return Descriptors(
            times=np.array(self._times, np.float64),
            vectors=np.concatenate([none, *self._vectors]).astype(np.float16),
            pdq=np.array([bits for bits, _ in self._pdq], np.uint8).reshape(-1, 32),
            pdq_quality=np.array([quality for _, quality in self._pdq], np.uint8),
            phash=np.array(self._phash, np.uint8).reshape(-1, 8),
            flat=np.array(self._flat, bool),
        )


def _at_most(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """At most 512 pixels long: PDQ's pre-scale, recorded in its recipe."""
    size = fitted(picture.shape[1], picture.shape[0])
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def is_flat(square: NDArray[np.uint8]) -> bool:
    """Whether a picture holds too little to tell it from others: black, fade, plain colour.

    square: (288, 288, 3) RGB.
    """
    luma = square[::4, ::4].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    if luma.std() < FLAT_DEVIATION:
        return True
    laplacian = (
        4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
    )
    return bool(np.abs(laplacian).mean() < FLAT_DETAIL)
