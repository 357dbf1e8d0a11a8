"""The wire format of keys."""

from typing import Annotated

from pydantic import Field

from app.api.schemas.wire_record import Wire
from app.store.keys import MAX_DAYS, MAX_GRACE_S, MAX_NAME_CHARS, Key, Scope

type Days = Annotated[
    int | None,
    Field(ge=1, le=MAX_DAYS, description="After which the key ends; null: never, or as before."),
]


class NewKey(Wire):
    name: str = Field(min_length=1, max_length=MAX_NAME_CHARS, examples=["night desk"])
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope), examples=[["check"]])
    days: Days = None


class RotationIn(Wire):
    """How a key gets another secret."""

    grace_s: int = Field(
        default=0,
        ge=0,
        le=MAX_GRACE_S,
        description="For how long the secret before is good as well; 0: not at all.",
    )
    days: Days = None


class KeyOut(Wire):
    """A key, without its secret."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: str
    revoked_at: str | None
    expires_at: str | None
    rotated_at: str | None
    old_secret_until: str | None

    @classmethod
    def from_key(cls, key: Key) -> "KeyOut":
        return cls(
            id=key.id,
            name=key.name,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            revoked_at=key.revoked_at,
            expires_at=key.expires_at,
            rotated_at=key.rotated_at,
            old_secret_until=key.old_secret_until,
        )


class KeysOut(Wire):
    keys: list[KeyOut]


class MadeKeyOut(Wire):
    """A new key. `secret` is shown this once."""

    key: KeyOut
    secret: str
