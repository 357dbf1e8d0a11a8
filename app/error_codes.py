"""What each error means outside: the exit code of a command, the status of an HTTP answer."""

from http import HTTPStatus
from typing import Any

from app.errors import UsageError
from app.library.errors import (
    AppearanceFixed,
    ClipDamaged,
    ClipUnknown,
    ContextUnreadable,
    LibraryUnusable,
)
from app.messages import wire
from app.printing.chromium import NotPrintedError
from app.sandbox.errors import SandboxKilled, SandboxUnavailable
from app.store.errors import (
    AlertUnknown,
    CheckEnded,
    CheckUnknown,
    DecisionNotOurs,
    DecisionUnknown,
    DecisionWithdrawn,
    HeadNotUnderstood,
    KeyEnded,
    KeyNotUnderstood,
    KeyUnknown,
    NotKept,
    NotRevealed,
    QueueFull,
    RequestDiffers,
    RowDamaged,
    StoreUnusable,
    WorkerFailed,
)
from app.text.escaping import printable
from hashing.errors import DecodeError, FirstseenError, LimitExceeded, MethodMismatch
from hashing.message import Message

EXIT_DONE = 0


EXIT_USAGE = 2


EXIT_UNREADABLE = 3


EXIT_LIBRARY = 4


EXIT_DIFFERS = 5  # of a check that was done again, with another outcome


EXIT_UNEXPECTED = 1  # an internal error


# the first class in an error's own ancestry that stands here decides: (exit code, HTTP status)
TABLE: dict[type[Exception], tuple[int, int]] = {
    UsageError: (EXIT_USAGE, 400),
    ClipUnknown: (EXIT_USAGE, 404),
    ClipDamaged: (EXIT_LIBRARY, 503),
    AppearanceFixed: (EXIT_USAGE, 409),
    DecisionNotOurs: (EXIT_USAGE, 403),
    NotRevealed: (EXIT_USAGE, 403),
    DecisionUnknown: (EXIT_USAGE, 404),
    DecisionWithdrawn: (EXIT_USAGE, 409),
    AlertUnknown: (EXIT_USAGE, 404),
    NotKept: (EXIT_USAGE, 409),
    ContextUnreadable: (EXIT_USAGE, 400),
    KeyNotUnderstood: (EXIT_USAGE, 400),
    KeyUnknown: (EXIT_USAGE, 404),
    KeyEnded: (EXIT_USAGE, 409),
    HeadNotUnderstood: (EXIT_USAGE, 400),
    LibraryUnusable: (EXIT_LIBRARY, 503),
    StoreUnusable: (EXIT_LIBRARY, 503),
    RowDamaged: (EXIT_LIBRARY, 503),
    QueueFull: (EXIT_LIBRARY, 503),
    WorkerFailed: (EXIT_LIBRARY, 503),
    CheckUnknown: (EXIT_USAGE, 404),
    CheckEnded: (EXIT_USAGE, 409),
    RequestDiffers: (EXIT_USAGE, 422),
    NotPrintedError: (EXIT_USAGE, 503),
    MethodMismatch: (EXIT_LIBRARY, 409),
    SandboxUnavailable: (EXIT_LIBRARY, 503),
    SandboxKilled: (EXIT_UNREADABLE, 503),
    LimitExceeded: (EXIT_UNREADABLE, 413),
    DecodeError: (EXIT_UNREADABLE, 422),
    FirstseenError: (EXIT_UNREADABLE, 422),
}


def exit_code(error: FirstseenError) -> int:
    """What a command ends with after this error."""
    return _row(error)[0]


def http_status(error: FirstseenError) -> int:
    """What the service answers with after this error."""
    return _row(error)[1]


def _row(error: FirstseenError) -> tuple[int, int]:
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def problem_content(status: int, message: Message) -> dict[str, Any]:
    """The members of a problem. The detail is for people; id and params say it in any language."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": printable(str(message)),
        **wire.to_json(message),
    }


def problem_of(error: FirstseenError) -> dict[str, Any]:
    return problem_content(http_status(error), error.message)
