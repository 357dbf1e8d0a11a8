"""What this system offers to firstseen, fact by fact. It reads no stranger's file."""

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.database.private_files import OTHERS
from app.pipeline.open_sandbox import open_sandbox
from app.sandbox.errors import SandboxUnavailable
from app.settings import Settings
from app.version import VERSION
from hashing.decode.library_versions import ffmpeg_versions
from hashing.faces import FaceModelError, load_detector

GIB = 2**30
LEAST_FREE_BYTES = 2 * GIB  # room for one upload of the default largest size


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: what is looked at, what there is, and whether that is as it should be."""

    subject: str
    text: str
    good: bool = True
    needed: bool = False  # where it is not good, no file can be checked


def system_report(settings: Settings) -> Iterator[Fact]:
    """All facts, each as soon as it is known."""
    yield Fact("firstseen", VERSION)
    yield Fact("system", f"{platform.system()} {platform.release()}, {platform.machine()}")
    yield Fact("Python", platform.python_version())
    yield Fact("FFmpeg", ", ".join(f"{name} {each}" for name, each in ffmpeg_versions().items()))
    yield from _sandbox_and_model(settings)
    yield _face_detectors()
    yield from _folder("library", settings.library)
    yield from _folder("data", settings.desk_folder())
    yield _disk(settings.library)


def _sandbox_and_model(settings: Settings) -> Iterator[Fact]:
    model = str(settings.model) if settings.model else "packaged"
    try:
        with open_sandbox(None, settings) as sandbox:
            walls, space = sandbox.protection, sandbox.descriptor_space()
    except SandboxUnavailable as error:
        yield Fact("sandbox", str(error), good=False, needed=True)
        return
    missing = ", ".join(walls.missing)
    yield Fact("sandbox", f"missing: {missing}" if missing else "all walls stand", not missing)
    yield Fact("model", f"{model}, space {space}")


def _face_detectors() -> Fact:
    try:
        return Fact("faces", load_detector().name)
    except FaceModelError as error:
        return Fact("faces", f"{error}; shown frames are filled whole", good=False)


def _folder(subject: str, folder: Path) -> Iterator[Fact]:
    if not folder.exists():
        yield Fact(subject, f"{folder}, not made yet")
        return
    status = folder.stat()
    mode = status.st_mode & 0o777
    text = f"{folder}, mode {mode:04o}"
    if mode & OTHERS:
        yield Fact(subject, f"{text}: other accounts may enter it", good=False)
    elif hasattr(os, "getuid") and status.st_uid != os.getuid():
        yield Fact(subject, f"{text}, of another account", good=False)
    else:
        yield Fact(subject, text)


def _disk(folder: Path) -> Fact:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    return Fact("free disk", f"{free / GIB:.1f} GiB", good=free >= LEAST_FREE_BYTES)
