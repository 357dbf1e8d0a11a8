"""What people know about clips, from a CSV: titles, places, and typed, dated appearances."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from app.dates import DateNotUnderstoodError, parse_date
from app.errors import cause_of
from app.library.errors import ContextUnreadable
from app.library.records import OWN_ENTRIES, Appearance, AppearanceKind
from app.text.spreadsheets import unguarded
from hashing.message import Message

if TYPE_CHECKING:
    from _csv import Reader  # the type has no public name

DATED: tuple[AppearanceKind, ...] = ("captured", "published", "archived", "attested")
TEXTS = ("title", "place", "event", "language", "rights", "notes")
SOURCE = ("source_url", "publisher", "entered_by")
SHA256 = re.compile("[0-9a-fA-F]{64}")
COLUMNS = ("file", "sha256", *TEXTS, *SOURCE, *DATED)


@dataclass(frozen=True, slots=True)
class Context:
    """What people entered for one clip; None where they entered nothing."""

    title: str | None = None
    place: str | None = None
    event: str | None = None
    language: str | None = None
    rights: str | None = None
    notes: str | None = None
    appearances: tuple[Appearance, ...] = ()

    def texts(self) -> dict[str, str | None]:
        """The columns of TEXTS, by name."""
        return {name: getattr(self, name) for name in TEXTS}

    def merge(self, later: "Context") -> "Context":
        """Both: this one's text where there are two, and the appearances of both, each once."""
        texts = {name: text or getattr(later, name) for name, text in self.texts().items()}
        appearances = tuple(dict.fromkeys((*self.appearances, *later.appearances)))
        return Context(**texts, appearances=appearances)


@dataclass(frozen=True, slots=True)
class ContextRow:
    """A row of a context CSV. sha256: of the file's bytes, 64 hex digits; None where not stated."""

    file: str
    sha256: str | None
    context: Context


class ContextTable:
    """The rows of a context CSV, and which of them were used for a file."""

    def __init__(self, rows: Iterable[ContextRow]) -> None:
        self._rows: dict[str, Context] = {}
        for row in rows:
            self._rows[row.file] = self._rows.get(row.file, Context()).merge(row.context)
        self._used: set[str] = set()

    def context_for(self, path: PurePath) -> Context:
        """What the table says about a file.

        A row applies where its `file` is the file's name or the end of its path; of several rows
        the longest `file` comes first.
        """
        context = Context()
        for file in sorted(self._rows, key=lambda name: -len(PurePath(name).parts)):
            parts = PurePath(file).parts
            if parts and path.parts[-len(parts) :] == parts:
                self._used.add(file)
                context = context.merge(self._rows[file])
        return context

    def unused_files(self) -> tuple[str, ...]:
        """Files that the table names and `context_for` was never asked about."""
        return tuple(file for file in self._rows if file not in self._used)


def read_context(path: Path) -> ContextTable:
    """The context CSV at `path`, as `read_rows` reads it."""
    return ContextTable(read_rows(path))


def read_rows(path: Path) -> list[ContextRow]:
    """The rows of the CSV at `path`: UTF-8, a byte order mark allowed, first column `file`.

    Raises ContextUnreadable, naming the line and the column that are wrong.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(_rows(csv.reader(stream, strict=True), path.name))
    except OSError as error:
        raise ContextUnreadable(
            Message("error-csv-unreadable", {"path": str(path), "reason": cause_of(error)})
        ) from error
    except UnicodeDecodeError as error:
        raise ContextUnreadable(
            Message("error-csv-not-utf8", {"file": path.name, "byte": error.start})
        ) from error


def _rows(reader: "Reader", name: str) -> Iterator[ContextRow]:
    try:
        header = [column.strip() for column in next(reader, [])]
        _check_header(header, name)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                where = Message("csv-line", {"file": name, "line": str(reader.line_num)})
                yield _row(header, cells, where)
    except csv.Error as error:
        raise ContextUnreadable(
            Message("error-csv-line", {"file": name, "line": str(reader.line_num)})
        ) from error


def _check_header(header: list[str], name: str) -> None:
    if header[:1] != ["file"]:
        raise ContextUnreadable(Message("error-csv-first-column", {"file": name}))
    for column in header:
        if column not in COLUMNS:
            raise ContextUnreadable(
                Message(
                    "error-csv-unknown-column",
                    {"file": name, "column": column, "known": ", ".join(COLUMNS)},
                )
            )
        if header.count(column) > 1:
            raise ContextUnreadable(
                Message("error-csv-column-twice", {"file": name, "column": column})
            )


def _row(header: list[str], cells: list[str], where: Message) -> ContextRow:
    if len(cells) > len(header):
        raise ContextUnreadable(
            Message(
                "error-csv-cells", {"where": where, "cells": len(cells), "columns": len(header)}
            )
        )
    values = {
        column: unguarded(cell.strip())
        for column, cell in zip(header, cells, strict=False)
        if cell.strip()
    }
    if "file" not in values:
        raise ContextUnreadable(Message("error-csv-no-file", {"where": where}))
    return ContextRow(
        values["file"], sha256_of(values.get("sha256"), where), context_from_columns(values, where)
    )


def sha256_of(text: str | None, where: Message) -> str | None:
    """64 hex digits in lower case; None for none. Raises ContextUnreadable for anything else."""
    if text is not None and not SHA256.fullmatch(text):
        raise ContextUnreadable(Message("error-csv-sha256", {"where": where}))
    return text.lower() if text is not None else None


def context_from_columns(values: Mapping[str, str], where: Message) -> Context:
    """One clip's context from values by column; other columns than COLUMNS are ignored.

    where: the place that errors name. Raises ContextUnreadable for an unreadable date, and for
    firstseen's own name as that of who entered it.
    """
    source_url, publisher, entered_by = (values.get(column) for column in SOURCE)
    if entered_by is not None and entered_by.casefold() == OWN_ENTRIES:
        raise ContextUnreadable(
            Message("error-csv-own-name", {"where": where, "name": OWN_ENTRIES})
        )
    appearances = tuple(
        Appearance(kind, _date(values[kind], where, kind), source_url, publisher, entered_by)
        for kind in DATED
        if kind in values
    )
    return Context(**{name: values.get(name) for name in TEXTS}, appearances=appearances)


def _date(text: str, where: Message, column: str) -> str:
    try:
        return parse_date(text).text
    except DateNotUnderstoodError as error:
        raise ContextUnreadable(
            Message("error-csv-cell", {"where": where, "column": column, "problem": error.message})
        ) from error
