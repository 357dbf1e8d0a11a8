"""Alerts: new matches of earlier checks after the library grew, until someone marks them seen.

Every function works inside a transaction that its caller began.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.store.errors import AlertUnknown
from app.store.schema import alerts as table
from app.store.schema import checks
from app.store.timestamps import format_timestamp
from hashing.message import Message


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. clip: the known clip that now matches.

    claim_before, claim_after: the finding on the claimed date in the previous report and in the new
    one; None without a claim, and for alerts stored before schema version 2.
    """

    number: int
    id: str
    check: str
    clip: str
    made_at: str
    seen_at: str | None
    headline: str
    claim_before: str | None
    claim_after: str | None
    item_name: str


def raise_alert(
    connection: sa.Connection,
    check: str,
    clip: str,
    headline: str,
    now: datetime,
    claim: tuple[str | None, str | None] = (None, None),
) -> str:
    """Add an alert; returns its id. claim: the findings on the claimed date before and after."""
    alert = secrets.token_urlsafe(16)
    connection.execute(
        table.insert().values(
            id=alert,
            check=check,
            clip=clip,
            headline=headline,
            made_at=format_timestamp(now),
            claim_before=claim[0],
            claim_after=claim[1],
        )
    )
    return alert


def list_alerts(
    connection: sa.Connection, key: str | None, limit: int = 200, *, seen: bool | None = None
) -> list[Alert]:
    """Alerts, newest first, on the checks of one key, or on all checks where key is None."""
    query = _select(key)
    if seen is not None:
        query = query.where(table.c.seen_at.is_not(None) if seen else table.c.seen_at.is_(None))
    rows = connection.execute(query.order_by(table.c.number.desc()).limit(limit))
    return [Alert(**row._mapping) for row in rows]


def mark_seen(connection: sa.Connection, alert: str, key: str | None, now: datetime) -> Alert:
    """Mark an alert as seen; one that was seen before keeps its time.

    Raises AlertUnknown, also for an alert on another key's check.
    """
    row = connection.execute(_select(key).where(table.c.id == alert)).one_or_none()
    if row is None:
        raise AlertUnknown(Message("error-no-such-alert"))
    if row.seen_at is None:
        connection.execute(
            table.update().where(table.c.id == alert).values(seen_at=format_timestamp(now))
        )
    return Alert(**connection.execute(_select(key).where(table.c.id == alert)).one()._mapping)


def _select(key: str | None) -> sa.Select[Any]:
    columns = table.c
    query = sa.select(
        columns.number,
        columns.id,
        columns.check,
        columns.clip,
        columns.made_at,
        columns.seen_at,
        columns.headline,
        columns.claim_before,
        columns.claim_after,
        checks.c.name.label("item_name"),
    ).join(checks, checks.c.id == columns.check)
    return query if key is None else query.where(checks.c.key == key)
