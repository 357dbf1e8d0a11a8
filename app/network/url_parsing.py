"""Parse a link into parts of one form each. Pure; refuses whatever programs read differently.

Programs differ in how they read odd links (RFC 3986 and the WHATWG URL Standard do), and an
attack lives in the difference. So a host is a name in ASCII, an IPv4 address of four plain decimal
numbers, or an IPv6 address in brackets; everything else that a resolver might take for an address
is refused, as are names and passwords, backslashes, blanks and controls.
"""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote, urljoin

import idna

from app.network.addresses import Address, parse_address
from app.network.errors import FetchRefused
from app.text.escaping import printable
from hashing.message import Message

MAX_CHARS = 8000
PORTS = {"http": 80, "https": 443}
SHOWN_CHARS = 200  # of a link, in a message

_LINK = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?"
    r"(?:#.*)?",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{0,5}))?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # what a resolver takes for a part of an address
_SAFE = "/?:@!$&'()*+,;=-._~%[]"  # stays as it is in a path or query


@dataclass(frozen=True, slots=True)
class Link:
    """One link, parsed. host: lower-case ASCII, or an address without brackets."""

    scheme: Literal["http", "https"]
    host: str
    port: int
    target: str = "/"  # path and query, as a request names them

    @property
    def address(self) -> Address | None:
        """The host as an address; None where it is a name."""
        return parse_address(self.host)

    @property
    def authority(self) -> str:
        """Host and port as a link writes them: the scheme's own port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def file_name(self) -> str:
        """A name for the file behind the link: the last part of the path, else the host."""
        last = unquote(self.target.partition("?")[0].rstrip("/").rpartition("/")[2])
        return last[:SHOWN_CHARS] or self.host


def parse_link(text: str, more_ports: frozenset[int] = frozenset()) -> Link:
    """Parse a link. Raises FetchRefused, saying what a link should be.

    more_ports: allowed beside 80 and 443; which hosts they reach is decided with the address.
    """
    if len(text) > MAX_CHARS:
        raise FetchRefused(Message("error-link-too-long", {"max": MAX_CHARS, "length": len(text)}))
    if "\\" in text or any(not c.isprintable() or c.isspace() for c in text):
        raise _refusal(text, "error-link-characters")
    parts = _LINK.fullmatch(text)
    if parts is None or parts["scheme"].lower() not in PORTS:
        raise _refusal(text, "error-link-scheme")
    scheme: Literal["http", "https"] = "https" if parts["scheme"].lower() == "https" else "http"
    host, port = parse_authority(parts["authority"], PORTS[scheme], more_ports)
    path, query = parts["path"] or "/", parts["query"] or ""
    return Link(scheme, host, port, quote(path, _SAFE) + quote(query, _SAFE))


def parse_authority(
    text: str, default_port: int | None, more_ports: frozenset[int] = frozenset()
) -> tuple[str, int]:
    """Parse host and port of "example.org", "example.org:443" or "[2606:2800::1]:443".

    default_port: None where a port must be named. Raises FetchRefused.
    """
    if "@" in text:
        raise FetchRefused(Message("error-link-password"))
    parts = _AUTHORITY.fullmatch(text)
    if parts is None:
        raise _refusal(text, "error-link-host-port")
    port = int(parts["port"]) if parts["port"] else default_port
    if port is None or (port not in PORTS.values() and port not in more_ports):
        raise _refusal(text, "error-link-port")
    return parse_host(parts["host"]), port


def parse_host(text: str) -> str:
    """A host in its one form. Raises FetchRefused for what is no plain name and no address."""
    if text.startswith("["):
        address = parse_address(text[1:-1]) if "%" not in text else None
        if address is None or address.version != 6:
            raise _refusal(text, "error-link-ipv6")
        return str(address)
    name = _to_ascii(text)
    labels = name.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        if text.isascii() and (address := parse_address(name)) is not None:
            return str(address)
        raise _refusal(text, "error-link-ipv4")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _refusal(text, "error-link-host")
    return ".".join(labels)


def resolve_redirect(link: Link, location: str, more_ports: frozenset[int] = frozenset()) -> Link:
    """The link that a redirect from `link` leads to. Raises FetchRefused."""
    if "\\" in location or any(not c.isprintable() or c.isspace() for c in location):
        raise _refusal(location, "error-link-characters")
    try:
        return parse_link(urljoin(link.url, location), more_ports)
    except ValueError as error:  # urljoin's own, of unbalanced brackets
        raise _refusal(location, "error-link-none") from error


def for_display(text: str) -> str:
    """A link as messages show it: printable, on one line, cut after SHOWN_CHARS."""
    safe = printable(text)
    return safe if len(safe) <= SHOWN_CHARS else f"{safe[:SHOWN_CHARS]}…"


def _to_ascii(text: str) -> str:
    if text.isascii():
        return text.lower()
    try:
        return idna.encode(text, uts46=True, std3_rules=True).decode("ascii").lower()
    except idna.IDNAError as error:
        raise _refusal(text, "error-link-host") from error


def _refusal(text: str, why: str) -> FetchRefused:
    """why: the id of a message."""
    return FetchRefused(Message(why, {"link": for_display(text)}))
