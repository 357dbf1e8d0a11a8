"""Measure how long each step of a check takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class StepClock:
    """Wall-clock seconds by step, and in all since it was created."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._steps: dict[str, float] = {}

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """Add the time that the block takes to the step."""
        start = time.monotonic()
        try:
            yield
        finally:
            self._steps[step] = self._steps.get(step, 0.0) + time.monotonic() - start

    def times(self) -> dict[str, float]:
        """Seconds by step, and `total` since the clock was created."""
        return {**self._steps, "total": time.monotonic() - self._start}
