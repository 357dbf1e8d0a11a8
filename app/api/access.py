"""Who asks, and whether they may: the one dependency that every route but the open ones has.

A request shows a key (`Authorization: Bearer fsk_…`), or the cookie of a session that a page got
for one. A browser sends cookies along unasked, so a request by cookie that could change anything
must also bring the session's token in `X-Firstseen-CSRF`, which only a script of our own page can
know. Keys are looked up at each request: a revoked one is refused at once, whoever revoked it.
"""

import ipaddress
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.api.dependencies import store_of
from app.api.rate_limits import Buckets
from app.settings import Settings
from app.store import keys, sessions
from app.store.data_folder import Store
from app.store.keys import Key, Scope
from app.store.sessions import Session
from app.store.timestamps import now

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
    description=f"The page's session. What changes anything needs the header {CSRF_HEADER} too.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The key that a request was made with. session: where it came by a cookie."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    session: Session | None = None

    def has(self, scope: str) -> bool:
        return scope in self.scopes


@dataclass(frozen=True, slots=True)
class Limits:
    """How often keys may ask, and addresses may be wrong."""

    requests: Buckets  # by key id
    failures: Buckets  # by address

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(
            Buckets(settings.requests_per_minute), Buckets(settings.failed_sign_ins_per_minute)
        )


def may(*scopes: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency that gives the Caller, whose key has all of these scopes.

    Raises ValueError at once for a scope that is none. Answers 401, 403 or 429 else.
    """
    wanted = frozenset(Scope(scope) for scope in scopes)

    async def caller(
        request: Request,
        _bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
        _cookie: Annotated[str | None, Security(_SESSION)],
    ) -> Caller:
        asking = await _identified(request)
        count_request(request, asking.key_id)
        missing = sorted(wanted - asking.scopes)
        if missing:
            raise HTTPException(403, f"this key lacks the scope {missing[0]}")
        return asking

    return caller


async def _identified(request: Request) -> Caller:
    """Who asks. A key in the header goes before a cookie, valid or not."""
    if request.headers.getlist("authorization"):
        secret = bearer_of(request)
        key = await run_in_threadpool(_key, store_of(request), secret) if secret else None
        if key is None:
            raise failed_sign_in(request)
        return caller_of(key)
    value = request.cookies.get(COOKIE)
    session = await run_in_threadpool(_session, store_of(request), value) if value else None
    if session is None:
        raise unknown_caller("a key is needed" if value is None else "this session has ended")
    if request.method not in SAFE_METHODS:
        tokens = request.headers.getlist(CSRF_HEADER)
        if len(tokens) != 1 or not sessions.holds(session, tokens[0]):
            raise HTTPException(403, f"the header {CSRF_HEADER} with the session's token is needed")
    return caller_of(session.key, session)


def bearer_of(request: Request) -> str | None:
    """The key in the Authorization header, of which there is exactly one."""
    headers = request.headers.getlist("authorization")
    scheme, _, secret = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    return secret.strip() or None if scheme.lower() == "bearer" else None


def caller_of(key: Key, session: Session | None = None) -> Caller:
    return Caller(key.id, key.name, key.scopes, session)


def limits_of(request: Request) -> Limits:
    limits: Limits = request.app.state.limits
    return limits


def count_request(request: Request, key_id: str) -> None:
    """Raises the answer to a key that asks too often."""
    wait = limits_of(request).requests.take(key_id)
    if wait is not None:
        raise too_often(wait, "this key asks too often")


def failed_sign_in(request: Request) -> HTTPException:
    """The answer to a key that is none: 401, or 429 to an address that was wrong too often.

    A right key is let through whatever others at its address did: behind one proxy they all share
    it. The limit keeps guessing from costing us anything; that guessing is hopeless is the key's
    own length.
    """
    address = request.client.host if request.client is not None else ""
    wait = limits_of(request).failures.take(client_network(address))
    if wait is not None:
        return too_often(wait, "too many wrong keys from this address")
    return unknown_caller("this is no key of this service, or it was revoked")


def client_network(address: str) -> str:
    """What one client has of the net: an IPv4 address, or the 64 bits of IPv6 that it is given."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address  # of a test, or a socket in the file system
    if ip.version == 4:
        return str(ip)
    mapped = ip.ipv4_mapped  # how a socket of both kinds tells of IPv4
    return str(mapped) if mapped else str(ipaddress.ip_network((ip, 64), strict=False))


def unknown_caller(why: str) -> HTTPException:
    return HTTPException(401, why, {"WWW-Authenticate": "Bearer"})


def too_often(wait_s: float, why: str) -> HTTPException:
    return HTTPException(429, why, {"Retry-After": str(max(1, math.ceil(wait_s)))})


def _key(store: Store, secret: str) -> Key | None:
    with store.reading() as connection:
        return keys.authenticate(connection, secret)


def _session(store: Store, value: str) -> Session | None:
    with store.reading() as connection:
        return sessions.find(connection, value, now())


def visible_key(caller: Caller) -> str | None:
    """The key whose checks a caller may see: its own; None with `checks:read-all`, for all."""
    return None if caller.has(READ_ALL) else caller.key_id
