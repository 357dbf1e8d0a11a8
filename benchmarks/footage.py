"""The clip that speed is measured on: 60 s of 1280 x 720 at 30 pictures a second, about 0.8 Mb/s.

Twelve shots of made scenes (tests/made), five seconds each: some pan, some hold still while things
move. Seeded, so that it is the same clip everywhere; its SHA-256 stands in the results.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from tests.made import sound
from tests.made.scenes import scene
from tests.made.sounds import SAMPLE_RATE

SIZE = (1280, 720)
DRAWN_SIZE = (640, 360)  # scenes are drawn at half the size: softer, as real footage is
FPS = 30
SHOT_S = 5.0
BITS_A_SECOND = 800_000
PACE = 0.35  # of the scenes' own: real shots move less than scenes made for tests


def pictures(seed: int, start_s: float, seconds: float) -> Iterator[NDArray[np.uint8]]:
    """(720, 1280, 3) RGB, one for each thirtieth of a second."""
    for index in range(round(seconds * FPS)):
        t = start_s + index / FPS
        shot, within = divmod(t, SHOT_S)
        pace = PACE if shot % 3 else 0.05
        drawn = scene(1000 * seed + int(shot), 7 * shot + pace * within, DRAWN_SIZE)
        yield np.asarray(cv2.resize(drawn, SIZE, interpolation=cv2.INTER_LINEAR), np.uint8)


def write_clip(path: Path, seed: int = 1, start_s: float = 0.0, seconds: float = 60.0) -> Path:
    """H.264 at 0.8 Mb/s with 64 kb/s AAC in MP4."""
    samples = sound("speech", seed, seconds, start_s)
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("libx264", rate=FPS)
        video.width, video.height = SIZE
        video.pix_fmt = "yuv420p"
        video.bit_rate = BITS_A_SECOND
        video.options = {"preset": "veryfast", "maxrate": "1200k", "bufsize": "2400k"}
        video.codec_context.thread_count = 1  # more would change the bytes
        audio: Any = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        audio.bit_rate = 64_000
        for index, picture in enumerate(pictures(seed, start_s, seconds)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        for first in range(0, len(samples), 1024):
            block = av.AudioFrame.from_ndarray(
                samples[None, first : first + 1024], format="fltp", layout="mono"
            )
            block.sample_rate, block.pts = SAMPLE_RATE, first
            container.mux(audio.encode(block))
        container.mux(audio.encode())
    return path
