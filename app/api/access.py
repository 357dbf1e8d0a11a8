"""Authentication and scopes: the one dependency that every route but the open ones has.

A request carries a key (`Authorization: Bearer fsk_…`), or the cookie of a session that a page got
for one. A browser sends cookies by itself, so a request by cookie that could change anything must
also carry the session's token in `X-Firstseen-CSRF`, which only a script of our own page can know.
Keys are looked up at each request: a revoked one is refused at once.
"""

import contextlib
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool

from app.api.dependencies import store_of
from app.api.problem_json import Refusal
from app.api.rate_limits import Buckets, Slots, client_network
from app.settings import Settings
from app.store import keys, sessions
from app.store.data_folder import Store
from app.store.errors import StoreUnusable
from app.store.keys import Key, Scope
from app.store.sessions import Session
from app.store.timestamps import now
from hashing.message import Message

COOKIE: Final = "firstseen_session"
CSRF_HEADER: Final = "X-Firstseen-CSRF"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
READ_ALL: Final = "checks:read-all"

_BEARER: Final = HTTPBearer(
    scheme_name="key", description="A key, as `firstseen keys create` prints it.", auto_error=False
)
_SESSION: Final = APIKeyCookie(
    name=COOKIE,
    scheme_name="session",
    description=f"The page's session. Changes need the header {CSRF_HEADER} too.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The key that a request was made with. session: set where a cookie authenticated it."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    session: Session | None = None
    expires_at: str | None = None  # of the key

    def has(self, scope: str) -> bool:
        return scope in self.scopes


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests and uploads of keys, and failed sign-ins of addresses."""

    requests: Buckets  # by key id
    failures: Buckets  # by address
    uploads: Slots  # by key id

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(
            Buckets(settings.requests_per_minute),
            Buckets(settings.failed_sign_ins_per_minute),
            Slots(settings.uploads_of_key),
        )


def require_scopes(*scopes: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency that returns the Caller, whose key has all of these scopes.

    Raises ValueError at once for an unknown scope. Otherwise the answer is 401, 403 or 429.
    """
    required = frozenset(Scope(scope) for scope in scopes)

    async def caller(
        request: Request,
        _bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
        _cookie: Annotated[str | None, Security(_SESSION)],
    ) -> Caller:
        identified = await _identify_caller(request)
        count_request(request, identified.key_id)
        missing = sorted(required - identified.scopes)
        if missing:
            raise Refusal(403, Message("error-key-lacks-scope", {"scope": missing[0]}))
        return identified

    return caller


async def _identify_caller(request: Request) -> Caller:
    """Authenticate the request. A key in the header, valid or not, goes before a cookie."""
    if request.headers.getlist("authorization"):
        secret = bearer_token(request)
        key = await run_in_threadpool(_key, store_of(request), secret) if secret else None
        if key is None:
            raise sign_in_failure(request)
        return caller_of(key)
    value = request.cookies.get(COOKIE)
    session = await run_in_threadpool(_session, store_of(request), value) if value else None
    if session is None:
        raise unauthenticated("error-key-needed" if value is None else "error-session-ended")
    if request.method not in SAFE_METHODS:
        tokens = request.headers.getlist(CSRF_HEADER)
        if len(tokens) != 1 or not sessions.csrf_matches(session, tokens[0]):
            raise Refusal(403, Message("error-csrf", {"header": CSRF_HEADER}))
    return caller_of(session.key, session)


def bearer_token(request: Request) -> str | None:
    """The key in the Authorization header; None unless there is exactly one such header."""
    headers = request.headers.getlist("authorization")
    scheme, _, secret = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    return secret.strip() or None if scheme.lower() == "bearer" else None


def caller_of(key: Key, session: Session | None = None) -> Caller:
    return Caller(key.id, key.name, key.scopes, session, key.expires_at)


def limits_of(request: Request) -> Limits:
    limits: Limits = request.app.state.limits
    return limits


def count_request(request: Request, key_id: str) -> None:
    """Count a request of a key. Raises the answer 429 where it makes too many."""
    wait = limits_of(request).requests.take(key_id)
    if wait is not None:
        raise too_many_requests(wait, "error-too-many-requests")


def sign_in_failure(request: Request) -> Refusal:
    """The answer to an unknown key: 401, or 429 to an address that failed too often.

    A valid key is accepted whatever others at its address did: behind one proxy they all share it.
    The limit keeps guessing cheap for us; the length of a key makes guessing hopeless.
    """
    address = request.client.host if request.client is not None else ""
    wait = limits_of(request).failures.take(client_network(address))
    if wait is not None:
        return too_many_requests(wait, "error-too-many-wrong-keys")
    return unauthenticated("error-not-a-key")


def unauthenticated(why: str) -> Refusal:
    """why: the id of a message."""
    return Refusal(401, Message(why), {"WWW-Authenticate": "Bearer"})


def too_many_requests(wait_s: float, why: str) -> Refusal:
    """why: the id of a message."""
    return Refusal(429, Message(why), {"Retry-After": str(max(1, math.ceil(wait_s)))})


def _key(store: Store, secret: str) -> Key | None:
    with store.reading() as connection:
        return keys.authenticate(connection, secret, now())


def _session(store: Store, value: str) -> Session | None:
    """The session of a cookie; one that has ended is deleted at once."""
    with store.reading() as connection:
        session = sessions.find(connection, value, now())
        ended = session is None and sessions.has_ended(connection, value, now())
    if ended:
        with contextlib.suppress(StoreUnusable), store.writing() as connection:
            sessions.discard(connection, value)
    return session


def visible_key(caller: Caller) -> str | None:
    """The key whose checks a caller may see: its own; None with `checks:read-all`, for all."""
    return None if caller.has(READ_ALL) else caller.key_id
