"""Records of an import, and the checks that every kind shares.

A sidecar is unsigned: whoever wrote the folder may have written anything into it. So each value is
checked as a stranger's, and what fails is left out by itself, with a reason, while the rest stays.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from app.errors import UsageError, cause_of
from app.library.context_csv import Context
from app.network.addresses import non_public_kind
from app.network.errors import LinkError
from app.network.url_parsing import parse_link
from app.text.escaping import printable
from hashing.message import Message

type SourceKind = Literal["yt-dlp", "telegram", "folder", "table"]

PRIVATE_DOMAINS = frozenset({"localhost", "local", "internal", "lan", "home", "arpa", "test"})
MAX_TEXT = 500  # characters of a title or a name; more is cut
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # no footage was published as a file before
CLOCK_SLACK = timedelta(days=1)  # of the clock that wrote a date, before it lies in the future


class ImportUnreadable(UsageError):
    """A source that cannot be imported at all; the message says why."""


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """A file to add, and what its source states of it. left_out: statements that were not taken."""

    path: Path
    context: Context
    left_out: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class ClipStatement:
    """What a source states of a clip that the library may have. name: of its file."""

    name: str
    sha256: str
    context: Context


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file or a message of a source that gives no clip, and why."""

    name: str
    reason: Message


@dataclass(frozen=True, slots=True)
class ImportSource:
    """All that a source holds, in its own order. known: of clips, where there is no footage."""

    kind: SourceKind
    entries: tuple[ImportEntry, ...]
    passed_over: tuple[PassedOver, ...] = ()
    known: tuple[ClipStatement, ...] = ()


def merge_entries(entries: Iterable[ImportEntry]) -> tuple[ImportEntry, ...]:
    """One entry a file, with all that was stated of it: a file may have been posted twice."""
    merged: dict[Path, ImportEntry] = {}
    for entry in entries:
        earlier = merged.get(entry.path)
        if earlier is not None:
            left_out = tuple(dict.fromkeys((*earlier.left_out, *entry.left_out)))
            entry = ImportEntry(entry.path, earlier.context.merge(entry.context), left_out)
        merged[entry.path] = entry
    return tuple(merged.values())


def read_json(path: Path, max_bytes: int) -> dict[str, Any]:
    """The JSON object in a file. Raises ImportUnreadable, with the limit or the place."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise ImportUnreadable(Message("import-unreadable", {"reason": cause_of(error)})) from error
    if len(data) > max_bytes:
        raise ImportUnreadable(Message("import-too-large", {"max": max_bytes >> 20}))
    try:
        value = json.loads(data)
    except UnicodeDecodeError as error:
        raise ImportUnreadable(Message("import-not-utf8", {"byte": error.start})) from error
    except json.JSONDecodeError as error:
        raise ImportUnreadable(Message("import-not-json", {"line": str(error.lineno)})) from error
    except (RecursionError, ValueError) as error:  # nested without end, a number without end
        raise ImportUnreadable(Message("import-not-plain")) from error
    if not isinstance(value, dict):
        raise ImportUnreadable(Message("import-not-plain"))
    return value


def plain_text(value: object) -> str | None:
    """A text that may be shown and stored; None for anything else."""
    if not isinstance(value, str) or not value.strip():
        return None
    return printable(" ".join(value.split()))[:MAX_TEXT]


def public_address(value: object, left_out: list[Message]) -> str | None:
    """A link to a public web page; None for none. What is no such link is added to `left_out`."""
    if not isinstance(value, str) or not value:
        return None
    try:
        link = parse_link(value)
    except LinkError as error:
        left_out.append(error.message)
        return None
    address = link.address
    kind = non_public_kind(address) if address is not None else None
    if kind is not None or (address is None and _is_private_name(link.host)):
        left_out.append(Message("import-address-not-public", {"host": link.host}))
        return None
    return link.url


def _is_private_name(host: str) -> bool:
    """Names that only a network of one's own resolves (RFC 6761, 6762, 8375; ICANN's .internal)."""
    labels = host.rstrip(".").split(".")
    return len(labels) < 2 or labels[-1] in PRIVATE_DOMAINS


def instant(value: object, field: str, left_out: list[Message]) -> str | None:
    """Seconds since 1970, as a number or digits, as ISO 8601 in UTC; None for none.

    What is no possible date of publication is added to `left_out`.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:15])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        moment = datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        left_out.append(Message("import-date-impossible", {"field": field}))
        return None
    if not EARLIEST <= moment <= datetime.now(UTC) + CLOCK_SLACK:
        left_out.append(Message("import-date-impossible", {"field": field}))
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def file_inside(folder: Path, name: object) -> Path | None:
    """The regular file of this relative name within a folder; None for none.

    A name that leaves the folder, by itself or by a symbolic link, names no file.
    """
    if not isinstance(name, str) or not name or "\0" in name:
        return None
    try:
        path = (folder / name).resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    inside = path.is_relative_to(folder.resolve()) and path.is_file()
    return folder / name if inside else None


def notes_of(statements: Iterable[tuple[str, str | None]]) -> str | None:
    """Statements that date nothing, each the id of its message and its value, as one note."""
    stated = [str(Message(name, {"value": value})) for name, value in statements if value]
    return "; ".join(stated) or None
