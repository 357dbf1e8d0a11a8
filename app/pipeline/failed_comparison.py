"""What a comparison may fail of without ending the check, and how the report says so."""

from app.library.errors import ClipDamaged
from app.sandbox.errors import (
    SandboxBroken,
    SandboxError,
    SandboxKilled,
    SandboxLimit,
    SandboxMemory,
    SandboxTimeout,
)
from hashing.errors import DecodeError, FirstseenError, MethodMismatch
from hashing.message import Message

# Neither the library as a whole nor the means to open a process failed: the next one may succeed.
COMPARISON_ERRORS = (ClipDamaged, DecodeError, MethodMismatch, SandboxKilled)

MAX_FAILED_PROCESSES = 3  # of one search, each of which may have used all its time or memory

_CAUSES: dict[type[FirstseenError], str] = {
    ClipDamaged: "shortfall-damaged",
    SandboxMemory: "shortfall-memory",
    SandboxTimeout: "shortfall-time",
    SandboxLimit: "shortfall-time",
    SandboxKilled: "shortfall-killed",
    SandboxBroken: "shortfall-ended",
}


def cause_of_failure(error: FirstseenError) -> Message:
    """Why a comparison failed."""
    return Message(_CAUSES.get(type(error), "shortfall-failed"))


def ended_a_process(error: FirstseenError) -> bool:
    """True where the comparison may have used up what it was allowed to."""
    return isinstance(error, SandboxError)
