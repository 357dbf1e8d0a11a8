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
      SandboxError             app.sandbox.errors: the decoding process failed; where one file is
                             to blame it is a DecodeError or a LimitExceeded too
        SandboxUnavailable     it could not be started at all                   4   503
        SandboxKilled          killed from outside: not the file's fault        3   503
      LibraryUnusable        app.library.errors                               4   503
      StoreUnusable           app.store.errors: what the service keeps          4   503
        QueueFull and WorkerFailed likewise
      RowDamaged             app.store.errors: what is stored of one check      4   503
      CheckUnknown                                                            2   404
      CheckEnded                                                              2   409
      RequestDiffers         an idempotency key used for something else       2   422
      DecisionNotOurs, NotRevealed     app.store.errors                        2   403
      DecisionUnknown, AlertUnknown                                           2   404
      DecisionWithdrawn, NotKept                                              2   409
      ClipUnknown                                                             2   404
      ClipDamaged            app.library.errors: what is stored of one clip     4   503
      AppearanceFixed                                                         2   409
      ContextUnreadable                                                       2   400
      KeyNotUnderstood       app.store.errors: a name or scopes that cannot be 2   400
      KeyUnknown                                                              2   404
      KeyEnded                                                                2   409
      HeadNotUnderstood      not a head of the audit log                      2   400

Exit codes: 0 the command did its work, whatever the verdict; 2 wrong usage; 3 some inputs could
not be read; 4 the library or the service's store cannot be used. "No match" and "undecided" are
verdicts, never errors.
"""

import errno
from typing import Final

from app.messages import catalogue as catalogue  # whoever may show an error reads it in English
from hashing.errors import FirstseenError
from hashing.message import Message

# What a system's error says in our words; its own texts differ by system and by language.
CAUSES: Final[dict[int, str]] = {
    errno.ENOENT: "cause-not-there",
    errno.ENOTDIR: "cause-not-there",
    errno.EACCES: "cause-no-permission",
    errno.EPERM: "cause-no-permission",
    errno.EROFS: "cause-read-only",
    errno.EEXIST: "cause-exists",
    errno.EISDIR: "cause-is-folder",
    errno.ENOTEMPTY: "cause-not-empty",
    errno.ENAMETOOLONG: "cause-name-too-long",
    errno.ELOOP: "cause-links-in-circle",
    errno.ENOSPC: "cause-disk-full",
    errno.EDQUOT: "cause-disk-full",
    errno.EFBIG: "cause-too-large",
    errno.EIO: "cause-device",
    errno.ENXIO: "cause-no-file",
    errno.EBUSY: "cause-in-use",
    errno.ETXTBSY: "cause-in-use",
    errno.EMFILE: "cause-too-many-files",
    errno.ENFILE: "cause-too-many-files",
    errno.ENOMEM: "cause-no-memory",
    errno.EAGAIN: "cause-too-many-processes",
    errno.EADDRINUSE: "cause-address-in-use",
    errno.EADDRNOTAVAIL: "cause-address-elsewhere",
    errno.ENETUNREACH: "cause-no-network",
    errno.EHOSTUNREACH: "cause-no-network",
    errno.EPIPE: "cause-closed",
    errno.ECONNRESET: "cause-closed",
    errno.ETIMEDOUT: "cause-too-slow",
}


def cause_of(error: OSError) -> Message:
    """Why the system refused, in our words."""
    if isinstance(error, TimeoutError):
        return Message("cause-too-slow")
    if error.errno is None:
        return Message("cause-unknown")
    known = CAUSES.get(error.errno)
    return Message(known) if known else Message("cause-number", {"number": str(error.errno)})


class UsageError(FirstseenError):
    """Asked for in a way that cannot be done; the message says what was expected."""


class LinkRefusedError(UsageError):
    """A link was given where this version takes files only."""
