"""A decoding process as a fork of the server: closes what it inherited, locks itself, answers."""

import os
import signal
from collections.abc import Mapping
from dataclasses import asdict

from app.errors import cause_of
from app.sandbox.child.answer_loop import Task, serve
from app.sandbox.child.lockdown import die_with_parent, lock
from app.sandbox.limits import SandboxLimits
from app.sandbox.pipe import Pipe
from hashing.message import Message

HIGHEST_FD = 65536


def run(
    pipe_fd: int,
    file_fds: list[int],
    limits: SandboxLimits,
    tasks: Mapping[str, Task],
    parent: int,
    *,
    network_namespace: bool,
) -> None:
    """Become a decoding process. Returns when the parent has closed the pipe."""
    die_with_parent(parent)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing a file fails, it does not kill
    _close_all_but({pipe_fd, *file_fds})
    os.environ.clear()
    pipe = Pipe(pipe_fd, pipe_fd, max_bytes=None)
    files = tuple(open(fd, "rb") for fd in file_fds)  # noqa: PTH123, SIM115  open all its life
    try:
        protection = lock(limits, network_namespace=network_namespace)
    except (OSError, ValueError) as error:
        cause = cause_of(error) if isinstance(error, OSError) else Message("cause-unknown")
        pipe.send(("refused", Message("error-sandbox-unlimited", {"reason": cause})))
        return
    pipe.send(("hello", asdict(protection)))
    serve(pipe, files, limits, tasks)


def _close_all_but(needed: set[int]) -> None:
    """Close every descriptor that is not needed; standard streams lead to the null device."""
    null_device = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null_device, stream)
    low = 3
    for descriptor in sorted(needed):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, HIGHEST_FD)
