"""Landlock: what a process may reach by path, and which ports it may connect to.

The decoding process gets no rule at all, so nothing is reachable; of a file that is already open
it may read on. From include/uapi/linux/landlock.h.
"""

import ctypes
import os
import platform
import struct
from collections.abc import Iterable
from pathlib import Path

from app.sandbox.walls import libc
from app.sandbox.walls.syscalls import number

CREATE_RULESET_VERSION = 1
FILE_RIGHTS = (13, 14, 15, 15, 16, 16)  # rights on files that version 1, 2, ... knows, as bits
NET_BIND_TCP_CONNECT_TCP = 0b11  # version 4
SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11  # version 6
RULE_PATH_BENEATH, RULE_NET_PORT = 1, 2
CONNECT_TCP = 0b10
READ = 1 << 2 | 1 << 3  # files and folders
# beside that: write, remove and make files and folders, rename, cut; no programs, no devices
WRITE = READ | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 13 | 1 << 14
OF_A_FILE = 1 << 1 | 1 << 2 | 1 << 14  # those of them that make sense for a file


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
    return restrict_to()


def restrict_to(
    read: Iterable[Path] = (), write: Iterable[Path] = (), connect: Iterable[int] = ()
) -> int:
    """The same but for reading below some paths, for writing below others, and for TCP ports.

    No program can be started afterwards. Paths that are not there are left out. Before version 4
    of the interface TCP stays open, which the result tells.
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
    ruleset = libc.syscall(
        _call("landlock_create_ruleset"), _pointer(attributes), len(attributes), 0
    )
    try:
        for rights, paths in ((READ, read), (WRITE, write)):
            for path in paths:
                _allow_path(ruleset, path, rights & files)
        for port in connect if known >= 4 else ():
            _add_rule(ruleset, RULE_NET_PORT, struct.pack("QQ", CONNECT_TCP, port))
        libc.syscall(_call("landlock_restrict_self"), ruleset, 0)
    finally:
        os.close(ruleset)
    return known


def _allow_path(ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return
    try:
        rights = rights if path.is_dir() else rights & OF_A_FILE
        _add_rule(ruleset, RULE_PATH_BENEATH, struct.pack("=Qi", rights, opened))
    finally:
        os.close(opened)


def _add_rule(ruleset: int, kind: int, attributes: bytes) -> None:
    libc.syscall(_call("landlock_add_rule"), ruleset, kind, _pointer(attributes), 0)


def _pointer(content: bytes) -> ctypes.c_void_p:
    """Where the kernel reads `content`, which lives as long as the pointer."""
    return ctypes.cast(ctypes.create_string_buffer(content, len(content)), ctypes.c_void_p)


def _call(name: str) -> int:
    found = number(name, platform.machine())
    assert found is not None
    return found
