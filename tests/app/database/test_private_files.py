"""Whatever the umask, nobody but the owner can read what firstseen keeps."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.database.private_files import mend_modes, wipe
from app.library.library import Library
from app.store.data_folder import open_store
from tests.app.library.library_made import made_facts, made_print

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples"
PHOTO = SAMPLES / "items" / "unknown.jpg"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")


@pytest.fixture
def open_umask() -> object:
    """What a careless shell has."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """What group or others have any right to, by name."""
    return [
        f"{path.name} {stat.filemode(path.lstat().st_mode)}"
        for path in (folder, *folder.rglob("*"))
        if path.lstat().st_mode & 0o077
    ]


@pytest.mark.usefixtures("open_umask")
def test_a_library_and_a_store_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    with Library.open(folder, create=True) as library:
        library.add(made_print(1), made_facts(1))
        library.load_index()
        open_store(folder / "desk").close()
        assert open_to_others(folder) == []
    assert open_to_others(folder) == []


@pytest.mark.usefixtures("open_umask")
def test_a_library_that_is_open_to_others_is_closed_when_it_is_opened_next(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    with Library.open(folder, create=True) as library:
        library.add(made_print(1), made_facts(1))
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | 0o055)
    assert open_to_others(folder)
    Library.open(folder, read_only=True).close()
    assert open_to_others(folder) == []


@pytest.mark.usefixtures("open_umask")
def test_what_the_command_line_writes_is_for_its_user_alone(tmp_path: Path) -> None:
    def firstseen(*words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "app", *words, "--library", str(tmp_path / "library")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    firstseen("library", "add", str(PHOTO))
    firstseen("check", str(PHOTO), "--html", str(tmp_path / "report.html"))
    firstseen("keys", "create", "ann", "--scope", "check")
    assert open_to_others(tmp_path / "library") == []
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o600


def test_files_that_are_not_ours_keep_their_modes(tmp_path: Path) -> None:
    stranger, own = tmp_path / "notes.txt", tmp_path / "library.db"
    for path in (stranger, own):
        path.write_text("x")
        path.chmod(0o644)
    tmp_path.chmod(0o700)
    assert mend_modes(tmp_path, frozenset({"library.db"})) == 1
    assert stranger.stat().st_mode & 0o777 == 0o644
    assert own.stat().st_mode & 0o777 == 0o600


def test_a_wiped_folder_holds_nothing_but_what_was_not_ours(tmp_path: Path) -> None:
    kept = tmp_path / "outside"
    kept.write_text("a stranger's")
    folder = tmp_path / "library"
    (folder / "index").mkdir(parents=True)
    (folder / "library.db").write_bytes(b"faces" * 1000)
    (folder / "index" / "codes-1").write_bytes(b"codes")
    (folder / "index" / "link").symlink_to(kept)
    (folder / "notes.txt").write_text("mine")
    names = frozenset({"library.db", "index"})
    with (folder / "library.db").open("rb") as held_open:
        assert wipe(folder, names) == ["notes.txt"]
        assert held_open.read() == bytes(5000), "overwritten, not only unlinked"
    assert [path.name for path in folder.rglob("*")] == ["notes.txt"]
    assert kept.read_text() == "a stranger's"


def test_a_folder_with_nothing_else_goes_too(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "library.db").write_bytes(b"x")
    assert wipe(folder, frozenset({"library.db"})) == []
    assert not folder.exists()
