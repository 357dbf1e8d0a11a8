"""Delete what has expired, so that nothing of it is left in any file.

Rows are overwritten as they are deleted, their traces in the write-ahead log are cut off after
every sweep, and files below uploads/ are unlinked.
"""

import logging
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from app.store import audit_log
from app.store.checks import FINAL
from app.store.data_folder import FETCHING, Store, delete_upload
from app.store.schema import checks, decisions, descriptors, sessions
from app.store.spare_room import freeing
from app.store.timestamps import format_timestamp, now
from hashing.errors import FirstseenError

SWEEP_INTERVAL_S: Final = 30.0
MAX_STRAY_AGE_S: Final = 3600.0  # of a file that no check refers to: its sender went away
MAX_FETCH_AGE_S: Final = 60.0  # of a folder that was fetched into for a check that was stopped

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """How much a sweep deleted. clean: nothing of it is left in the write-ahead log either."""

    uploads: int
    descriptors: int
    checks: int
    decisions: int
    clean: bool


class _Undo(Exception):
    """Ends a transaction that was to be undone."""


def sweep(store: Store, at: datetime | None = None) -> SweepResult:
    """Delete what expires at this time or before. Raises StoreUnusable."""
    with freeing(store) as connection:
        uploads, result = _delete_rows(connection, at)
    for name in uploads:
        delete_upload(store, name)
    strays = _strays(store)
    for path in strays:
        _remove(path)
    return replace(result, uploads=result.uploads + len(strays), clean=store.empty_log())


def expired(store: Store, at: datetime | None = None) -> SweepResult:
    """What a sweep would delete at this time; nothing is deleted. Raises StoreUnusable."""
    with suppress(_Undo), store.writing() as connection:
        _, result = _delete_rows(connection, at)
        raise _Undo
    return replace(result, uploads=result.uploads + len(_strays(store)))


def _delete_rows(connection: sa.Connection, at: datetime | None) -> tuple[list[str], SweepResult]:
    """Delete expired rows; the names of the uploads that go with them, and how much there was."""
    until = format_timestamp(at or now())
    uploads = _expired_uploads(connection, until)
    expired_descriptors = _count(connection, descriptors, descriptors.c.expires_at <= until)
    ended = checks.c.state.in_(FINAL) & (checks.c.expires_at <= until)
    uploads += _upload_names(connection, ended)
    expired_checks = _count(connection, checks, ended)
    expired_decisions = _count(connection, decisions, decisions.c.expires_at <= until)
    _count(connection, sessions, sessions.c.expires_at <= until)
    for action, count in (
        ("check.expire", expired_checks),
        ("decision.expire", expired_decisions),
    ):
        if count:
            audit_log.append_entry(connection, audit_log.SERVICE, action, "", str(count))
    counts = len(uploads), expired_descriptors, expired_checks, expired_decisions
    return uploads, SweepResult(*counts, clean=True)


def drop_upload(store: Store, check: str) -> None:
    """Delete the upload of a check that has ended and whose evidence frames are not pending."""
    with freeing(store) as connection:
        ended = checks.c.state.in_(FINAL) & (checks.c.pictures != "pending")
        ended_check = ended & (checks.c.id == check)
        names = _upload_names(connection, ended_check)
        connection.execute(
            checks.update().where(ended_check).values(upload=None, upload_expires_at=None)
        )
    for name in names:
        delete_upload(store, name)


def _expired_uploads(connection: sa.Connection, until: str) -> list[str]:
    """Names of uploads that have expired; their checks refer to them no more."""
    expired = (
        checks.c.state.in_(FINAL)
        & (checks.c.pictures != "pending")  # evidence frames are made from it
        & (checks.c.upload_expires_at <= until)
    )
    names = _upload_names(connection, expired)
    connection.execute(checks.update().where(expired).values(upload=None, upload_expires_at=None))
    return names


def _upload_names(connection: sa.Connection, where: sa.ColumnElement[bool]) -> list[str]:
    query = sa.select(checks.c.upload).where(where, checks.c.upload.is_not(None))
    return list(connection.scalars(query))


def _count(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> int:
    return connection.execute(table.delete().where(where)).rowcount


def _strays(store: Store) -> list[Path]:
    """Files that no check refers to, and fetch folders of checks that do not run.

    Only what is old enough that no request is about to refer to it.
    """
    old = [path for path in store.uploads.iterdir() if _age_s(path) > MAX_STRAY_AGE_S]
    old_fetches = [
        path for path in store.uploads.glob(f"{FETCHING}*") if _age_s(path) > MAX_FETCH_AGE_S
    ]
    if not old and not old_fetches:
        return []
    with store.reading() as connection:
        in_use = set(_upload_names(connection, sa.true()))
        running = sa.select(checks.c.id).where(checks.c.state == "running")
        in_use |= {f"{FETCHING}{identifier}" for identifier in connection.scalars(running)}
    return sorted({path for path in (*old, *old_fetches) if path.name not in in_use})


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _age_s(path: Path) -> float:
    """Seconds since it was written; 0 for what has been deleted meanwhile."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


class Sweeper:
    """Sweeps at an interval in a thread of its own."""

    def __init__(self, store: Store, every_s: float = SWEEP_INTERVAL_S) -> None:
        self._store = store
        self._every_s = every_s
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Sweep now: something is due."""
        self._wake.set()

    def close(self) -> None:
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            try:
                sweep(self._store)
            except (
                FirstseenError,
                OSError,
            ) as error:  # such as a full disk, or another process writes
                log.warning("what has expired could not be deleted: %s", type(error).__name__)
            except Exception as fault:  # an internal error: the next sweep may succeed
                log.error("what has expired could not be deleted", exc_info=fault)
            self._wake.wait(self._every_s)
            self._wake.clear()
