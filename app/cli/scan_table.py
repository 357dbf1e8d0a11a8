"""The outcome of a scan as a spreadsheet: CSV of RFC 4180, a row for each item.

A cell that a spreadsheet would take for a formula gets an apostrophe before it: file names and
titles are strangers' texts.
"""

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.cli.scan import OutputError
from app.errors import cause_of
from app.text.spreadsheets import guarded
from hashing.message import Message

COLUMNS = (
    "file",
    "relation",
    "headline",
    "claimed_date",
    "date_finding",
    "date_reason",
    "first_seen",
    "first_seen_kind",
    "first_seen_source",
    "clip",
    "clip_title",
    "score",
    "edits",
    "problems",
    "sha256",
)


def table_row(report: Mapping[str, Any]) -> dict[str, object]:
    """One report, as `firstseen scan` writes it, as the values of COLUMNS."""
    item, verdict = report["item"], report.get("verdict") or {}
    date = (report.get("claim") or {}).get("date") or {}
    first = report.get("first_seen") or {}
    accepted = [match for match in report.get("matches") or () if match.get("accepted")]
    match: Mapping[str, Any] = accepted[0] if accepted else {}
    clip = match.get("clip") or {}
    edits = dict.fromkeys(edit["type"] for edit in match.get("edits") or ())
    return {
        "file": item.get("path") or item["name"],
        "relation": verdict.get("relation"),
        "headline": verdict.get("headline"),
        "claimed_date": date.get("claimed"),
        "date_finding": date.get("finding"),
        "date_reason": date.get("reason"),
        "first_seen": first.get("date"),
        "first_seen_kind": first.get("kind"),
        "first_seen_source": first.get("source_url") or first.get("publisher"),
        "clip": clip.get("id"),
        "clip_title": clip.get("title") or clip.get("name"),
        "score": match.get("score"),
        "edits": "; ".join(edits),
        "problems": "; ".join(report.get("problems") or ()),
        "sha256": item.get("sha256"),
    }


def table_text(rows: Iterable[Mapping[str, object]]) -> str:
    """The CSV, with a header, lines ending in CR LF."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow([guarded(row[column]) for column in COLUMNS])
    return written.getvalue()


def write_table(reports: Path, relatives: Iterable[str], to: Path) -> None:
    """Write the table of these items from a scan's file of reports; the last report of each counts.

    The file is replaced whole. Raises OutputError where it cannot be written.
    """
    wanted = dict.fromkeys(relatives)
    rows: dict[str, dict[str, object]] = {}
    with reports.open("rb") as file:
        for line in file:
            row = table_row(json.loads(line))
            if row["file"] in wanted:
                rows[str(row["file"])] = row
    content = table_text(rows[name] for name in wanted if name in rows)
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file_to:
            file_to.write(content)
            file_to.flush()
            os.fsync(file_to.fileno())
        unfinished.replace(to)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise OutputError(
            Message("error-cannot-write", {"path": str(to), "reason": cause_of(error)})
        ) from error
