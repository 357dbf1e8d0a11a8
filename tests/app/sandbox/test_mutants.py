"""Broken files by the hundred, through the process that reads them: each is read or refused in
words of our own, and none ends the process. `python -m benchmarks files` has thousands more.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.intake.media_type import HEAD_BYTES, media_type
from app.sandbox.client import MediaSandbox
from app.sandbox.errors import SandboxBroken, SandboxMemory
from hashing.errors import DecodeError
from hashing.types import Limits
from tests.made import make_video
from tests.made.codings import make_coded
from tests.made.foreign_texts import foreign
from tests.made.hdr import make_hdr_video
from tests.made.mutations import mutants
from tests.made.parts import make_motion_photo, make_pages, make_two_tracks
from tests.made.stills import make_animation, make_still

SEED = 14
COUNT = 500
LEAST_READ = 100  # of them of which something decodes
SIZE = (96, 64)
LIMITS = Limits(max_pixels=4_000_000, max_duration_s=60, max_frames=300)

CODINGS = {
    "v.mov": "mpeg4", "v.webm": "libvpx-vp9", "v.avi": "mjpeg", "v.ts": "mpeg2video",
    "v.flv": "flv", "v.mpg": "mpeg1video", "v.asf": "wmv2", "v.nut": "ffv1",
}  # fmt: skip


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A small file of every format that people send."""
    folder = tmp_path_factory.mktemp("originals")
    for name, codec in CODINGS.items():
        pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        make_coded(folder / name, codec, pixels, size=SIZE)
    for name in ("sound.mp4", "sound.mkv"):
        make_video(folder / name, seconds=0.3, size=SIZE)
    for kind, suffix in {
        "jpeg": "jpg", "rotated_jpeg": "jpg", "png": "png", "png_16": "png", "webp": "webp",
        "avif": "avif", "heic": "heic", "tiff": "tif", "bmp": "bmp",
    }.items():  # fmt: skip
        make_still(folder / f"{kind}.{suffix}", kind, size=SIZE)  # type: ignore[arg-type]
    for kind in ("gif", "webp", "apng"):
        make_animation(folder / f"moving.{kind}", kind, frames=3, size=SIZE)  # type: ignore[arg-type]
    make_motion_photo(folder / "google.jpg", "google_jpeg", seconds=0.2)
    make_motion_photo(folder / "phone.heic", "heic", seconds=0.2)
    make_two_tracks(folder / "two.mp4", seconds=0.2, size=SIZE)
    make_hdr_video(folder / "hdr.mp4", "hlg", seconds=0.3, size=(160, 90))
    make_pages(folder / "pages.tif")
    return sorted(folder.iterdir())


class Reader:
    """One process that reads what stands in one file, which changes between calls."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()
        self.sandbox = MediaSandbox.open(path)

    def said_of(self, content: bytes) -> tuple[bool, list[str]]:
        """Whether anything was read, and every text that came of it."""
        self.path.write_bytes(content)
        said: list[str] = []
        try:
            info = self.sandbox.probe(LIMITS)
            said += [str(info.container), str(info.video_codec)]
            read = self.sandbox.metadata(media_type(content[:HEAD_BYTES]))
            said += map(str, read.problems)
            said += map(str, self.sandbox.fingerprint("default", LIMITS).problems)
            for part in self.sandbox.parts(LIMITS):
                said.append(str(part.reason or ""))
                if part.reason is None:
                    self._read_part(part, said)
        except SandboxMemory as error:  # a limit, whose error names it; the process is gone
            said.append(str(error))
            self.sandbox = MediaSandbox.open(self.path)
        except SandboxBroken:
            raise
        except DecodeError as error:
            return False, [*said, str(error)]
        return True, said

    def _read_part(self, part: object, said: list[str]) -> None:
        try:
            said += map(str, self.sandbox.fingerprint_part(part, LIMITS).problems)  # type: ignore[arg-type]
        except SandboxBroken:
            raise
        except DecodeError as error:
            said.append(str(error))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = Reader(tmp_path / "item")
    yield made
    made.sandbox.close()


def test_of_broken_files_each_is_read_or_refused_in_our_own_words(
    originals: list[Path], reader: Reader, tmp_path: Path
) -> None:
    decoded = 0
    for path in mutants(originals, tmp_path, COUNT, SEED):
        content = path.read_bytes()
        path.unlink()
        if not content:
            continue
        try:
            was_read, said = reader.said_of(content)
        except SandboxBroken as error:
            pytest.fail(f"{path.name}: {error}")
        decoded += was_read
        assert not [text for text in said if foreign(text)], path.name
    assert decoded >= LEAST_READ
