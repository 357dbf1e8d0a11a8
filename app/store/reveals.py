"""Who may see faces or identifying metadata of one check for a while.

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
from app.store.timestamps import now, written

LASTS: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Revealed:
    """What one key may see of one check now."""

    faces: bool = False
    metadata: bool = False


def grant(
    connection: sa.Connection,
    check: str,
    key: str,
    faces: bool,
    metadata: bool,
    reason: str,
    moment: datetime,
) -> str:
    """Let a key see it until the moment that is returned; the audit log says so.

    Raises ValueError where nothing is to be shown.
    """
    shown = [word for word, wanted in (("faces", faces), ("metadata", metadata)) if wanted]
    if not shown:
        raise ValueError("a reveal shows faces, metadata, or both")
    until = written(moment + LASTS)
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
    audit_log.note(connection, key, "check.reveal", check, " ".join(shown))
    return until


def of(connection: sa.Connection, check: str, key: str, moment: datetime) -> Revealed:
    """What this key may see of this check at this moment."""
    faces, metadata = connection.execute(
        sa.select(sa.func.max(table.c.faces), sa.func.max(table.c.metadata)).where(
            table.c.check == check, table.c.key == key, table.c.until > written(moment)
        )
    ).one()
    return Revealed(bool(faces), bool(metadata))


def require(
    connection: sa.Connection,
    check: str,
    key: str,
    faces: bool = False,
    metadata: bool = False,
) -> None:
    """Raises NotRevealed where this key may not see that of this check at this moment."""
    allowed = of(connection, check, key, now())
    if faces and not allowed.faces:
        raise NotRevealed("faces are shown only after this key revealed them")
    if metadata and not allowed.metadata:
        raise NotRevealed("identifying metadata is shown only after this key revealed it")
