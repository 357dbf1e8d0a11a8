"""Planted code: what a stranger's file would do, had it taken over the decoder.

A table of tasks for the sandbox's tests alone; each task tries one thing and lets the refusal out,
or returns what it got away with.
"""

import ctypes
import errno
import itertools
import mmap
import os
import platform
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from app.sandbox.child_session import Session
from app.sandbox.walls import syscalls
from hashing.errors import DecodeError, UnsupportedMedia
from hashing.message import verbatim
from hashing.types import MediaInfo, Span

PTRACE_ATTACH = 16
LIBC = ctypes.CDLL(None, use_errno=True)
CALLS = itertools.count(1)  # of this process: the sandbox forks a fresh one for each file


def raw_call(number: int, *arguments: Any) -> int:
    """A system call past the C library. Raises OSError."""
    result = int(LIBC.syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def read_own_file(session: Session) -> bytes:
    session.files[0].seek(0)
    return session.files[0].read()


def reason_of(action: Callable[[], object]) -> str:
    """What the system said against an action; the sandbox itself tells no such text."""
    try:
        return f"done: {action()}"
    except (OSError, ValueError) as error:
        return str(error)


def write_own_file(session: Session) -> str:
    return reason_of(lambda: os.write(session.files[0].fileno(), b"changed"))


def tcp(session: Session, port: int) -> str:
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", port))
    return "connected"


def udp(session: Session, port: int) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", ("127.0.0.1", port))
    return "sent"


def unix_socket(session: Session, path: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
    return "connected"


def socket_pair(session: Session) -> str:
    for end in socket.socketpair():
        end.close()
    return "made"


def io_uring(session: Session) -> int:
    return raw_call(425, 8, ctypes.create_string_buffer(120))


def read_path(session: Session, path: str) -> bytes:
    return Path(path).read_bytes()


def list_folder(session: Session, path: str) -> list[str]:
    return sorted(entry.name for entry in Path(path).iterdir())


def write_path(session: Session, path: str) -> int:
    return Path(path).write_bytes(b"here")


def remove_path(session: Session, path: str) -> str:
    Path(path).unlink()
    return "removed"


def memory_file(session: Session) -> int:
    return os.memfd_create("planted")


def fork(session: Session) -> int:
    child = os.fork()
    if child == 0:
        os._exit(0)
    return child


def clone3(session: Session) -> str:
    return reason_of(lambda: raw_call(435, ctypes.create_string_buffer(88), 88))


def execute(session: Session) -> None:
    os.execv("/bin/true", ["/bin/true"])


def spawn(session: Session) -> int:
    return subprocess.run(["/bin/true"], check=False).returncode


def ptrace_parent(session: Session, pid: int) -> int:
    number = {"x86_64": 101, "aarch64": 117}[platform.machine()]
    return raw_call(number, PTRACE_ATTACH, pid, None, None)


def read_memory_of(session: Session, pid: int) -> int:
    number = {"x86_64": 310, "aarch64": 270}[platform.machine()]
    return raw_call(number, pid, None, 0, None, 0, 0)


def kill(session: Session, pid: int) -> str:
    os.kill(pid, signal.SIGKILL)
    return "killed"


def kill_server(session: Session) -> str:
    os.kill(os.getppid(), signal.SIGKILL)
    return "killed"


def kill_everyone(session: Session) -> str:
    os.kill(-1, signal.SIGKILL)
    return "killed"


def thread_kill(session: Session, pid: int) -> int:
    number = syscalls.number("tgkill", platform.machine())
    assert number is not None
    return raw_call(number, pid, pid, signal.SIGKILL)


def signal_by_descriptor(session: Session, pid: int) -> int:
    import fcntl

    return int(fcntl.fcntl(session.files[0].fileno(), fcntl.F_SETOWN, pid))


def lift_limits(session: Session) -> str:
    import resource

    unlimited = resource.RLIM_INFINITY
    return reason_of(lambda: resource.setrlimit(resource.RLIMIT_CPU, (unlimited, unlimited)))


def other_namespace(session: Session) -> int:
    return raw_call({"x86_64": 272, "aarch64": 97}[platform.machine()], 0x10000000)


def much_memory(session: Session) -> int:
    return len(bytearray(4 * 2**30))


def much_numpy_memory(session: Session) -> int:
    return int(np.ones(4 * 2**30, np.uint8)[-1])


def much_shared_memory(session: Session) -> int:
    return len(mmap.mmap(-1, 4 * 2**30))


def memory_bit_by_bit(session: Session) -> int:
    blocks: list[bytes] = []
    while len(blocks) < 64:
        blocks.append(bytes(2**26))
    return len(blocks)


def endless_loop(session: Session) -> None:
    while True:
        pass


def probe(session: Session) -> None:
    """What a file does that makes one of the tasks of facts run for ever."""
    endless_loop(session)


def endless_loop_ignoring_signals(session: Session) -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True:
        pass


def sleep(session: Session) -> None:
    time.sleep(3600)


def large_answer(session: Session, size: int) -> bytes:
    return bytes(size)


def long_text(session: Session, size: int) -> str:
    return "a" * size


def flood(session: Session) -> None:
    """Writes to every descriptor it holds, past the codec, for ever."""
    while True:
        for descriptor in range(64):
            try:
                os.write(descriptor, b"\xff" * 65536)
            except OSError as error:
                if error.errno not in (errno.EBADF, errno.EINVAL):
                    raise


def flood_of_progress(session: Session) -> None:
    while True:
        session.report_progress("busy", 0.5)


def unreadable(session: Session, answer: bytes) -> None:
    """Writes `answer` in place of a frame, to whatever descriptor is the pipe."""
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, answer)
        except OSError:
            continue


def many_descriptors(session: Session) -> int:
    return len([os.dup(session.files[0].fileno()) for _ in range(1000)])


def segfault(session: Session) -> None:
    ctypes.string_at(0)


def deep_recursion(session: Session) -> None:
    """Past the end of the C stack, as in a parser without a depth limit."""
    threading.stack_size(64 * 1024)
    again: list[Callable[[], None]] = []
    step = ctypes.CFUNCTYPE(None)(lambda: again[0]())
    again.append(step)
    deep = threading.Thread(target=step)
    deep.start()
    deep.join()


def abort(session: Session) -> None:
    os.abort()


def leave(session: Session) -> None:
    os._exit(7)


def environment(session: Session) -> dict[str, str]:
    LIBC.getenv.restype = ctypes.c_char_p
    variables = dict(os.environ)
    if LIBC.getenv(b"FIRSTSEEN_SECRET"):
        variables["FIRSTSEEN_SECRET"] = "in the C library"
    return variables


def descriptors(session: Session) -> list[int]:
    open_descriptors = []
    for descriptor in range(256):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        open_descriptors.append(descriptor)
    return open_descriptors


def threads(session: Session) -> int:
    done: list[int] = []
    started = [threading.Thread(target=done.append, args=(i,)) for i in range(4)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return len(done)


def own_pid(session: Session) -> int:
    return os.getpid()


def parent_pid(session: Session) -> int:
    return os.getppid()


def count(session: Session) -> int:
    return next(CALLS)


def sizes(session: Session) -> list[int]:
    return [len(file.read()) for file in session.files]


def stages(session: Session) -> str:
    session.report_progress("decode", 0.25)
    session.report_progress("describe", 2)
    return "done"


def info(session: Session) -> MediaInfo:
    return MediaInfo(kind="video", width=16, height=9, duration_s=1.5)


def lying_record(session: Session) -> MediaInfo:
    """A record that never ran its constructor."""
    lie = object.__new__(MediaInfo)
    for declared in fields(MediaInfo):
        object.__setattr__(lie, declared.name, None)
    for field, value in {
        "kind": "video",
        "width": -5,
        "height": "<b>",
        "rotation_deg": 0,
    }.items():
        object.__setattr__(lie, field, value)
    return lie


def echo(session: Session, value: Any) -> Any:
    return value


def unsupported(session: Session) -> None:
    raise UnsupportedMedia(verbatim("no picture in here"))


class _OwnError(DecodeError):
    pass


def own_error(session: Session) -> None:
    raise _OwnError(verbatim("a kind that the table does not list"))


def surprise(session: Session) -> None:
    Span(0, 1).start["no"]  # type: ignore[index]


def cannot_cross(session: Session) -> object:
    return threading.Lock()


def warm(model: Path | None) -> dict[str, Callable[..., Any]]:
    """Every public function of this module, by name."""
    return {
        name: task
        for name, task in globals().items()
        if callable(task) and not name.startswith("_") and task.__module__ == __name__
    }
