"""The walls of Linux, one function each; `app.sandbox.child.lockdown` calls them in order."""

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


def enter_empty_network() -> bool:
    """Move into a new, empty network namespace. False where the system does not allow it."""
    for flags in (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC, CLONE_NEWNET | CLONE_NEWIPC):
        with contextlib.suppress(OSError):  # root alone can do without a user namespace
            libc.unshare(flags)
            return True
    return False  # containers often forbid it; the filter refuses every socket anyway


def refuse_sockets() -> None:
    """Refuse new privileges and all but Unix sockets, to this process and what it forks."""
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    if seccomp.supported():
        with contextlib.suppress(OSError):  # a kernel without seccomp; each child reports it
            seccomp.install(seccomp.offline_filter(platform.machine()))


def die_with_parent(parent: int) -> None:
    """Be killed as soon as the process of this id, our parent, has ended."""
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def drop_privileges() -> None:
    """Give up all capabilities and new privileges; nobody may read this process's memory."""
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.prctl(libc.PR_SET_DUMPABLE, 0)
    with contextlib.suppress(OSError):
        libc.prctl(libc.PR_CAP_AMBIENT, libc.PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(LAST_CAPABILITY + 1):
        with contextlib.suppress(OSError):  # not permitted, or unknown to this kernel
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


def refuse_paths() -> int:
    """Refuse all paths by Landlock. Returns its interface's version; 0 where there is none."""
    return landlock.restrict() if seccomp.supported() else 0


def filter_system_calls() -> bool:
    """Install the seccomp filter. False where the kernel has none or its numbers are unknown."""
    if not seccomp.supported():
        return False
    try:
        seccomp.install(seccomp.decoding_filter(os.getpid(), platform.machine()))
    except OSError:
        return False
    return True
