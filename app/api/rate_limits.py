"""Rate limits: token buckets in memory, by name, for requests of a key and failed sign-ins."""

import time
from collections import OrderedDict
from collections.abc import Callable
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
