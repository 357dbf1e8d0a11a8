"""Videos with every oddity that a decoder has to honour."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests.made.scenes import Size, scene
from tests.made.sounds import SAMPLE_RATE, SoundKind, sound

CLOCK = Fraction(1, 90_000)  # s a tick; fine enough for every rate that tests use

type Picture = NDArray[np.uint8]


def make_video(
    path: Path,
    seed: int = 1,
    seconds: float = 3.0,
    fps: float = 25,
    size: Size = (320, 180),
    *,
    sound_kind: SoundKind | None = "speech",
    scene_start_s: float = 0.0,
    variable_rate: bool = False,
    edit: Callable[[Picture, float], Picture] | None = None,
    **options: Any,
) -> Path:
    """A clip of the scene `seed` from scene_start_s on, with its sound.

    variable_rate: every picture is held for a seeded 0.5 to 1.5 times its usual length.
    edit(picture, moment of the clip): what to do to each picture before it is coded.
    options: those of `write_video`.
    """
    times = _timestamps(seconds, fps, seed if variable_rate else None)

    def shots() -> Iterator[tuple[float, Picture]]:
        for t in times:
            picture = scene(seed, scene_start_s + t, size)
            yield t, picture if edit is None else edit(picture, t)

    if sound_kind is not None:
        options.setdefault("samples", sound(sound_kind, seed, seconds, scene_start_s))
    return write_video(path, shots(), fps, **options)


def write_video(
    path: Path,
    shots: Iterable[tuple[float, Picture]],
    fps: float = 25,
    *,
    samples: NDArray[np.float32] | None = None,
    codec: str = "libx264",
    crf: int = 23,
    b_frames: int = 0,
    gop: int = 50,
    rotation_deg: int = 0,
    display_matrix: tuple[int, int, int, int] | None = None,
    pixel_format: str = "yuv420p",
    coded_with: dict[str, int] | None = None,
    sample_aspect: Fraction | None = None,
    start_s: float = 0.0,
    hidden_s: float = 0.0,
    container_options: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    """Code (moment in s, (H, W, 3) RGB) pairs, and mono samples, into the container path names.

    rotation_deg: clockwise turn that the display matrix asks players for.
    display_matrix: a, b, c and d of a matrix instead, in whole numbers.
    pixel_format, coded_with: attributes of the codec context such as `color_trc`, for HDR.
    sample_aspect: width of a stored pixel over its height.
    start_s: the file's clock shows this at the first picture (in MP4, by an empty edit).
    hidden_s: an edit list hides this much of the beginning (MP4 and MOV only).
    """
    delay = start_s - hidden_s
    with av.open(str(path), "w", options=container_options or {}) as container:
        container.metadata.update(metadata or {})
        audio = _add_audio(container) if samples is not None else None
        video: Any = None
        for t, picture in shots:
            if video is None:
                video = _add_video(container, picture, fps, codec, crf, b_frames, gop)
                video.pix_fmt = pixel_format
                for name, value in (coded_with or {}).items():
                    setattr(video.codec_context, name, value)
                if sample_aspect is not None:
                    video.codec_context.sample_aspect_ratio = sample_aspect
                if display_matrix is not None:
                    a, b, c, d = (value << 16 for value in display_matrix)
                    video.set_display_matrix((a, b, 0, c, d, 0, 0, 0, 1 << 30))
                elif rotation_deg:
                    video.set_display_rotation(-rotation_deg)  # FFmpeg counts the other way
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts = round((t + delay) / CLOCK)
            frame.time_base = CLOCK
            container.mux(video.encode(frame))
        if video is not None:
            container.mux(video.encode())
        if audio is not None and samples is not None:
            _write_samples(container, audio, samples, delay)
    return path


def _timestamps(seconds: float, fps: float, seed: int | None) -> list[float]:
    count = max(1, round(seconds * fps))
    if seed is None:
        return [i / fps for i in range(count)]
    durations = np.random.default_rng([seed, 3]).uniform(0.5, 1.5, count) / fps
    return [float(t) for t in np.concatenate([[0.0], np.cumsum(durations[:-1])])]


def _add_video(
    container: Any, picture: Picture, fps: float, codec: str, crf: int, b_frames: int, gop: int
) -> Any:
    stream = container.add_stream(codec, rate=Fraction(fps).limit_denominator(1001))
    stream.height, stream.width = picture.shape[:2]
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    # MPEG-4 part 2 keeps its clock in 16 bits
    context.time_base = 1 / Fraction(fps).limit_denominator(1001) if codec == "mpeg4" else CLOCK
    context.gop_size = gop
    context.max_b_frames = b_frames
    if codec in ("libx264", "libx265"):
        stream.options = {"crf": str(crf), "preset": "ultrafast", "bf": str(b_frames)}
        if codec == "libx265":
            stream.options |= {"x265-params": "log-level=none"}
    return stream


def _add_audio(container: Any) -> Any:
    codec = {"webm": "libopus", "avi": "pcm_s16le"}.get(container.format.name, "aac")
    rate = 48_000 if codec == "libopus" else SAMPLE_RATE
    return container.add_stream(codec, rate=rate, layout="mono")


def _write_samples(
    container: Any, stream: Any, samples: NDArray[np.float32], delay_s: float
) -> None:
    wanted = stream.codec_context
    resampler = av.AudioResampler(wanted.format, wanted.layout, wanted.sample_rate)
    block = 1024
    for first in range(0, len(samples), block):
        frame = av.AudioFrame.from_ndarray(
            samples[None, first : first + block], format="fltp", layout="mono"
        )
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        frame.pts = first + round(delay_s * SAMPLE_RATE)
        for piece in resampler.resample(frame):
            container.mux(stream.encode(piece))
    for piece in resampler.resample(None):
        container.mux(stream.encode(piece))
    container.mux(stream.encode())
