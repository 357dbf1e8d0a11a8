"""A table of clips that a library holds already: what is known of each, by its SHA-256.

Two forms, as `library export` writes them: a CSV with the columns of `app.library.context_csv`, a
row for each date, and JSON lines, a clip on each line. Importing corrects texts and dates of the
clips that the library has; it adds no footage.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.errors import cause_of
from app.imports.statements import ClipStatement, ImportUnreadable, PassedOver
from app.library.context_csv import (
    DATED,
    TEXTS,
    ContextRow,
    context_from_columns,
    read_rows,
    sha256_of,
)
from app.library.errors import ContextUnreadable
from app.library.records import OWN_ENTRIES
from hashing.message import Message

SUFFIXES = (".csv", ".jsonl", ".ndjson")
MAX_TABLE_BYTES = 128 * 2**20

type Read = tuple[tuple[ClipStatement, ...], tuple[PassedOver, ...]]


def read_table(path: Path) -> Read:
    """What a table states of each clip, once a clip, and the rows without a SHA-256.

    Raises ImportUnreadable and ContextUnreadable, with the line that is wrong.
    """
    try:
        if path.stat().st_size > MAX_TABLE_BYTES:
            raise ImportUnreadable(Message("import-too-large", {"max": MAX_TABLE_BYTES >> 20}))
        with path.open("rb") as file:
            is_json = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    except OSError as error:
        raise ImportUnreadable(Message("import-unreadable", {"reason": cause_of(error)})) from error
    return merge_rows(_json_rows(path) if is_json else read_rows(path))


def merge_rows(rows: Iterable[ContextRow]) -> Read:
    """One statement a clip; rows without a SHA-256 are passed over."""
    merged: dict[str, ClipStatement] = {}
    passed_over = []
    for row in rows:
        if row.sha256 is None:
            passed_over.append(PassedOver(row.file, Message("import-no-sha256")))
            continue
        earlier = merged.get(row.sha256)
        context = earlier.context.merge(row.context) if earlier else row.context
        merged[row.sha256] = ClipStatement(row.file, row.sha256, context)
    return tuple(merged.values()), tuple(passed_over)


def _json_rows(path: Path) -> list[ContextRow]:
    rows = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            where = Message("csv-line", {"file": path.name, "line": str(number)})
            if not line.strip():
                continue
            try:
                clip = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise ContextUnreadable(
                    Message("import-line-not-json", {"where": where})
                ) from error
            if not isinstance(clip, dict):
                raise ContextUnreadable(Message("import-line-not-json", {"where": where}))
            rows += _clip_rows(clip, where)
    return rows


def _clip_rows(clip: dict[str, Any], where: Message) -> list[ContextRow]:
    """A row with the texts, and one for each date that is not firstseen's own."""
    sha256 = sha256_of(_text(clip.get("sha256")), where)
    name = _text(clip.get("name")) or str(where)
    texts = {column: text for column in TEXTS if (text := _text(clip.get(column)))}
    rows = [ContextRow(name, sha256, context_from_columns(texts, where))]
    appearances = clip.get("appearances")
    for appearance in appearances if isinstance(appearances, list) else ():
        if not isinstance(appearance, dict) or appearance.get("entered_by") == OWN_ENTRIES:
            continue
        kind, date = appearance.get("kind"), _text(appearance.get("date"))
        if kind not in DATED or date is None:
            continue
        columns = {
            str(kind): date,
            **{
                column: text
                for column in ("source_url", "publisher", "entered_by")
                if (text := _text(appearance.get(column)))
            },
        }
        rows.append(ContextRow(name, sha256, context_from_columns(columns, where)))
    return rows


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
