"""The walls, in the order in which they must go up. A process that is locked stays locked.

Preconditions: everything that will be needed is imported and loaded, only one thread runs, and
every file is open. Linux gets all walls that its kernel offers; elsewhere only process limits.
"""

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
import sys
import threading
import time
from pathlib import Path

from app.fence.ending import EXIT_MEMORY
from app.fence.limits import FenceLimits, Protection

if sys.platform == "linux":
    from app.fence import landlock, libc, seccomp
    from app.fence.syscalls import number

CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x08000000, 0x10000000, 0x40000000
CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h
LAST_CAPABILITY = 63
WATCH_S = 0.05


def leave_network() -> bool:
    """A network namespace of one's own, with nothing on it. False where that is not allowed."""
    if sys.platform != "linux":
        return False
    for flags in (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC, CLONE_NEWNET | CLONE_NEWIPC):
        with contextlib.suppress(OSError):  # root alone can do without a user namespace
            libc.unshare(flags)
            return True
    return False  # containers often forbid it; the filter refuses every socket anyway


def go_offline() -> None:
    """For the process that decoding processes are forked from: no network, no new rights."""
    if sys.platform != "linux":
        return
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    if seccomp.supported():
        with contextlib.suppress(OSError):
            seccomp.install(seccomp.offline_filter(platform.machine()))


def die_with(parent: int) -> None:
    """Be killed as soon as the process that forked this one is gone."""
    if sys.platform != "linux":
        return
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def lock(limits: FenceLimits, network_namespace: bool) -> Protection:
    """Limit this process, then shut everything but memory, threads and open files.

    Raises OSError or ValueError where the process limits cannot be set.
    """
    set_process_limits(limits)
    if sys.platform != "linux":
        watch_memory(limits)
        return Protection(process_limits=True)
    _drop_rights()
    landlock_version = landlock.restrict()
    return Protection(
        process_limits=True,
        seccomp=_filter(),
        landlock=landlock_version,
        network_namespace=network_namespace,
    )


def set_process_limits(limits: FenceLimits) -> None:
    """rlimits; the memory, on Linux alone, is counted on top of what is loaded already."""
    _limit(resource.RLIMIT_CORE, 0, 0)
    _limit(resource.RLIMIT_FSIZE, 0, 0)
    _limit(resource.RLIMIT_NOFILE, limits.open_files, limits.open_files)
    _limit(resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1)  # a signal first, then the end
    if sys.platform == "linux":
        size_bytes, data_bytes = _memory_now()
        # libraries reserve address space that they never use; what counts is private memory
        private = data_bytes + limits.memory_bytes
        reserved = size_bytes + 2 * limits.memory_bytes
        _limit(resource.RLIMIT_DATA, private, private)
        _limit(resource.RLIMIT_AS, reserved, reserved)


def watch_memory(limits: FenceLimits) -> None:
    """End this process soon after it takes too much, where the system does not refuse it."""
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    ceiling = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit + limits.memory_bytes

    def watch() -> None:
        while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit <= ceiling:
            time.sleep(WATCH_S)
        os._exit(EXIT_MEMORY)

    threading.Thread(target=watch, daemon=True).start()


def _limit(kind: int, soft: int, hard: int) -> None:
    """Never above what this process is held to already."""
    ceiling = resource.getrlimit(kind)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))


def _memory_now() -> tuple[int, int]:
    """Address space and private writable memory of this process, in bytes."""
    pages = Path("/proc/self/statm").read_text("ascii").split()
    page_bytes = resource.getpagesize()
    return int(pages[0]) * page_bytes, int(pages[5]) * page_bytes


def _drop_rights() -> None:
    """No new rights, none of root's, and no look from outside into this process's memory."""
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.prctl(libc.PR_SET_DUMPABLE, 0)
    with contextlib.suppress(OSError):
        libc.prctl(libc.PR_CAP_AMBIENT, libc.PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(LAST_CAPABILITY + 1):
        with contextlib.suppress(OSError):  # not ours to drop, or unknown to this kernel
            libc.prctl(libc.PR_CAPBSET_DROP, capability)
    header = ctypes.create_string_buffer(struct.pack("Ii", CAPABILITY_VERSION_3, 0))
    none = ctypes.create_string_buffer(24)
    call = number("capset", platform.machine())
    if call is not None:
        libc.syscall(
            call,
            ctypes.c_void_p(ctypes.addressof(header)),
            ctypes.c_void_p(ctypes.addressof(none)),
        )


def _filter() -> bool:
    if not seccomp.supported():
        return False
    try:
        seccomp.install(seccomp.decoding_filter(os.getpid(), platform.machine()))
    except OSError:
        return False
    return True
