"""The one table from errors to exit codes and HTTP statuses."""

import pytest

from app.cli.scan import OutputError
from app.error_codes import TABLE, exit_code, http_status
from app.errors import LinkRefusedError, UsageError
from app.intake.item import IntakeError, TooLarge
from app.library.errors import (
    ClipDamaged,
    ClipUnknown,
    ContextUnreadable,
    LibraryBusy,
    LibraryReadOnly,
    LibraryUnusable,
)
from app.network.errors import FetchFailed, FetchRefused
from app.sandbox.errors import (
    SandboxBroken,
    SandboxKilled,
    SandboxLimit,
    SandboxMemory,
    SandboxTimeout,
    SandboxUnavailable,
)
from app.store.errors import (
    CheckEnded,
    CheckUnknown,
    QueueFull,
    RequestDiffers,
    StoreBusy,
    StoreInUse,
    StoreUnusable,
    WorkerFailed,
)
from hashing.errors import (
    DecodeError,
    FirstseenError,
    LimitExceeded,
    MethodMismatch,
    UnsupportedMedia,
)


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (UsageError, 2, 400),
        (LinkRefusedError, 2, 400),
        (OutputError, 2, 400),
        (ContextUnreadable, 2, 400),
        (ClipUnknown, 2, 404),
        (IntakeError, 3, 422),
        (TooLarge, 3, 413),
        (FetchRefused, 3, 422),
        (FetchFailed, 3, 422),
        (DecodeError, 3, 422),
        (UnsupportedMedia, 3, 422),
        (LimitExceeded, 3, 413),
        (SandboxBroken, 3, 422),
        (SandboxTimeout, 3, 422),
        (SandboxMemory, 3, 413),
        (SandboxLimit, 3, 413),
        (SandboxUnavailable, 4, 503),
        (SandboxKilled, 3, 503),
        (ClipDamaged, 4, 503),
        (MethodMismatch, 4, 409),
        (LibraryUnusable, 4, 503),
        (LibraryBusy, 4, 503),
        (LibraryReadOnly, 4, 503),
        (StoreUnusable, 4, 503),
        (StoreBusy, 4, 503),
        (StoreInUse, 4, 503),
        (QueueFull, 4, 503),
        (WorkerFailed, 4, 503),
        (CheckUnknown, 2, 404),
        (CheckEnded, 2, 409),
        (RequestDiffers, 2, 422),
        (FirstseenError, 3, 422),
    ],
)
def test_each_error_has_its_exit_code_and_status(
    kind: type[FirstseenError], code: int, status: int
) -> None:
    assert exit_code(kind("x")) == code
    assert http_status(kind("x")) == status


def test_every_error_there_is_finds_a_row() -> None:
    def family(kind: type[FirstseenError]) -> list[type[FirstseenError]]:
        return [
            kind,
            *(descendant for child in kind.__subclasses__() for descendant in family(child)),
        ]

    for kind in family(FirstseenError):
        row = next(TABLE[parent] for parent in kind.__mro__ if parent in TABLE)
        assert row[0] in (2, 3, 4)
