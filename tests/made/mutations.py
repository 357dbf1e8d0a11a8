"""Media files broken on purpose: seeded changes of real ones, of many formats."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from tests.made.stills import make_animation, make_still
from tests.made.videos import make_video

type Change = Callable[[bytearray, np.random.Generator], bytearray]

SIZE = (160, 90)
VIDEOS = {
    ".mp4": "libx264",
    ".mov": "libx264",
    ".mkv": "libx264",
    ".webm": "libvpx-vp9",
    ".avi": "mpeg4",
}


def mutations(folder: Path, each: int, seed: int) -> Iterator[Path]:
    """`each` broken files of every format, written below `folder`; the same for the same seed."""
    for original in _originals(folder):
        content = original.read_bytes()
        for number in range(each):
            random = np.random.default_rng([seed, number, *original.name.encode()])
            name, change = CHANGES[number % len(CHANGES)]
            path = folder / f"{original.stem}-{number}-{name}{original.suffix}"
            path.write_bytes(change(bytearray(content), random))
            yield path
        original.unlink()


def _originals(folder: Path) -> Iterator[Path]:
    for suffix, codec in VIDEOS.items():
        path = folder / f"video-{suffix[1:]}{suffix}"
        yield make_video(path, seconds=0.6, size=SIZE, codec=codec)
    for kind, suffix in {
        "jpeg": ".jpg", "png": ".png", "webp": ".webp", "avif": ".avif", "heic": ".heic",
        "tiff": ".tif", "bmp": ".bmp",
    }.items():  # fmt: skip
        yield make_still(folder / f"still-{kind}{suffix}", kind, size=SIZE)  # type: ignore[arg-type]
    yield make_animation(folder / "animation.gif", "gif", frames=4, size=SIZE)


def _flipped(content: bytearray, random: np.random.Generator) -> bytearray:
    """Single bits, anywhere."""
    for at in random.integers(0, len(content), 12):
        content[at] ^= 1 << int(random.integers(8))
    return content


def _flipped_late(content: bytearray, random: np.random.Generator) -> bytearray:
    """Many bits behind the head: it still looks whole, and reaches the decoder."""
    for at in random.integers(len(content) // 3, len(content), max(20, len(content) // 200)):
        content[at] ^= 1 << int(random.integers(8))
    return content


def _cut(content: bytearray, random: np.random.Generator) -> bytearray:
    return content[: int(random.integers(16, len(content)))]


def _huge_numbers(content: bytearray, random: np.random.Generator) -> bytearray:
    """Fields near the head that announce four thousand million of something."""
    for at in random.integers(4, min(len(content) - 4, 600), 3):
        content[at : at + 4] = b"\xff\xff\xff\xff"
    return content


def _emptied(content: bytearray, random: np.random.Generator) -> bytearray:
    """A stretch of zeroes, as a bad disk leaves."""
    start = int(random.integers(len(content)))
    length = min(len(content) - start, max(64, len(content) // 10))
    content[start : start + length] = bytes(length)
    return content


def _shuffled(content: bytearray, random: np.random.Generator) -> bytearray:
    """Two stretches in each other's place."""
    third = len(content) // 3
    a, b = int(random.integers(third)), int(random.integers(third, 2 * third))
    length = min(third, 512)
    first, second = content[a : a + length], content[b : b + length]
    content[a : a + length], content[b : b + length] = second, first
    return content


def _repeated(content: bytearray, random: np.random.Generator) -> bytearray:
    """A stretch a hundred times over."""
    at = int(random.integers(len(content)))
    return content[:at] + content[max(0, at - 256) : at] * 100 + content[at:]


CHANGES: tuple[tuple[str, Change], ...] = (
    ("flipped-late", _flipped_late), ("flipped", _flipped), ("cut", _cut),
    ("huge-numbers", _huge_numbers), ("emptied", _emptied), ("shuffled", _shuffled),
    ("repeated", _repeated), ("flipped-late", _flipped_late),
)  # fmt: skip
