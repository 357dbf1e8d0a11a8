"""The walls that Linux has, one function each; `app.sandbox.child.lockdown` puts them up."""

import contextlib
import ctypes
import os
import platform
import signal
import struct

from app.sandbox.walls import landlock, libc, seccomp
from app.sandbox.walls.syscalls import number

CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x08000000, 0x10000000, 0x40000000
CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h
LAST_CAPABILITY = 63


def leave_network() -> bool:
    """A network namespace of one's own, with nothing on it. False where that is not allowed."""
    for flags in (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC, CLONE_NEWNET | CLONE_NEWIPC):
        with contextlib.suppress(OSError):  # root alone can do without a user namespace
            libc.unshare(flags)
            return True
    return False  # containers often forbid it; the filter refuses every socket anyway


def refuse_network() -> None:
    """No new rights, and no sockets but Unix ones, for this process and all that it forks."""
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    if seccomp.supported():
        with contextlib.suppress(OSError):  # a kernel without seccomp; each child reports it
            seccomp.install(seccomp.offline_filter(platform.machine()))


def die_with(parent: int) -> None:
    """Be killed as soon as the process that forked this one is gone."""
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def drop_rights() -> None:
    """No new rights, none of root's, and no look from outside into this process's memory."""
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.prctl(libc.PR_SET_DUMPABLE, 0)
    with contextlib.suppress(OSError):
        libc.prctl(libc.PR_CAP_AMBIENT, libc.PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(LAST_CAPABILITY + 1):
        with contextlib.suppress(OSError):  # not ours to drop, or unknown to this kernel
            libc.prctl(libc.PR_CAPBSET_DROP, capability)
    header = ctypes.create_string_buffer(struct.pack("Ii", CAPABILITY_VERSION_3, 0))
    none = ctypes.create_string_buffer(24)  # effective, permitted and inheritable, two words each
    call = number("capset", platform.machine()) if seccomp.supported() else None
    if call is not None:
        libc.syscall(
            call,
            ctypes.c_void_p(ctypes.addressof(header)),
            ctypes.c_void_p(ctypes.addressof(none)),
        )


def shut_paths() -> int:
    """Landlock, for all paths. The version of the kernel's interface; 0 where there is none."""
    return landlock.restrict() if seccomp.supported() else 0


def filter_calls() -> bool:
    """The system call filter. False where the kernel has none, or its call numbers are unknown."""
    if not seccomp.supported():
        return False
    try:
        seccomp.install(seccomp.decoding_filter(os.getpid(), platform.machine()))
    except OSError:
        return False
    return True
