"""The command line: what goes where, and what a command ends with."""

import hashlib
import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

import app
from app.__main__ import run
from app.evidence.evidence_sheet import FramePart, Redaction
from app.intake.item import IntakeError, Item, NotMedia
from app.library.errors import LibraryUnusable
from app.library.library import Library
from app.version import VERSION
from hashing.message import verbatim
from tests.app.cli.line_made import MadeLine
from tests.app.known import INGESTED, clip, match, whole
from tests.app.library.library_made import made_facts, made_print

ROOT = Path(__file__).parents[3]
HEAVY = ("numpy", "cv2", "av", "onnxruntime", "faiss", "sqlalchemy", "fastapi", "rich")

type Firstseen = Callable[..., int]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> MadeLine:
    made = MadeLine()
    for module in ("app.verify", "app.pipeline.add_clip", "app.pipeline.compare_files"):
        monkeypatch.setitem(sys.modules, module, made)
    monkeypatch.setattr(app, "verify", made, raising=False)
    for module in ("commands", "library_commands", "reproduce_command"):
        monkeypatch.setattr(f"app.cli.{module}.warn_unsandboxed", lambda settings: None)
    return made


@pytest.fixture
def firstseen(line: MadeLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Firstseen:
    """Runs a command in a library of its own; gives the exit code."""
    monkeypatch.setenv("FIRSTSEEN_LIBRARY", str(tmp_path / "library"))
    monkeypatch.chdir(tmp_path)

    def command(*words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["firstseen", *map(str, words)])
        return run()

    return command


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    Library.open(folder, create=True).close()
    return folder


@pytest.fixture
def item(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"pictures")
    return path


@contextmanager
def served(body: bytes) -> Iterator[str]:
    """Host and port of a server on this machine that answers everything with `body`."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


# ---- check


def test_check_prints_the_report_and_nothing_else(
    firstseen: Firstseen, library: Path, item: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("check", item) == 0

    out, err = capsys.readouterr()
    assert out.startswith("No match among 812 known clips")
    assert err == ""


def test_check_prints_json(
    firstseen: Firstseen,
    line: MadeLine,
    library: Path,
    item: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line.matches = [(clip(("published", "2019")), whole())]

    assert firstseen("check", item, "--claimed-date", "2022", "--claimed-place", "X", "--json") == 0

    report = printed(capsys)
    assert report["item"]["name"] == "clip.mp4"
    assert report["claim"]["date"]["finding"] == "contradicted"
    assert report["claim"]["place"]["claimed"] == "X"
    assert "shown" not in report


@pytest.mark.parametrize("decision", ["accepted", "weak_match", "none"])
def test_no_verdict_is_an_exit_code(
    firstseen: Firstseen, line: MadeLine, library: Path, item: Path, decision: Any
) -> None:
    line.matches = [(clip(INGESTED), match((0, 30, 0, 30), decision=decision))]

    assert firstseen("check", item) == 0


def test_an_item_that_cannot_be_read_gets_a_report_and_ends_with_3(
    firstseen: Firstseen, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("no media")

    assert firstseen("check", "a.txt", "--json") == 3

    report = printed(capsys)
    assert report["verdict"] is None
    assert report["item"]["name"] == "a.txt"
    assert report["item"]["bytes"] == 8
    assert report["problems"] == ["no picture in it"]


def test_a_file_that_is_not_there_gets_a_report_too(
    firstseen: Firstseen, line: MadeLine, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line.error = IntakeError(verbatim("there is no such file"))

    assert firstseen("check", "nowhere.mp4", "--json") == 3
    assert printed(capsys)["item"]["name"] == "nowhere.mp4"


def test_faces_and_names_are_withheld_on_the_page_and_not_on_the_owner_s_terminal(
    firstseen: Firstseen,
    line: MadeLine,
    library: Path,
    item: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert firstseen("check", item, "--html", "report.html", "--json") == 0

    assert "shown" not in printed(capsys)
    assert "withheld" in Path("report.html").read_text()
    assert [call["pictures"] for call in line.calls] == [True]


def test_a_page_has_no_name_unless_it_is_kept(
    firstseen: Firstseen, library: Path, item: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("check", item, "--html", "report.html", "--json") == 0
    assert item.name not in Path("report.html").read_text()
    assert printed(capsys)["item"]["name"] == item.name
    assert firstseen("check", item, "--html", "report.html", "--keep-names") == 0
    assert item.name in Path("report.html").read_text()
    assert firstseen("check", item, "--keep-names") == 2
    assert "--html" in capsys.readouterr().err


@pytest.mark.parametrize(
    "link",
    ["https://example.org/a.mp4", "HTTP://example.org", "http://127.0.0.1/a"],
)
def test_commands_that_take_files_refuse_links_with_a_clear_word(
    firstseen: Firstseen, line: MadeLine, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("compare", link, link) == 2
    assert firstseen("library", "add", link) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 2
    assert "'firstseen check' fetches one" in err
    assert line.calls == []


def test_a_link_that_may_not_be_fetched_gets_a_report(
    firstseen: Firstseen, line: MadeLine, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("check", "http://127.0.0.1/a.mp4", "--json") == 3

    out, err = capsys.readouterr()
    report = json.loads(out)
    assert err == "", "nothing was shown to anybody"
    assert report["item"]["url"] == "http://127.0.0.1/a.mp4"
    assert report["item"]["final_url"] is None
    assert report["problems"] == [
        "127.0.0.1 is not public (loopback); links may lead to public addresses only"
    ]
    assert line.calls == []


def test_a_link_is_fetched_checked_and_deleted(
    firstseen: Firstseen,
    line: MadeLine,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with served(b"\xff\xd8\xff pictures") as place:
        monkeypatch.setenv("FIRSTSEEN_FETCH_ALLOW", place)
        assert firstseen("check", f"http://{place}/a.jpg", "--json") == 0

    out, err = capsys.readouterr()
    report = json.loads(out)
    assert err == "firstseen: fetching the link shows this machine to the host behind it\n"
    assert report["item"]["url"] == f"http://{place}/a.jpg"
    assert report["verdict"]["limits"][-1].startswith(
        "Fetching the link revealed this machine to 127.0.0.1 at "
    )
    [call] = line.calls
    assert not call["check"].exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check"], "PATH"),
        (["check", "."], "is a folder: 'firstseen scan' checks folders"),
        (
            ["check", "a.mp4", "--claimed-date", "yesterday"],
            "--claimed-date: 'yesterday' is no date",
        ),
        (["check", "a.mp4", "--claimed-place", "x" * 501], "--claimed-place: expected a place"),
        (["check", "a.mp4", "--nonsense"], "--nonsense"),
        (["scan", "nowhere", "--jsonl", "out"], "nowhere"),
        (["scan", "."], "--jsonl"),
        (["nonsense"], "nonsense"),
        (["library", "show", "R000123"], "R000123"),
        (["library", "remove", "nonsense"], "nonsense"),
        (["library", "add", ".", "--context", "nowhere.csv"], "nowhere.csv"),
        (["serve", "--port", "99999"], "--port"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(
    firstseen: Firstseen,
    library: Path,
    words: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert firstseen(*words) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_a_setting_that_is_wrong_is_named(
    firstseen: Firstseen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIRSTSEEN_MAX_BYTES", "much")

    assert firstseen("library", "stats") == 2
    assert "FIRSTSEEN_MAX_BYTES: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["check", "clip.mp4"],
        ["scan", ".", "--jsonl", "out.jsonl"],
        ["library", "list"],
        ["library", "stats"],
        ["library", "show", "R000001"],
        ["library", "remove", "R000001"],
        ["library", "refresh"],
        ["library", "verify"],
        ["library", "repair"],
    ],
)
def test_without_a_library_a_command_ends_with_4(
    firstseen: Firstseen, item: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen(*words) == 4

    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert not Path("out.jsonl").exists()


def test_a_library_that_fails_during_a_check_ends_with_4(
    firstseen: Firstseen, line: MadeLine, library: Path, item: Path
) -> None:
    line.error = LibraryUnusable(verbatim("the disk is gone"))

    assert firstseen("check", item) == 4


def test_a_fault_of_our_own_is_one_line_and_no_finding(
    firstseen: Firstseen,
    line: MadeLine,
    library: Path,
    item: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line.error = ZeroDivisionError("\x1b[2J")

    assert firstseen("check", item) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("firstseen: an internal error: ZeroDivisionError (")
    assert len(err.splitlines()) == 1


def test_an_interrupted_check_ends_as_shells_expect(
    firstseen: Firstseen, line: MadeLine, library: Path, item: Path
) -> None:
    line.error = KeyboardInterrupt()  # type: ignore[assignment]

    assert firstseen("check", item) == 130


def test_the_page_is_written_beside_the_result(
    firstseen: Firstseen, library: Path, item: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("check", item, "--html", "report.html") == 0

    assert "<html" in Path("report.html").read_text()
    assert capsys.readouterr().out.startswith("No match")


def test_a_page_that_cannot_be_written_is_a_clear_error(
    firstseen: Firstseen, library: Path, item: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("check", item, "--html", "nowhere/report.html") == 2
    assert "nowhere/report.html cannot be written" in capsys.readouterr().err


def test_parts_that_a_person_blanks_reach_the_frames_of_the_page(
    firstseen: Firstseen, line: MadeLine, library: Path, item: Path
) -> None:
    words = ("--blank", "0,0.6,0.3,1", "--blank", "0.9,0,1,0.1", "--blank-all-but", "0,0,0.5,1")
    assert firstseen("check", item, "--html", "report.html", *words) == 0
    assert line.redaction == Redaction(
        blanked=(
            FramePart("item", (0.0, 0.6, 0.3, 1.0)),
            FramePart("item", (0.9, 0.0, 1.0, 0.1)),
        ),
        kept=(FramePart("item", (0.0, 0.0, 0.5, 1.0)),),
    )


@pytest.mark.parametrize("part", ["0,0,1", "a,b,c,d", "0.5,0,0.4,1", "0,0,1,2", "0,0,nan,1", ""])
def test_a_part_that_is_none_is_refused_before_anything_is_read(
    firstseen: Firstseen,
    line: MadeLine,
    library: Path,
    item: Path,
    part: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert firstseen("check", item, "--html", "report.html", "--blank", part) == 2
    assert "--blank: expected X0,Y0,X1,Y1" in capsys.readouterr().err
    assert line.calls == []


def test_blanking_without_a_page_is_refused(
    firstseen: Firstseen, library: Path, item: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("check", item, "--blank", "0,0,1,1") == 2
    assert "--html" in capsys.readouterr().err


def test_bars_go_to_stderr_and_only_where_asked_for(
    firstseen: Firstseen, library: Path, item: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("check", item, "--json", "--progress") == 0

    out, err = capsys.readouterr()
    json.loads(out)
    assert err == "  decode\n"


def test_json_is_ascii_whatever_a_file_is_called(
    firstseen: Firstseen, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "\u202egpj.\x1b[2J秋.mp4"
    (tmp_path / name).write_bytes(b"x")

    assert firstseen("check", name, "--json") == 0

    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out)["item"]["name"] == name


# ---- compare


def test_compare_needs_no_library(
    firstseen: Firstseen, item: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("compare", item, "other.mp4") == 0
    assert capsys.readouterr().out.startswith("Same footage as 'other.mp4'")


def test_a_comparison_that_fails_is_a_report_on_the_item(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("no media")

    assert firstseen("compare", "a.txt", "b.mp4", "--json") == 3

    report = printed(capsys)
    assert report["item"]["name"] == "a.txt"
    assert report["problems"] == ["a.txt could not be compared with b.mp4: no picture in it"]


# ---- scan


def test_scan_writes_a_line_for_every_file_and_never_stops(
    firstseen: Firstseen, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "items"
    folder.mkdir()
    for name in ("a.txt", "b.mp4", "c.mp4"):
        (folder / name).write_text(name)
    os.mkfifo(folder / "pipe")

    assert firstseen("scan", folder, "--jsonl", "out.jsonl") == 3

    out, err = capsys.readouterr()
    reports = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [report["item"]["path"] for report in reports] == ["a.txt", "b.mp4", "c.mp4", "pipe"]
    assert [report["verdict"] is None for report in reports] == [True, False, False, True]
    assert out.splitlines() == [
        "a.txt: no picture in it",
        "pipe: is no regular file",
        "4 items: 2 could not be read, 2 none",
    ]
    assert err == ""


def test_scan_goes_on_where_it_stopped_and_leaves_its_own_file_out(
    firstseen: Firstseen, line: MadeLine, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "items"
    folder.mkdir()
    (folder / "a.mp4").write_text("a")

    assert firstseen("scan", folder, "--jsonl", folder / "out.jsonl") == 0
    assert firstseen("scan", folder, "--jsonl", folder / "out.jsonl") == 0

    assert [call["check"].name for call in line.calls] == ["a.mp4"]


def test_scan_stops_where_the_library_fails(
    firstseen: Firstseen, line: MadeLine, library: Path, item: Path
) -> None:
    line.error = LibraryUnusable(verbatim("the disk is gone"))

    assert firstseen("scan", item.parent, "--jsonl", "out.jsonl") == 4


# ---- library


def test_added_clips_are_listed_shown_counted_and_removed(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "known"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.mp4").write_text("a")
    (folder / "sub" / "b.mp4").write_text("bb")
    (tmp_path / "context.csv").write_text(
        "file,title,published,source_url\n"
        "a.mp4,Harcourt Road,2019-06-12,https://example.org\n"
        "nowhere.mp4,Lost,,\n"
    )

    assert firstseen("library", "add", folder, "--context", "context.csv") == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        f"R000001  {folder}/a.mp4: added",
        f"R000002  {folder}/sub/b.mp4: added",
    ]
    assert "the context names 'nowhere.mp4'" in err

    assert firstseen("library", "list") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "2019-06-12, published" in first
    assert "Harcourt Road" in first
    assert "b.mp4" in second

    assert firstseen("library", "show", "R000001") == 0
    sheet = capsys.readouterr().out
    assert "title     Harcourt Road\n" in sheet
    assert "  2019-06-12, published, https://example.org\n" in sheet

    assert firstseen("library", "list", "--json") == 0
    assert [listed["id"] for listed in printed(capsys)] == ["R000001", "R000002"]
    assert firstseen("library", "show", "R000001", "--json") == 0
    shown = printed(capsys)
    assert shown["appearances"][0]["kind"] == "published"
    assert len(shown["hashes"]) == 12
    assert set(shown["hashes"][0]) == {"timestamp_s", "pdq", "pdq_quality", "phash"}
    assert firstseen("library", "stats", "--json") == 0
    assert printed(capsys)["clips"] == 2
    assert firstseen("library", "stats") == 0
    assert "clips    2\n" in capsys.readouterr().out

    assert firstseen("library", "remove", "R000001") == 0
    assert capsys.readouterr().out == "R000001  a.mp4: removed\n"
    assert firstseen("library", "list", "--json") == 0
    assert [listed["id"] for listed in printed(capsys)] == ["R000002"]


def test_a_terminal_gets_a_header_and_a_program_does_not(
    firstseen: Firstseen,
    library: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Library.open(library) as opened:
        opened.add(made_print(1), made_facts(1))
    assert firstseen("library", "list") == 0
    (line,) = capsys.readouterr().out.splitlines()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert firstseen("library", "list") == 0
    header, same = capsys.readouterr().out.splitlines()
    assert same == line
    for title, value in (("id", "R000001"), ("title or file", "clip 1.mp4")):
        assert header.index(title) == line.index(value)


@pytest.mark.parametrize(
    ("rows", "footage"), [(72, "36 s"), (432, "3 min 36 s"), (8 * 3600, "4 h 0 min")]
)
def test_the_length_of_a_library_is_readable(
    rows: int,
    footage: str,
    firstseen: Firstseen,
    library: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """0.06 hours is no length that anybody knows."""
    fingerprint = made_print(1)
    info = replace(fingerprint.info, duration_s=rows / 2)
    with Library.open(library) as opened:
        opened.add(replace(fingerprint, info=info), made_facts(1))
    assert firstseen("library", "stats") == 0
    assert f"footage  {footage}\n" in capsys.readouterr().out


def test_hashes_are_exported_for_other_tools(
    firstseen: Firstseen, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prints = [made_print(seed) for seed in (1, 2)]
    with Library.open(library) as opened:
        for seed, fingerprint in enumerate(prints, start=1):
            opened.add(fingerprint, made_facts(seed))
    usable = [int((stored.descriptors.pdq_quality >= 50).sum()) for stored in prints]
    assert 0 < usable[0] < 12

    assert firstseen("library", "hashes") == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == sum(usable)
    assert all(re.fullmatch("pdq [0-9a-f]{64}", line) for line in out.splitlines())
    assert err.endswith(f"too low for PDQ: {24 - sum(usable)} frames\n")

    assert firstseen("library", "hashes", "R000002", "--format", "csv") == 0
    header, first, *rest = capsys.readouterr().out.splitlines()
    assert header == "clip,timestamp_s,pdq,pdq_quality,phash"
    pdq = prints[1].descriptors.pdq[0].tobytes().hex()
    assert first.startswith(f"R000002,0.0,{pdq},")
    assert len(rest) == 11

    assert firstseen("library", "hashes", "R000001", "R000009") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "R000009" in err


def test_the_command_that_show_prints_works_when_pasted(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "my library"
    with Library.open(elsewhere, create=True) as opened:
        opened.add(made_print(1), made_facts(1))
    assert firstseen("library", "show", "R000001", "--library", elsewhere) == 0
    command = capsys.readouterr().out.splitlines()[-1].partition(": ")[2]
    assert firstseen(*shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out.startswith("pdq ")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_has_seen_enough_is_no_error(library: Path) -> None:
    """As with `firstseen library hashes | head -1`: exit code 0, and not a word."""
    with Library.open(library) as opened:
        for seed in range(60):  # more lines than a pipe holds
            opened.add(made_print(seed, rows=24), made_facts(seed))
    command = [sys.executable, "-m", "app", "library", "hashes", "--format", "csv"]
    with subprocess.Popen(
        [*command, "--library", library], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"clip,")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_adding_the_same_file_twice_says_so(
    firstseen: Firstseen, item: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "context.csv").write_text("file,title,archived\nclip.mp4,A title,2019\n")
    firstseen("library", "add", item)
    capsys.readouterr()

    assert firstseen("library", "add", item, item) == 0
    assert capsys.readouterr().out == f"R000001  {item}: known already, nothing changed\n"

    assert firstseen("library", "add", item, "--context", "context.csv") == 0
    assert capsys.readouterr().out == (
        f"R000001  {item}: known already; entered now: archived 2019, title\n"
    )


def test_an_import_adds_with_dates_and_a_second_one_changes_nothing(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    info = {
        "title": "Towers",
        "extractor_key": "Youtube",
        "webpage_url": "https://video.example/1",
        "upload_date": "20190314",
    }
    for name, stated in (("a", info), ("b", info | {"extractor_key": "Generic"}), ("c", info)):
        (folder / f"{name}.info.json").write_text(json.dumps(stated))
    for name in "ab":
        (folder / f"{name}.mp4").write_text(name)

    assert firstseen("library", "import", folder, "--dry-run") == 0
    said = capsys.readouterr().out
    assert f"would add  {folder / 'a.mp4'}: 2019-03-14" in said
    assert "2 files would be added, 1 passed over; nothing was changed" in said

    assert firstseen("library", "import", folder) == 0
    said = capsys.readouterr().out
    assert f"left out  {folder / 'b.mp4'}: the date 2019-03-14 is not stated by" in said
    assert "2 files; 2 added, 0 known and given more, 0 unreadable, 1 passed over" in said

    assert firstseen("library", "import", folder, "--json") == 0
    printed_again = printed(capsys)
    assert [result["new"] for result in printed_again["results"]] == [False, False]
    assert [result["entered"] for result in printed_again["results"]] == [[], []]
    assert printed_again["passed_over"][0]["reason_message"]["id"] == "import-no-media"
    assert printed_again["files"][0]["appearances"][0]["source_url"] == "https://video.example/1"


def test_adding_goes_on_after_a_bad_file_and_ends_with_3(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "known"
    folder.mkdir()
    (folder / "a.txt").write_text("no media")
    (folder / "b.mp4").write_text("b")

    assert firstseen("library", "add", folder, "--json", "--quick") == 3

    results = printed(capsys)
    assert [(result["id"], result["problem"]) for result in results] == [
        (None, "no picture in it"),
        ("R000001", None),
    ]
    assert results[0]["problem_message"] == {
        "id": "verbatim",
        "params": {"text": "no picture in it"},
    }
    assert results[1]["problem_message"] is None


def test_what_lies_beside_footage_in_a_folder_is_passed_over_and_no_failure(
    firstseen: Firstseen, line: MadeLine, item: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = Item(item, item.name, "0" * 64, 8, "text/plain")
    line.error = NotMedia(verbatim("by its content this is a text"), known)

    assert firstseen("library", "add", item.parent) == 0
    assert capsys.readouterr().out == f"passed over  {item}: by its content this is a text\n"

    assert firstseen("library", "add", item) == 3
    assert capsys.readouterr().out == f"not added  {item}: by its content this is a text\n"


def test_results_stay_on_stdout_beside_bars(
    firstseen: Firstseen, item: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("library", "add", item, "--progress") == 0

    out, err = capsys.readouterr()
    assert out == f"R000001  {item}: added\n"
    assert "1 of 1  clip.mp4" in err


def test_quick_is_passed_on(firstseen: Firstseen, line: MadeLine, item: Path) -> None:
    firstseen("library", "add", item, "--quick")
    firstseen("library", "add", item)

    assert [call["quick"] for call in line.calls] == [True, False]


def test_a_clip_that_is_unknown_removes_nothing(
    firstseen: Firstseen, item: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firstseen("library", "add", item)

    assert firstseen("library", "remove", "R000001", "R000999") == 2
    capsys.readouterr()
    firstseen("library", "list", "--json")
    assert len(printed(capsys)) == 1


def test_refresh_describes_what_the_present_model_cannot_search(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mp4").write_text("a")
    (tmp_path / "lost.mp4").write_text("lost")
    firstseen("library", "add", "a.mp4", "lost.mp4")
    capsys.readouterr()

    assert firstseen("library", "refresh") == 3
    assert capsys.readouterr().out.splitlines() == [
        "R000001  a.mp4: described again",
        "R000002  lost.mp4: no pictures of it are kept",
    ]
    assert firstseen("library", "refresh", "--json") == 3
    lost = printed(capsys)[0]
    assert (lost["id"], lost["problem"]) == ("R000002", "no pictures of it are kept")
    assert set(lost["problem_message"]) == {"id", "params"}
    firstseen("library", "remove", "R000002")
    capsys.readouterr()
    assert firstseen("library", "refresh") == 0
    assert capsys.readouterr().out == "Every clip can be searched with the present model\n"


def test_verify_names_what_is_damaged_and_repair_sets_it_right(
    firstseen: Firstseen,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.cli.verify_and_repair.warn_unsandboxed", lambda settings: None)
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(made_print(1), made_facts(1))
    assert firstseen("library", "verify") == 0
    assert capsys.readouterr().out == "Everything that is stored agrees with its checksums\n"

    with closing(sqlite3.connect(tmp_path / "library" / "library.db")) as database, database:
        database.execute("UPDATE sound_codes SET codes = x'00'")
    assert firstseen("library", "verify") == 3
    assert capsys.readouterr().out == "R000001  clip 1.mp4: damaged: codes of the sound\n"
    assert firstseen("library", "verify", "--json") == 3
    assert printed(capsys)[0]["parts"] == ["sound"]
    assert firstseen("library", "repair") == 0
    assert capsys.readouterr().out == "R000001  clip 1.mp4: made anew from what else is stored\n"
    assert firstseen("library", "verify") == 0


# ---- the program itself


def test_the_version_is_that_of_the_project(
    firstseen: Firstseen, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert firstseen("version") == 0
    assert firstseen("--version") == 0
    assert capsys.readouterr().out == f"firstseen {VERSION}\n" * 2
    assert project["version"] == VERSION


@pytest.mark.parametrize("words", [["--help"], ["library", "--help"], ["check", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys; from app.__main__ import run; "
        f"sys.argv = ['firstseen', *{words!r}]; code = run(); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], code, file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stderr == "[] 0\n"
    assert "Usage: firstseen" in done.stdout


def test_a_terminal_without_unicode_shows_escapes(library: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "library", "show", "R000001\u202e秋", "--library", library],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 2
    assert b"\\u202e\\u79cb" in done.stderr


def test_a_check_is_done_again_and_what_differs_is_named(
    firstseen: Firstseen,
    line: MadeLine,
    library: Path,
    item: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert firstseen("check", item, "--claimed-date", "2022-11-27", "--json") == 0
    report = item.with_name("report.json")
    report.write_text(capsys.readouterr().out)
    assert firstseen("reproduce", report) == 0
    assert capsys.readouterr().out.startswith("The outcome is the same.")
    assert line.calls[-1]["claim"] == line.calls[-2]["claim"]

    line.matches = [(clip(INGESTED), whole())]
    assert firstseen("reproduce", report, "--json") == 5
    said = json.loads(capsys.readouterr().out)
    assert said["same_outcome"] is False
    assert any(each["text"].startswith("Matching clips: nothing then") for each in said["outcome"])

    item.write_bytes(b"other pictures")
    assert firstseen("reproduce", report) == 2
    assert "is not the file of this report" in capsys.readouterr().err
    report.write_text("{")
    assert firstseen("reproduce", report) == 2
    assert "is no report" in capsys.readouterr().err


def test_an_import_again_corrects_what_its_source_says_otherwise_and_keeps_what_stood_there(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "clips.csv"
    (tmp_path / "a.mp4").write_text("a")
    header = "file,title,published,source_url,entered_by\n"
    table.write_text(header + "a.mp4,Towers,2019-03-14,https://video.example/1,Desk\n")
    assert firstseen("library", "import", tmp_path) == 0
    table.write_text(header + "a.mp4,Towers at night,2018-03-14,https://video.example/1,Desk\n")
    assert firstseen("library", "import", tmp_path) == 0
    said = capsys.readouterr().out
    assert 'title corrected from "Towers" to "Towers at night"' in said
    assert "1 known and given more" in said

    assert firstseen("library", "show", "R000001", "--json") == 0
    clip = printed(capsys)
    assert clip["title"] == "Towers at night"
    published = [each for each in clip["appearances"] if each["kind"] == "published"]
    assert [each["date"] for each in published] == ["2018-03-14"]
    assert {change["before"] for change in clip["changes"]} >= {"Towers"}

    assert firstseen("library", "import", tmp_path) == 0
    assert "0 known and given more" in capsys.readouterr().out


def test_what_a_person_corrected_stays_when_the_source_repeats_its_old_word(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mp4").write_text("a")
    (tmp_path / "clips.csv").write_text("file,title\na.mp4,Towers\n")
    firstseen("library", "import", tmp_path)
    assert firstseen("library", "edit", "R000001", "--title", "Harcourt Road") == 0
    firstseen("library", "import", tmp_path)
    capsys.readouterr()
    assert firstseen("library", "show", "R000001", "--json") == 0
    assert printed(capsys)["title"] == "Harcourt Road"


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_importing_what_was_exported_changes_nothing(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    folder = tmp_path / "known"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.mp4").write_text(name)
    (folder / "c.csv").write_text(
        "file,title,notes,published,archived,source_url\n"
        'a.mp4,=1+1,"two\nlines",2019-06-12,,https://example.org/1\n'
        "a.mp4,,,,2020,https://example.org/2\n"
        "b.mp4,-,,,,\n"
    )
    firstseen("library", "import", folder)
    capsys.readouterr()
    assert firstseen("library", "export", "--format", form) == 0
    table = tmp_path / f"clips.{form}"
    with table.open("w", newline="") as file:
        file.write(capsys.readouterr().out)
    if form == "csv":
        assert ",=1+1," not in table.read_text()
    assert firstseen("library", "import", table, "--json") == 0
    results = printed(capsys)["results"]
    assert [result["id"] for result in results] == ["R000001", "R000002"]
    assert [result["entered"] for result in results] == [[], []]


def test_a_table_corrects_clips_that_the_library_has_and_names_the_others(
    firstseen: Firstseen, item: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firstseen("library", "add", item)
    known = hashlib.sha256(item.read_bytes()).hexdigest()
    table = tmp_path / "table.csv"
    table.write_text(f"file,sha256,title\nx.mp4,{known},A title\ny.mp4,{'0' * 64},Other\nz,,No\n")
    capsys.readouterr()
    assert firstseen("library", "import", table) == 0
    said = capsys.readouterr().out
    assert "R000001  x.mp4: known already; entered now: title" in said
    assert "passed over  y.mp4: the library has no clip of this SHA-256" in said
    assert "passed over  z: the row has no SHA-256" in said


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("file,sha256\na,xyz\n", "the SHA-256 is not 64 hexadecimal digits"),
        ('{"sha256": "' + "0" * 64 + '"}\n[1]\n', "table.csv, line 2 is no JSON object"),
        ("name,title\na,b\n", "file"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_line(
    firstseen: Firstseen,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    problem: str,
) -> None:
    (tmp_path / "table.csv").write_text(text)
    assert firstseen("library", "import", tmp_path / "table.csv") == 2
    assert problem in capsys.readouterr().err


def test_edit_corrects_texts_and_dates_of_a_clip(
    firstseen: Firstseen, item: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firstseen("library", "add", item)
    capsys.readouterr()
    words = ["--add-date", "published=2019-06-12", "--source-url", "https://example.org/1"]
    assert firstseen("library", "edit", "R000001", "--title", "T", *words, "--by", "Ana") == 0
    assert "2019-06-12" in capsys.readouterr().out
    firstseen("library", "show", "R000001", "--json")
    clip = printed(capsys)
    number = next(each["number"] for each in clip["appearances"] if each["kind"] == "published")
    assert firstseen("library", "edit", "R000001", "--remove-date", number, "--title", "") == 0
    said = capsys.readouterr().out
    assert "title was T, is -" in said
    assert "by Ana: title was -, is T" in said
    assert firstseen("library", "edit", "R000001") == 2
    assert firstseen("library", "edit", "R000001", "--add-date", "seen=2019") == 2
    assert "is no date to add: write KIND=DATE" in capsys.readouterr().err


def test_list_shows_only_what_the_filters_select(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "ab":
        (tmp_path / f"{name}.mp4").write_text(name)
    (tmp_path / "c.csv").write_text(
        "file,title,place,archived\na.mp4,Towers,Hong Kong,2019\nb.mp4,Bridge,Kyiv,2014\n"
    )
    firstseen("library", "import", tmp_path)
    capsys.readouterr()
    for option, value in (("--text", "towers"), ("--year", "2019"), ("--place", "hong")):
        assert firstseen("library", "list", option, value, "--json") == 0
        assert [clip["id"] for clip in printed(capsys)] == ["R000001"]
