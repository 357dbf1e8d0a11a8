"""Errors of the sandbox, and the fixed table of errors that may cross its pipe.

    FirstseenError
      SandboxError
        SandboxUnavailable   the decoding process could not be started
        SandboxKilled        the system or a person killed it, twice
        SandboxBroken        it died, or answered something unreadable      (a DecodeError too)
        SandboxTimeout       the wall clock ran out                         (a DecodeError too)
        SandboxMemory        it asked for more memory than it may have      (a LimitExceeded too)
        SandboxLimit         CPU time, size of the answer or open files     (a LimitExceeded too)

Those that follow from one file are `DecodeError`s: the file could not be read, the next one may.
"""

from hashing.errors import (
    DecodeError,
    FirstseenError,
    LimitExceeded,
    MethodMismatch,
    UnsupportedMedia,
)

MESSAGE_CHARS = 2000  # a message that crosses the pipe is cut here


class SandboxError(FirstseenError):
    """The process that reads a stranger's file gave no answer. task: in which it ended."""

    task: str | None = None


class SandboxUnavailable(SandboxError):
    """The decoding process could not be started; says nothing about the file."""


class SandboxKilled(SandboxError):
    """The decoding process was killed from outside, as when the machine runs out of memory; says
    nothing about the file."""


class SandboxBroken(SandboxError, DecodeError):
    """The decoding process died or answered something unreadable; the message says what."""


class SandboxTimeout(SandboxError, DecodeError):
    """The decoding process did not answer within its wall-clock time."""


class SandboxMemory(SandboxError, LimitExceeded):
    """The decoding process asked for more memory than it may have."""


class SandboxLimit(SandboxError, LimitExceeded):
    """Another named limit was passed: CPU time, size of the answer, open files."""


# What a child may raise in its parent: these classes with a message, and nothing else.
CROSSING: dict[str, type[FirstseenError]] = {
    kind.__name__: kind
    for kind in (
        DecodeError,
        UnsupportedMedia,
        LimitExceeded,
        MethodMismatch,
        SandboxBroken,
        SandboxMemory,
        SandboxLimit,
    )
}


def crossing_name(error: FirstseenError) -> str | None:
    """The name under which `error` crosses: its own class or its nearest listed ancestor."""
    for kind in type(error).__mro__:
        if CROSSING.get(kind.__name__) is kind:
            return kind.__name__
    return None
