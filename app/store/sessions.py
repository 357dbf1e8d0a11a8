"""Sessions: what a page that signed in with a key holds instead of it.

The cookie's value is random; stored is its SHA-256. The token against forged requests (CSRF) is
made from the cookie's value, which the page's scripts cannot read and other sites do not know: so
it can be told again to a page that was loaded anew, and is never stored either.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.store import audit_log, keys
from app.store.schema import sessions
from app.store.timestamps import written

_CSRF: Final = b"firstseen.csrf/1"
_MAX_HASHED: Final = 256  # bytes of what a cookie may hold out to us; a real value has 43


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds. csrf: what every request that changes something must bring along."""

    key: keys.Key
    csrf: str
    expires_at: str


def create(
    connection: sa.Connection, key: keys.Key, lifetime_s: float, now: datetime
) -> tuple[Session, str]:
    """A new session of a key, and the value for its cookie. Sessions that ended are cleared."""
    connection.execute(sessions.delete().where(sessions.c.expires_at <= written(now)))
    value = secrets.token_urlsafe(32)
    session = Session(key, _csrf(value), written(now + timedelta(seconds=lifetime_s)))
    connection.execute(
        sessions.insert().values(
            hash=_digest(value),
            key=key.id,
            csrf_hash=_digest(session.csrf),
            created_at=written(now),
            expires_at=session.expires_at,
        )
    )
    audit_log.note(connection, key.id, "session.start", key.id)
    return session, value


def find(connection: sa.Connection, value: str, now: datetime) -> Session | None:
    """The session of a cookie's value; None once it has ended or its key was revoked."""
    row = connection.execute(
        sa.select(sessions).where(sessions.c.hash == _digest(value))
    ).one_or_none()
    if row is None or row.expires_at <= written(now):
        return None
    key = keys.find(connection, row.key)
    return None if key.revoked_at is not None else Session(key, _csrf(value), row.expires_at)


def holds(session: Session, csrf: str) -> bool:
    """Whether a request brought the session's own token along."""
    return hmac.compare_digest(_digest(csrf), _digest(session.csrf))


def end(connection: sa.Connection, value: str) -> None:
    """Sign out: the session is gone, and its cookie good for nothing."""
    found = sa.select(sessions.c.key).where(sessions.c.hash == _digest(value))
    key_id = connection.execute(found).scalar_one_or_none()
    if key_id is None:
        return
    connection.execute(sessions.delete().where(sessions.c.hash == _digest(value)))
    audit_log.note(connection, key_id, "session.end", key_id)


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")[:_MAX_HASHED]).digest()


def _csrf(value: str) -> str:
    token = hmac.digest(value.encode("utf-8", "surrogatepass"), _CSRF, "sha256")
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()
