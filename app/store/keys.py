"""Keys: who may use the service, and for what.

A key is `fsk_` and 43 characters that nobody can guess (256 bits). It is shown once, when it is
made. Only its SHA-256 is stored, which is enough for a secret that no list of passwords contains.
A revoked key stays as a row: checks and the audit log refer to it.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa

from app.store import audit_log
from app.store.errors import KeyNotUnderstood, KeyUnknown
from app.store.schema import keys, sessions
from app.store.timestamps import format_timestamp

PREFIX: Final = "fsk_"
MAX_NAME_CHARS: Final = 100
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


def parse_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Scopes by name. Raises KeyNotUnderstood, listing the known ones, for others or none."""
    requested = frozenset(names)
    unknown = sorted(requested - {scope.value for scope in Scope})
    if unknown or not requested:
        what = f"unknown scope {unknown[0]!r}" if unknown else "a key needs a scope"
        raise KeyNotUnderstood(f"{what}; known are {', '.join(Scope)}")
    return frozenset(Scope(name) for name in requested)


def create(
    connection: sa.Connection, name: str, scopes: Iterable[str], actor: str, now: datetime
) -> tuple[Key, str]:
    """Make a key; returns it and its secret, which cannot be read again. actor: for the audit log.

    Raises KeyNotUnderstood for a name or scopes that are not valid.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_CHARS or _UNFIT.search(name):
        raise KeyNotUnderstood(f"a key needs a name of 1 to {MAX_NAME_CHARS} characters")
    key = Key(secrets.token_hex(8), name, parse_scopes(scopes), format_timestamp(now))
    secret = PREFIX + secrets.token_urlsafe(32)
    connection.execute(
        keys.insert().values(
            id=key.id,
            name=key.name,
            hash=_digest(secret),
            scopes=" ".join(sorted(key.scopes)),
            created_at=key.created_at,
        )
    )
    audit_log.append_entry(connection, actor, "key.create", key.id, " ".join(sorted(key.scopes)))
    return key, secret


def list_keys(connection: sa.Connection) -> list[Key]:
    """All keys, oldest first, revoked ones included."""
    rows = connection.execute(sa.select(keys).order_by(keys.c.created_at, keys.c.id))
    return [_key(row) for row in rows]


def find(connection: sa.Connection, key_id: str) -> Key:
    """One key by its id. Raises KeyUnknown."""
    row = connection.execute(sa.select(keys).where(keys.c.id == key_id)).one_or_none()
    if row is None:
        raise KeyUnknown("there is no key of this id")
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


def authenticate(connection: sa.Connection, secret: str) -> Key | None:
    """The key with this secret; None for a revoked key or anything else.

    Does the same work for any input: one hash over a bounded text, one look-up, one comparison in
    constant time. What is looked up is a hash, so its timing reveals nothing about a key.
    """
    digest = _digest(secret)
    row = connection.execute(sa.select(keys).where(keys.c.hash == digest)).one_or_none()
    stored = row.hash if row is not None else bytes(len(digest))
    valid = hmac.compare_digest(stored, digest) and _PATTERN.fullmatch(secret) is not None
    return _key(row) if valid and row is not None and row.revoked_at is None else None


def any_key_exists(connection: sa.Connection) -> bool:
    """Whether a key was ever made here, revoked or not."""
    return bool(connection.execute(sa.select(sa.exists(sa.select(keys.c.id)))).scalar_one())


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")[:_MAX_HASHED]).digest()


def _key(row: sa.Row[tuple[object, ...]]) -> Key:
    known = {scope.value for scope in Scope}  # a newer version's scopes give nothing here
    scopes = frozenset(Scope(name) for name in row.scopes.split() if name in known)
    return Key(row.id, row.name, scopes, row.created_at, row.revoked_at)
