"""Landlock: which paths a process may open, and which TCP ports it may connect to.

The decoding process gets no rule at all, so it can open nothing; files that are open already stay
readable. Constants from include/uapi/linux/landlock.h.
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
# and also: write, remove and make files and folders, rename, cut; no programs, no devices
WRITE = READ | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 13 | 1 << 14
FILE_ONLY = 1 << 1 | 1 << 2 | 1 << 14  # those of them that apply to a file, not a folder


def abi_version() -> int:
    """Version of the kernel's Landlock interface; 0 where it has none."""
    try:
        return libc.syscall(_call("landlock_create_ruleset"), None, 0, CREATE_RULESET_VERSION)
    except OSError:
        return 0


def restrict(
    read: Iterable[Path] = (), write: Iterable[Path] = (), connect: Iterable[int] = ()
) -> int:
    """Refuse every path, TCP port and new program, and signals and abstract sockets to outsiders.

    read, write: paths below which that stays allowed; those that do not exist are left out.
    connect: TCP ports. Needs no_new_privs. Returns the interface's version, 0 where the kernel has
    none; before version 4 TCP stays open.
    """
    abi = abi_version()
    if abi == 0:
        return 0
    files = (1 << FILE_RIGHTS[min(abi, len(FILE_RIGHTS)) - 1]) - 1
    attributes = struct.pack(
        "QQQ",
        files,
        NET_BIND_TCP_CONNECT_TCP if abi >= 4 else 0,
        SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0,
    )
    attributes = attributes[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = libc.syscall(
        _call("landlock_create_ruleset"), _pointer(attributes), len(attributes), 0
    )
    try:
        for rights, paths in ((READ, read), (WRITE, write)):
            for path in paths:
                _allow_path(ruleset, path, rights & files)
        for port in connect if abi >= 4 else ():
            _add_rule(ruleset, RULE_NET_PORT, struct.pack("QQ", CONNECT_TCP, port))
        libc.syscall(_call("landlock_restrict_self"), ruleset, 0)
    finally:
        os.close(ruleset)
    return abi


def _allow_path(ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return
    try:
        rights = rights if path.is_dir() else rights & FILE_ONLY
        _add_rule(ruleset, RULE_PATH_BENEATH, struct.pack("=Qi", rights, opened))
    finally:
        os.close(opened)


def _add_rule(ruleset: int, kind: int, attributes: bytes) -> None:
    libc.syscall(_call("landlock_add_rule"), ruleset, kind, _pointer(attributes), 0)


def _pointer(content: bytes) -> ctypes.c_void_p:
    """A pointer to a copy of `content`, which lives as long as the pointer."""
    return ctypes.cast(ctypes.create_string_buffer(content, len(content)), ctypes.c_void_p)


def _call(name: str) -> int:
    call_number = number(name, platform.machine())
    assert call_number is not None
    return call_number
