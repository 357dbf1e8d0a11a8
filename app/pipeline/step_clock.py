"""How long each step of a check took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class StepClock:
    """Wall seconds by step, counted from when it is made."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._steps: dict[str, float] = {}

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """Adds what the block takes to the step."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self._steps[step] = self._steps.get(step, 0.0) + time.monotonic() - begin

    def times(self) -> dict[str, float]:
        """Seconds by step, and `total`: all that has passed."""
        return {**self._steps, "total": time.monotonic() - self._start}
