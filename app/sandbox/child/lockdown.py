"""Process limits, and the order in which the walls go up. A process that is locked stays locked.

Preconditions: everything that will be needed is imported and loaded, only one thread runs, and
every file is open. Linux gets all walls that its kernel offers; elsewhere only process limits.
"""

import os
import resource
import sys
import threading
import time
from pathlib import Path

from app.sandbox.exit_status import EXIT_MEMORY
from app.sandbox.limits import Protection, SandboxLimits

if sys.platform == "linux":
    from app.sandbox.walls import linux

WATCH_S = 0.05


def prepare_server() -> bool:
    """For the process that others are forked from: no network, no new rights.

    True where it, and with it every child, has a network namespace of its own.
    """
    if sys.platform != "linux":
        return False
    alone = linux.leave_network()
    linux.refuse_network()
    return alone


def die_with(parent: int) -> None:
    """Be killed as soon as the process that forked this one is gone. Linux only."""
    if sys.platform != "linux":
        return
    linux.die_with(parent)


def lock(limits: SandboxLimits, network_namespace: bool) -> Protection:
    """Limit this process, then shut everything but memory, threads and open files.

    Raises OSError or ValueError where the process limits cannot be set.
    """
    limit_process(limits)
    if sys.platform != "linux":
        return Protection(process_limits=True)
    linux.drop_rights()
    landlock_version = linux.shut_paths()
    return Protection(
        process_limits=True,
        seccomp=linux.filter_calls(),  # last: it refuses all of the above
        landlock=landlock_version,
        network_namespace=network_namespace,
    )


def limit_process(limits: SandboxLimits) -> None:
    """rlimits, memory on top of what is loaded; where no rlimit holds memory, a watch does."""
    _limit(resource.RLIMIT_CORE, 0, 0)
    _limit(resource.RLIMIT_FSIZE, 0, 0)
    _limit(resource.RLIMIT_NOFILE, limits.open_files, limits.open_files)
    _limit(resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1)  # a signal first, then the end
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text("ascii").split()
        size_bytes, private_bytes = (int(pages[i]) * resource.getpagesize() for i in (0, 5))
        # libraries reserve address space that they never use; what counts is private memory
        private = private_bytes + limits.memory_bytes
        reserved = size_bytes + 2 * limits.memory_bytes
        _limit(resource.RLIMIT_DATA, private, private)
        _limit(resource.RLIMIT_AS, reserved, reserved)
    else:
        watch_memory(limits)


def watch_memory(limits: SandboxLimits) -> None:
    """End this process soon after it takes too much, where the system does not refuse it."""
    ceiling = _resident_bytes() + limits.memory_bytes

    def watch() -> None:
        while _resident_bytes() <= ceiling:
            time.sleep(WATCH_S)
        os._exit(EXIT_MEMORY)

    threading.Thread(target=watch, daemon=True).start()


def _limit(kind: int, soft: int, hard: int) -> None:
    """Never above what this process is held to already."""
    ceiling = resource.getrlimit(kind)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))


def _resident_bytes() -> int:
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text("ascii").split()
        return int(pages[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS; the most so far
