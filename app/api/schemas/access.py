"""The wire format of keys, sessions, the audit log and problems."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.store.audit_log import Entry
from app.store.keys import MAX_DAYS, MAX_GRACE_S, MAX_NAME_CHARS, Key, Scope


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProblemOut(Wire):
    """What the service refuses or cannot do (RFC 9457)."""

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="For people, in English.")
    id: str = Field(description="Of the message that `detail` is, in the catalogue of messages.")
    params: dict[str, Any] = Field(description="What the message is filled in with.")


class SignIn(Wire):
    key: str = Field(max_length=200, examples=["fsk_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"])


class HolderOut(Wire):
    """The key that a request was made with."""

    id: str
    name: str
    scopes: list[Scope]
    expires_at: str | None = Field(description="When the key ends by itself; null: never.")


class SessionOut(Wire):
    """Who makes the request. With a key in the header, `csrf` and `expires_at` are null."""

    key: HolderOut
    csrf: str | None
    expires_at: str | None


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


class EntryOut(Wire):
    """One entry of the audit log."""

    number: int
    at: str
    actor: str
    action: str
    object: str
    detail: str
    hash: str

    @classmethod
    def from_entry(cls, entry: Entry) -> "EntryOut":
        return cls(
            number=entry.number,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            object=entry.object,
            detail=entry.detail,
            hash=entry.hash.hex(),
        )


class AuditOut(Wire):
    """A page of the audit log; `next` is the `after` of the next page, null on the last."""

    entries: list[EntryOut]
    next: int | None
    head: str


class CompatKeyOut(Wire):
    name: str
    scopes: list[Scope]


class CompatOut(Wire):
    """What a page or an extension must know before it uses the rest."""

    api: Literal[1]
    version: str
    features: list[str]
    oldest_extension: str
    key: CompatKeyOut


PROBLEM_SCHEMA: dict[str, Any] = ProblemOut.model_json_schema()
