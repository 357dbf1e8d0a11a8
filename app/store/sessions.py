"""Sessions: what a page that signed in with a key uses instead of the key.

The cookie's value is random; only its SHA-256 is stored. The token against forged requests (CSRF)
is derived from the cookie's value, which the page's scripts cannot read and other sites do not
know: so it can be sent again to a reloaded page, and is never stored either.
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
from app.store.timestamps import format_timestamp

_CSRF: Final = b"firstseen.csrf/1"
CLOCK_TOLERANCE: Final = timedelta(minutes=1)  # by which a clock is set right without notice
_MAX_HASHED: Final = 256  # bytes of a cookie's value that are hashed; a real one has 43


@dataclass(frozen=True, slots=True)
class Session:
    """A valid session. csrf: token that every request that changes something must send."""

    key: keys.Key
    csrf: str
    expires_at: str


def create(
    connection: sa.Connection, key: keys.Key, lifetime_s: float, now: datetime
) -> tuple[Session, str]:
    """Start a session of a key; returns it and its cookie's value. Expired sessions are deleted."""
    latest = audit_log.latest_time(connection, now)
    connection.execute(sessions.delete().where(sessions.c.expires_at <= latest))
    value = secrets.token_urlsafe(32)
    session = Session(key, _csrf(value), format_timestamp(now + timedelta(seconds=lifetime_s)))
    connection.execute(
        sessions.insert().values(
            hash=_digest(value),
            key=key.id,
            csrf_hash=_digest(session.csrf),
            created_at=format_timestamp(now),
            expires_at=session.expires_at,
        )
    )
    audit_log.append_entry(connection, key.id, "session.start", key.id)
    return session, value


def find(connection: sa.Connection, value: str, now: datetime) -> Session | None:
    """The session of a cookie's value; None once it or its key has ended.

    The clock may have been set back since: a session that has not begun yet has ended, and time
    never stands before the newest entry of the audit log.
    """
    row = connection.execute(
        sa.select(sessions).where(sessions.c.hash == _digest(value))
    ).one_or_none()
    time = audit_log.latest_time(connection, now)
    if row is None or row.expires_at <= time:
        return None
    if row.created_at > format_timestamp(now + CLOCK_TOLERANCE):
        return None
    key = keys.find(connection, row.key)
    return Session(key, _csrf(value), row.expires_at) if key.is_valid(time) else None


def has_ended(connection: sa.Connection, value: str, now: datetime) -> bool:
    """Whether there is a session of this value that is no longer valid: `discard` it."""
    known = sa.select(sa.exists().where(sessions.c.hash == _digest(value)))
    return bool(connection.scalar(known)) and find(connection, value, now) is None


def discard(connection: sa.Connection, value: str) -> None:
    """Delete a session that has ended, so that no clock makes it valid again."""
    connection.execute(sessions.delete().where(sessions.c.hash == _digest(value)))


def csrf_matches(session: Session, csrf: str) -> bool:
    """Whether a request sent the session's own token."""
    return hmac.compare_digest(_digest(csrf), _digest(session.csrf))


def end(connection: sa.Connection, value: str) -> None:
    """Sign out: delete the session of a cookie's value."""
    key_query = sa.select(sessions.c.key).where(sessions.c.hash == _digest(value))
    key_id = connection.execute(key_query).scalar_one_or_none()
    if key_id is None:
        return
    connection.execute(sessions.delete().where(sessions.c.hash == _digest(value)))
    audit_log.append_entry(connection, key_id, "session.end", key_id)


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")[:_MAX_HASHED]).digest()


def _csrf(value: str) -> str:
    token = hmac.digest(value.encode("utf-8", "surrogatepass"), _CSRF, "sha256")
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()
