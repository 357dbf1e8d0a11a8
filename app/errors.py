"""The tree of everything that goes wrong on purpose, and the one table that both doors read.

    FirstseenError
      UsageError             asked for in a way that cannot be done           2   400
        LinkRefusedError     a link where a file is expected
      IntakeError            app.intake.item: the item could not be taken in       3   422
        FetchRefused         app.network.errors: a link that may not be fetched 3   422
        FetchFailed          the same: a link that gave nothing               3   422
      DecodeError            hashing.errors: pictures or sound not readable   3   422
        UnsupportedMedia
        LimitExceeded                                                         3   413
      MethodMismatch         hashing.errors: two descriptor spaces            4   409
      FenceError             app.sandbox.errors: the decoding process failed; where one file is
                             to blame it is a DecodeError or a LimitExceeded too
        FenceUnavailable     it could not be started at all                   4   503
      LibraryUnusable        app.library.errors                               4   503
      DeskUnusable           app.store.errors: what the service keeps          4   503
        QueueFull and WorkerFailed likewise
      CheckUnknown                                                            2   404
      CheckEnded                                                              2   409
      RequestDiffers         an idempotency key used for something else       2   422
      DecisionNotOurs, NotRevealed     app.store.errors_rooms                  2   403
      DecisionUnknown, AlertUnknown                                           2   404
      DecisionWithdrawn, NotKept                                              2   409
      ClipUnknown                                                             2   404
      AppearanceFixed                                                         2   409
      ContextUnreadable                                                       2   400
      KeyNotUnderstood       app.store.errors: a name or scopes that cannot be 2   400
      KeyUnknown                                                              2   404
      HeadNotUnderstood      not a head of the audit log                      2   400

Exit codes: 0 the command did its work, whatever the verdict; 2 wrong usage; 3 some inputs could
not be read; 4 the library or the desk cannot be used. "No match" and "undecided" are verdicts,
never errors.
"""

from app.library.errors import AppearanceFixed, ClipUnknown, ContextUnreadable, LibraryUnusable
from app.sandbox.errors import FenceUnavailable
from app.store.errors import (
    CheckEnded,
    CheckUnknown,
    DeskUnusable,
    HeadNotUnderstood,
    KeyNotUnderstood,
    KeyUnknown,
    QueueFull,
    RequestDiffers,
    WorkerFailed,
)
from app.store.errors_rooms import (
    AlertUnknown,
    DecisionNotOurs,
    DecisionUnknown,
    DecisionWithdrawn,
    NotKept,
    NotRevealed,
)
from hashing.errors import DecodeError, FirstseenError, LimitExceeded, MethodMismatch

EXIT_DONE = 0
EXIT_USAGE = 2
EXIT_UNREADABLE = 3
EXIT_LIBRARY = 4
EXIT_UNEXPECTED = 1  # a fault of firstseen itself


class UsageError(FirstseenError):
    """Asked for in a way that cannot be done; the message says what was expected."""


class LinkRefusedError(UsageError):
    """A link was given where this version takes files only."""


# the first class in an error's own ancestry that stands here decides: (exit code, HTTP status)
TABLE: dict[type[Exception], tuple[int, int]] = {
    UsageError: (EXIT_USAGE, 400),
    ClipUnknown: (EXIT_USAGE, 404),
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
    HeadNotUnderstood: (EXIT_USAGE, 400),
    LibraryUnusable: (EXIT_LIBRARY, 503),
    DeskUnusable: (EXIT_LIBRARY, 503),
    QueueFull: (EXIT_LIBRARY, 503),
    WorkerFailed: (EXIT_LIBRARY, 503),
    CheckUnknown: (EXIT_USAGE, 404),
    CheckEnded: (EXIT_USAGE, 409),
    RequestDiffers: (EXIT_USAGE, 422),
    MethodMismatch: (EXIT_LIBRARY, 409),
    FenceUnavailable: (EXIT_LIBRARY, 503),
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
