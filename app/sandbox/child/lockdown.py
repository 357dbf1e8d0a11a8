"""Limit and lock a process, wall by wall. Nothing unlocks it again.

Preconditions: everything that will be needed is imported and loaded, only one thread runs, and
every file is open. Linux gets all walls that its kernel offers, other systems process limits.
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

WATCH_S = 0.05  # between two readings of the memory in use


def lock_server() -> bool:
    """Cut the fork server off from the network and from new privileges, and so its children.

    Returns whether they have an empty network namespace of their own.
    """
    if sys.platform != "linux":
        return False
    network_namespace = linux.enter_empty_network()
    linux.refuse_sockets()
    return network_namespace


def die_with_parent(parent: int) -> None:
    """Be killed as soon as the process of this id, our parent, has ended. Linux only."""
    if sys.platform != "linux":
        return
    linux.die_with_parent(parent)


def lock(limits: SandboxLimits, *, network_namespace: bool) -> Protection:
    """Limit this process, then refuse it everything but memory, threads and its open files.

    network_namespace: what `lock_server` returned. Returns which walls stand.
    Raises OSError or ValueError where the process limits cannot be set.
    """
    limit_process(limits)
    if sys.platform != "linux":
        return Protection(process_limits=True)
    linux.drop_privileges()
    landlock_version = linux.refuse_paths()
    return Protection(
        process_limits=True,
        seccomp=linux.filter_system_calls(),  # last: it refuses all of the above
        landlock=landlock_version,
        network_namespace=network_namespace,
    )


def limit_process(limits: SandboxLimits) -> None:
    """Set rlimits; memory counts on top of what is loaded. Without such an rlimit, watch it."""
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
    """Exit with EXIT_MEMORY within WATCH_S of taking more memory than the limit."""
    ceiling = _resident_bytes() + limits.memory_bytes

    def watch() -> None:
        while _resident_bytes() <= ceiling:
            time.sleep(WATCH_S)
        os._exit(EXIT_MEMORY)

    threading.Thread(target=watch, daemon=True).start()


def _limit(kind: int, soft: int, hard: int) -> None:
    """Set one rlimit, never above its present hard limit."""
    ceiling = resource.getrlimit(kind)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))


def _resident_bytes() -> int:
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text("ascii").split()
        return int(pages[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS; the most so far
