"""How often: token buckets in memory, one a name, for requests of a key and failed sign-ins."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MAX_NAMES: Final = 10_000  # buckets held; beyond it the one that was longest unused is forgotten


class Buckets:
    """Each name may do `per_minute` at once, and again as many over each minute.

    Not for several threads: the service asks in its event loop alone.
    """

    def __init__(
        self,
        per_minute: float,
        clock: Callable[[], float] = time.monotonic,
        max_names: int = MAX_NAMES,
    ) -> None:
        """per_minute: 0 for no limit."""
        self._most = per_minute
        self._clock = clock
        self._max_names = max_names
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()  # name -> (left, when)

    def take(self, name: str) -> float | None:
        """None, and one is taken; or nothing is, and these are the seconds until one is there."""
        if not self._most:
            return None
        now, per_second = self._clock(), self._most / 60
        left, when = self._held.pop(name, (self._most, now))
        left = min(self._most, left + (now - when) * per_second)
        wait = None if left >= 1 else (1 - left) / per_second
        self._held[name] = (left - 1 if wait is None else left, now)
        if len(self._held) > self._max_names:
            self._held.popitem(last=False)
        return wait
