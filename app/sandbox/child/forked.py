"""A decoding process as a fork of the server: shuts everything, locks itself, answers calls."""

import os
import signal
from collections.abc import Mapping
from dataclasses import asdict

from app.sandbox.child.answer_loop import Task, serve
from app.sandbox.child.lockdown import die_with, lock
from app.sandbox.limits import SandboxLimits
from app.sandbox.pipe import Pipe

HIGHEST_FD = 65536


def run(
    pipe_fd: int,
    file_fds: list[int],
    limits: SandboxLimits,
    tasks: Mapping[str, Task],
    parent: int,
    network_namespace: bool,
) -> None:
    """Become a decoding process. Returns when the other side has closed the pipe."""
    die_with(parent)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing a file fails, it does not kill
    _keep_only({pipe_fd, *file_fds})
    os.environ.clear()
    pipe = Pipe(pipe_fd, pipe_fd, max_bytes=None)
    files = tuple(open(fd, "rb") for fd in file_fds)  # noqa: PTH123, SIM115  open all its life
    try:
        protection = lock(limits, network_namespace)
    except (OSError, ValueError) as error:
        pipe.send(("refused", f"the process could not be limited: {error}"))
        return
    pipe.send(("hello", asdict(protection)))
    serve(pipe, files, limits, tasks)


def _keep_only(wanted: set[int]) -> None:
    """Standard streams go nowhere; every other descriptor but the wanted is closed."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    low = 3
    for descriptor in sorted(wanted):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, HIGHEST_FD)
