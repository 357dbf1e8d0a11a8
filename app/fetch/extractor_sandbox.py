"""The walls around yt-dlp: a network with nothing but the proxy in it, and few paths.

yt-dlp and its hundreds of extractors read what strangers send. It needs the proxy and one folder;
on Linux it gets no more than that: a network namespace of its own, whose loopback interface holds
the proxy's listening socket alone, and Landlock over paths, programs and ports. Where the system
forbids namespaces (containers often do), Landlock still leaves only the proxy's port for TCP.
"""

import fcntl
import resource
import socket
import struct
import sys
from pathlib import Path

from app.sandbox.walls import landlock, linux, seccomp

SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914  # linux/sockios.h
IFF_UP = 1
MEMORY_BYTES = 2 << 30  # of address space
OPEN_FILES = 128
READ = (  # beside Python itself
    "/dev/null",
    "/dev/urandom",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/pki",
    "/etc/ssl",
    "/lib",
    "/lib64",
    "/usr",
)


def enter_own_network() -> socket.socket | None:
    """Move into an empty network. Returns a socket that listens there, for the proxy to use.

    None where the system does not allow it; then nothing has changed.
    """
    if not linux.enter_empty_network():
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh22x", b"lo", 0)
        _, flags = struct.unpack_from("16sh", fcntl.ioctl(handle, SIOCGIFFLAGS, request))
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))
    return socket.create_server(("127.0.0.1", 0))


def limit(max_bytes: int, seconds: float) -> None:
    """Set rlimits: memory, CPU time, size of a file, open files, no core dumps."""
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, max_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CPU, int(seconds) + 1),
        (resource.RLIMIT_AS, MEMORY_BYTES),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def lock(folder: Path, port: int) -> None:
    """Allow only: reading what Python needs, writing below `folder`, TCP to `port`."""
    linux.drop_privileges()
    if seccomp.supported():  # the numbers of this machine's system calls are known
        read = (sys.prefix, sys.base_prefix, *filter(None, sys.path), *READ)
        landlock.restrict([Path(path) for path in read], [folder], [port])
