"""Reveals: which key may see faces or identifying metadata of one check, for a limited time.

Every function works inside a transaction that its caller began.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.store import audit_log
from app.store.errors import NotRevealed
from app.store.schema import reveals as table
from app.store.timestamps import format_timestamp, now
from hashing.message import Message

REVEAL_DURATION: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Reveal:
    """What one key may see of one check."""

    faces: bool = False
    metadata: bool = False


def grant(
    connection: sa.Connection,
    check: str,
    key: str,
    reason: str,
    time: datetime,
    *,
    faces: bool,
    metadata: bool,
) -> str:
    """Reveal faces, metadata or both to a key; returns until when. The audit log records it.

    Raises ValueError where nothing is to be shown.
    """
    kinds = [word for word, wanted in (("faces", faces), ("metadata", metadata)) if wanted]
    if not kinds:
        raise ValueError("a reveal shows faces, metadata, or both")
    until = format_timestamp(time + REVEAL_DURATION)
    connection.execute(
        table.insert().values(
            id=secrets.token_urlsafe(16),
            check=check,
            key=key,
            faces=int(faces),
            metadata=int(metadata),
            reason=reason,
            until=until,
        )
    )
    audit_log.append_entry(connection, key, "check.reveal", check, " ".join(kinds))
    return until


def find(connection: sa.Connection, check: str, key: str, time: datetime) -> Reveal:
    """What this key may see of this check at this time."""
    faces, metadata = connection.execute(
        sa.select(sa.func.max(table.c.faces), sa.func.max(table.c.metadata)).where(
            table.c.check == check, table.c.key == key, table.c.until > format_timestamp(time)
        )
    ).one()
    return Reveal(bool(faces), bool(metadata))


def require(
    connection: sa.Connection,
    check: str,
    key: str,
    *,
    faces: bool = False,
    metadata: bool = False,
) -> None:
    """Raise NotRevealed where this key may not see that of this check now."""
    allowed = find(connection, check, key, now())
    if faces and not allowed.faces:
        raise NotRevealed(Message("error-faces-not-revealed"))
    if metadata and not allowed.metadata:
        raise NotRevealed(Message("error-metadata-not-revealed"))
