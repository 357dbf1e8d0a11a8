"""A path or an upload -> Item: one regular file with its SHA-256 and what its first bytes say.

Nothing here parses the file: that is for the process in the sandbox. The original is opened for
reading and never changed.

    IntakeError
      TooLarge     more bytes than FIRSTSEEN_MAX_BYTES allows    (a LimitExceeded too)
      NotMedia     a text, a playlist, an archive, …             (an UnsupportedMedia too)
"""

import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from app.errors import LinkRefusedError, cause_of
from app.intake import media_type as sniff
from hashing.errors import FirstseenError, LimitExceeded, UnsupportedMedia
from hashing.message import Message

CHUNK_BYTES = 1 << 20
LINK = re.compile(r"https?:/", re.IGNORECASE)  # a Path has lost the second slash
SHA256 = re.compile(r"[0-9a-f]{64}")
NO_FILE = (
    (stat.S_ISDIR, "error-a-folder"),
    (stat.S_ISFIFO, "error-a-pipe"),
    (stat.S_ISSOCK, "error-a-socket"),
    (stat.S_ISCHR, "error-a-device"),
    (stat.S_ISBLK, "error-a-device"),
)


class IntakeError(FirstseenError):
    """The file could not be taken in; the message says why."""


class TooLarge(IntakeError, LimitExceeded):
    """More bytes than the settings allow."""


class NotMedia(IntakeError, UnsupportedMedia):
    """The content is plainly something else; `item` is what is known of the file."""

    def __init__(self, message: Message, item: "Item") -> None:
        super().__init__(message)
        self.item = item


@dataclass(frozen=True, slots=True)
class Item:
    """One file on disk, as it was when it was taken in."""

    path: Path
    name: str  # as it was given, controls and all, without its folder; always encodable
    sha256: str  # 64 hex digits
    bytes: int
    media_type: str  # by content; sniff.UNKNOWN where the first bytes say nothing

    def __post_init__(self) -> None:
        if not SHA256.fullmatch(self.sha256):
            raise ValueError(f"a SHA-256 has 64 hex digits, got {self.sha256!r}")
        if not self.name:
            raise ValueError("an item has a name")


def from_path(path: Path | str, max_bytes: int, name: str | None = None) -> Item:
    """The file at `path`, left where it is.

    name: what to call it, where its name on disk is not its own (an upload).

    Raises LinkRefusedError for a link, TooLarge, NotMedia, and IntakeError where it cannot be
    read, is no regular file, or is empty.
    """
    refuse_link(str(path))
    path = Path(path)
    intake = _Intake(max_bytes)
    with open_regular(path) as file:
        announced = os.fstat(file.fileno()).st_size
        if announced > max_bytes:
            raise _too_large(announced, max_bytes)
        try:
            while chunk := file.read(CHUNK_BYTES):
                intake.add(chunk)
        except OSError as error:
            raise _unreadable(error) from error
    return intake.item(path, name or readable_name(path))


def from_stream(chunks: Iterable[bytes], name: str, folder: Path, max_bytes: int) -> Item:
    """An upload, written to a file of a random name in `folder`; `name` never touches the disk.

    Raises TooLarge, NotMedia, and IntakeError where it is empty or cannot be written. Then, and
    where `chunks` raises, nothing stays in the folder.
    """
    with Incoming(name, folder, max_bytes) as incoming:
        for chunk in chunks:
            incoming.write(chunk)
        return incoming.finish()


class Incoming:
    """An upload on its way to disk, for callers that get its pieces one by one.

    `write` and `finish` block on the disk, so that an event loop calls them in a thread. Left
    without `finish`, nothing stays in the folder.
    """

    def __init__(self, name: str, folder: Path, max_bytes: int) -> None:
        self._name = name
        self._path = folder / secrets.token_hex(16)
        self._part = self._path.with_suffix(".part")
        self._intake = _Intake(max_bytes)
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        try:
            self._file = self._part.open("xb")
        except OSError as error:
            raise _unwritable(error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._file is not None:
                self._file.close()
        finally:  # closing writes what is left, which a full disk refuses
            self._part.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Raises TooLarge, and IntakeError where the disk takes no more."""
        assert self._file is not None
        self._intake.add(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise _unwritable(error) from error

    def finish(self) -> Item:
        """The whole file, under its lasting name. Raises NotMedia, IntakeError."""
        assert self._file is not None
        item = self._intake.item(self._path, self._name)
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._path)
        except OSError as error:
            raise _unwritable(error) from error
        return item


class _Intake:
    """Counts, hashes and keeps the first bytes of what goes by."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._digest = hashlib.sha256()
        self._head = b""
        self._bytes = 0

    def add(self, chunk: bytes) -> None:
        self._bytes += len(chunk)
        if self._bytes > self._max_bytes:
            raise _too_large(self._bytes, self._max_bytes)
        self._digest.update(chunk)
        if len(self._head) < sniff.HEAD_BYTES:
            self._head += chunk[: sniff.HEAD_BYTES - len(self._head)]

    def item(self, path: Path, name: str) -> Item:
        if not self._bytes:
            raise IntakeError(Message("error-empty"))
        kind = sniff.media_type(self._head)
        item = Item(path, name, self._digest.hexdigest(), self._bytes, kind)
        if refused := sniff.refusal(kind):
            raise NotMedia(Message("error-not-media", {"kind": refused}), item)
        return item


def refuse_link(text: str) -> None:
    """Raises LinkRefusedError where `text` is an address and no path."""
    if LINK.match(text):
        raise LinkRefusedError(Message("error-link-refused"))


def readable_name(path: Path) -> str:
    """The last part of a path, with bytes that are no UTF-8 written as \\xNN.

    Line ends and other controls stay: whoever shows the name escapes them.
    """
    name = path.name or str(path)
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def open_regular(path: Path) -> BinaryIO:
    """The file at `path`, open for reading, seekable; never waits for a pipe or wakes a device.

    Raises IntakeError on anything but a readable regular file.
    """
    try:
        _check_regular(path.stat().st_mode)  # opening a device may already act
        file = open(path, "rb", opener=_opener)  # noqa: SIM115  the caller closes it
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _unreadable(error) from error
    try:
        _check_regular(os.fstat(file.fileno()).st_mode)  # it may have been swapped in between
    except IntakeError:
        file.close()
        raise
    return file


_FLAGS = sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
)  # not every system has each


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)


def _check_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((id for is_kind, id in NO_FILE if is_kind(mode)), "error-no-regular-file")
        raise IntakeError(Message(kind))


def _too_large(size: int, max_bytes: int) -> TooLarge:
    return TooLarge(Message("error-too-large-at-least", {"max_bytes": max_bytes, "bytes": size}))


def _unreadable(error: OSError | ValueError) -> IntakeError:
    if not isinstance(error, OSError):
        return IntakeError(Message("error-no-such-name"))
    known = {
        errno.ENOENT: "error-no-such-file",
        errno.ENOTDIR: "error-no-such-file",
        errno.EACCES: "error-file-not-allowed",
        errno.ENXIO: "error-socket-or-device",
    }.get(error.errno or 0)
    if known is not None:
        return IntakeError(Message(known))
    return IntakeError(Message("error-unreadable", {"reason": cause_of(error)}))


def _unwritable(error: OSError) -> IntakeError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return IntakeError(Message("error-disk-full"))
    return IntakeError(Message("error-upload-not-kept", {"reason": cause_of(error)}))
