"""Whose check it is: the one service's of a folder, or by lease one of several on a server."""

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import sqlalchemy as sa

from app.jobs.outcomes import put_aside
from app.library.errors import LibraryReadOnly, LibraryUnusable
from app.settings import Settings
from app.store import checks, leases
from app.store.checks import Check
from app.store.data_folder import Store
from app.store.errors import StoreUnusable
from app.store.leases import Progress
from hashing.errors import FirstseenError
from hashing.message import Message


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a renewal of leases brought to light, by ids of checks."""

    lost: frozenset[str] = frozenset()  # another service has them now, or they were deleted
    cancelled: tuple[str, ...] = ()
    elsewhere: Mapping[str, Progress] = field(default_factory=dict)


class Ownership(Protocol):
    """Where a connection is asked for, it is that of the transaction that the answer belongs to."""

    def recover(self) -> None:
        """Queue again what a service left that has ended. Raises StoreUnusable."""

    def take(self, connection: sa.Connection, check: Check) -> bool:
        """Take a check. False where another service has it."""

    def free_among(self, connection: sa.Connection, candidates: list[Check]) -> list[Check]:
        """Those that no other service has."""

    def release(self, connection: sa.Connection, check: Check) -> bool:
        """Give a check back. False where it was lost meanwhile: leave it as it is then."""

    def renew(self, progress_by_check: Mapping[str, Progress]) -> Renewal:
        """Keep the checks at hand, and look what else there is. Raises StoreUnusable."""


@dataclass(frozen=True)
class OnlyService:
    """The one service of a folder: every check is its own."""

    store: Store
    settings: Settings

    def recover(self) -> None:
        """Requeue all that was running, and delete files that no row refers to."""
        with self.store.writing() as connection:
            _put_aside_all(connection, checks.record_interruptions(connection), self.settings)
            referenced = checks.list_uploads(connection)
        for path in self.store.uploads.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)  # of a link that was being fetched
            elif path.name not in referenced:
                path.unlink(missing_ok=True)

    def take(self, connection: sa.Connection, check: Check) -> bool:
        return True

    def free_among(self, connection: sa.Connection, candidates: list[Check]) -> list[Check]:
        return candidates

    def release(self, connection: sa.Connection, check: Check) -> bool:
        return True

    def renew(self, progress_by_check: Mapping[str, Progress]) -> Renewal:
        return Renewal()


@dataclass(frozen=True)
class OneOfSeveral:
    """A service beside others: it has those checks whose leases it has."""

    store: Store
    settings: Settings
    name: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def recover(self) -> None:
        """Take over what has no service. Files are left to the sweeper, which goes by their age."""
        with self.store.reading() as connection:
            abandoned = leases.any_abandoned(connection)
        if abandoned:
            with self.store.writing() as connection:
                _put_aside_all(connection, leases.take_over(connection), self.settings)

    def take(self, connection: sa.Connection, check: Check) -> bool:
        return leases.take(connection, check.id, self.name)

    def free_among(self, connection: sa.Connection, candidates: list[Check]) -> list[Check]:
        return leases.free_among(connection, candidates)

    def release(self, connection: sa.Connection, check: Check) -> bool:
        return leases.release(connection, check.id, self.name)

    def renew(self, progress_by_check: Mapping[str, Progress]) -> Renewal:
        kept: set[str] = set()
        if progress_by_check:
            with self.store.writing() as connection:
                kept = leases.renew(connection, self.name, progress_by_check)
        self.recover()
        with self.store.reading() as connection:
            return Renewal(
                frozenset(progress_by_check.keys() - kept),
                tuple(leases.cancelled(connection, self.name)),
                leases.progress_elsewhere(connection, self.name),
            )


def is_outage(store: Store, error: FirstseenError) -> bool:
    """Whether an error is of a server that is out of reach for a while, and no fault of a check.

    Of a folder it is none: what cannot be written there now stays so.
    """
    lasting = isinstance(error, LibraryReadOnly)
    return store.is_shared and isinstance(error, StoreUnusable | LibraryUnusable) and not lasting


def ownership_of(store: Store, settings: Settings) -> Ownership:
    """How a service on this store owns its checks."""
    return OneOfSeveral(store, settings) if store.is_shared else OnlyService(store, settings)


def record_interruption(connection: sa.Connection, check: Check, settings: Settings) -> None:
    """Queue a check again that an outage interrupted; put it aside after MAX_INTERRUPTIONS."""
    _put_aside_all(connection, checks.record_interruptions(connection, [check.id]), settings)


def _put_aside_all(connection: sa.Connection, interrupted: list[Check], settings: Settings) -> None:
    for check in interrupted:
        reason = Message("error-interrupted", {"times": check.interruptions})
        put_aside(connection, check, settings, reason)
