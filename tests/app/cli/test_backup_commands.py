"""Backup, restore and prune, as they are typed."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.__main__ import run
from app.library.context_csv import Context
from app.library.library import Library
from app.settings import Settings
from app.store import checks
from app.store.data_folder import BAG_KEY, only_service, open_store
from app.store.retention import expired, sweep
from app.store.timestamps import now
from tests.app.library.library_made import made_facts, made_print
from tests.app.store.checks_made import stored_check

type Firstseen = Callable[..., int]


@pytest.fixture
def firstseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Firstseen:
    """Runs a command with a library of its own; gives the exit code."""
    monkeypatch.setenv("FIRSTSEEN_LIBRARY", str(tmp_path / "library"))
    monkeypatch.chdir(tmp_path)

    def command(*words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["firstseen", *map(str, words)])
        return run()

    return command


@pytest.fixture
def check(tmp_path: Path) -> str:
    """A check in a store, beside a library of one clip."""
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(made_print(1), made_facts(1), Context())
    (tmp_path / "library" / "desk").mkdir(mode=0o700)
    return stored_check(tmp_path / "library" / "desk")


def kept_checks(folder: Path) -> list[str]:
    store = open_store(folder / "desk", create=False)
    try:
        with store.reading() as connection:
            return [check.id for check in checks.list_checks(connection, None, None, 10)]
    finally:
        store.close()


def test_a_backup_made_while_others_have_it_open_comes_back(
    firstseen: Firstseen, tmp_path: Path, check: str, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    assert firstseen("bag", check) == 0
    key = (library / "desk" / BAG_KEY).read_bytes()
    with closing(sqlite3.connect(library / "desk" / "desk.db")):
        assert firstseen("backup", "kept") == 0
    said = capsys.readouterr().out
    manifest = json.loads(Path("kept/backup.json").read_text())
    assert manifest["audit_head"] in said
    assert Path("kept").stat().st_mode & 0o077 == 0
    assert not [path for path in Path("kept").iterdir() if path.stat().st_mode & 0o077]

    assert firstseen("restore", "kept") == 2, "something is there"
    assert "--replace" in capsys.readouterr().err
    shutil.rmtree(library)
    assert firstseen("restore", "kept") == 0
    assert kept_checks(library) == [check]
    assert (library / "desk" / BAG_KEY).read_bytes() == key
    with Library.open(library, read_only=True) as restored:
        assert restored.stats().clips == 1
    assert firstseen("audit", "verify", "--head", manifest["audit_head"]) == 0


def test_what_came_after_a_backup_is_gone_after_restoring_it(
    firstseen: Firstseen, tmp_path: Path, check: str
) -> None:
    assert firstseen("backup", "kept") == 0
    with Library.open(tmp_path / "library") as library:
        library.add(made_print(2), made_facts(2), Context())
    assert firstseen("restore", "kept", "--replace") == 0
    with Library.open(tmp_path / "library", read_only=True) as restored:
        assert restored.stats().clips == 1


def test_a_damaged_backup_and_no_backup_are_refused_and_change_nothing(
    firstseen: Firstseen, tmp_path: Path, check: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("backup", "kept") == 0
    assert firstseen("backup", "kept") == 2, "never over another one"
    file = Path("kept/library.db")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    capsys.readouterr()
    assert firstseen("restore", "kept", "--replace") == 2
    assert "library.db is not as it was backed up" in capsys.readouterr().err
    assert kept_checks(tmp_path / "library") == [check]
    assert firstseen("restore", tmp_path) == 2
    assert "is no backup" in capsys.readouterr().err


def test_nothing_is_restored_under_a_running_service(
    firstseen: Firstseen, tmp_path: Path, check: str
) -> None:
    assert firstseen("backup", "kept") == 0
    with only_service(tmp_path / "library" / "desk"):
        assert firstseen("restore", "kept", "--replace") == 4


def test_prune_says_what_would_go_and_deletes_nothing_until_it_shall(
    firstseen: Firstseen, tmp_path: Path, check: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(tmp_path / "library" / "desk", create=False)
    try:
        with store.writing() as connection:
            checks.cancel(connection, check, Settings())
        later = now() + timedelta(days=400)
        due = expired(store, later)
        assert (due.checks, due.decisions) == (1, 0)
        assert kept_checks(tmp_path / "library") == [check]
        assert firstseen("prune", "--dry-run", "--json") == 0
        assert json.loads(capsys.readouterr().out)["checks"] == 0, "not due yet"
        assert sweep(store, later).checks == due.checks
    finally:
        store.close()
    assert kept_checks(tmp_path / "library") == []
