"""What people know of clips: titles, places, and typed, dated appearances, from a CSV."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from app.dates import DateNotUnderstoodError, parse_date
from app.library.errors import ContextUnreadable
from app.library.records import Appearance, AppearanceKind

if TYPE_CHECKING:
    from _csv import Reader  # the type has no public name

DATED: tuple[AppearanceKind, ...] = ("captured", "published", "archived", "attested")
TEXTS = ("title", "place", "event", "language", "rights", "notes")
SOURCE = ("source_url", "publisher", "entered_by")
COLUMNS = ("file", *TEXTS, *SOURCE, *DATED)


@dataclass(frozen=True, slots=True)
class Context:
    """What was entered for one clip. What nobody entered is None."""

    title: str | None = None
    place: str | None = None
    event: str | None = None
    language: str | None = None
    rights: str | None = None
    notes: str | None = None
    appearances: tuple[Appearance, ...] = ()

    def texts(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in TEXTS}

    def joined(self, later: "Context") -> "Context":
        """Both: the earlier text stays where there are two, appearances add up."""
        texts = {name: text or getattr(later, name) for name, text in self.texts().items()}
        seen = tuple(dict.fromkeys((*self.appearances, *later.appearances)))
        return Context(**texts, appearances=seen)


class ContextTable:
    """The rows of a context CSV, and which of them found their file."""

    def __init__(self, rows: Iterable[tuple[str, Context]]) -> None:
        self._rows: dict[str, Context] = {}
        for file, context in rows:
            self._rows[file] = self._rows.get(file, Context()).joined(context)
        self._used: set[str] = set()

    def of(self, path: PurePath) -> Context:
        """What the table says of a file: rows of its name or its path's end, the longest first."""
        found = Context()
        for file in sorted(self._rows, key=lambda name: -len(PurePath(name).parts)):
            parts = PurePath(file).parts
            if parts and path.parts[-len(parts) :] == parts:
                self._used.add(file)
                found = found.joined(self._rows[file])
        return found

    def unused(self) -> tuple[str, ...]:
        """Files that the table names and nobody asked for."""
        return tuple(file for file in self._rows if file not in self._used)


def read_context(path: Path) -> ContextTable:
    """The context CSV at `path`: UTF-8, a byte order mark allowed, first column `file`.

    Raises ContextUnreadable, naming the line and the column that are wrong.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return ContextTable(_rows(csv.reader(stream, strict=True), path.name))
    except OSError as error:
        raise ContextUnreadable(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ContextUnreadable(f"{path.name}: is not UTF-8 text: {error.reason}") from error


def _rows(reader: "Reader", name: str) -> Iterator[tuple[str, Context]]:
    try:
        header = [column.strip() for column in next(reader, [])]
        _check_header(header, name)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                where = f"{name}, line {reader.line_num}"
                yield _row(header, cells, where)
    except csv.Error as error:
        raise ContextUnreadable(f"{name}, line {reader.line_num}: {error}") from error


def _check_header(header: list[str], name: str) -> None:
    if header[:1] != ["file"]:
        raise ContextUnreadable(f"{name}, line 1: the first column must be 'file'")
    for column in header:
        if column not in COLUMNS:
            raise ContextUnreadable(
                f"{name}, line 1: unknown column {column!r}; known are {', '.join(COLUMNS)}"
            )
        if header.count(column) > 1:
            raise ContextUnreadable(f"{name}, line 1: column {column!r} stands there twice")


def _row(header: list[str], cells: list[str], where: str) -> tuple[str, Context]:
    if len(cells) > len(header):
        raise ContextUnreadable(
            f"{where}: {len(cells)} cells, but {len(header)} columns; quote cells with commas"
        )
    given = {
        column: cell.strip() for column, cell in zip(header, cells, strict=False) if cell.strip()
    }
    if "file" not in given:
        raise ContextUnreadable(f"{where}, column 'file': names no file")
    return given["file"], entered(given, where)


def entered(given: Mapping[str, str], where: str) -> Context:
    """What was entered for one clip, by column; columns that are no context are left out.

    where: what to name in an error. Raises ContextUnreadable on a date that is none.
    """
    source_url, publisher, entered_by = (given.get(column) for column in SOURCE)
    seen = tuple(
        Appearance(kind, _date(given[kind], where, kind), source_url, publisher, entered_by)
        for kind in DATED
        if kind in given
    )
    return Context(**{name: given.get(name) for name in TEXTS}, appearances=seen)


def _date(text: str, where: str, column: str) -> str:
    try:
        return parse_date(text).text
    except DateNotUnderstoodError as error:
        raise ContextUnreadable(f"{where}, column {column!r}: {error}") from error
