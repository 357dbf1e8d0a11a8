"""Request guard: Host and Origin checks, body limits, security headers.

Any page open in the same browser can send requests to the service, wherever it listens. So the
service answers to its own names only (a rebound name would be another), refuses requests that a
page of another origin started, and lets no other origin read or frame anything.

Two kinds of other origins may call it, with a key in the Authorization header:

- Origins in the setting `origins`. They get CORS headers and an answer to their preflight.
- Pages of browser extensions, which with the user's permission for this host send and read without
  CORS. Observed in Chromium: GET has no Origin, other methods have `chrome-extension://…`; the
  Sec-Fetch-Site is `none`; our own page's cookie is sent, SameSite or not, unless the extension
  omits it. Accepting these is safe: a web page cannot set Authorization without a preflight, which
  is refused to all but the configured origins; a browser itself adds a cookie, or Basic, but never
  Bearer; and a page cannot choose its Origin. A cookie beside a key is ignored (app.api.access), so
  the request has the rights of its key.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from app.api.problem_json import Refusal, problem
from hashing.message import Message

OWN_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
TRUSTED_SITES: Final = frozenset({"same-origin", "none"})  # none: typed in, or a bookmark
EXTENSIONS: Final = ("chrome-extension://", "moz-extension://", "safari-web-extension://")
UPLOADS: Final = frozenset({"/v1/checks", "/v1/clips"})
MAX_BODY_BYTES: Final = 262_144  # of every request that is no upload
HOST: Final = re.compile(
    r"(?:(?P<name>[A-Za-z0-9._-]+)|\[(?P<address>[0-9A-Fa-f:.]+)\])(?::(?P<port>[0-9]{1,5}))?"
)
MAX_PORT: Final = 65_535
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
_OTHER_PAGE: Final = Message("error-other-page")


@dataclass(frozen=True, slots=True)
class Policy:
    """Which requests are answered, from the settings."""

    names: frozenset[str]  # host names that the service answers to
    proxied: frozenset[str]  # those of the names that may be behind a proxy's TLS
    origins: frozenset[str]  # other origins that may call it with a key

    def refusal(self, method: str, headers: Headers, scheme: str) -> Message | None:
        """Why this request is refused; None where it is not."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_name(hosts[0]) not in self.names:
            return Message("error-own-name")
        own_origins = {f"{scheme}://{hosts[0]}".lower()}
        if host_name(hosts[0]) in self.proxied:
            own_origins.add(f"https://{hosts[0]}".lower())
        other_origins = [
            o for origin in headers.getlist("origin") if (o := origin.lower()) not in own_origins
        ]
        if not all(self._may_call(origin, method, headers) for origin in other_origins):
            return _OTHER_PAGE
        site = headers.get("sec-fetch-site", "none")
        if (
            site in TRUSTED_SITES
            or other_origins
            or _is_navigation(method, headers)
            or _has_key(headers)
        ):
            return None
        return _OTHER_PAGE

    def _may_call(self, origin: str, method: str, headers: Headers) -> bool:
        if origin in self.origins:
            return _has_key(headers) or is_preflight(method, headers)
        return origin.startswith(EXTENSIONS) and _has_key(headers)

    def cors_origin(self, headers: Headers) -> str | None:
        """The other origin that may read the answer; None where there is none."""
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
        """names, proxied: further host names that this service answers to; proxied ones may be
        behind a proxy's TLS. origins: other origins that may call it with a key.
        """
        self.app = app
        behind_proxy = frozenset(name.lower() for name in proxied)
        known_names = OWN_NAMES | {name.lower() for name in names} | behind_proxy
        self.policy = Policy(
            known_names, behind_proxy, frozenset(origin.lower() for origin in origins)
        )

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
            await problem(403, refusal)(scope, receive, _add_headers(send, None))
            return
        origin = self.policy.cors_origin(headers)
        send_with_headers = _add_headers(send, origin)
        if origin is not None and is_preflight(method, headers):
            await Response(status_code=204, headers=CORS_PREFLIGHT)(
                scope, receive, send_with_headers
            )
            return
        await self.app(
            scope,
            receive if _is_upload(scope, headers) else _limit_body(receive),
            send_with_headers,
        )


def is_preflight(method: str, headers: Headers) -> bool:
    return method == "OPTIONS" and "access-control-request-method" in headers


def _has_key(headers: Headers) -> bool:
    """Whether a key is in the header, which no web page can make a browser add."""
    keys = headers.getlist("authorization")
    return len(keys) == 1 and keys[0].lower().startswith("bearer ")


def _is_upload(scope: Scope, headers: Headers) -> bool:
    """Whether it is an upload: these are limited where they are written to disk."""
    return scope["path"] in UPLOADS and headers.get("content-type", "").lower().startswith(
        "multipart/form-data"
    )


def _is_navigation(method: str, headers: Headers) -> bool:
    """Whether someone followed a link: harmless, GET changes nothing and framing is forbidden."""
    return (
        method in SAFE_METHODS
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def host_name(host: str) -> str | None:
    """The name in a Host header, without port and brackets, in lower case; None where malformed.

    A name or IPv4 address, or an IPv6 address in brackets, and a port: uri-host [":" port] of
    RFC 9110, 7.2, without the user, the escapes and the lists that some parsers let pass.
    """
    parts = HOST.fullmatch(host)
    if parts is None or int(parts["port"] or 0) > MAX_PORT:
        return None
    return (parts["name"] or parts["address"]).lower()


def is_this_machine(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _limit_body(receive: Receive) -> Receive:
    """Limit the body of a request that a route reads into memory."""
    received_bytes = 0

    async def limited() -> Event:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > MAX_BODY_BYTES:
            raise Refusal(413, Message("error-body-too-large", {"max_bytes": MAX_BODY_BYTES}))
        return message

    return limited


def _add_headers(send: Send, origin: str | None) -> Send:
    """Add the security headers, and CORS headers for another origin that may read the answer."""

    async def with_headers(message: Event) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            if origin is not None:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = CORS_EXPOSED
                headers.add_vary_header("Origin")
        await send(message)

    return with_headers
