"""`firstseen report`, and pages as PDF, as they are typed."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.__main__ import run
from app.printing import chromium
from app.store import audit_log
from app.store.data_folder import open_store
from tests.app.store.checks_made import stored_check

type Firstseen = Callable[..., int]


@pytest.fixture
def firstseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Firstseen:
    """Runs a command with a library of its own; gives the exit code."""
    monkeypatch.setenv("FIRSTSEEN_LIBRARY", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def command(*words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["firstseen", *map(str, words)])
        return run()

    return command


def test_the_report_of_a_check_is_printed_and_logged(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = stored_check(tmp_path / "desk")
    assert firstseen("report", check, "--json") == 0
    record = json.loads(capsys.readouterr().out)["record"]
    assert record["check"] == check
    assert record["by"] is None
    assert record["decisions"][0]["by"] is None
    assert firstseen("report", check, "--json", "--keep-names", "--html", "page.html") == 0
    record = json.loads(capsys.readouterr().out)["record"]
    assert record["by"] == record["decisions"][0]["by"] == "Ana"
    assert check in Path("page.html").read_text()
    store = open_store(tmp_path / "desk", create=False)
    with store.reading() as connection:
        logged = [(e.action, e.object, e.detail) for e in audit_log.entries(connection)][-2:]
    store.close()
    assert logged == [("report.export", check, "page"), ("report.export", check, "page names")]


def test_a_check_that_is_not_there_is_a_clear_error(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored_check(tmp_path / "desk")
    assert firstseen("report", "-no-such-check") == 2
    assert "check" in capsys.readouterr().err


def test_without_a_browser_a_pdf_is_refused_before_any_work(
    firstseen: Firstseen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "find_browser", lambda: None)
    assert firstseen("report", "any", "--pdf", "page.pdf") == 2
    assert "No browser is installed that can make a PDF" in capsys.readouterr().err


@pytest.mark.browser
def test_the_pdf_has_a_page_of_summary_and_the_details(
    firstseen: Firstseen, tmp_path: Path
) -> None:
    check = stored_check(tmp_path / "desk")
    assert firstseen("report", check, "--pdf", "page.pdf") == 0
    printed = Path("page.pdf").read_bytes()
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") == 4


@pytest.mark.parametrize("content", [None, "no PDF"])
def test_a_browser_that_makes_no_pdf_is_named(tmp_path: Path, content: str | None) -> None:
    browser = tmp_path / "chrome"
    written = "" if content is None else f'echo "{content}" > "${{word#--print-to-pdf=}}"'
    browser.write_text(
        "#!/bin/sh\nfor word; do case $word in --print-to-pdf=*) :; " + written + ";; esac; done\n"
    )
    browser.chmod(0o700)
    with pytest.raises(chromium.NotPrintedError, match="chrome made no PDF"):
        chromium.print_page("<p>", browser)


def test_a_browser_that_takes_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "PRINT_S", 0.2)
    browser = tmp_path / "chrome"
    browser.write_text("#!/bin/sh\nexec sleep 20\n")
    browser.chmod(0o700)
    with pytest.raises(chromium.NotPrintedError, match="longer than"):
        chromium.print_page("<p>", browser)


def test_a_media_review_is_drafted_and_what_is_left_to_do_is_said(
    firstseen: Firstseen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = stored_check(tmp_path / "desk")
    assert firstseen("report", check, "--media-review", "review.jsonld") == 0
    assert "A person completes or confirms, and signs: author" in capsys.readouterr().err
    written = json.loads(Path("review.jsonld").read_text())
    assert [node["@type"] for node in written["@graph"]] == ["MediaReview", "ClaimReview"]
    assert "clip.mp4" not in json.dumps(written)
