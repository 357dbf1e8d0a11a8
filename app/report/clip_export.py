"""Clips as a table that can be imported again: CSV, or JSON lines. Pure.

The CSV has the columns of `app.library.context_csv`: the texts in a clip's first row, and a row for
each date that somebody entered. What firstseen wrote itself is in the JSON lines alone.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from app.library.context_csv import COLUMNS, TEXTS
from app.library.records import OWN_ENTRIES, Clip
from app.report.clip_text import clip_json
from app.text.spreadsheets import guarded

__all__ = ["csv_table", "json_lines"]


def csv_table(clips: Iterable[Clip]) -> str:
    """The CSV, with a header, lines ending in CR LF; no cell is a formula."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for clip in clips:
        for row in _rows(clip):
            table.writerow([guarded(row.get(column)) for column in COLUMNS])
    return written.getvalue()


def _rows(clip: Clip) -> Iterator[dict[str, str | None]]:
    of_clip: dict[str, str | None] = {"file": clip.name, "sha256": clip.sha256}
    texts = {column: getattr(clip, column) for column in TEXTS}
    entered = [each for each in clip.appearances if each.entered_by != OWN_ENTRIES]
    if not entered:
        yield of_clip | texts
    for number, appearance in enumerate(entered):
        yield {
            **of_clip,
            **(texts if number == 0 else {}),
            "source_url": appearance.source_url,
            "publisher": appearance.publisher,
            "entered_by": appearance.entered_by,
            appearance.kind: appearance.date,
        }


def json_lines(clips: Iterable[Clip]) -> Iterator[str]:
    """A line of ASCII JSON for each clip."""
    for clip in clips:
        yield json.dumps(clip_json(clip), allow_nan=False)
