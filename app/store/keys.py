"""Keys: who may use the service, and for what.

A key is `fsk_` and 43 characters that nobody can guess (256 bits). It is shown once, when it is
made. Only its SHA-256 is stored, which is enough for a secret that no list of passwords contains.
A revoked key stays as a row: checks and the audit log refer to it.

A key may have an end, after which it is refused as a revoked one is. Rotating gives it another
secret: its checks, its scopes and its end stay, its sessions end. The secret before ends at once,
or is good for a stated time of grace, for programs that cannot all change at one moment.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import sqlalchemy as sa

from app.store import audit_log
from app.store.errors import KeyEnded, KeyNotUnderstood, KeyUnknown
from app.store.schema import keys, sessions
from app.store.timestamps import format_timestamp
from hashing.message import Message, Param

PREFIX: Final = "fsk_"
MAX_NAME_CHARS: Final = 100
MAX_DAYS: Final = 3660  # ten years
MAX_GRACE_S: Final = 30 * 86_400
_PATTERN: Final = re.compile(r"fsk_[A-Za-z0-9_-]{43}")
_MAX_HASHED: Final = 256  # bytes of what is presented as a key; a real one has 47
# control characters, those that change the direction of text, surrogates
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Scope(StrEnum):
    """What a key may be allowed to do."""

    CHECK = "check"  # own checks: start, read, cancel, delete, decide, alerts
    LIBRARY_READ = "library:read"
    LIBRARY_WRITE = "library:write"
    READ_ALL = "checks:read-all"  # the checks of other keys too
    REVEAL = "reveal"  # faces and identifying metadata of one check, for a while
    ADMIN = "admin"  # keys and the audit log


ALL_SCOPES: Final = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Key:
    """One key, without its secret, which only its holder has."""

    id: str
    name: str
    scopes: frozenset[Scope]
    created_at: str
    revoked_at: str | None = None
    expires_at: str | None = None
    rotated_at: str | None = None
    old_secret_until: str | None = None

    def is_valid(self, time: str) -> bool:
        """Whether it may be used at this time, as the columns store it."""
        return self.revoked_at is None and (self.expires_at is None or time < self.expires_at)


def parse_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Scopes by name. Raises KeyNotUnderstood, listing the known ones, for others or none."""
    requested = frozenset(names)
    unknown = sorted(requested - {scope.value for scope in Scope})
    if unknown or not requested:
        params: dict[str, Param] = {"known": ", ".join(Scope)}
        if unknown:
            params["scope"] = unknown[0]
        raise KeyNotUnderstood(Message("error-scope" if unknown else "error-no-scope", params))
    return frozenset(Scope(name) for name in requested)


def create(
    connection: sa.Connection,
    name: str,
    scopes: Iterable[str],
    actor: str,
    now: datetime,
    days: int | None = None,
) -> tuple[Key, str]:
    """Make a key; returns it and its secret, which cannot be read again. actor: for the audit log.

    days: after which it ends; None: never. Raises KeyNotUnderstood for a name, scopes or days that
    are not valid.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_CHARS or _UNFIT.search(name):
        raise KeyNotUnderstood(Message("error-key-name", {"max": MAX_NAME_CHARS}))
    key = Key(
        secrets.token_hex(8),
        name,
        parse_scopes(scopes),
        format_timestamp(now),
        expires_at=_end(days, now),
    )
    secret = _new_secret()
    connection.execute(
        keys.insert().values(
            id=key.id,
            name=key.name,
            hash=_digest(secret),
            scopes=" ".join(sorted(key.scopes)),
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
    )
    detail = " ".join([*sorted(key.scopes), *_days_detail(days)])
    audit_log.append_entry(connection, actor, "key.create", key.id, detail)
    return key, secret


def rotate(
    connection: sa.Connection,
    key_id: str,
    actor: str,
    now: datetime,
    grace_s: int = 0,
    days: int | None = None,
) -> tuple[Key, str]:
    """Give a key another secret; returns the key and that secret. Its sessions end.

    grace_s: for how long the secret before is good as well; 0: not at all. A second rotation ends
    what was left of the first one's grace. days: a new end, so many days from now; None: its end
    stays. Raises KeyUnknown, KeyEnded, KeyNotUnderstood.
    """
    key = find(connection, key_id)
    if key.revoked_at is not None:
        raise KeyEnded(Message("error-key-revoked"))
    if days is None and not key.is_valid(audit_log.latest_time(connection, now)):
        raise KeyEnded(Message("error-key-expired"))
    if not 0 <= grace_s <= MAX_GRACE_S:
        raise KeyNotUnderstood(Message("error-key-grace", {"max": MAX_GRACE_S}))
    secret, row = _new_secret(), keys.c.id == key_id
    old_hash = connection.scalar(sa.select(keys.c.hash).where(row))
    connection.execute(
        keys.update()
        .where(row)
        .values(
            hash=_digest(secret),
            rotated_at=format_timestamp(now),
            old_hash=old_hash if grace_s else None,
            old_until=format_timestamp(now + timedelta(seconds=grace_s)) if grace_s else None,
            expires_at=key.expires_at if days is None else _end(days, now),
        )
    )
    connection.execute(sessions.delete().where(sessions.c.key == key_id))
    detail = " ".join([f"grace:{grace_s}", *_days_detail(days)])
    audit_log.append_entry(connection, actor, "key.rotate", key_id, detail)
    return find(connection, key_id), secret


def _new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _end(days: int | None, now: datetime) -> str | None:
    """Raises KeyNotUnderstood."""
    if days is None:
        return None
    if not 1 <= days <= MAX_DAYS:
        raise KeyNotUnderstood(Message("error-key-days", {"max": MAX_DAYS}))
    return format_timestamp(now + timedelta(days=days))


def _days_detail(days: int | None) -> list[str]:
    return [] if days is None else [f"days:{days}"]


def list_keys(connection: sa.Connection) -> list[Key]:
    """All keys, oldest first, revoked ones included."""
    rows = connection.execute(sa.select(keys).order_by(keys.c.created_at, keys.c.id))
    return [_key(row) for row in rows]


def find(connection: sa.Connection, key_id: str) -> Key:
    """One key by its id. Raises KeyUnknown."""
    row = connection.execute(sa.select(keys).where(keys.c.id == key_id)).one_or_none()
    if row is None:
        raise KeyUnknown(Message("error-no-such-key"))
    return _key(row)


def revoke(connection: sa.Connection, key_id: str, actor: str, now: datetime) -> Key:
    """Revoke a key and end its sessions. One that was revoked before stays as it is.

    Raises KeyUnknown.
    """
    if find(connection, key_id).revoked_at is None:
        connection.execute(
            keys.update().where(keys.c.id == key_id).values(revoked_at=format_timestamp(now))
        )
        audit_log.append_entry(connection, actor, "key.revoke", key_id)
    connection.execute(sessions.delete().where(sessions.c.key == key_id))
    return find(connection, key_id)


def authenticate(connection: sa.Connection, secret: str, now: datetime) -> Key | None:
    """The key with this secret; None for a revoked or expired key or anything else.

    The secret before a rotation is good until its grace ends. Does the same work for any input:
    one hash over a bounded text, one look-up, one comparison in constant time. What is looked up is
    a hash, so its timing reveals nothing about a key.
    """
    digest = _digest(secret)
    time = audit_log.latest_time(connection, now)
    in_grace = (keys.c.old_hash == digest) & (keys.c.old_until > time)
    has_secret = (keys.c.hash == digest) | in_grace
    row = connection.execute(sa.select(keys).where(has_secret)).one_or_none()
    stored = (row.hash, row.old_hash or b"") if row is not None else (bytes(len(digest)), b"")
    same = [hmac.compare_digest(secret_hash, digest) for secret_hash in stored]
    valid = any(same) and _PATTERN.fullmatch(secret) is not None
    return _key(row) if valid and row is not None and _key(row).is_valid(time) else None


def any_key_exists(connection: sa.Connection) -> bool:
    """Whether a key was ever made here, revoked or not."""
    return bool(connection.execute(sa.select(sa.exists(sa.select(keys.c.id)))).scalar_one())


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")[:_MAX_HASHED]).digest()


def _key(row: sa.Row[tuple[object, ...]]) -> Key:
    known = {scope.value for scope in Scope}  # a newer version's scopes give nothing here
    scopes = frozenset(Scope(name) for name in row.scopes.split() if name in known)
    return Key(
        row.id,
        row.name,
        scopes,
        row.created_at,
        row.revoked_at,
        row.expires_at,
        row.rotated_at,
        row.old_until,
    )
