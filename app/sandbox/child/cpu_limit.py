"""Limit the CPU time of one task, within what the whole process may use."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cpu_limit(seconds: int | None) -> Iterator[None]:
    """End this process by SIGPROF where the block takes more CPU time, all threads together.

    None: no limit. Windows has no such timer; the wall clock applies there.
    """
    if seconds is None or sys.platform == "win32":
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
