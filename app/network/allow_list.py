"""The exceptions for closed networks, and the decision about each connection. Pure.

The setting `fetch_allow` is for closed networks: hosts, addresses and networks with commas
between, each with a port of its own or, without one, for the ports 80 and 443.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Self

from app.messages.invalid_values import InvalidValueError
from app.network.addresses import Address, non_public_kind, parse_address, unmap_ipv4
from app.network.errors import FetchRefused
from app.network.url_parsing import PORTS, parse_host
from hashing.message import Message

_ENTRY = re.compile(
    r"(?P<place>\[[^\]]+\](?:/\d+)?|[^:]+|[^\[\]]*:[^\[\]]*:[^\[\]]*)(?::(?P<port>\d+))?"
)


@dataclass(frozen=True, slots=True)
class AllowEntry:
    """One exception: a host by its name, or a network; the other is None."""

    host: str | None
    network: IPv4Network | IPv6Network | None
    port: int | None  # None: 80 and 443

    def permits(self, host: str, address: Address, port: int) -> bool:
        if port != self.port and not (self.port is None and port in PORTS.values()):
            return False
        if self.network is None:
            return host == self.host
        return address.version == self.network.version and address in self.network


@dataclass(frozen=True, slots=True)
class AllowList:
    """All exceptions; none by default."""

    entries: tuple[AllowEntry, ...] = ()

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """Parse "media.lan, 10.2.0.0/16, [fd00::7]:8080".

        Raises InvalidValueError, naming the entry.
        """
        entries = (entry.strip() for entry in (text or "").split(","))
        return cls(tuple(_parse_entry(entry) for entry in entries if entry))

    @property
    def ports(self) -> frozenset[int]:
        """Ports that some exception names."""
        return frozenset(entry.port for entry in self.entries if entry.port is not None)

    def check(self, host: str, port: int, addresses: Iterable[Address]) -> tuple[Address, ...]:
        """The addresses to connect to, mapped ones as IPv4.

        Raises FetchRefused where any of them may not be connected to. Of a name it says the same
        whatever that leads to: who may check links must not learn from
        refusals which names there are in the network behind this machine.
        """
        unmapped = tuple(unmap_ipv4(address) for address in addresses)
        for address in unmapped:
            if any(entry.permits(host, address, port) for entry in self.entries):
                continue
            kind = non_public_kind(address)
            if kind is not None and parse_address(host) is None:
                raise no_public_address(host)
            if port not in PORTS.values():
                raise FetchRefused(Message("error-fetch-port", {"host": host}))
            if kind is not None:
                raise FetchRefused(
                    Message("error-address-not-public", {"host": host, "kind": kind})
                )
        return unmapped


def no_public_address(host: str) -> FetchRefused:
    """What is said of a name that leads nowhere, and of one that leads where it may not."""
    return FetchRefused(Message("error-no-public-address", {"host": host}))


def _parse_entry(text: str) -> AllowEntry:
    parts = _ENTRY.fullmatch(text)
    if parts is None:
        raise InvalidValueError(Message("invalid-allowed-place", {"entry": repr(text)}))
    port = int(parts["port"]) if parts["port"] else None
    if port is not None and not 0 < port < 65536:
        raise InvalidValueError(Message("invalid-allowed-port", {"entry": repr(text)}))
    place = parts["place"].replace("[", "").replace("]", "")
    try:
        return AllowEntry(None, ip_network(place), port)
    except ValueError:
        if "/" in place or ":" in place:
            raise InvalidValueError(
                Message("invalid-allowed-network", {"entry": repr(text)})
            ) from None
    try:
        return AllowEntry(parse_host(place), None, port)
    except FetchRefused as error:
        raise InvalidValueError(error.message) from None
