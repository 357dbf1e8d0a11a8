"""Landlock: a second wall behind the filter. No rule is given, so nothing is reachable by path.

Of a file that is already open the process may read on. From include/uapi/linux/landlock.h.
"""

import ctypes
import os
import platform
import struct

from app.fence import libc
from app.fence.syscalls import number

CREATE_RULESET_VERSION = 1
FILE_RIGHTS = (13, 14, 15, 15, 16, 16)  # rights on files that version 1, 2, ... knows, as bits
NET_BIND_TCP_CONNECT_TCP = 0b11  # version 4
SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11  # version 6


def version() -> int:
    """Version of the kernel's interface; 0 where there is none."""
    try:
        return libc.syscall(_call("landlock_create_ruleset"), None, 0, CREATE_RULESET_VERSION)
    except OSError:
        return 0


def restrict() -> int:
    """Shut every path, TCP, and signals and abstract sockets to the outside.

    Needs no_new_privs. Returns the version used, 0 where the kernel has none.
    """
    known = version()
    if known == 0:
        return 0
    files = (1 << FILE_RIGHTS[min(known, len(FILE_RIGHTS)) - 1]) - 1
    attributes = struct.pack(
        "QQQ",
        files,
        NET_BIND_TCP_CONNECT_TCP if known >= 4 else 0,
        SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if known >= 6 else 0,
    )
    attributes = attributes[: 24 if known >= 6 else 16 if known >= 4 else 8]
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    pointer = ctypes.c_void_p(ctypes.addressof(buffer))
    ruleset = libc.syscall(_call("landlock_create_ruleset"), pointer, len(attributes), 0)
    try:
        libc.syscall(_call("landlock_restrict_self"), ruleset, 0)
    finally:
        os.close(ruleset)
    return known


def _call(name: str) -> int:
    found = number(name, platform.machine())
    assert found is not None
    return found
