"""What a decoding process does once it is locked down: answer calls until the pipe closes.

Messages in: ("call", name, arguments). Messages out, the first of them only once:
("hello", protection) or ("refused", message); ("progress", stage, fraction), ("result", value),
("error", class, message).
"""

import errno
import traceback
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from app.sandbox.child.cpu_limit import cpu_limit
from app.sandbox.child_session import Session
from app.sandbox.codec import CodecError
from app.sandbox.errors import (
    SandboxBroken,
    SandboxLimit,
    SandboxMemory,
    crossing_name,
)
from app.sandbox.limits import FACTS, SandboxLimits
from app.sandbox.pipe import MessageTooLarge, Pipe, PipeClosed
from hashing.errors import FirstseenError
from hashing.message import Message

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
                    with cpu_limit(limits.facts_cpu_s if name in FACTS else None):
                        result = tasks[name](session, **arguments)
                case _:
                    raise ValueError("a message that is no call")
            pipe.send(("result", result), limits.output_bytes)
        except PipeClosed:
            return
        except Exception as error:  # this process's own top-level handler
            pipe.send(("error", *_class_and_message(error, limits)))


def _class_and_message(error: Exception, limits: SandboxLimits) -> tuple[str, Message]:
    """The name of the class that the parent shall raise, and its message."""
    if isinstance(error, FirstseenError) and (name := crossing_name(error)):
        return name, error.message
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError) or number == errno.ENOMEM:
        limit = str(limits.memory_bytes)
        return SandboxMemory.__name__, Message("error-sandbox-asked-memory", {"limit": limit})
    if isinstance(error, MessageTooLarge):
        return SandboxLimit.__name__, Message("error-sandbox-large", {"reason": error.message})
    if number == errno.EMFILE:
        limit = str(limits.open_files)
        return SandboxLimit.__name__, Message("error-sandbox-files", {"limit": limit})
    known = "error-sandbox-internal"
    if isinstance(error, PermissionError):
        known = "error-sandbox-forbidden"
    if isinstance(error, CodecError):
        known = "error-sandbox-cannot-cross"
    return SandboxBroken.__name__, Message(known, {"code": _code(error)})


def _code(error: Exception) -> str:
    """Eight digits that name the place of an error to whoever repairs it, and reveal no more.

    An error's own text may contain anything, addresses and names of a stranger's file among it.
    """
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} {Path(where.filename).name} {where.name}"
    return f"{zlib.crc32(place.encode()):08X}"
