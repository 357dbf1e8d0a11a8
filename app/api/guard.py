"""What keeps the service to its users: Host, Origin, size, and the headers of every answer.

Any page open in the same browser can send requests here, wherever the service listens. So it
answers to its own names only (a rebound name would be another), refuses what a page of another
origin started, and lets no other origin read or frame anything.

Two kinds of strangers may call it, with a key in the Authorization header:

- Origins that the setting `origins` names. They get CORS headers and an answer to their preflight.
- Pages of browser extensions, which with the user's permission for this host send and read without
  CORS. Seen in Chromium: GET has no Origin, other methods have `chrome-extension://…`; the
  Sec-Fetch-Site is `none`; our own page's cookie comes along, SameSite or not, unless the
  extension omits it. Nothing is lost by not refusing these. A web page cannot set Authorization
  without a preflight, which is refused to all but the named origins; what a browser adds by itself
  is a cookie, or Basic, never Bearer; and Origin is not a page's to choose. A cookie beside a key
  is not looked at (api_access), so the request is worth what its key is.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problem_json import problem

OWN_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES: Final = frozenset({"same-origin", "none"})  # none: typed in, or a bookmark
EXTENSIONS: Final = ("chrome-extension://", "moz-extension://", "safari-web-extension://")
UPLOADS: Final = frozenset({"/v1/checks", "/v1/clips"})
MAX_BODY_BYTES: Final = 262_144  # of what is no upload
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
    "Cache-Control": "no-store",
}
CORS_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}
CORS_EXPOSED: Final = "Location, Retry-After, Content-Disposition"
_ELSEWHERE: Final = "requests from other web pages are refused"


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may call, as the settings say."""

    names: frozenset[str]  # that the service answers to
    proxied: frozenset[str]  # of these, the names that may be behind TLS of a proxy
    origins: frozenset[str]  # of others, that may call it with a key

    def refusal(self, method: str, headers: Headers, scheme: str) -> str | None:
        """Why this request is not answered, or None."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_name(hosts[0]) not in self.names:
            return "this service answers to its own name only"
        own = {f"{scheme}://{hosts[0]}".lower()}
        if host_name(hosts[0]) in self.proxied:
            own.add(f"https://{hosts[0]}".lower())
        strangers = [o for origin in headers.getlist("origin") if (o := origin.lower()) not in own]
        if not all(self._may_call(origin, method, headers) for origin in strangers):
            return _ELSEWHERE
        site = headers.get("sec-fetch-site", "none")
        if site in OWN_SITES or strangers or _is_visit(method, headers) or _by_key(headers):
            return None
        return _ELSEWHERE

    def _may_call(self, origin: str, method: str, headers: Headers) -> bool:
        if origin in self.origins:
            return _by_key(headers) or is_preflight(method, headers)
        return origin.startswith(EXTENSIONS) and _by_key(headers)

    def shares_with(self, headers: Headers) -> str | None:
        """The origin of another page that may read the answer."""
        origin = headers.get("origin", "")
        return origin if origin.lower() in self.origins else None


class Guard:
    """ASGI middleware. A refused request never reaches a route, nor is its body read."""

    def __init__(
        self,
        app: ASGIApp,
        names: Iterable[str] = (),
        proxied: Iterable[str] = (),
        origins: Iterable[str] = (),
    ) -> None:
        """names, proxied: further host names that this service answers to; proxied ones may stand
        before TLS of a proxy. origins: of others that may call it with a key.
        """
        self.app = app
        behind = frozenset(name.lower() for name in proxied)
        known = OWN_NAMES | {name.lower() for name in names} | behind
        self.policy = Policy(known, behind, frozenset(origin.lower() for origin in origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        method, headers = scope["method"], Headers(scope=scope)
        refusal = self.policy.refusal(method, headers, scope.get("scheme", "http"))
        if refusal is not None:
            await problem(403, refusal)(scope, receive, _with_headers(send, None))
            return
        origin = self.policy.shares_with(headers)
        answering = _with_headers(send, origin)
        if origin is not None and is_preflight(method, headers):
            await Response(status_code=204, headers=CORS_PREFLIGHT)(scope, receive, answering)
            return
        await self.app(
            scope, receive if _is_upload(scope, headers) else _bounded(receive), answering
        )


def is_preflight(method: str, headers: Headers) -> bool:
    return method == "OPTIONS" and "access-control-request-method" in headers


def _by_key(headers: Headers) -> bool:
    """A request that no web page can make a browser send unasked."""
    keys = headers.getlist("authorization")
    return len(keys) == 1 and keys[0].lower().startswith("bearer ")


def _is_upload(scope: Scope, headers: Headers) -> bool:
    """Uploads are counted where they are written to disk."""
    return scope["path"] in UPLOADS and headers.get("content-type", "").lower().startswith(
        "multipart/form-data"
    )


def _is_visit(method: str, headers: Headers) -> bool:
    """Someone followed a link to here: harmless, as GET changes nothing and nothing is framed."""
    return (
        method in SAFE_METHODS
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def host_name(host: str) -> str:
    """The name in a Host header, without port and brackets, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.rpartition(":")[0].lower() if host.count(":") == 1 else host.lower()


def is_this_machine(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bounded(receive: Receive) -> Receive:
    """What is read into memory whole, by routes that are open too, has an end."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY_BYTES:
            raise HTTPException(413, f"expected at most {MAX_BODY_BYTES:,} bytes")
        return message

    return counted


def _with_headers(send: Send, origin: str | None) -> Send:
    """origin: of another page that may read the answer."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            if origin is not None:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = CORS_EXPOSED
                headers.add_vary_header("Origin")
        await send(message)

    return guarded
