"""Download a media address to one file, each request through the checking proxy.

The HTTP library follows no redirect, retries nothing and reads nothing from the environment: each
hop is parsed, checked and requested here. Content alone decides whether an answer is media.
"""

import contextlib
import itertools
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import certifi
import urllib3

from app.fetch.egress_proxy import Proxy
from app.intake import media_type
from app.intake.item import Incoming, Item
from app.network.errors import FetchFailed, LinkTooLarge
from app.network.url_parsing import Link, resolve_redirect
from app.progress import OnProgress
from app.settings import Settings
from hashing.message import Message, Param

MAX_REDIRECTS = 5
CHUNK_BYTES = 65_536
SILENT_S = 60.0  # without a byte from the host
HEADERS = {  # names neither this program nor this machine
    "User-Agent": "Mozilla/5.0",
    "Accept": "video/*, image/*, */*;q=0.5",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
PAGES = ("text/html", "application/vnd.apple.mpegurl", "application/dash+xml")  # lead to media
MOVED = (301, 302, 303, 307, 308)
GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class NotMedia:
    """An answer that may be a page with media. reason: what came instead, for an error message."""

    link: Link
    reason: Message


def fetch_direct(
    link: Link, proxy: Proxy, folder: Path, settings: Settings, on_progress: OnProgress
) -> tuple[Item, Link] | NotMedia:
    """The file, under a random name in `folder`, and the link that gave it after redirects.

    Raises FetchRefused, FetchFailed, TooLarge, and what on_progress raises; then nothing stays in
    the folder.
    """
    for _ in range(MAX_REDIRECTS + 1):
        on_progress("fetch", 0.0)
        with _request(link, proxy, settings.fetch_certificates) as answer:
            location = answer.headers.get("Location")
            if answer.status not in MOVED or location is None:
                return _save(answer, link, folder, settings.max_bytes, on_progress)
        link = resolve_redirect(link, location, proxy.rules.allow.ports)
    raise FetchFailed(Message("error-fetch-redirects", {"max": MAX_REDIRECTS}))


def tls_context(certificates: Path | None) -> ssl.SSLContext:
    """Trusts the system's certificates, certifi's, and those of the setting."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if certificates is not None:
        context.load_verify_locations(certificates)
    return context


@contextlib.contextmanager
def _request(
    link: Link, proxy: Proxy, certificates: Path | None
) -> Iterator[urllib3.BaseHTTPResponse]:
    """The answer to one GET. Errors of the library become ours; the proxy's own come first."""
    client = urllib3.ProxyManager(
        proxy.address,
        proxy_headers=urllib3.make_headers(proxy_basic_auth=proxy.login),
        ssl_context=tls_context(certificates) if link.scheme == "https" else None,
        timeout=urllib3.Timeout(connect=SILENT_S, read=SILENT_S),
        retries=False,
    )
    try:
        with client:
            answer = client.request(
                "GET", link.url, headers=HEADERS, redirect=False, preload_content=False
            )
            with contextlib.closing(answer):
                _raise_problem(proxy)
                yield answer
                _raise_problem(proxy)
    except urllib3.exceptions.HTTPError as error:
        _raise_problem(proxy)
        if isinstance(error, urllib3.exceptions.SSLError):
            raise FetchFailed(Message("error-fetch-certificate", {"host": link.host})) from error
        raise FetchFailed(Message("error-fetch-broke-off", {"host": link.host})) from error


def _raise_problem(proxy: Proxy) -> None:
    if proxy.problem is not None:
        raise proxy.problem


def _save(
    answer: urllib3.BaseHTTPResponse,
    link: Link,
    folder: Path,
    max_bytes: int,
    on_progress: OnProgress,
) -> tuple[Item, Link] | NotMedia:
    """Save the body as a file, unless status or content say that it is no media."""
    if answer.status != 200:
        params: dict[str, Param] = {"host": link.host, "status": str(answer.status)}
        if answer.status < 400 or answer.status in GONE:
            raise FetchFailed(Message("error-fetch-status-no-file", params))
        return NotMedia(link, Message("error-fetch-status", params))
    announced = answer.length_remaining or 0
    if announced > max_bytes:
        raise LinkTooLarge(
            Message("error-too-large-exact", {"max_bytes": max_bytes, "bytes": announced})
        )
    chunks = _chunks(answer)
    head = b""
    while len(head) < media_type.HEAD_BYTES and (chunk := next(chunks, b"")):
        head += chunk
    if not head:
        raise FetchFailed(Message("error-fetch-empty", {"host": link.host}))
    kind = media_type.media_type(head)
    if kind in PAGES or (_declared_type(answer) in PAGES and media_type.refusal(kind)):
        return NotMedia(link, Message("error-fetch-page", {"host": link.host}))
    if refused := media_type.refusal(kind):
        raise FetchFailed(Message("error-fetch-no-media", {"host": link.host, "kind": refused}))
    with Incoming(link.file_name, folder, max_bytes) as incoming:
        done = 0
        for chunk in itertools.chain([head], chunks):
            incoming.write(chunk)
            done += len(chunk)
            on_progress("fetch", min(1.0, done / announced) if announced else 0.0)
        return incoming.finish(), link


def _chunks(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """Pieces as they arrive, so that a slow host does not block a cancellation."""
    while chunk := answer.read1(CHUNK_BYTES):
        yield chunk


def _declared_type(answer: urllib3.BaseHTTPResponse) -> str:
    return str(answer.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
