"""Opening, refusing, migrating, waiting, filling up, and leaving nothing behind."""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from app.library import open_library
from app.library.context_csv import Context
from app.library.errors import LibraryBusy, LibraryReadOnly, LibraryUnusable
from app.library.index.vector_index import encode
from app.library.library import Library
from app.library.packing import pack_vectors, unpack_vectors
from hashing.message import verbatim
from hashing.types import PreviewFrames
from tests.app.library.library_made import (
    SPACE,
    assert_same_print,
    made_facts,
    made_print,
    use_codes_early,
)

NOBODY_USER = 65534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of one clip."""
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(made_print(1), made_facts(1))
    return tmp_path / "library"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def harm(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / "library.db")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_library_is_there_when_opened_again(folder: Path) -> None:
    with Library.open(folder) as library:
        assert_same_print(library.load("R000001"), made_print(1))


def test_an_absent_library_is_not_made_unless_asked_for(tmp_path: Path) -> None:
    with pytest.raises(LibraryUnusable, match="no library in"):
        Library.open(tmp_path / "library")
    assert not (tmp_path / "library").exists()


def test_a_folder_of_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"picture")
    for create in (False, True):
        with pytest.raises(LibraryUnusable, match=r"library"):
            Library.open(tmp_path, create=create)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("text")
    for create in (False, True):
        with pytest.raises(LibraryUnusable, match=r"[Ll]ibrary"):
            Library.open(tmp_path / "library", create=create)


@pytest.mark.parametrize("content", [b"not a database at all" * 500, b""])
def test_another_file_of_that_name_is_refused_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "library.db").write_bytes(content)
    with pytest.raises(LibraryUnusable, match=r"not a (firstseen )?library"):
        Library.open(tmp_path)
    assert files(tmp_path) == {str(tmp_path / "library.db"): content}


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    harm(tmp_path, "CREATE TABLE clips (id INTEGER)")
    before = files(tmp_path)
    for create in (False, True):
        with pytest.raises(LibraryUnusable, match="not a firstseen library"):
            Library.open(tmp_path, create=create)
    assert files(tmp_path) == before


def test_a_library_of_a_newer_version_is_refused_and_left_alone(folder: Path) -> None:
    harm(folder, f"PRAGMA user_version={open_library.SCHEMA_VERSION + 1}")
    before = files(folder)
    with pytest.raises(LibraryUnusable, match="written by a newer firstseen"):
        Library.open(folder)
    assert files(folder) == before


def test_a_damaged_library_is_said_to_be_damaged(folder: Path) -> None:
    path = folder / "library.db"
    data = bytearray(path.read_bytes())
    data[4096 : len(data) // 2] = bytes(len(data) // 2 - 4096)
    path.write_bytes(data)
    with pytest.raises(LibraryUnusable, match="damaged"), Library.open(folder) as library:
        library.load("R000001")


def add_a_column(connection: sa.Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE clips ADD COLUMN colour TEXT DEFAULT 'grey'")


def fail(connection: sa.Connection) -> None:
    add_a_column(connection)
    raise LibraryUnusable(verbatim("half way"))


def test_an_older_library_is_brought_up_to_date(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = open_library.SCHEMA_VERSION
    monkeypatch.setattr(open_library, "SCHEMA_VERSION", present + 2)
    monkeypatch.setitem(open_library.MIGRATIONS, present + 1, add_a_column)
    monkeypatch.setitem(open_library.MIGRATIONS, present + 2, lambda _connection: None)
    with Library.open(folder) as library:
        assert_same_print(library.load("R000001"), made_print(1))
    connection = sqlite3.connect(folder / "library.db")
    assert connection.execute("SELECT colour FROM clips").fetchall() == [("grey",)]
    steps = [(present,), (present + 1,), (present + 2,)]
    assert connection.execute("SELECT version FROM migrations").fetchall() == steps
    assert connection.execute("PRAGMA user_version").fetchone() == (present + 2,)
    connection.close()


def test_a_migration_that_fails_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = open_library.SCHEMA_VERSION + 1
    monkeypatch.setattr(open_library, "SCHEMA_VERSION", later)
    monkeypatch.setitem(open_library.MIGRATIONS, later, fail)
    with pytest.raises(LibraryUnusable, match="half way"):
        Library.open(folder)
    monkeypatch.undo()
    with Library.open(folder) as library:
        assert_same_print(library.load("R000001"), made_print(1))


def test_an_older_library_is_brought_up_to_date_for_a_reader_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = open_library.SCHEMA_VERSION + 1
    steps: list[int] = []
    monkeypatch.setattr(open_library, "SCHEMA_VERSION", later)
    monkeypatch.setitem(open_library.MIGRATIONS, later, lambda _: steps.append(later))
    for _ in range(2):
        with Library.open(folder, read_only=True) as library:
            assert_same_print(library.load("R000001"), made_print(1))
            with pytest.raises(LibraryReadOnly):
                library.remove("R000001")
    assert steps == [later]


def test_an_older_library_that_can_only_be_read_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_library, "SCHEMA_VERSION", open_library.SCHEMA_VERSION + 1)
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    with pytest.raises(LibraryReadOnly, match="older format"):
        Library.open(folder, read_only=True)


def test_a_reader_reads_and_cannot_write(folder: Path) -> None:
    before = files(folder)
    with Library.open(folder, read_only=True) as library:
        assert_same_print(library.load("R000001"), made_print(1))
        query = made_print(1).descriptors.vectors.astype(np.float32)
        assert library.search(query, 1, SPACE).clips == ("R000001",)
        with pytest.raises(LibraryReadOnly, match="only be read"):
            library.add(made_print(2), made_facts(2))
    after = files(folder)  # SQLite leaves an empty log and its own lock file
    assert {name: data for name, data in after.items() if name in before} == before
    assert {Path(name).name for name in after} - {"library.db-shm", "library.db-wal"} == {
        "library.db"
    }


READ = """
import os, sys
from pathlib import Path
from app.library.library import Library
if os.getuid() == 0:
    from hashing.message import Message
    str(Message('cause-no-permission'))  # the catalogue's library may lie where nobody else reads
    os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
with Library.open(Path(sys.argv[1])) as library:
    print(library.clip("R000001").name, library.stats().clips)
"""


def test_a_folder_without_write_permission_is_read_all_the_same(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders are closed to other users
        Path(place).chmod(0o755)
        copy = Path(place) / "library"
        shutil.copytree(folder, copy)
        (copy / "library.db").chmod(0o444)
        copy.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", READ, str(copy), str(NOBODY_USER)],
            capture_output=True,
            text=True,
            check=False,
        )
        copy.chmod(0o755)
    assert done.stdout.strip() == "clip 1.mp4 1", done.stderr


def test_a_folder_that_may_not_be_entered_is_said_plainly() -> None:
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "library").mkdir(0o700)
        done = subprocess.run(
            [sys.executable, "-c", READ, f"{place}/library", str(NOBODY_USER)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert "LibraryUnusable: The library in" in done.stderr
    assert "permission denied" in done.stderr


def test_a_second_writer_waits_and_then_says_why_it_gave_up(folder: Path) -> None:
    other = sqlite3.connect(folder / "library.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Library.open(folder, wait_s=0.2) as library:
        assert library.clip("R000001").name == "clip 1.mp4"  # reading goes on
        with pytest.raises(LibraryBusy, match=r"Another process is writing.*0\.2 s"):
            library.add(made_print(2), made_facts(2))
        other.execute("ROLLBACK")
        assert library.add(made_print(2), made_facts(2)).new
    other.close()


def test_two_writers_and_a_reader_at_once_lose_nothing(folder: Path) -> None:
    counts: list[int] = []

    def write(first: int) -> None:
        with Library.open(folder) as library:
            for seed in range(first, first + 12):
                library.add(made_print(seed), made_facts(seed))

    def read() -> None:
        with Library.open(folder) as library:
            while not counts or counts[-1] < 25:
                clips = library.clips()
                counts.append(len(clips))
                assert_same_print(library.load(clips[-1].id), made_print(int(clips[-1].name[5:-4])))

    threads = [threading.Thread(target=write, args=(first,)) for first in (100, 200)]
    threads.append(threading.Thread(target=read))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert counts[-1] == 25
    assert counts == sorted(counts)


FILL = """
import resource, sys
from pathlib import Path
from app.library.errors import LibraryUnusable
from app.library.library import Library
from tests.app.library.library_made import made_facts, made_print
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
with Library.open(Path(sys.argv[1])) as library:
    for seed in range(2, 200):
        try:
            library.add(made_print(seed), made_facts(seed))
        except LibraryUnusable as error:
            print(error)
            break
        print("added", seed)
"""


def test_a_full_disk_is_said_plainly_and_harms_nothing(folder: Path) -> None:
    limit = (folder / "library.db").stat().st_size + 200_000
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(folder), str(limit)],
        capture_output=True,
        text=True,
        check=True,
    )
    *added, last = done.stdout.splitlines()
    assert len(added) > 2
    assert "No space is left" in last
    assert "unharmed" in last
    with Library.open(folder) as library:
        stored = [clip.id for clip in library.clips()]
        assert len(stored) == len(added) + 1
        for number, identifier in enumerate(stored, 1):
            assert_same_print(library.load(identifier), made_print(number))
        assert library.add(made_print(999), made_facts(999)).new


def test_a_removed_clip_leaves_no_trace_in_any_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_codes_early(monkeypatch)
    canary = "CANARY-5f2c"
    pictures = PreviewFrames("webp", 16, 9, np.array([0.0]), canary.encode() * 2000)
    fingerprint = made_print(4)
    secret = type(fingerprint)(
        **{name: getattr(fingerprint, name) for name in fingerprint.__slots__}
        | {"preview": pictures}
    )
    facts = type(made_facts(4))(f"{canary}.mp4", made_facts(4).sha256, 9)
    stored = pack_vectors(fingerprint.descriptors.vectors)
    traces = {
        "words": canary.encode(),
        "sha256": bytes.fromhex(facts.sha256),
        "vector": stored[5].tobytes(),
        "code": encode(unpack_vectors(stored.tobytes()))[5].tobytes(),
        "hash": fingerprint.descriptors.pdq[3].tobytes(),
    }
    with Library.open(tmp_path / "library", create=True) as library:
        for seed in range(8):
            if seed == 4:
                library.add(secret, facts, Context(title=canary, notes=canary * 300))
            else:
                library.add(made_print(seed), made_facts(seed))
        before = b"".join(files(tmp_path).values())
        assert all(trace in before for trace in traces.values())
        assert library.remove("R000005")
        after = b"".join(files(tmp_path).values())
        assert [name for name, trace in traces.items() if trace in after] == []


def test_a_reader_in_the_way_of_a_removal_is_reported(folder: Path) -> None:
    reader = sqlite3.connect(folder / "library.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM clips").fetchone()
    with Library.open(folder, wait_s=0.2) as library:
        library.add(made_print(2), made_facts(2))
        assert not library.remove("R000002")
        reader.execute("COMMIT")
        library.add(made_print(3), made_facts(3))
        assert library.remove("R000003")
    reader.close()
