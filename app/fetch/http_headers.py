"""Heads of HTTP/1.1 messages, as the proxy reads and writes them (RFC 9112). Pure.

Strict: one request or status line, each field on one line, no control characters. A server's
response passes unchanged but for the fields that are about one connection.
"""

import re
from dataclasses import dataclass
from typing import Self

MAX_BYTES = 65_536  # of one head
END = b"\r\n\r\n"
METHODS = ("CONNECT", "GET", "HEAD", "POST")
_REQUEST = re.compile(rb"([A-Z]+) ([!-~]+) HTTP/1\.[01]")
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n\0]*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*")
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


class HeadError(Exception):
    """The head of a message is malformed, or of a kind that is not served."""


@dataclass(frozen=True, slots=True)
class Request:
    """method: one of METHODS. target: as it was sent. fields: names in lower case."""

    method: str
    target: str
    fields: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def parse(cls, head: bytes) -> Self:
        """head: up to and with the empty line. Raises HeadError."""
        first, *lines = head.removesuffix(END).split(b"\r\n")
        line = _REQUEST.fullmatch(first)
        if line is None or line[1].decode("ascii") not in METHODS:
            raise HeadError("no request that is served here")
        return cls(
            line[1].decode("ascii"), line[2].decode("ascii"), tuple(map(_parse_field, lines))
        )

    def values(self, name: bytes) -> list[bytes]:
        return [value for field, value in self.fields if field == name]

    @property
    def body_bytes(self) -> int:
        """Length of the body. Raises HeadError where it is not stated plainly."""
        lengths = self.values(b"content-length")
        if self.values(b"transfer-encoding") or len(lengths) > 1:
            raise HeadError("a body whose length is not stated plainly")
        if lengths and not re.fullmatch(rb"[0-9]{1,12}", lengths[0]):
            raise HeadError("a body whose length is no number")
        return int(lengths[0]) if lengths else 0

    def head_to_forward(self, target: str, host: str) -> bytes:
        """The head for the server: for `target` of `host`, whatever the client sent as host."""
        fields = [
            name + b": " + value
            for name, value in self.fields
            if name not in CONNECTION_FIELDS and name != b"host"
        ]
        first = [f"{self.method} {target} HTTP/1.1".encode(), f"Host: {host}".encode()]
        return b"\r\n".join([*first, *fields, b"Connection: close"]) + END


def status_of(head: bytes) -> int:
    """The status code of a response. Raises HeadError."""
    line = _STATUS.fullmatch(head.partition(b"\r\n")[0])
    if line is None:
        raise HeadError("no response in HTTP/1.1")
    return int(line[1])


def response_head(head: bytes) -> bytes:
    """A server's head as the client gets it: one response, then the connection closes.

    Raises HeadError.
    """
    first, *lines = head.removesuffix(END).split(b"\r\n")
    fields = [
        name + b": " + value
        for name, value in map(_parse_field, lines)
        if name not in CONNECTION_FIELDS
    ]
    return b"\r\n".join([first, *fields, b"Connection: close"]) + END


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


def _parse_field(line: bytes) -> tuple[bytes, bytes]:
    parts = _FIELD.fullmatch(line)
    if parts is None:
        raise HeadError("a field that is no field")
    return parts[1].lower(), parts[2]
