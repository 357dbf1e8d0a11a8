"""Messages over a pair of file descriptors, the incoming ones limited in size."""

import os

from app.sandbox.codec import MAX_TEXT_BYTES, SIZES, decode, encode
from hashing.errors import ExplainedError
from hashing.message import Message

CHUNK_BYTES = 1 << 20


class PipeClosed(Exception):
    """The other process closed the pipe or died."""


class MessageTooLarge(ExplainedError):
    """A message announced more bytes than allowed; the error says how many, and the limit."""


class Pipe:
    """Messages out through one descriptor and in through another, or the same.

    max_bytes: of one incoming message; None: any number.
    """

    def __init__(self, incoming: int, outgoing: int, max_bytes: int | None) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._max_bytes = max_bytes

    def send(self, value: object, max_bytes: int | None = None) -> None:
        """Write one message. Raises PipeClosed, MessageTooLarge, CodecError."""
        message = memoryview(encode(value))
        if max_bytes is not None:
            text_bytes, raw_bytes = SIZES.unpack(message[: SIZES.size])
            _check_sizes(text_bytes, raw_bytes, max_bytes)
        try:
            while message:
                message = message[os.write(self._outgoing, message[:CHUNK_BYTES]) :]
        except (BrokenPipeError, ConnectionResetError) as error:
            raise PipeClosed from error

    def receive(self) -> object:
        """Read one message. Raises PipeClosed, MessageTooLarge, CodecError."""
        text_bytes, raw_bytes = SIZES.unpack(self._read(SIZES.size))
        if self._max_bytes is not None:
            _check_sizes(text_bytes, raw_bytes, self._max_bytes)
        text = self._read(text_bytes)
        return decode(text, self._read(raw_bytes))

    def _read(self, size: int) -> bytearray:
        data = bytearray()
        while len(data) < size:  # memory grows with what arrives, not with what was announced
            try:
                part = os.read(self._incoming, min(CHUNK_BYTES, size - len(data)))
            except ConnectionResetError as error:
                raise PipeClosed from error
            if not part:
                raise PipeClosed
            data += part
        return data


def _check_sizes(text_bytes: int, raw_bytes: int, max_bytes: int) -> None:
    total = SIZES.size + text_bytes + raw_bytes
    if total > max_bytes:
        raise MessageTooLarge(
            Message("error-sandbox-bytes", {"bytes": total, "max_bytes": str(max_bytes)})
        )
    if text_bytes > MAX_TEXT_BYTES:
        raise MessageTooLarge(
            Message("error-sandbox-text", {"bytes": text_bytes, "max_bytes": MAX_TEXT_BYTES})
        )
