"""How a decoding process came to its end, and what that means for the one who asked."""

import signal
from dataclasses import dataclass

from app.sandbox.errors import SandboxBroken, SandboxError, SandboxLimit, SandboxMemory
from app.sandbox.limits import MIB, SandboxLimits

EXIT_MEMORY = 71  # of a process that watches its own memory, where the system does not
QUOTA_EXIT = 1816  # ERROR_NOT_ENOUGH_QUOTA: Windows ended it for its processor time
SIGKILL, SIGXCPU = 9, 24  # the same on Linux and macOS; Windows has no names for them


@dataclass(frozen=True, slots=True)
class Ending:
    """Exit code or signal, and what the process had used by then, where that is known."""

    exit_code: int | None
    signal: int | None
    cpu_s: float | None = None
    peak_bytes: int | None = None  # resident


def cause(ending: Ending | None, task: str, limits: SandboxLimits) -> SandboxError:
    """The error that tells of an ending in the middle of `task`. None: nobody knows how."""
    if ending is None:
        return SandboxBroken(f"the process that reads the file ended during {task!r}")
    over = ending.cpu_s is not None and ending.cpu_s >= limits.cpu_s - 0.5
    if (
        ending.signal == SIGXCPU
        or (ending.signal == SIGKILL and over)
        or ending.exit_code == QUOTA_EXIT
    ):
        return SandboxLimit(
            f"reading the file took more CPU time than cpu_s = {limits.cpu_s} ({task!r})"
        )
    if ending.exit_code == EXIT_MEMORY:
        return SandboxMemory(
            f"reading the file took more memory than memory_bytes = {limits.memory_bytes}"
        )
    if ending.signal is None:
        what = f"ended with exit code {ending.exit_code}"
    else:
        what = f"was ended by {_name(ending.signal)}{_hint(ending.signal, limits)}"
    return SandboxBroken(f"the process that reads the file {what} during {task!r}{_used(ending)}")


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals have no names
        return f"signal {number}"


def _hint(number: int, limits: SandboxLimits) -> str:
    if number in (signal.SIGABRT, SIGKILL):
        return f", as happens when memory runs out (memory_bytes = {limits.memory_bytes})"
    return ""


def _used(ending: Ending) -> str:
    if ending.cpu_s is None or ending.peak_bytes is None:
        return ""
    return f" ({ending.cpu_s:.1f} s of CPU time, {ending.peak_bytes / MIB:.0f} MiB at most)"
