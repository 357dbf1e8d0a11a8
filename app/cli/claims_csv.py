"""A claim for each file of a scan, from a CSV: `file`, `claimed_date`, `claimed_place`."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.dates import DateNotUnderstoodError
from app.errors import UsageError, cause_of
from app.verdict.claim import Claim, ClaimNotUnderstoodError, parse_claim
from hashing.message import Message

COLUMNS = ("file", "claimed_date", "claimed_place")


@dataclass(frozen=True, slots=True)
class ClaimsTable:
    """Claims by the `file` of their row."""

    rows: Mapping[str, Claim | None]

    def claim_for(self, relative: str) -> Claim | None:
        """The claim of a file, by its path below the folder, or by the end of it, the longest."""
        parts = PurePosixPath(relative).parts
        for start in range(len(parts)):
            name = "/".join(parts[start:])
            if name in self.rows:
                return self.rows[name]
        return None

    def unused_files(self, relatives: list[str]) -> tuple[str, ...]:
        """Files that the table names and that are not among these."""
        ends = {
            "/".join(PurePosixPath(relative).parts[start:])
            for relative in relatives
            for start in range(len(PurePosixPath(relative).parts))
        }
        return tuple(file for file in self.rows if file not in ends)


def read_claims(path: Path) -> ClaimsTable:
    """Read a CSV of claims: UTF-8, a byte order mark allowed, a header, a row for each file.

    Raises UsageError, naming the line and the column that are wrong.
    """
    rows: dict[str, Claim | None] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for line, values in _rows(csv.reader(stream, strict=True), path.name):
                rows[values["file"].strip().replace("\\", "/")] = _claim(values, line, path.name)
    except OSError as error:
        raise UsageError(
            Message("error-csv-unreadable", {"path": str(path), "reason": cause_of(error)})
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            Message("error-csv-not-utf8", {"file": path.name, "byte": error.start})
        ) from error
    return ClaimsTable(rows)


def _rows(reader: Iterator[list[str]], name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Line number and values by column, of each row of a CSV of claims that is not blank."""
    line = 1
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, name)
        for cells in reader:
            line = getattr(reader, "line_num", line + 1)
            if any(cell.strip() for cell in cells):
                yield str(line), dict(zip(header, cells, strict=False))
    except csv.Error as error:
        raise UsageError(
            Message("error-csv-line", {"file": name, "line": str(line + 1)})
        ) from error


def _check_header(header: list[str], name: str) -> None:
    if header[:1] != ["file"]:
        raise UsageError(Message("error-csv-first-column", {"file": name}))
    for column in header:
        if column not in COLUMNS:
            raise UsageError(
                Message(
                    "error-csv-unknown-column",
                    {"file": name, "column": column, "known": ", ".join(COLUMNS)},
                )
            )
        if header.count(column) > 1:
            raise UsageError(Message("error-csv-column-twice", {"file": name, "column": column}))


def _claim(values: Mapping[str, str], line: str, name: str) -> Claim | None:
    where = Message("csv-line", {"file": name, "line": line})
    if not values["file"].strip():
        raise UsageError(Message("error-csv-no-file", {"where": where}))
    try:
        return parse_claim(values.get("claimed_date"), values.get("claimed_place"))
    except DateNotUnderstoodError as error:
        column = "claimed_date"
        problem = error.message
    except ClaimNotUnderstoodError as error:
        column = "claimed_place"
        problem = error.message
    raise UsageError(
        Message("error-csv-cell", {"where": where, "column": column, "problem": problem})
    )
