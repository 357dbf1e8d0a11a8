"""What the service keeps goes when its time is over, and what is deleted leaves nothing behind.

Rows are overwritten as they are deleted, their traces in the write-ahead log are cut off after
every sweep, and files below uploads/ are unlinked.
"""

import logging
import shutil
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from app.store import audit_log
from app.store.checks import FINAL
from app.store.data_folder import FETCHING, Store, delete_upload
from app.store.schema import checks, decisions, descriptors, sessions
from app.store.timestamps import now, written
from hashing.errors import FirstseenError

SWEEP_S: Final = 30.0  # between two sweeps
STRAY_S: Final = 3600.0  # a file that no check names, left by a sender who went away
FETCHED_S: Final = 60.0  # what was fetched for a check that was stopped meanwhile

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much went. clean: nothing of it is left in the write-ahead log either."""

    uploads: int
    descriptors: int
    checks: int
    decisions: int
    clean: bool


def sweep(store: Store, moment: datetime | None = None) -> Swept:
    """Delete what was to be kept until this moment or before. Raises StoreUnusable."""
    by = written(moment or now())
    with store.writing() as connection:
        uploads = _expired_uploads(connection, by)
        gone = _count(connection, descriptors, descriptors.c.expires_at <= by)
        ended = checks.c.state.in_(FINAL) & (checks.c.expires_at <= by)
        uploads += _named(connection, ended)
        expired = _count(connection, checks, ended)
        said = _count(connection, decisions, decisions.c.expires_at <= by)
        _count(connection, sessions, sessions.c.expires_at <= by)
        for action, count in (("check.expire", expired), ("decision.expire", said)):
            if count:
                audit_log.note(connection, audit_log.SERVICE, action, "", str(count))
    for name in uploads:
        delete_upload(store, name)
    strays = _remove_strays(store)
    return Swept(len(uploads) + strays, gone, expired, said, store.empty_log())


def drop_upload(store: Store, check: str) -> None:
    """Delete a check's file where nothing more is to be made of it."""
    with store.writing() as connection:
        ended = checks.c.state.in_(FINAL) & (checks.c.pictures != "pending")
        mine = ended & (checks.c.id == check)
        names = _named(connection, mine)
        connection.execute(checks.update().where(mine).values(upload=None, upload_expires_at=None))
    for name in names:
        delete_upload(store, name)


def _expired_uploads(connection: sa.Connection, by: str) -> list[str]:
    """Files whose time is over; their checks name them no more."""
    over = (
        checks.c.state.in_(FINAL)
        & (checks.c.pictures != "pending")  # they are made of it
        & (checks.c.upload_expires_at <= by)
    )
    names = _named(connection, over)
    connection.execute(checks.update().where(over).values(upload=None, upload_expires_at=None))
    return names


def _named(connection: sa.Connection, where: sa.ColumnElement[bool]) -> list[str]:
    query = sa.select(checks.c.upload).where(where, checks.c.upload.is_not(None))
    return list(connection.scalars(query))


def _count(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> int:
    return connection.execute(table.delete().where(where)).rowcount


def _remove_strays(store: Store) -> int:
    """Files that no check names, and what was fetched for one that is not at work; how many.

    Only what is old enough that nobody is about to name it.
    """
    old = [path for path in store.uploads.iterdir() if _age_s(path) > STRAY_S]
    left = [path for path in store.uploads.glob(f"{FETCHING}*") if _age_s(path) > FETCHED_S]
    if not old and not left:
        return 0
    with store.reading() as connection:
        held = set(_named(connection, sa.true()))
        running = sa.select(checks.c.id).where(checks.c.state == "running")
        held |= {f"{FETCHING}{identifier}" for identifier in connection.scalars(running)}
    strays = {path for path in (*old, *left) if path.name not in held}
    for path in strays:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(strays)


def _age_s(path: Path) -> float:
    """Seconds since it was written; none for what is gone meanwhile."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


class Sweeper:
    """Sweeps every now and then in a thread of its own."""

    def __init__(self, store: Store, every_s: float = SWEEP_S) -> None:
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
            except (FirstseenError, OSError) as error:  # a full disk, or another process writes
                log.warning("what has expired could not be deleted: %s", type(error).__name__)
            except Exception as fault:  # ours: the next round may do better
                log.error("what has expired could not be deleted", exc_info=fault)
            self._wake.wait(self._every_s)
            self._wake.clear()
