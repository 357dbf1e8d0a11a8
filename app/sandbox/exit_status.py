"""How a decoding process ended, and the error that its caller gets for it."""

import signal
from dataclasses import dataclass

from app.sandbox.errors import (
    SandboxBroken,
    SandboxError,
    SandboxKilled,
    SandboxLimit,
    SandboxMemory,
)
from app.sandbox.limits import MIB, SandboxLimits
from hashing.message import Message, Param

EXIT_MEMORY = 71  # of a process that watches its own memory, where the system does not
QUOTA_EXIT = 1816  # ERROR_NOT_ENOUGH_QUOTA: Windows ended it for its processor time
SIGKILL, SIGXCPU, SIGPROF = 9, 24, 27  # the same on Linux and macOS; Windows has no names for them
KILLED = Message("error-sandbox-killed")


@dataclass(frozen=True, slots=True)
class ExitStatus:
    """Exit code or signal of one process, and what it had used by then.

    The last two are None where the system does not report them.
    """

    exit_code: int | None
    signal: int | None
    cpu_s: float | None = None
    peak_bytes: int | None = None  # resident


def error_for_exit(status: ExitStatus | None, task: str, limits: SandboxLimits) -> SandboxError:
    """The error for a process that ended during `task`; status None where it is unknown."""
    if status is None:  # the server that started it was killed, and it with the server
        return SandboxKilled(KILLED)
    out_of_cpu = status.cpu_s is not None and status.cpu_s >= limits.cpu_s - 0.5  # s
    if (
        status.signal == SIGXCPU
        or (status.signal == SIGKILL and out_of_cpu)
        or status.exit_code == QUOTA_EXIT
    ):
        return SandboxLimit(
            Message("error-sandbox-cpu", {"limit": str(limits.cpu_s), "task": task})
        )
    if status.signal == SIGPROF:
        return SandboxLimit(
            Message("error-sandbox-facts-cpu", {"limit": str(limits.facts_cpu_s), "task": task})
        )
    if status.exit_code == EXIT_MEMORY:
        return SandboxMemory(Message("error-sandbox-memory", {"limit": str(limits.memory_bytes)}))
    if status.signal == SIGKILL:  # no process does this to itself: the walls forbid it
        return SandboxKilled(KILLED)
    usage = _usage(status)
    if status.signal is None:
        params: dict[str, Param] = {"code": str(status.exit_code), "task": task, "usage": usage}
        return SandboxBroken(Message("error-sandbox-exit", params))
    params = {"signal": _signal_name(status.signal), "task": task, "usage": usage}
    if status.signal != signal.SIGABRT:
        return SandboxBroken(Message("error-sandbox-signal", params))
    params["limit"] = str(limits.memory_bytes)
    return SandboxBroken(Message("error-sandbox-signal-memory", params))


def _signal_name(number: int) -> str | Message:
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals have no names
        return Message("signal-number", {"number": str(number)})


def _usage(status: ExitStatus) -> Message | str:
    if status.cpu_s is None or status.peak_bytes is None:
        return ""
    used: dict[str, Param] = {"cpu": status.cpu_s, "mib": status.peak_bytes / MIB}
    return Message("error-sandbox-usage", used)
