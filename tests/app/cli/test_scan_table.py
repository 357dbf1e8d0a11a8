"""A scan's outcome as a spreadsheet."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.scan import OutputError
from app.cli.scan_table import COLUMNS, table_row, table_text, write_table

REPORT: dict[str, Any] = {
    "item": {"name": "a.mp4", "path": "sub/a.mp4", "sha256": "00"},
    "verdict": {"relation": "edited", "headline": 'Same footage as "Towers", mirrored'},
    "claim": {"date": {"claimed": "2024", "finding": "contradicted", "reason": "A copy existed"}},
    "first_seen": {"date": "2019-03-14", "kind": "published", "source_url": "https://a.example"},
    "matches": [
        {"accepted": False, "clip": {"id": "R000009"}, "edits": []},
        {
            "accepted": True,
            "score": 0.99,
            "clip": {"id": "R000001", "title": None, "name": "towers.mp4"},
            "edits": [{"type": "mirror"}, {"type": "crop"}, {"type": "crop"}],
        },
    ],
    "problems": [],
}


def test_a_row_holds_the_verdict_the_claim_and_the_first_accepted_match() -> None:
    (row,) = csv.DictReader(io.StringIO(table_text([table_row(REPORT)]), newline=""))
    assert tuple(row) == COLUMNS
    assert row["file"] == "sub/a.mp4"
    assert row["headline"] == 'Same footage as "Towers", mirrored'
    assert (row["date_finding"], row["first_seen"]) == ("contradicted", "2019-03-14")
    assert (row["clip"], row["clip_title"]) == ("R000001", "towers.mp4")
    assert row["edits"] == "mirror; crop"


def test_an_item_that_was_not_read_has_its_problem_and_no_verdict() -> None:
    unread = {"item": {"name": "b.txt"}, "verdict": None, "problems": ["no picture in it"]}
    (row,) = csv.DictReader(io.StringIO(table_text([table_row(unread)]), newline=""))
    assert (row["file"], row["relation"], row["problems"]) == ("b.txt", "", "no picture in it")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_stranger_s_text_is_no_formula(start: str) -> None:
    odd = {"item": {"name": f"{start}cmd|' /C calc'!A0.mp4"}, "verdict": None}
    (row,) = csv.DictReader(io.StringIO(table_text([table_row(odd)]), newline=""))
    assert row["file"].startswith(f"'{start}")


def test_the_last_report_of_each_wanted_item_is_written(tmp_path: Path) -> None:
    reports, table = tmp_path / "out.jsonl", tmp_path / "out.csv"
    newer = REPORT | {"verdict": REPORT["verdict"] | {"relation": "copy"}}
    other = REPORT | {"item": {"name": "other.mp4"}}
    reports.write_text("".join(json.dumps(one) + "\n" for one in (REPORT, other, newer)))
    write_table(reports, ["sub/a.mp4", "gone.mp4"], table)
    (row,) = csv.DictReader(io.StringIO(table.read_text(), newline=""))
    assert row["relation"] == "copy"
    assert table.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out.jsonl"]


def test_a_table_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    reports = tmp_path / "out.jsonl"
    reports.write_text(json.dumps(REPORT) + "\n")
    with pytest.raises(OutputError, match="cannot"):
        write_table(reports, ["sub/a.mp4"], tmp_path / "nowhere" / "out.csv")
