"""The audit log: who did what, in a table that only grows.

Each entry's hash is the SHA-256 of the entry before's and of its own fields, each with its length
in front, so that no two logs have the same last hash. Changing, removing or moving an entry breaks
the chain there. Cutting off the end, or writing the whole log anew, does not: that shows when the
log is compared with a head (number and hash of an entry) that was stored elsewhere.

Entries name things by random ids, reveal nothing of their content, and are written in the
transaction of the change itself: what was rolled back is not in the log. A change of the library,
which is another file, has an entry before and one after it (app.store.audited_changes).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.store.errors import HeadNotUnderstood
from app.store.schema import audit as table
from app.store.timestamps import format_timestamp, now
from hashing.message import Message, Param

GENESIS: Final = hashlib.sha256(b"firstseen.audit/1").digest()  # stands before the first entry
SERVICE: Final = "service"  # the actor where no person asked for it
CLI: Final = "cli"  # the actor of a command on this machine

# Long enough for every id of ours, too short for a hash of a file.
_ID: Final = re.compile(r"[A-Za-z0-9_-]{0,40}")
_ACTION: Final = re.compile(r"[a-z]+(\.[a-z]+)*")
# A few words and numbers; no dot or slash, so neither a file's name nor a link.
_DETAIL: Final = re.compile(r"([a-z0-9_:+-]{1,24}( [a-z0-9_:+-]{1,24}){0,7})?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. actor: a key's id, SERVICE or CLI. object: a random id, or empty."""

    number: int  # from 1, without gaps
    at: str
    actor: str
    action: str
    object: str
    detail: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """An entry to compare the log with later: keep it where the log is not."""

    number: int  # 0: of the empty log
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of verifying a log."""

    head: Head  # of the last intact entry
    broken: int | None = None  # number of the first entry that is not intact
    problem: Message | None = None


def append_entry(
    connection: sa.Connection, actor: str, action: str, object: str, detail: str = ""
) -> int:
    """Add an entry in the (writing) transaction of the change that it records; returns its number.

    detail: a few words or numbers in lower case.
    Raises ValueError for what could be a name, a link, a hash or a text: an error of the caller.
    """
    patterns = ((_ID, actor), (_ACTION, action), (_ID, object), (_DETAIL, detail))
    if not actor or any(pattern.fullmatch(text) is None for pattern, text in patterns):
        raise ValueError(f"not fit for the audit log: {action!r}")
    last = head(connection)
    entry = (format_timestamp(now()), actor, action, object, detail)
    number = last.number + 1
    connection.execute(
        table.insert().values(
            number=number,
            at=entry[0],
            actor=actor,
            action=action,
            object=object,
            detail=detail,
            hash=chain_hash(last.hash, number, *entry),
        )
    )
    return number


def chain_hash(previous_hash: bytes, number: int, *fields: str) -> bytes:
    """An entry's SHA-256 from the previous entry's and its fields, `at` to `detail` in order."""
    digest = hashlib.sha256(previous_hash)
    for text in (str(number), *fields):
        content = text.encode()
        digest.update(len(content).to_bytes(8))
        digest.update(content)
    return digest.digest()


def latest_time(connection: sa.Connection, now: datetime) -> str:
    """Now, or the time of the newest entry where the clock was set back since."""
    newest = sa.select(table.c.at).order_by(table.c.number.desc()).limit(1)
    return max(format_timestamp(now), connection.scalar(newest) or "")


def head(connection: sa.Connection) -> Head:
    """Number and hash of the last entry."""
    newest = sa.select(table.c.number, table.c.hash).order_by(table.c.number.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return Head(0, GENESIS) if row is None else Head(row.number, row.hash)


def entries(connection: sa.Connection, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
    """Entries in their order, those after a number; read while the connection lasts."""
    return _read(connection, after, limit)


def parse_head(text: str) -> Head:
    """A head as `str(head)` wrote it. Raises HeadNotUnderstood."""
    match = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
    if match is None:
        raise HeadNotUnderstood(Message("error-no-head", {"example": str(Head(0, GENESIS))}))
    return Head(int(match[1]), bytes.fromhex(match[2]))


def verify(connection: sa.Connection, earlier: Iterable[Head] = ()) -> Verification:
    """Verify the whole log. earlier: heads that the log must go through."""
    return verify_entries(_readable(connection), earlier)


def verify_entries(log: Iterable[Entry | None], earlier: Iterable[Head] = ()) -> Verification:
    """Verify that entries follow from one another and go through every earlier head.

    log: in order; None for an entry that could not be read, which is then the last.
    """
    last = Head(0, GENESIS)
    expected: dict[int, bytes] = {}
    for head in earlier:
        if expected.setdefault(head.number, head.hash) != head.hash:
            return Verification(last, head.number, _broken("heads", head.number))
    if expected.get(0, GENESIS) != GENESIS:
        return Verification(last, 0, Message("audit-other-log"))
    for entry in log:
        problem = _problem(entry, last)
        if problem is not None or entry is None:
            return Verification(last, last.number + 1, problem)
        last = Head(entry.number, entry.hash)
        if expected.get(last.number, last.hash) != last.hash:
            return Verification(last, last.number, _broken("head", last.number))
    furthest = max(expected, default=0)
    if furthest > last.number:
        cut = last.number + 1
        gone: dict[str, Param] = {"first": str(cut), "last": str(furthest)}
        return Verification(last, cut, Message("audit-cut-off", gone))
    return Verification(last)


def _problem(entry: Entry | None, last: Head) -> Message | None:
    expected = last.number + 1
    if entry is None:
        return _broken("unreadable", expected)
    texts = (entry.at, entry.actor, entry.action, entry.object, entry.detail)
    if not isinstance(entry.number, int) or not all(isinstance(text, str) for text in texts):
        return _broken("changed", expected)
    if entry.number != expected:
        return _broken("missing", expected)
    if entry.hash != chain_hash(last.hash, entry.number, *texts):
        return _broken("chain", expected)
    return None


def _broken(fault: str, number: int) -> Message:
    return Message("audit-broken", {"fault": fault, "number": str(number)})


def _readable(connection: sa.Connection) -> Iterator[Entry | None]:
    try:
        yield from _read(connection)
    except DBAPIError:  # bytes that are no text: only someone who edits the file writes that
        yield None


def _read(
    connection: sa.Connection, after: int | None = None, limit: int | None = None
) -> Iterator[Entry]:
    query = sa.select(table).order_by(table.c.number).limit(limit)
    if after is not None:  # verification reads every row, whatever its number
        query = query.where(table.c.number > after)
    for row in connection.execute(query):
        yield Entry(*row)
