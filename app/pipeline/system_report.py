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
from hashing.message import Message, Param, verbatim

GIB = 2**30
LEAST_FREE_BYTES = 2 * GIB  # room for one upload of the default largest size


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: what is looked at, what there is, and whether that is as it should be."""

    subject: Message
    message: Message
    good: bool = True
    needed: bool = False  # where it is not good, no file can be checked


def system_report(settings: Settings) -> Iterator[Fact]:
    """All facts, each as soon as it is known."""
    yield Fact(verbatim("firstseen"), verbatim(VERSION))
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    yield Fact(Message("fact-system"), verbatim(system))
    yield Fact(verbatim("Python"), verbatim(platform.python_version()))
    versions = ", ".join(f"{name} {each}" for name, each in ffmpeg_versions().items())
    yield Fact(verbatim("FFmpeg"), verbatim(versions))
    yield from _sandbox_and_model(settings)
    yield _face_detectors()
    desk_folder = settings.desk_folder()
    if isinstance(settings.library, Path):
        yield from _folder(Message("fact-library"), settings.library)
    else:
        yield Fact(Message("fact-library"), verbatim(str(settings.library)))
    yield from _folder(Message("fact-data"), desk_folder)
    yield _disk(settings.library if isinstance(settings.library, Path) else desk_folder)


def _sandbox_and_model(settings: Settings) -> Iterator[Fact]:
    try:
        with open_sandbox(None, settings) as sandbox:
            walls, space = sandbox.protection, sandbox.descriptor_space()
    except SandboxUnavailable as error:
        yield Fact(Message("fact-sandbox"), error.message, good=False, needed=True)
        return
    stand = Message("fact-all-walls")
    if walls.missing:
        stand = Message("fact-missing-walls", {"missing": walls.missing})
    yield Fact(Message("fact-sandbox"), stand, not walls.missing)
    named = Message("fact-model-packaged", {"space": space})
    if settings.model:
        named = Message("fact-model-file", {"model": str(settings.model), "space": space})
    yield Fact(Message("fact-model"), named)


def _face_detectors() -> Fact:
    try:
        return Fact(Message("fact-faces"), verbatim(load_detector().name))
    except FaceModelError as error:
        unlooked = Message("fact-no-faces", {"reason": error.message})
        return Fact(Message("fact-faces"), unlooked, good=False)


def _folder(subject: Message, folder: Path) -> Iterator[Fact]:
    if not folder.exists():
        yield Fact(subject, Message("fact-folder-none", {"folder": str(folder)}))
        return
    status = folder.stat()
    mode = status.st_mode & 0o777
    params: dict[str, Param] = {"folder": str(folder), "mode": f"{mode:04o}"}
    if mode & OTHERS:
        yield Fact(subject, Message("fact-folder-open", params), good=False)
    elif hasattr(os, "getuid") and status.st_uid != os.getuid():
        yield Fact(subject, Message("fact-folder-foreign", params), good=False)
    else:
        yield Fact(subject, Message("fact-folder", params))


def _disk(folder: Path) -> Fact:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    left = Message("fact-gib", {"gib": free / GIB})
    return Fact(Message("fact-disk"), left, good=free >= LEAST_FREE_BYTES)
