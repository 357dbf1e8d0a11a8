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


def mutants(originals: list[Path], folder: Path, count: int, seed: int) -> Iterator[Path]:
    """`count` broken files made in turn of all originals; the same for the same seed."""
    for number in range(count):
        original = originals[number % len(originals)]
        random = np.random.default_rng([seed, number])
        name, change = CHANGES[int(random.integers(len(CHANGES)))]
        path = folder / f"{original.stem}-{number}-{name}{original.suffix}"
        path.write_bytes(change(bytearray(original.read_bytes()), random))
        yield path


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


def _swapped_boxes(content: bytearray, random: np.random.Generator) -> bytearray:
    """Two neighbours change places: boxes of MP4 and HEIF, chunks of RIFF, else two blocks."""
    pieces = _boxes(content) or _chunks(content) or _blocks(content)
    if len(pieces) > 1:
        at = int(random.integers(len(pieces) - 1))
        pieces[at], pieces[at + 1] = pieces[at + 1], pieces[at]
    return bytearray(b"".join(pieces))


def _boxes(content: bytearray) -> list[bytes]:
    """The boxes of one level that holds several: the file's own, or those of its `moov`."""
    if content[4:8] != b"ftyp":
        return []
    at = content.find(b"moov")
    head, inside = bytes(content[: at + 4]), bytes(content[at + 4 :])
    pieces, start = [], 0
    while start + 8 <= len(inside):
        size = int.from_bytes(inside[start : start + 4], "big")
        if size < 8:
            break
        pieces.append(inside[start : start + size])
        start += size
    if at < 0 or len(pieces) < 2:
        return []
    return [head + pieces[0], *pieces[1:], inside[start:]]


def _chunks(content: bytearray) -> list[bytes]:
    if content[:4] != b"RIFF":
        return []
    pieces, start = [bytes(content[:12])], 12
    while start + 8 <= len(content):
        end = start + 8 + int.from_bytes(content[start + 4 : start + 8], "little")
        pieces.append(bytes(content[start:end]))
        start = end
    return [pieces[0] + b"".join(pieces[1:2]), *pieces[2:], bytes(content[start:])]


def _blocks(content: bytearray) -> list[bytes]:
    return [bytes(content[start : start + 188]) for start in range(0, len(content), 188)]


COUNTED = (  # fields that say how many follow, of which a number stands close behind
    b"stsz", b"stts", b"stsc", b"stco", b"ctts", b"stss", b"elst", b"iloc", b"iinf", b"ipma",
    b"acTL", b"IHDR", b"ANMF", b"avih", b"strh", b"idx1", b"SOS", b"\xff\xc0", b"\xff\xda",
    b"NETSCAPE2.0", b"\x2c\x00", b"\x15\x49\xa9\x66", b"\x1f\x43\xb6\x75",
)  # fmt: skip


def _wrong_counts(content: bytearray, random: np.random.Generator) -> bytearray:
    """A count that is stated is another one: none, one more, or a great many."""
    places = [at for mark in COUNTED if (at := content.find(mark)) >= 0]
    for at in random.permutation(places or [0])[:2]:
        field = int(at) + 4 + 4 * int(random.integers(4))
        if field + 4 <= len(content):
            before = int.from_bytes(content[field : field + 4], "big")
            after = (0, before + 1, max(0, before - 1), before * 1000, 0x7FFFFFFF)
            value = after[int(random.integers(len(after)))] & 0xFFFFFFFF
            content[field : field + 4] = value.to_bytes(4, "big")
    return content


CHANGES: tuple[tuple[str, Change], ...] = (
    ("flipped-late", _flipped_late), ("flipped", _flipped), ("cut", _cut),
    ("huge-numbers", _huge_numbers), ("emptied", _emptied), ("shuffled", _shuffled),
    ("repeated", _repeated), ("swapped-boxes", _swapped_boxes), ("wrong-counts", _wrong_counts),
)  # fmt: skip
