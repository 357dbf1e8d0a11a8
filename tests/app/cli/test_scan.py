"""Scanning a folder into a file of reports that survives being killed."""

import json
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli.scan import (
    FolderEntry,
    OutputError,
    ReportFile,
    find_items,
    scan,
    sha256_of,
    summary_lines,
)
from app.report.from_verdict import report_on, unreadable
from app.report.report_json import to_json
from app.verdict.claim import parse_claim
from tests.app.known import verdict_on, video


def report_for(item: FolderEntry) -> dict[str, Any]:
    """What a check would give: the bytes' hash, and no match."""
    if item.problem is not None:
        return to_json(unreadable(item.path.name, item.problem))
    return to_json(
        report_on(
            name=item.path.name,
            sha256=sha256_of(item.path),
            bytes=item.path.stat().st_size,
            verdict=verdict_on(video()),
        )
    )


class Checks:
    """Counts which items were really checked."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, item: FolderEntry) -> dict[str, Any]:
        self.names.append(item.relative)
        return report_for(item)


def run(folder: Path, out: Path) -> list[str]:
    """Scan; the items that were checked now."""
    checks = Checks()
    with ReportFile(out) as reports:
        for _ in scan(find_items(folder), reports, checks):
            pass
    return checks.names


def lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text().splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "items"
    (folder / "sub").mkdir(parents=True)
    for name in ("b.mp4", "a.mp4", "sub/c.mp4"):
        (folder / name).write_bytes(name.encode())
    return folder


def test_items_are_listed_in_order_with_their_relative_path(folder: Path) -> None:
    assert [item.relative for item in find_items(folder)] == ["a.mp4", "b.mp4", "sub/c.mp4"]


def test_names_of_any_kind_are_listed_and_kept_apart(tmp_path: Path) -> None:
    for name in (b"a b'\".mp4", b"new\nline", "日本.mp4".encode(), b"\xff", b"\xfe"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")

    entries = [item.relative for item in find_items(tmp_path)]

    assert entries == sorted(["a b'\".mp4", "new\nline", "日本.mp4", "\\xff", "\\xfe"])


def test_what_is_no_regular_file_comes_with_its_problem(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)

    entries = {item.relative: item.problem and str(item.problem) for item in find_items(tmp_path)}

    assert entries == {
        "pipe": "is no regular file",
        "gone": "cannot be read: there is no such file or folder",
        # a link to a folder is not followed, and so is no item either
    }


def test_a_folder_that_cannot_be_listed_is_an_item_with_a_problem(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.scandir

    def refusing(path: str) -> Any:
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied", path)
        return really(path)

    monkeypatch.setattr("os.scandir", refusing)

    entries = {item.relative: item.problem and str(item.problem) for item in find_items(folder)}

    assert entries["sub"] == "folder cannot be read: permission denied"
    assert entries["a.mp4"] is None


def test_each_item_is_one_line_with_its_path(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"

    run(folder, out)

    assert [line["item"]["path"] for line in lines(out)] == ["a.mp4", "b.mp4", "sub/c.mp4"]


def test_a_second_scan_checks_nothing_again(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run(folder, out)
    before = out.read_bytes()

    assert run(folder, out) == []
    assert out.read_bytes() == before


def test_new_and_changed_items_are_checked(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run(folder, out)
    (folder / "a.mp4").write_bytes(b"A.mp4")  # as long as before
    (folder / "d.mp4").write_bytes(b"new")

    assert run(folder, out) == ["a.mp4", "d.mp4"]


def test_a_moved_item_is_another_item(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run(folder, out)
    (folder / "b.mp4").rename(folder / "sub" / "b.mp4")

    assert run(folder, out) == ["sub/b.mp4"]


@pytest.mark.parametrize("kept", [1, 10, 40])
def test_a_torn_last_line_is_made_again(folder: Path, tmp_path: Path, kept: int) -> None:
    out = tmp_path / "out.jsonl"
    run(folder, out)
    whole = out.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    out.write_bytes(whole[: -len(last)] + last[:kept])

    assert run(folder, out) == ["sub/c.mp4"]
    assert out.read_bytes() == whole


@pytest.mark.parametrize(
    "content",
    [
        "my notes",
        "my notes\n",
        '{"schema": "something/1"}\n',
        '{"schema": "firstseen.report/1"}\n',
        '{"schema": "firstseen.report/1", "item": {"name": "a"}}\nmy notes',
        "[1, 2]\n",
        "\n",
    ],
)
def test_a_file_that_holds_something_else_is_left_as_it_is(
    folder: Path, tmp_path: Path, content: str
) -> None:
    out = tmp_path / "notes.txt"
    out.write_text(content)

    with pytest.raises(OutputError, match="it was left as it is"):
        run(folder, out)

    assert out.read_text() == content


def test_an_unreadable_item_is_tried_again_and_reported_once(tmp_path: Path) -> None:
    folder, out = tmp_path / "items", tmp_path / "out.jsonl"
    folder.mkdir()
    os.mkfifo(folder / "pipe")

    assert run(folder, out) == ["pipe"]
    assert run(folder, out) == ["pipe"]
    assert len(lines(out)) == 1


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: there is no such file or folder"):
        ReportFile(tmp_path / "nowhere" / "out.jsonl")


def test_a_full_disk_leaves_whole_lines(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    run(folder, out)
    before = out.read_bytes()
    (folder / "d.mp4").write_bytes(b"new")
    really = os.write

    def full(file: int, data: bytes) -> int:
        if really(file, bytes(data[:5])):
            raise OSError(28, "the disk is full")
        return 0

    with ReportFile(out) as reports:
        monkeypatch.setattr("os.write", full)
        with pytest.raises(OutputError, match="the disk is full"):
            list(scan(find_items(folder), reports, report_for))
        monkeypatch.undo()

    assert out.read_bytes() == before


def test_every_line_is_on_the_disk_before_the_next_item(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", lambda file: synced.append(os.fstat(file).st_size))
    written_and_checked: list[tuple[int, int]] = []

    def check(item: FolderEntry) -> dict[str, Any]:
        written_and_checked.append((len(lines(out)), len(synced)))
        return report_for(item)

    with ReportFile(out) as reports:
        list(scan(find_items(folder), reports, check))

    assert written_and_checked == [(0, 0), (1, 1), (2, 2)]


def test_several_at_once_are_written_in_their_order(tmp_path: Path) -> None:
    folder, out = tmp_path / "items", tmp_path / "out.jsonl"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.mp4").write_bytes(b"%d" % number)
    together, names = threading.Barrier(3), []

    def check(item: FolderEntry) -> dict[str, Any]:
        together.wait(20)  # never passed unless three are at work
        names.append(item.relative)
        return report_for(item)

    with ReportFile(out) as reports:
        order = [item.relative for item, _ in scan(find_items(folder), reports, check, jobs=3)]
    assert order == [f"{number:02}.mp4" for number in range(12)]
    assert [line["item"]["path"] for line in lines(out)] == order
    assert sorted(names) == order

    with ReportFile(out) as reports:
        names.clear()
        list(scan(find_items(folder), reports, check, jobs=3))
    assert names == []


def test_several_at_once_stop_where_one_cannot_be_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(28, "the disk is full")

    with ReportFile(tmp_path / "out.jsonl") as reports:
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OutputError, match="the disk is full"):
            list(scan(find_items(folder), reports, report_for, jobs=2))
    assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_the_listing_names_what_could_not_be_read_and_counts_the_rest(
    folder: Path, tmp_path: Path
) -> None:
    os.mkfifo(folder / "pipe")
    with ReportFile(tmp_path / "out.jsonl") as reports:
        outcomes = list(scan(find_items(folder), reports, report_for))

    assert summary_lines(outcomes) == [
        "pipe: is no regular file",
        "4 items: 1 could not be read, 3 none",
    ]
    assert summary_lines([]) == ["0 items"]


def test_an_item_is_checked_again_where_another_claim_is_made(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out.jsonl"
    folder.mkdir()
    (folder / "a.mp4").write_text("a")

    def checked(date: str | None) -> int:
        claim = parse_claim(date, None)
        checks = 0

        def check(item: FolderEntry) -> dict[str, Any]:
            nonlocal checks
            checks += 1
            report = report_for(item)
            said = item.claim.date.text if item.claim and item.claim.date else None
            return report | {"claim": {"date": {"claimed": said} if said else None, "place": None}}

        with ReportFile(out) as reports:
            items = [replace(item, claim=claim) for item in find_items(folder)]
            list(scan(items, reports, check))
        return checks

    assert [checked(date) for date in (None, None, "2024", "2024", "2023", None)] == [
        1, 0, 1, 0, 1, 1,
    ]  # fmt: skip
