"""`firstseen wipe`: what it removes, what it leaves, and when it refuses."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.__main__ import run
from app.library.library import Library
from app.store.data_folder import only_service, open_store

type Firstseen = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    Library.open(folder, create=True).close()
    open_store(folder / "desk").close()
    return folder


@pytest.fixture
def firstseen(monkeypatch: pytest.MonkeyPatch) -> Firstseen:
    def command(*words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["firstseen", *map(str, words)])
        return run()

    return command


def test_a_library_and_what_the_service_kept_are_gone(folder: Path, firstseen: Firstseen) -> None:
    assert firstseen("wipe", "--library", folder, "--yes") == 0
    assert not folder.exists()


def test_the_library_can_stay(folder: Path, firstseen: Firstseen) -> None:
    assert firstseen("wipe", "--library", folder, "--data-only", "--yes") == 0
    assert not (folder / "desk").exists()
    Library.open(folder).close()


def test_nothing_is_wiped_without_a_word_from_a_person(
    folder: Path, firstseen: Firstseen, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("wipe", "--library", folder) == 2
    assert "--yes" in capsys.readouterr().err
    Library.open(folder).close()


def test_nothing_is_wiped_under_a_running_service(folder: Path, firstseen: Firstseen) -> None:
    with only_service(folder / "desk"):
        assert firstseen("wipe", "--library", folder, "--yes") == 4
    Library.open(folder).close()


def test_where_there_is_nothing_it_says_so(
    tmp_path: Path, firstseen: Firstseen, capsys: pytest.CaptureFixture[str]
) -> None:
    assert firstseen("wipe", "--library", tmp_path / "none", "--yes") == 2
    assert "nothing to wipe" in capsys.readouterr().err
