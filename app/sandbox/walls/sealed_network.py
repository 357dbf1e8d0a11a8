"""A network with nothing on it, and what happens there: to show that nothing leaves. Linux only.

Its one interface, the loopback, is down. The kernel counts, for this network alone, each packet
that had nowhere to go, a question to a name server among them. IPv6 has no address there, so it
cannot even ask; such attempts fail but are not counted.
"""

import fcntl
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.sandbox.walls import libc
from app.sandbox.walls.linux import CLONE_NEWNET, CLONE_NEWUSER

SIOCGIFFLAGS: Final = 0x8913  # linux/sockios.h
IFF_UP: Final = 1
OUTSIDE: Final = ("192.0.2.1", 443)  # RFC 5737: an address that is nobody's
NET: Final = Path("/proc/self/net")


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the kernel counts in this process's network."""

    interfaces: tuple[str, ...]
    interfaces_up: tuple[str, ...]
    bytes_sent: int  # since the network was made, over all interfaces
    attempts: int  # IPv4 packets that had nowhere to go

    @property
    def sealed(self) -> bool:
        """Whether nothing can leave and nothing has left."""
        return set(self.interfaces) <= {"lo"} and not self.interfaces_up and self.bytes_sent == 0


def seal() -> bool:
    """Move this process, and all that it starts, into an empty network.

    Call it while there is one thread. False where the system does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    try:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
        # the same user as before, so that processes below can make namespaces of their own
        for file, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            Path("/proc/self", file).write_text(text, "ascii")
    except OSError:
        return False
    return True


def observe() -> Traffic:
    """What has happened in this process's network so far."""
    names = tuple(name for _, name in socket.if_nameindex())
    return Traffic(
        interfaces=names,
        interfaces_up=tuple(name for name in names if _is_up(name)),
        bytes_sent=sum(
            int(line.partition(":")[2].split()[8])
            for line in (NET / "dev").read_text("ascii").splitlines()[2:]
        ),
        attempts=_counters("Ip:")["OutNoRoutes"],
    )


def try_to_leave() -> OSError | None:
    """Try to reach an address outside. Returns why that failed; None where it did not."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(OUTSIDE)  # asks for a way there and sends nothing
        except OSError as error:
            return error
    return None


def _is_up(interface: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh22x", interface.encode(), 0)
        _, flags = struct.unpack_from("16sh", fcntl.ioctl(handle, SIOCGIFFLAGS, request))
    return bool(flags & IFF_UP)


def _counters(protocol: str) -> dict[str, int]:
    """The kernel's counters of one protocol, from a line of names and a line of values."""
    lines = (NET / "snmp").read_text("ascii").splitlines()
    names, values = (line.split()[1:] for line in lines if line.startswith(protocol))
    return {name: int(value) for name, value in zip(names, values, strict=True)}
