"""Broken files, each through a process that reads it as a check does."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.intake.media_type import HEAD_BYTES, media_type
from app.sandbox.client import MediaSandbox
from app.sandbox.errors import SandboxError, SandboxLimit, SandboxMemory, SandboxTimeout
from hashing.errors import DecodeError
from hashing.types import Limits, Part
from tests.made import make_video
from tests.made.codings import make_coded
from tests.made.hdr import make_hdr_video
from tests.made.parts import make_motion_photo, make_pages, make_two_tracks
from tests.made.stills import make_animation, make_still

SIZE = (96, 64)
LIMITS_PASSED = (SandboxMemory, SandboxLimit, SandboxTimeout)
LIMITS = Limits(max_pixels=4_000_000, max_duration_s=60, max_frames=300)

CODINGS = {
    "v.mov": "mpeg4", "v.webm": "libvpx-vp9", "v.avi": "mjpeg", "v.ts": "mpeg2video",
    "v.flv": "flv", "v.mpg": "mpeg1video", "v.asf": "wmv2", "v.nut": "ffv1",
}  # fmt: skip
STILLS = {
    "jpeg": "jpg", "rotated_jpeg": "jpg", "png": "png", "png_16": "png", "webp": "webp",
    "avif": "avif", "heic": "heic", "tiff": "tif", "bmp": "bmp",
}  # fmt: skip


def make_originals(folder: Path) -> list[Path]:
    """A small file of every format that people send."""
    for name, codec in CODINGS.items():
        pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        make_coded(folder / name, codec, pixels, size=SIZE)
    for name in ("sound.mp4", "sound.mkv"):
        make_video(folder / name, seconds=0.3, size=SIZE)
    for kind, suffix in STILLS.items():
        make_still(folder / f"{kind}.{suffix}", kind, size=SIZE)  # type: ignore[arg-type]
    for kind in ("gif", "webp", "apng"):
        make_animation(folder / f"moving.{kind}", kind, frames=3, size=SIZE)  # type: ignore[arg-type]
    make_motion_photo(folder / "google.jpg", "google_jpeg", seconds=0.2)
    make_motion_photo(folder / "phone.heic", "heic", seconds=0.2)
    make_two_tracks(folder / "two.mp4", seconds=0.2, size=SIZE)
    make_hdr_video(folder / "hdr.mp4", "hlg", seconds=0.3, size=(160, 90))
    make_pages(folder / "pages.tif")
    return sorted(folder.iterdir())


@dataclass(frozen=True, slots=True)
class MutantReading:
    """What came of one broken file.

    texts: every sentence about it. limit: which one of the process it passed, which the texts
    name. ended: what else ended the process.
    """

    decoded: bool
    texts: tuple[str, ...]
    limit: str | None = None
    ended: str | None = None


def read_mutant(path: Path) -> MutantReading:
    """Probe, metadata, fingerprint and parts of one file, in a process of its own.

    A process that read another file before would still have bytes of it in its buffer.
    """
    texts: list[str] = []
    try:
        with MediaSandbox.open(path) as sandbox:
            texts += _texts(sandbox, media_type(path.read_bytes()[:HEAD_BYTES]))
    except SandboxError as error:  # before DecodeError, which some of these are too
        name = type(error).__name__
        within = isinstance(error, LIMITS_PASSED)
        return MutantReading(
            decoded=False,
            texts=(*texts, str(error)),
            limit=name if within else None,
            ended=None if within else name,
        )
    except DecodeError as error:
        return MutantReading(decoded=False, texts=(*texts, str(error)))
    return MutantReading(decoded=True, texts=tuple(texts))


def _texts(sandbox: MediaSandbox, kind: str) -> Iterator[str]:
    info = sandbox.probe(LIMITS)
    yield from (str(info.container), str(info.video_codec))
    metadata = sandbox.metadata(kind)
    yield from map(str, metadata.problems)
    yield str(metadata.credentials.reason or "")
    yield from map(str, sandbox.fingerprint("default", LIMITS).problems)
    for part in sandbox.parts(LIMITS):
        yield str(part.reason or "")
        if part.reason is None:
            yield from _texts_of_part(sandbox, part)


def _texts_of_part(sandbox: MediaSandbox, part: Part) -> Iterator[str]:
    try:
        yield from map(str, sandbox.fingerprint_part(part, LIMITS).problems)
    except SandboxError:
        raise
    except DecodeError as error:
        yield str(error)
