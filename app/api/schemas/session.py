"""The wire format of sessions, and of what a client must know of the service first."""

from typing import Literal

from pydantic import Field

from app.api.schemas.wire_record import Wire
from app.store.keys import Scope


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
