"""What a decoding process does once it is locked down: answer calls until the pipe closes.

Messages in: ("call", name, arguments). Messages out, the first of them only once:
("hello", protection) or ("refused", text); ("progress", stage, fraction), ("result", value),
("error", class, text).
"""

import errno
import traceback
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from app.sandbox.child_session import Session
from app.sandbox.codec import CodecError
from app.sandbox.errors import (
    MESSAGE_CHARS,
    SandboxBroken,
    SandboxLimit,
    SandboxMemory,
    crossing_name,
)
from app.sandbox.limits import SandboxLimits
from app.sandbox.pipe import MessageTooLarge, Pipe, PipeClosed
from hashing.errors import FirstseenError

type Task = Callable[..., object]  # (session, **arguments) -> value


def serve(
    pipe: Pipe, files: tuple[BinaryIO, ...], limits: SandboxLimits, tasks: Mapping[str, Task]
) -> None:
    """Answer calls, keeping one session between them, until the pipe closes."""
    session = Session(
        files, lambda stage, fraction: pipe.send(("progress", stage, float(fraction)))
    )
    while True:
        try:
            message = pipe.receive()
        except PipeClosed:
            return
        try:
            match message:
                case ("call", str(name), dict(arguments)):
                    result = tasks[name](session, **arguments)
                case _:
                    raise ValueError("a message that is no call")
            pipe.send(("result", result), limits.output_bytes)
        except PipeClosed:
            return
        except Exception as error:  # this process's own top-level handler
            pipe.send(("error", *_class_and_message(error, limits)))


def _class_and_message(error: Exception, limits: SandboxLimits) -> tuple[str, str]:
    """The name of the class that the parent shall raise, and its message."""
    if isinstance(error, FirstseenError) and (name := crossing_name(error)):
        return name, str(error)[:MESSAGE_CHARS]
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError) or number == errno.ENOMEM:
        return SandboxMemory.__name__, (
            f"reading the file asked for more memory than memory_bytes = {limits.memory_bytes}"
        )
    if isinstance(error, MessageTooLarge):
        return SandboxLimit.__name__, f"reading the file answered with {error}"
    if number == errno.EMFILE:
        return SandboxLimit.__name__, (
            f"reading the file opened more files than open_files = {limits.open_files}"
        )
    reason = "met an internal error of firstseen"
    if isinstance(error, PermissionError):
        reason = "tried what is forbidden"
    if isinstance(error, CodecError):
        reason = "answered with what cannot cross"
    return SandboxBroken.__name__, f"reading the file {reason} (code {_code(error)})"


def _code(error: Exception) -> str:
    """Eight digits that name the place of an error for whoever mends it, and tell others nothing.

    An error's own text may hold anything, addresses and names of a stranger's file among it.
    """
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} {Path(where.filename).name} {where.name}"
    return f"{zlib.crc32(place.encode()):08X}"
