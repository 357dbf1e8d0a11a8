"""Heads of HTTP/1.1 messages, as the proxy reads and writes them. Pure.

h11 parses them (RFC 9112). It accepts more than this proxy does, so that these rules are ours:
lines end with CR LF and are never folded; versions 1.0 and 1.1; METHODS; one Content-Length of
plain digits and no Transfer-Encoding in a request; status codes up to 599. A server's response
passes on without the fields that are about one connection.
"""

import re
from dataclasses import dataclass
from typing import Self

import h11

MAX_BYTES = 65_536  # of one head
END = b"\r\n\r\n"
METHODS = (b"CONNECT", b"GET", b"HEAD", b"POST")
VERSIONS = (b"1.0", b"1.1")
CONNECTION_FIELDS = {  # RFC 9110, 7.6.1, and the old names
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",  # codespell:ignore te
    b"trailer",
    b"upgrade",
}
_LOOSE_LINE = re.compile(rb"(?<!\r)\n|\r\n[ \t]")  # ended by LF alone, or folded
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([^\r]*?)[ \t]*(?=\r)", re.IGNORECASE)
_ANY_REQUEST = h11.Request(method="GET", target="/", headers=[("Host", "any.example")])

type Fields = tuple[tuple[bytes, bytes], ...]  # names in lower case


class HeadError(Exception):
    """The head of a message is malformed, or of a kind that is not served."""


@dataclass(frozen=True, slots=True)
class Request:
    """target: as it was sent. body_bytes: length of the body that follows."""

    method: str
    target: str
    fields: Fields
    body_bytes: int

    @classmethod
    def parse(cls, head: bytes) -> Self:
        """head: up to and with the empty line. Raises HeadError."""
        event = _parse(h11.Connection(h11.SERVER), head)
        if not isinstance(event, h11.Request) or event.method not in METHODS:
            raise HeadError("no request that is served here")
        fields = tuple(event.headers)
        method, target = event.method.decode("ascii"), event.target.decode("ascii")
        return cls(method, target, fields, _body_bytes(head, fields))

    def values(self, name: bytes) -> list[bytes]:
        return [value for field, value in self.fields if field == name]

    def head_to_forward(self, target: str, host: str) -> bytes:
        """The head for the server: for `target` of `host`, whatever the client sent as host."""
        start = f"{self.method} {target} HTTP/1.1\r\nHost: {host}".encode()
        return _join(start, tuple(field for field in self.fields if field[0] != b"host"))


@dataclass(frozen=True, slots=True)
class Response:
    """status: 100..599. start_line: version, status and reason phrase."""

    status: int
    start_line: bytes
    fields: Fields

    @classmethod
    def parse(cls, head: bytes) -> Self:
        """head: up to and with the empty line. Raises HeadError."""
        connection = h11.Connection(h11.CLIENT)
        for sent in (_ANY_REQUEST, h11.EndOfMessage()):  # h11 reads no response before a request
            connection.send(sent)
        event = _parse(connection, head)
        if not isinstance(event, h11.InformationalResponse | h11.Response):
            raise HeadError("no response in HTTP/1.1")
        if event.status_code > 599:
            raise HeadError("a response whose status is none of HTTP's")
        start_line = b"HTTP/%s %d %s" % (event.http_version, event.status_code, event.reason)
        return cls(event.status_code, start_line, tuple(event.headers))

    def head_to_forward(self) -> bytes:
        """The head for the client: of one response, after which the connection closes."""
        return _join(self.start_line, self.fields)


def refusal(status: str, text: str) -> bytes:
    """A whole response of the proxy's own. status: code and phrase, such as "403 Forbidden"."""
    body = f"{text}\n".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close"
    )
    if status.startswith("407"):
        head += '\r\nProxy-Authenticate: Basic realm="firstseen"'
    return head.encode("ascii") + END + body


def _parse(
    connection: h11.Connection, head: bytes
) -> h11.Request | h11.InformationalResponse | h11.Response:
    if _LOOSE_LINE.search(head):
        raise HeadError("a line that does not end with CR LF, or goes on in the next")
    connection.receive_data(head)
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError as error:
        raise HeadError("no head of HTTP/1.1") from error
    if not isinstance(event, h11.Request | h11.InformationalResponse | h11.Response):
        raise HeadError("no head of HTTP/1.1")
    if event.http_version not in VERSIONS:
        raise HeadError("another version of HTTP than 1.0 and 1.1")
    return event


def _body_bytes(head: bytes, fields: Fields) -> int:
    """Length of a request's body. Raises HeadError where it is not stated plainly."""
    lengths = _LENGTH.findall(head)  # h11 makes one field of equal ones
    if len(lengths) > 1 or any(name == b"transfer-encoding" for name, _ in fields):
        raise HeadError("a body whose length is not stated plainly")
    if lengths and not re.fullmatch(rb"[0-9]{1,12}", lengths[0]):
        raise HeadError("a body whose length is no number")
    return int(lengths[0]) if lengths else 0


def _join(start: bytes, fields: Fields) -> bytes:
    lines = [name + b": " + value for name, value in fields if name not in CONNECTION_FIELDS]
    return b"\r\n".join([start, *lines, b"Connection: close"]) + END
