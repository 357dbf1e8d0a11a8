"""Long items made of real clips: files of 1280 x 720 at 30 frames a second, and fingerprints.

Each clip becomes a segment once: at most 10 s of it, scaled into the frame with black bars where it
has another shape, H.264 at about 1.5 Mb/s, no sound. A long item is a row of segments: as a file
their packets one after the other, so that nothing is coded again; as a fingerprint theirs one after
the other (`tests/made/tiled.py`). Footage that is in no library repeats until the item is long
enough, in an order that a seed decides.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.decode.probe import probe
from hashing.describe.fingerprint import fingerprint
from hashing.types import Fingerprint, Seconds

SIZE = (1280, 720)
FPS = 30
BITS_A_SECOND = 1_500_000
SEGMENT_S = 10.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A known clip in a long item: which segment, and from when to when it is shown."""

    name: str
    start: Seconds
    end: Seconds


def write_segment(source: Path, target: Path, start: Seconds, length: Seconds) -> Path:
    """Write a part of a clip, framed and timed as all segments are."""
    part = target.with_suffix(".part.mp4")
    with av.open(str(source)) as container, av.open(str(part), "w") as output:
        video: Any = output.add_stream("libx264", rate=FPS)
        video.width, video.height = SIZE
        video.pix_fmt = "yuv420p"
        video.bit_rate = BITS_A_SECOND
        video.options = {"preset": "veryfast", "g": "60"}
        video.codec_context.thread_count = 1
        count = 0
        for frame in container.decode(video=0):
            time = float(frame.time or 0.0) - start
            if time >= length:
                break
            picture: NDArray[np.uint8] | None = None
            while count / FPS <= time and count < round(length * FPS):
                if picture is None:
                    picture = _framed(frame.to_ndarray(format="rgb24"))
                shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
                shown.pts, shown.time_base = count, Fraction(1, FPS)
                output.mux(video.encode(shown))
                count += 1
        output.mux(video.encode())
    part.rename(target)
    return target


def _framed(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture scaled into a black frame of SIZE."""
    height, width = picture.shape[:2]
    scale = min(SIZE[0] / width, SIZE[1] / height)
    size = min(SIZE[0], round(width * scale)), min(SIZE[1], round(height * scale))
    out = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    x, y = (SIZE[0] - size[0]) // 2, (SIZE[1] - size[1]) // 2
    out[y : y + size[1], x : x + size[0]] = cv2.resize(
        picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    return out


def describe(path: Path) -> Fingerprint:
    """The fingerprint of a file."""
    with path.open("rb") as file:
        info = probe(file)
        file.seek(0)
        return fingerprint(file, info)


def arrange(
    filler: dict[str, Seconds], known: dict[str, Seconds], length: Seconds, seed: int
) -> tuple[list[str], list[Placed]]:
    """The order of the segments of an item of about this length, and where the known ones are.

    filler, known: segments and their lengths. Known ones are spread evenly, each at a random place
    of its part.
    """
    rng = np.random.default_rng(seed)
    places = [(index + rng.uniform(0.2, 0.8)) * length / len(known) for index in range(len(known))]
    waiting = list(zip(places, known, strict=True))
    order: list[str] = []
    placed: list[Placed] = []
    time, last = 0.0, ""
    while time < length:
        if waiting and time >= waiting[0][0]:
            name = waiting.pop(0)[1]
            placed.append(Placed(name, time, time + known[name]))
            time += known[name]
        else:
            name = str(rng.choice([one for one in filler if one != last]))
            time += filler[name]
        order.append(name)
        last = name
    return order, placed
