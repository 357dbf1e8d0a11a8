"""Checks as rows: accept, claim by turns, finish, list, delete.

    queued -> running -> done | failed         cancelled: from queued or running
    running -> queued                          after a crash, a restart, or an orderly stop

Every function works inside a transaction that its caller began; those that change anything, in a
writing one. An accepted check is durable once that transaction has ended.

Keys take turns: of those that wait, the one with the fewest checks at work begins next, and of
these the one that began least recently. So a key with a thousand items delays another's one item
by a turn, not by a thousand checks. Within a key the order is that of acceptance.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, cast

import sqlalchemy as sa

from app.settings import Settings
from app.store.errors import CheckEnded, CheckUnknown, QueueFull, RequestDiffers
from app.store.schema import alerts, checks, decisions, keys, reports
from app.store.timestamps import format_timestamp, now
from hashing.message import Message

type Json = dict[str, Any]
type Task = Literal["check", "add", "recheck"]
type Kind = Literal["upload", "link"]
type State = Literal["queued", "running", "done", "failed", "cancelled"]
type EvidenceState = Literal["none", "pending", "ready"]

PENDING: Final = ("queued", "running")
FINAL: Final = ("done", "failed", "cancelled")
REUSABLE: Final = ("queued", "running", "done")  # the same bytes again give the check in these
MAX_CRASHES: Final = 2  # of a worker on the same check
MAX_INTERRUPTIONS: Final = 5  # of the service on the same check
SEARCHED: Final = ("name", "headline", "claimed_date", "claimed_place", "url")


@dataclass(frozen=True, slots=True)
class Submission:
    """A request for a check or an addition. upload: name of a durable file below uploads/."""

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
    """One row. context: how the bytes were obtained, as stated by the sender."""

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
    pictures: EvidenceState
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
    def complete(self) -> bool:
        """Whether nothing of it will change any more, its evidence frames included."""
        return self.final and self.pictures != "pending"

    @property
    def attempts(self) -> int:
        """How often a worker started it."""
        return self.crashes + self.interruptions + (self.started_at is not None)


COLUMNS: Final = [
    keys.c.name.label(name) if name == "by" else checks.c[name] for name in Check.__slots__
]
JSON_COLUMNS: Final = ("context", "origin", "problem", "outcome")
TO_FETCH: Final = (checks.c.kind == "link") & checks.c.upload.is_(None)  # while it is pending


# ---- accepting


def accept(
    connection: sa.Connection,
    submission: Submission,
    max_pending: int,
    reach: int = 0,
    *,
    always_new: bool = True,
) -> tuple[Check, bool]:
    """The check for a submission, and whether it is new.

    always_new: make a new one even where this key has the same bytes or link with the same claim.
    reach: number of the library's newest clip; a finished check that has not searched as far is
    not reused. A running one may have begun before that clip: it is rechecked once it has ended.

    Raises RequestDiffers, QueueFull.
    """
    known = _same_request(connection, submission)
    if known is None and not always_new:
        known = _same_item(connection, submission, reach)
    if known is not None:
        return known, False
    require_capacity(connection, max_pending, submission.key)
    identifier = secrets.token_urlsafe(16)
    connection.execute(
        checks.insert().values(
            id=identifier,
            key=submission.key,
            task=submission.task,
            kind=submission.kind,
            state="queued",
            name=submission.name,
            bytes=submission.bytes,
            sha256=submission.sha256,
            url=submission.url,
            upload=submission.upload,
            claimed_date=submission.claimed_date,
            claimed_place=submission.claimed_place,
            context=_text(submission.context),
            idempotency_key=submission.idempotency_key,
            request_hash=_request_hash(submission) if submission.idempotency_key else None,
            created_at=format_timestamp(now()),
        )
    )
    return find(connection, identifier), True


def require_capacity(connection: sa.Connection, max_pending: int, key: str) -> None:
    """Raise QueueFull where no further check of this key would be accepted now.

    A full queue still takes what leaves a key within its share: max_pending divided by the number
    of keys that wait. So at most max_pending * (1 + 1/2 + ... + 1/keys) checks wait.
    """
    pending = _count_by_key(connection, checks.c.state.in_(PENDING))
    if sum(pending.values()) < max_pending:
        return
    share = max(1, max_pending // len(pending.keys() | {key}))
    if pending.get(key, 0) >= share:
        raise QueueFull(Message("error-queue-full"))


def _same_request(connection: sa.Connection, submission: Submission) -> Check | None:
    if submission.idempotency_key is None:
        return None
    same_key = (checks.c.key == submission.key) & (
        checks.c.idempotency_key == submission.idempotency_key
    )
    row = connection.execute(
        sa.select(checks.c.id, checks.c.request_hash).where(same_key)
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != _request_hash(submission):
        raise RequestDiffers(Message("error-key-reused"))
    return find(connection, row.id)


def _request_hash(submission: Submission) -> bytes:
    """SHA-256 of what a request asks for; the random name of its upload is no part of it."""
    fields = (
        submission.task,
        submission.kind,
        submission.name,
        submission.sha256,
        submission.url,
        submission.claimed_date,
    )
    text = json.dumps([*fields, submission.claimed_place, submission.context], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _same_item(connection: sa.Connection, submission: Submission, reach: int) -> Check | None:
    """The newest reusable check of the same bytes, or the same link, with the same claim."""
    item = (
        checks.c.sha256 == submission.sha256
        if submission.url is None
        else checks.c.url == submission.url
    )
    newest = (
        sa.select(sa.func.max(reports.c.searched_up_to))
        .where(reports.c.check == checks.c.id)
        .scalar_subquery()
    )
    same_item_and_claim = (
        (checks.c.key == submission.key)
        & (checks.c.task == submission.task)
        & (checks.c.kind == submission.kind)
        & item
        & checks.c.claimed_date.is_not_distinct_from(submission.claimed_date)
        & checks.c.claimed_place.is_not_distinct_from(submission.claimed_place)
        & checks.c.state.in_(REUSABLE)
        & ((checks.c.state != "done") | (newest >= reach))
    )
    matching = _read(connection, same_item_and_claim, limit=1)
    return matching[0] if matching else None


# ---- working


def has_queued(connection: sa.Connection) -> bool:
    """Whether a check waits to be claimed."""
    return bool(connection.scalar(sa.select(sa.exists().where(checks.c.state == "queued"))))


def claim_next(connection: sa.Connection, max_fetches: int | None = None) -> Check | None:
    """Set the next queued check to running and return it.

    It is the oldest of the key whose turn it is: a crashed one is thus retried first.
    max_fetches: links that may be fetched at once; while as many are, further links wait.
    """
    claimable = checks.c.state == "queued"
    if max_fetches is not None:
        fetching = _count(connection, TO_FETCH & (checks.c.state == "running"))
        if fetching >= max_fetches:
            claimable &= ~TO_FETCH
    first = sa.select(checks.c.key, sa.func.min(checks.c.number)).where(claimable)
    waiting = _by_key(connection, first)
    if not waiting:
        return None
    turns = _turns(connection, waiting)
    key = min(waiting, key=lambda key: (turns[key], waiting[key]))
    connection.execute(
        checks.update()
        .where(checks.c.number == waiting[key])
        .values(state="running", started_at=format_timestamp(now()))
    )
    return _read(connection, checks.c.number == waiting[key])[0]


def _turns(connection: sa.Connection, of_keys: Iterable[str]) -> dict[str, tuple[int, str]]:
    """What decides whose turn it is, by key: how many are at work, when the last one began."""
    query = (
        sa.select(
            checks.c.key,
            sa.func.count().filter(checks.c.state == "running"),
            sa.func.coalesce(sa.func.max(checks.c.started_at), ""),
        )
        .where(checks.c.key.in_(list(of_keys)))
        .group_by(checks.c.key)
    )
    return {key: (running, began) for key, running, began in connection.execute(query)}


def requeue(connection: sa.Connection, identifier: str) -> None:
    """Put a running check back into the queue as if it had not begun."""
    _change(connection, identifier, "running", state="queued", started_at=None)


def record_crash(connection: sa.Connection, identifier: str) -> Check:
    """Count the death of a worker on a check and requeue it while MAX_CRASHES is not reached.

    Otherwise it is still running when this returns. Raises CheckUnknown.
    """
    connection.execute(
        checks.update()
        .where(checks.c.id == identifier, checks.c.state.in_(("running", "done")))
        .values(crashes=checks.c.crashes + 1)
    )
    check = find(connection, identifier)
    if check.crashes < MAX_CRASHES:
        requeue(connection, identifier)
    return check


def record_interruptions(
    connection: sa.Connection, among: Iterable[str] | None = None
) -> list[Check]:
    """Requeue what was running when the whole service died.

    among: ids of the checks that it had; None: all. Returns the checks that reached
    MAX_INTERRUPTIONS; they are still running.
    """
    its = sa.true() if among is None else checks.c.id.in_(list(among))
    connection.execute(
        checks.update()
        .where(its, (checks.c.state == "running") | (checks.c.pictures == "pending"))
        .values(interruptions=checks.c.interruptions + 1)
    )
    below_limit = checks.c.interruptions < MAX_INTERRUPTIONS
    connection.execute(
        checks.update()
        .where(its, checks.c.state == "running", below_limit)
        .values(state="queued", started_at=None)
    )
    connection.execute(
        checks.update()
        .where(its, checks.c.pictures == "pending", ~below_limit)
        .values(pictures="none")
    )
    return _read(connection, its & (checks.c.state == "running"))


def record_fetched_file(
    connection: sa.Connection, identifier: str, upload: str, name: str, bytes: int, origin: Json
) -> bool:
    """Enter the durable file of a link. False where the check is running no more."""
    return _change(
        connection,
        identifier,
        "running",
        upload=upload,
        name=name,
        bytes=bytes,
        origin=_text(origin),
    )


def list_awaiting_evidence(connection: sa.Connection) -> list[Check]:
    """Finished checks whose evidence frames are still to be made, oldest first."""
    due = (checks.c.state == "done") & (checks.c.pictures == "pending")
    return _read(connection, due)[::-1]


def finish(
    connection: sa.Connection, identifier: str, state: State, settings: Settings, **values: Any
) -> bool:
    """End a running check. settings: how long it is stored. values: columns.

    False where it is running no more: someone cancelled or deleted it, and nothing changes.
    """
    return _change(
        connection,
        identifier,
        "running",
        state=state,
        finished_at=format_timestamp(now()),
        upload_expires_at=timestamp_in(settings.keep_uploads_s),
        expires_at=timestamp_in(settings.keep_reports_s),
        **{name: _text(value) if name in JSON_COLUMNS else value for name, value in values.items()},
    )


def record_clip(connection: sa.Connection, identifier: str, clip: str) -> None:
    """Enter the clip that was made of the check's item, so that it raises no alert about itself."""
    connection.execute(
        checks.update().where(checks.c.id == identifier).values(outcome=_text({"clip": clip}))
    )


def finish_evidence(connection: sa.Connection, identifier: str, pictures: EvidenceState) -> bool:
    """Enter what became of the evidence frames. False where they are pending no more."""
    changed = connection.execute(
        checks.update()
        .where(checks.c.id == identifier, checks.c.pictures == "pending")
        .values(pictures=pictures)
    )
    return changed.rowcount == 1


def _change(
    connection: sa.Connection, identifier: str, expected_state: State, **values: Any
) -> bool:
    changed = connection.execute(
        checks.update()
        .where(checks.c.id == identifier, checks.c.state == expected_state)
        .values(values)
    )
    return changed.rowcount == 1


# ---- reading


def find(connection: sa.Connection, identifier: str, key: str | None = None) -> Check:
    """One check by its id; with key, only if it is that key's. Raises CheckUnknown."""
    where = checks.c.id == identifier
    matching = _read(connection, where if key is None else where & (checks.c.key == key))
    if not matching:
        raise CheckUnknown(Message("error-no-such-check"))
    return matching[0]


def list_checks(
    connection: sa.Connection,
    key: str | None,
    after: str | None = None,
    limit: int = 50,
    state: str | None = None,
    relation: str | None = None,
    text: str | None = None,
) -> list[Check]:
    """Checks, newest first, of one key or, with None, of all. after: last id of the page before.

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


def queue_position(connection: sa.Connection, check: Check) -> int | None:
    """How many checks wait before this one; None where it does not wait.

    Of its own key those accepted before; of each other key as many, as keys take turns, and no
    more than were accepted before.
    """
    if check.state != "queued":
        return None
    before = (checks.c.state == "queued") & (checks.c.number < check.number)
    waiting = _count_by_key(connection, before)
    own = waiting.pop(check.key, 0)
    return own + sum(min(count, own + 1) for count in waiting.values())


def count_unseen_alerts(connection: sa.Connection, identifiers: list[str]) -> dict[str, int]:
    """Number of unseen alerts by check id; checks without any are left out."""
    rows = connection.execute(
        sa.select(alerts.c.check, sa.func.count())
        .where(alerts.c.check.in_(identifiers), alerts.c.seen_at.is_(None))
        .group_by(alerts.c.check)
    )
    return {row[0]: row[1] for row in rows}


def list_uploads(connection: sa.Connection) -> set[str]:
    """Names of the files below uploads/ that some check still refers to."""
    named = sa.select(checks.c.upload).where(checks.c.upload.is_not(None))
    return set(connection.scalars(named))


# ---- ending


def cancel(
    connection: sa.Connection, identifier: str, settings: Settings, key: str | None = None
) -> Check:
    """Cancel a check. Returns it as it was: the caller deletes its upload.

    Raises CheckUnknown, CheckEnded.
    """
    check = find(connection, identifier, key)
    if check.final:
        raise CheckEnded(Message("error-check-ended", {"state": str(check.state)}))
    connection.execute(
        checks.update()
        .where(checks.c.id == identifier)
        .values(
            state="cancelled",
            upload=None,
            finished_at=format_timestamp(now()),
            expires_at=timestamp_in(settings.keep_reports_s),
        )
    )
    return check


def forget_upload(connection: sa.Connection, identifier: str) -> None:
    """Clear the upload of a check; the caller deletes the file."""
    connection.execute(
        checks.update().where(checks.c.id == identifier).values(upload=None, upload_expires_at=None)
    )


def delete(connection: sa.Connection, identifier: str, key: str | None = None) -> Check:
    """Delete a check and all of its rows. Returns it as it was: the caller deletes its upload.

    Raises CheckUnknown.
    """
    check = find(connection, identifier, key)
    connection.execute(decisions.delete().where(decisions.c.check == identifier))
    connection.execute(checks.delete().where(checks.c.id == identifier))
    return check


def timestamp_in(seconds: float) -> str:
    """The time so many seconds from now, as the columns store it."""
    return format_timestamp(now() + timedelta(seconds=seconds))


def _count(connection: sa.Connection, where: sa.ColumnElement[bool]) -> int:
    count = sa.select(sa.func.count()).select_from(checks).where(where)
    return int(connection.execute(count).scalar_one())


def _count_by_key(connection: sa.Connection, where: sa.ColumnElement[bool]) -> dict[str, int]:
    return _by_key(connection, sa.select(checks.c.key, sa.func.count()).where(where))


def _by_key(connection: sa.Connection, query: sa.Select[tuple[Any, Any]]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query.group_by(checks.c.key))}


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
