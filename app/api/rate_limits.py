"""Limits in memory, by name: token buckets for requests and sign-ins, slots for uploads."""

import ipaddress
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

MAX_NAMES: Final = 10_000  # beyond it the bucket that was unused for longest is dropped


class Buckets:
    """A bucket by name: each holds `per_minute` tokens and is refilled within a minute.

    Not thread-safe: the service uses it in its event loop alone.
    """

    def __init__(
        self,
        per_minute: float,
        clock: Callable[[], float] = time.monotonic,
        max_names: int = MAX_NAMES,
    ) -> None:
        """per_minute: 0 for no limit."""
        self._capacity = per_minute
        self._clock = clock
        self._max_names = max_names
        self._buckets: OrderedDict[str, tuple[float, float]] = (
            OrderedDict()
        )  # name -> (tokens, time)

    def take(self, name: str) -> float | None:
        """Take a token: None where there was one, else the seconds until there is one."""
        if not self._capacity:
            return None
        now, per_second = self._clock(), self._capacity / 60
        tokens, updated_at = self._buckets.pop(name, (self._capacity, now))
        tokens = min(self._capacity, tokens + (now - updated_at) * per_second)
        wait = None if tokens >= 1 else (1 - tokens) / per_second
        self._buckets[name] = (tokens - 1 if wait is None else tokens, now)
        if len(self._buckets) > self._max_names:
            self._buckets.popitem(last=False)
        return wait


class Slots:
    """So many at the same time of each name. Not thread-safe, as Buckets."""

    def __init__(self, of_name: int) -> None:
        """of_name: 0 for no limit."""
        self._of_name = of_name
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, name: str) -> Iterator[bool]:
        """Take a slot while the context lasts; False where there is none."""
        if self._of_name and self._taken[name] >= self._of_name:
            yield False
            return
        self._taken[name] += 1
        try:
            yield True
        finally:
            self._taken[name] -= 1
            if not self._taken[name]:
                del self._taken[name]


def client_network(address: str) -> str:
    """The network of one client: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address  # from a test, or a socket in the file system
    if ip.version == 4:
        return str(ip)
    mapped = ip.ipv4_mapped  # how a dual-stack socket reports IPv4
    return str(mapped) if mapped else str(ipaddress.ip_network((ip, 64), strict=False))
