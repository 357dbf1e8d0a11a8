"""What the service keeps goes when its time is over, and what is deleted leaves nothing behind.

Rows are overwritten as they are deleted, their traces in the write-ahead log are cut off after
every sweep, and files below uploads/ are unlinked.
"""

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.desk import audit
from app.desk.checks import FINAL
from app.desk.clock import now, written
from app.desk.file import DeskFile
from app.desk.schema import checks, decisions, descriptors, sessions
from hashing.errors import FirstseenError

SWEEP_S: Final = 30.0  # between two sweeps
STRAY_S: Final = 3600.0  # a file that no check names, left by a sender who went away

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much went. clean: nothing of it is left in the write-ahead log either."""

    uploads: int
    descriptors: int
    checks: int
    decisions: int
    clean: bool


def sweep(desk: DeskFile, moment: datetime | None = None) -> Swept:
    """Delete what was to be kept until this moment or before. Raises DeskUnusable."""
    by = written(moment or now())
    with desk.writing() as connection:
        uploads = _expired_uploads(connection, by)
        gone = _count(connection, descriptors, descriptors.c.expires_at <= by)
        ended = checks.c.state.in_(FINAL) & (checks.c.expires_at <= by)
        uploads += _named(connection, ended)
        expired = _count(connection, checks, ended)
        said = _count(connection, decisions, decisions.c.expires_at <= by)
        _count(connection, sessions, sessions.c.expires_at <= by)
        for action, count in (("check.expire", expired), ("decision.expire", said)):
            if count:
                audit.note(connection, audit.SERVICE, action, "", str(count))
    unlink(desk, uploads)
    strays = _strays(desk)
    unlink(desk, strays)
    return Swept(len(uploads) + len(strays), gone, expired, said, desk.empty_log())


def drop_upload(desk: DeskFile, check: str) -> None:
    """Delete a check's file where nothing more is to be made of it."""
    with desk.writing() as connection:
        ended = checks.c.state.in_(FINAL) & (checks.c.pictures != "pending")
        mine = ended & (checks.c.id == check)
        names = _named(connection, mine)
        connection.execute(checks.update().where(mine).values(upload=None, upload_expires_at=None))
    unlink(desk, names)


def unlink(desk: DeskFile, names: Iterable[str]) -> None:
    """Delete files below uploads/."""
    for name in names:
        (desk.uploads / name).unlink(missing_ok=True)


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


def _strays(desk: DeskFile) -> list[str]:
    """Files that no check names, old enough that none is about to."""
    old = [
        path.name for path in desk.uploads.iterdir() if time.time() - path.stat().st_mtime > STRAY_S
    ]
    if not old:
        return []
    with desk.reading() as connection:
        held = set(_named(connection, sa.true()))
    return sorted(set(old) - held)


class Sweeper:
    """Sweeps every now and then in a thread of its own."""

    def __init__(self, desk: DeskFile, every_s: float = SWEEP_S) -> None:
        self._desk = desk
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
                sweep(self._desk)
            except FirstseenError as error:  # the disk is full, or another process writes
                log.warning("what has expired could not be deleted: %s", type(error).__name__)
            self._wake.wait(self._every_s)
            self._wake.clear()
