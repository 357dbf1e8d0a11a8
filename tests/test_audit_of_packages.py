"""`make audit`: what it says where a source answers, and where none can be reached."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
CLEAN = [{"name": "one", "version": "1", "vulns": []}]
HIT = [
    {"name": "two", "version": "2", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["2.1"]}]},
    {"name": "three", "skip_reason": "not found"},
]


def _loaded() -> Any:
    loader = SourceFileLoader("ci_audit", str(ROOT / ".ci" / "audit"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


tool = _loaded()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text("one==1\n")
    return path


def answers(what: Any) -> Any:
    return lambda lock, source: what


def test_a_source_that_knows_of_nothing(lock: Path, tmp_path: Path) -> None:
    code, lines = tool.audit(lock, tmp_path / "build" / "last.json", NOW, answers(CLEAN))
    assert code == 0
    assert lines == [
        "Last result: less than an hour ago (2026-11-30 12:00 UTC, osv).",
        "Packages audited: 1; with advisories: 0.",
    ]


def test_advisories_are_named_with_what_mends_them(lock: Path, tmp_path: Path) -> None:
    code, lines = tool.audit(lock, tmp_path / "last.json", NOW, answers(HIT))
    assert code == 1
    assert "  two 2: CVE-2026-1, mended in 2.1" in lines
    assert "Not known to the source, so not audited: three." in lines


def test_where_none_can_be_reached_it_says_so_and_shows_the_last_result(
    lock: Path, tmp_path: Path
) -> None:
    last = tmp_path / "last.json"
    tool.audit(lock, last, NOW - timedelta(days=12), answers(CLEAN))
    code, lines = tool.audit(lock, last, NOW, answers(None))
    assert code == 2
    assert lines[0] == "No source of advisories can be reached from here, so nothing was audited."
    assert lines[1] == "Last result: 12 days ago (2026-11-18 12:00 UTC, osv)."
    assert json.loads(last.read_text())["at"] == "2026-11-18T12:00:00+00:00"  # stays the last


def test_a_lock_that_changed_since_is_reported(lock: Path, tmp_path: Path) -> None:
    tool.audit(lock, tmp_path / "last.json", NOW, answers(CLEAN))
    lock.write_text("one==2\n")
    _, lines = tool.audit(lock, tmp_path / "last.json", NOW, answers(None))
    assert lines[-1] == "requirements.lock has changed since."


def test_the_second_source_is_asked_where_the_first_is_out_of_reach(
    lock: Path, tmp_path: Path
) -> None:
    def ask(lock: Path, source: str) -> Any:
        return CLEAN if source == "pypi" else None

    code, lines = tool.audit(lock, tmp_path / "last.json", NOW, ask)
    assert code == 0
    assert "UTC, pypi)" in lines[0]


@pytest.mark.parametrize("printed", ["", json.dumps({"dependencies": HIT[1:]})])
def test_an_answer_about_no_package_is_no_answer(
    printed: str, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip-audit ends with 0 where a mirror knows no advisories, and skips every package."""

    def run(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(words, 0, printed, "")

    monkeypatch.setattr(tool.subprocess, "run", run)
    assert tool.ask(lock, "pypi") is None


@pytest.mark.slow
def test_without_a_network_the_real_tool_says_that_nothing_was_audited(tmp_path: Path) -> None:
    """All requests go to a port where nobody listens."""
    for name in (".ci/audit", "requirements.lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    away = "http://127.0.0.1:9"
    done = subprocess.run(
        [sys.executable, str(tmp_path / ".ci" / "audit")],
        env={**os.environ, "HTTPS_PROXY": away, "HTTP_PROXY": away, "NO_PROXY": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "No source of advisories can be reached from here, so nothing was audited.",
        "There is no earlier result.",
    ]
    assert done.returncode == 2


def test_it_is_no_part_of_the_tests() -> None:
    rules = (ROOT / "Makefile").read_text()
    assert "audit: $(READY)" in rules
    for target in ("test", "quick", "check", "lint"):
        rule = rules.partition(f"\n{target}:")[2].partition("\n\n")[0]
        assert rule, target
        assert "audit" not in rule
