"""Checks as rows: accepted, claimed in order, brought to an end that stays, listed, deleted.

    queued -> running -> done | failed         cancelled: from queued or running
    running -> queued                          after a crash, a restart, or a stop in good order

Every function works inside a transaction that its caller began; those that change anything, in a
writing one. What is accepted is durable when that transaction has ended.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, cast

import sqlalchemy as sa

from app.settings import Settings
from app.store.errors import CheckEnded, CheckUnknown, QueueFull, RequestDiffers
from app.store.schema import alerts, checks, decisions, keys, reports
from app.store.timestamps import now, written

type Json = dict[str, Any]
type Task = Literal["check", "add", "recheck"]
type Kind = Literal["upload", "link"]
type State = Literal["queued", "running", "done", "failed", "cancelled"]
type PicturesState = Literal["none", "pending", "ready"]

PENDING: Final = ("queued", "running")
FINAL: Final = ("done", "failed", "cancelled")
REUSED: Final = ("queued", "running", "done")  # states of which the same bytes give the same check
MOST_CRASHES: Final = 2  # of a worker on the same check
MOST_INTERRUPTIONS: Final = 5  # of the service on the same check
SEARCHED: Final = ("name", "headline", "claimed_date", "claimed_place", "url")


@dataclass(frozen=True, slots=True)
class Submission:
    """What someone wants done. upload: a file below uploads/ that is durable already."""

    key: str
    task: Task
    kind: Kind
    name: str
    bytes: int | None = None
    sha256: str | None = None
    url: str | None = None
    upload: str | None = None
    claimed_date: str | None = None
    claimed_place: str | None = None
    context: Json | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One row. context: as the sender says how the bytes were obtained."""

    number: int  # order of acceptance
    id: str
    key: str
    by: str  # the key's name
    task: Task
    kind: Kind
    state: State
    name: str
    bytes: int | None
    sha256: str | None
    url: str | None
    origin: Json | None
    upload: str | None
    claimed_date: str | None
    claimed_place: str | None
    context: Json | None
    crashes: int
    interruptions: int
    problem: Json | None
    outcome: Json | None
    pictures: PicturesState
    headline: str | None
    relation: str | None
    claim_finding: str | None
    first_seen: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    upload_expires_at: str | None
    expires_at: str | None

    @property
    def final(self) -> bool:
        return self.state in FINAL

    @property
    def settled(self) -> bool:
        """Nothing of it will change any more, its pictures neither."""
        return self.final and self.pictures != "pending"

    @property
    def attempts(self) -> int:
        """How often a worker took it up."""
        return self.crashes + self.interruptions + (self.started_at is not None)


COLUMNS: Final = [
    keys.c.name.label(name) if name == "by" else checks.c[name] for name in Check.__slots__
]
JSON_COLUMNS: Final = ("context", "origin", "problem", "outcome")


# ---- accepting


def accept(
    connection: sa.Connection,
    asked: Submission,
    most_pending: int,
    again: bool = True,
    reach: int = 0,
) -> tuple[Check, bool]:
    """The check that this asks for, and whether it is new.

    again: make a new one even where this key has the same bytes or link with the same claim.
    reach: the library's newest clip; a check that has ended and has not searched as far is not
    had again. One at work may begin before that clip: it is then due for it once it has ended.

    Raises RequestDiffers, QueueFull.
    """
    known = _same_request(connection, asked)
    if known is None and not again:
        known = _same_item(connection, asked, reach)
    if known is not None:
        return known, False
    check_room(connection, most_pending)
    identifier = secrets.token_urlsafe(16)
    connection.execute(
        checks.insert().values(
            id=identifier,
            key=asked.key,
            task=asked.task,
            kind=asked.kind,
            state="queued",
            name=asked.name,
            bytes=asked.bytes,
            sha256=asked.sha256,
            url=asked.url,
            upload=asked.upload,
            claimed_date=asked.claimed_date,
            claimed_place=asked.claimed_place,
            context=_text(asked.context),
            idempotency_key=asked.idempotency_key,
            request_hash=_request_hash(asked) if asked.idempotency_key else None,
            created_at=written(now()),
        )
    )
    return find(connection, identifier), True


def check_room(connection: sa.Connection, most_pending: int) -> None:
    """Raises QueueFull where no further check would be accepted now."""
    if _count(connection, checks.c.state.in_(PENDING)) >= most_pending:
        raise QueueFull("too many checks are waiting; try again in a while")


def _same_request(connection: sa.Connection, asked: Submission) -> Check | None:
    if asked.idempotency_key is None:
        return None
    mine = (checks.c.key == asked.key) & (checks.c.idempotency_key == asked.idempotency_key)
    row = connection.execute(
        sa.select(checks.c.id, checks.c.request_hash).where(mine)
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != _request_hash(asked):
        raise RequestDiffers("this Idempotency-Key was used before, for another request")
    return find(connection, row.id)


def _request_hash(asked: Submission) -> bytes:
    """The same for the same request, whatever its upload is called on our disk."""
    said = (asked.task, asked.kind, asked.name, asked.sha256, asked.url, asked.claimed_date)
    text = json.dumps([*said, asked.claimed_place, asked.context], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _same_item(connection: sa.Connection, asked: Submission, reach: int) -> Check | None:
    """Of the same bytes, or of the same link, with the same claim."""
    item = checks.c.sha256 == asked.sha256 if asked.url is None else checks.c.url == asked.url
    newest = (
        sa.select(sa.func.max(reports.c.searched_up_to))
        .where(reports.c.check == checks.c.id)
        .scalar_subquery()
    )
    same = (
        (checks.c.key == asked.key)
        & (checks.c.task == asked.task)
        & (checks.c.kind == asked.kind)
        & item
        & checks.c.claimed_date.is_not_distinct_from(asked.claimed_date)
        & checks.c.claimed_place.is_not_distinct_from(asked.claimed_place)
        & checks.c.state.in_(REUSED)
        & ((checks.c.state != "done") | (newest >= reach))
    )
    found = _read(connection, same, limit=1)
    return found[0] if found else None


# ---- working


def waiting(connection: sa.Connection) -> bool:
    """Whether there is anything to claim."""
    return bool(connection.scalar(sa.select(sa.exists().where(checks.c.state == "queued"))))


def claim_next(connection: sa.Connection) -> Check | None:
    """The queued check that was accepted first, now running. One that crashed is thus in front."""
    first = (
        sa.select(checks.c.id)
        .where(checks.c.state == "queued")
        .order_by(checks.c.number)
        .limit(1)
        .scalar_subquery()
    )
    claimed = connection.execute(
        checks.update()
        .where(checks.c.id == first)
        .values(state="running", started_at=written(now()))
        .returning(checks.c.id)
    ).scalar_one_or_none()
    return find(connection, claimed) if claimed is not None else None


def put_back(connection: sa.Connection, identifier: str) -> None:
    """A running check waits again, as if it had not been begun."""
    _change(connection, identifier, "running", state="queued", started_at=None)


def note_crash(connection: sa.Connection, identifier: str) -> Check:
    """A worker died over it: it waits again, unless that was once too often.

    Then it is still running when this returns, and its `crashes` say so. Raises CheckUnknown.
    """
    connection.execute(
        checks.update()
        .where(checks.c.id == identifier, checks.c.state.in_(("running", "done")))
        .values(crashes=checks.c.crashes + 1)
    )
    check = find(connection, identifier)
    if check.crashes < MOST_CRASHES:
        put_back(connection, identifier)
    return check


def note_interruptions(connection: sa.Connection) -> list[Check]:
    """After the whole service died: what was running waits again.

    Returns those for which that was once too often; they are still running.
    """
    connection.execute(
        checks.update()
        .where((checks.c.state == "running") | (checks.c.pictures == "pending"))
        .values(interruptions=checks.c.interruptions + 1)
    )
    few = checks.c.interruptions < MOST_INTERRUPTIONS
    connection.execute(
        checks.update()
        .where(checks.c.state == "running", few)
        .values(state="queued", started_at=None)
    )
    connection.execute(
        checks.update().where(checks.c.pictures == "pending", ~few).values(pictures="none")
    )
    return _read(connection, checks.c.state == "running")


def note_fetched(
    connection: sa.Connection, identifier: str, upload: str, name: str, bytes: int, origin: Json
) -> bool:
    """A link's file is here, durably. False where nobody wants it any more."""
    return _change(
        connection,
        identifier,
        "running",
        upload=upload,
        name=name,
        bytes=bytes,
        origin=_text(origin),
    )


def without_pictures(connection: sa.Connection) -> list[Check]:
    """Those whose verdict stands and whose pictures are still to be made, oldest first."""
    due = (checks.c.state == "done") & (checks.c.pictures == "pending")
    return _read(connection, due)[::-1]


def finish(
    connection: sa.Connection, identifier: str, state: State, settings: Settings, **values: Any
) -> bool:
    """Bring a running check to its end. settings: for how long it is kept. values: columns.

    False where it is running no more: someone cancelled or deleted it, and nothing was changed.
    """
    return _change(
        connection,
        identifier,
        "running",
        state=state,
        finished_at=written(now()),
        upload_expires_at=in_seconds(settings.keep_uploads_s),
        expires_at=in_seconds(settings.keep_reports_s),
        **{name: _text(one) if name in JSON_COLUMNS else one for name, one in values.items()},
    )


def note_made_clip(connection: sa.Connection, identifier: str, clip: str) -> None:
    """Its item is known footage from now on, as this clip: no news to who made it so."""
    connection.execute(
        checks.update().where(checks.c.id == identifier).values(outcome=_text({"clip": clip}))
    )


def settle_pictures(connection: sa.Connection, identifier: str, pictures: PicturesState) -> bool:
    """What became of the pictures. False where nobody waits for them any more."""
    changed = connection.execute(
        checks.update()
        .where(checks.c.id == identifier, checks.c.pictures == "pending")
        .values(pictures=pictures)
    )
    return changed.rowcount == 1


def _change(connection: sa.Connection, identifier: str, before: State, **values: Any) -> bool:
    changed = connection.execute(
        checks.update().where(checks.c.id == identifier, checks.c.state == before).values(values)
    )
    return changed.rowcount == 1


# ---- asking


def find(connection: sa.Connection, identifier: str, key: str | None = None) -> Check:
    """key: whose check it must be, where that matters. Raises CheckUnknown."""
    where = checks.c.id == identifier
    found = _read(connection, where if key is None else where & (checks.c.key == key))
    if not found:
        raise CheckUnknown("there is no such check, or it is no longer kept")
    return found[0]


def listed(
    connection: sa.Connection,
    key: str | None,
    after: str | None = None,
    limit: int = 50,
    state: str | None = None,
    relation: str | None = None,
    text: str | None = None,
) -> list[Check]:
    """Newest first. key: whose, None for everybody's. after: the id of the last one seen.

    text: part of a name, headline, claim or link. Raises CheckUnknown for an unknown `after`.
    """
    where = checks.c.task == "check"
    if key is not None:
        where &= checks.c.key == key
    if after is not None:
        where &= checks.c.number < find(connection, after, key).number
    if state is not None:
        where &= checks.c.state == state
    if relation is not None:
        where &= checks.c.relation == relation
    if text:
        where &= sa.or_(*(checks.c[name].icontains(text, autoescape=True) for name in SEARCHED))
    return _read(connection, where, limit)


def position(connection: sa.Connection, check: Check) -> int | None:
    """How many wait before it; None where it does not wait."""
    if check.state != "queued":
        return None
    return _count(connection, (checks.c.state == "queued") & (checks.c.number < check.number))


def unseen_alerts(connection: sa.Connection, identifiers: list[str]) -> dict[str, int]:
    """By check, where there are any."""
    rows = connection.execute(
        sa.select(alerts.c.check, sa.func.count())
        .where(alerts.c.check.in_(identifiers), alerts.c.seen_at.is_(None))
        .group_by(alerts.c.check)
    )
    return {row[0]: row[1] for row in rows}


def uploads_named(connection: sa.Connection) -> set[str]:
    """The files below uploads/ that some check still has."""
    named = sa.select(checks.c.upload).where(checks.c.upload.is_not(None))
    return set(connection.scalars(named))


# ---- ending


def cancel(
    connection: sa.Connection, identifier: str, settings: Settings, key: str | None = None
) -> Check:
    """It is not to be done any more. Returns what it was: its upload is the caller's to delete.

    Raises CheckUnknown, CheckEnded.
    """
    check = find(connection, identifier, key)
    if check.final:
        raise CheckEnded(f"the check is {check.state} and stays so")
    connection.execute(
        checks.update()
        .where(checks.c.id == identifier)
        .values(
            state="cancelled",
            upload=None,
            finished_at=written(now()),
            expires_at=in_seconds(settings.keep_reports_s),
        )
    )
    return check


def forget_upload(connection: sa.Connection, identifier: str) -> None:
    """The row names no file any more; the caller deletes it."""
    connection.execute(
        checks.update().where(checks.c.id == identifier).values(upload=None, upload_expires_at=None)
    )


def delete(connection: sa.Connection, identifier: str, key: str | None = None) -> Check:
    """Forget all of a check. Returns what it was: its upload is the caller's to delete.

    Raises CheckUnknown.
    """
    check = find(connection, identifier, key)
    connection.execute(decisions.delete().where(decisions.c.check == identifier))
    connection.execute(checks.delete().where(checks.c.id == identifier))
    return check


def in_seconds(seconds: float) -> str:
    """A moment so many seconds from now, as the columns have it."""
    return written(now() + timedelta(seconds=seconds))


def _count(connection: sa.Connection, where: sa.ColumnElement[bool]) -> int:
    count = sa.select(sa.func.count()).select_from(checks).where(where)
    return int(connection.execute(count).scalar_one())


def _read(
    connection: sa.Connection, where: sa.ColumnElement[bool], limit: int | None = None
) -> list[Check]:
    """Newest first."""
    query = sa.select(*COLUMNS).join_from(checks, keys).where(where)
    newest_first = query.order_by(checks.c.number.desc()).limit(limit)
    return [_check(row) for row in connection.execute(newest_first).mappings()]


def _check(row: sa.RowMapping) -> Check:
    values: dict[str, Any] = dict(row)
    for name in JSON_COLUMNS:
        values[name] = _value(values[name])
    return Check(**values)


def _text(value: object) -> str | None:
    return None if value is None else json.dumps(value)


def _value(text: str | None) -> Json | None:
    return None if text is None else cast(Json, json.loads(text))
