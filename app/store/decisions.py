"""What people decided about pairs of an item and a clip. Rows are added, never changed.

A decision belongs to the pair, an item's bytes and a clip: it is shown on every check of those
bytes, and changes no verdict. Its note is for those who may see the check that it was made on,
unless its author shares it. Its author withdraws it by adding another row. Every function works
inside a transaction that its caller began.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from app.store.errors import DecisionNotOurs, DecisionUnknown, DecisionWithdrawn
from app.store.schema import checks
from app.store.schema import decisions as table
from app.store.timestamps import format_timestamp
from hashing.message import Message

MAX_NOTE_CHARS: Final = 4000
WITHDRAWN: Final = "withdrawn"  # `decision` of a row that withdraws another


class Choice(StrEnum):
    """What a person can decide about a pair."""

    SAME_FOOTAGE = "same_footage"
    SAME_EVENT = "same_event"  # another recording of it
    DIFFERENT = "different"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, and when its author withdrew it, if so.

    check_key: whose check it was made on; None once that was deleted.
    """

    id: str
    check: str
    item_sha256: str
    clip: str
    key: str
    by: str  # the key's name when it decided
    decision: Choice
    note: str
    made_at: str
    withdrawn_at: str | None = None
    note_shared: bool = False
    check_key: str | None = None

    def check_visible_to(self, key: str) -> bool:
        """Whether a key that sees its own checks alone may see this decision's check and note."""
        return key in (self.key, self.check_key)


@dataclass(frozen=True, slots=True)
class Pair:
    """The item and the clip of a decision."""

    check: str  # on whose page it is decided
    item_sha256: str
    clip: str
    clip_sha256: str


def add(
    connection: sa.Connection,
    pair: Pair,
    key: str,
    key_name: str,
    choice: Choice,
    note: str,
    now: datetime,
    expires_at: datetime | None = None,
    *,
    share_note: bool = False,
) -> Decision:
    """Append a decision. share_note: show its note on every check of the same bytes."""
    row = _row(pair, key, key_name, choice.value, note, now, expires_at, share_note=share_note)
    connection.execute(table.insert().values(row))
    return _decision(row, None)


def withdraw(connection: sa.Connection, decision: str, key: str, now: datetime) -> Decision:
    """Append that the author of a decision withdraws it.

    Raises DecisionUnknown, DecisionNotOurs for another key's, DecisionWithdrawn where it was
    withdrawn before.
    """
    row = connection.execute(
        sa.select(table).where(table.c.id == decision, table.c.withdraws.is_(None))
    ).one_or_none()
    if row is None:
        raise DecisionUnknown(Message("error-no-such-decision"))
    if row.key != key:
        raise DecisionNotOurs(Message("error-not-the-author"))
    if connection.scalar(sa.select(table.c.id).where(table.c.withdraws == decision)) is not None:
        raise DecisionWithdrawn(Message("error-already-withdrawn"))
    withdrawal = {
        **row._mapping,
        "id": secrets.token_urlsafe(16),
        "decision": WITHDRAWN,
        "note": "",
        "withdraws": decision,
        "made_at": format_timestamp(now),
    }
    del withdrawal["number"]
    connection.execute(table.insert().values(withdrawal))
    return _decision(dict(row._mapping), withdrawal["made_at"])


def find_for_item(
    connection: sa.Connection, item_sha256: str, clip: str | None = None
) -> list[Decision]:
    """Every decision about an item's bytes, or about one pair, newest first, withdrawn ones too."""
    where = table.c.item_sha256 == item_sha256
    if clip is not None:
        where = sa.and_(where, table.c.clip == clip)
    query = (
        sa.select(table, checks.c.key.label("check_key"))
        .outerjoin(checks, checks.c.id == table.c.check)
        .where(where)
        .order_by(table.c.number)
    )
    rows = connection.execute(query).all()
    withdrawals = {row.withdraws: row.made_at for row in rows if row.withdraws is not None}
    decided = [
        _decision(dict(r._mapping), withdrawals.get(r.id)) for r in rows if r.withdraws is None
    ]
    return decided[::-1]


def find(connection: sa.Connection, decision: str) -> Decision | None:
    """One decision by its id."""
    item = connection.scalar(sa.select(table.c.item_sha256).where(table.c.id == decision))
    decided = find_for_item(connection, item) if item is not None else []
    return next((candidate for candidate in decided if candidate.id == decision), None)


def current_decisions(decided: Iterable[Decision]) -> list[Decision]:
    """The newest decision of each key on each clip that was not withdrawn.

    decided: newest first, as `find_for_item` returns them.
    """
    newest: dict[tuple[str, str], Decision] = {}
    for decision in decided:
        if decision.withdrawn_at is None:
            newest.setdefault((decision.key, decision.clip), decision)
    return list(newest.values())


def disputed_clips(decided: Iterable[Decision]) -> list[str]:
    """The clips on which current decisions differ; CANNOT_TELL agrees with any other."""
    views: dict[str, set[Choice]] = {}
    for decision in current_decisions(decided):
        if decision.decision is not Choice.CANNOT_TELL:
            views.setdefault(decision.clip, set()).add(decision.decision)
    return sorted(clip for clip, choices in views.items() if len(choices) > 1)


def _row(
    pair: Pair,
    key: str,
    key_name: str,
    decision: str,
    note: str,
    now: datetime,
    expires_at: datetime | None,
    *,
    share_note: bool,
) -> dict[str, Any]:
    return {
        "id": secrets.token_urlsafe(16),
        "check": pair.check,
        "item_sha256": pair.item_sha256,
        "clip": pair.clip,
        "clip_sha256": pair.clip_sha256,
        "key": key,
        "key_name": key_name,
        "decision": decision,
        "note": note,
        "note_shared": int(share_note),
        "withdraws": None,
        "made_at": format_timestamp(now),
        "expires_at": format_timestamp(expires_at) if expires_at is not None else None,
    }


def _decision(row: dict[str, Any], withdrawn_at: str | None) -> Decision:
    return Decision(
        id=row["id"],
        check=row["check"],
        item_sha256=row["item_sha256"],
        clip=row["clip"],
        key=row["key"],
        by=row["key_name"],
        decision=Choice(row["decision"]),
        note=row["note"],
        made_at=row["made_at"],
        withdrawn_at=withdrawn_at,
        note_shared=bool(row["note_shared"]),
        check_key=row.get("check_key"),
    )
