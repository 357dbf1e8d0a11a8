"""Damage is found by checksums, named, survived and set right; faults of disk and memory too."""

import errno
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from app.library import schema
from app.library.errors import ClipDamaged, LibraryUnusable
from app.library.library import Library
from hashing.audio.audio_codes import query_codes
from hashing.types import Span
from tests.app.library.library_made import (
    SPACE,
    assert_same_print,
    made_facts,
    made_print,
    use_codes_early,
)

BLOBS = [
    (table.name, column.name)
    for table in (*schema.SEALED_TABLES, schema.clips)
    for column in table.columns
    if isinstance(column.type, sa.LargeBinary)
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of three clips, the second of which has every kind of row."""
    folder = tmp_path_factory.mktemp("made") / "library"
    with Library.open(folder, create=True) as library:
        for seed in (1, 2, 3):
            library.add(made_print(seed, flat=2), made_facts(seed))
        library.store_thumbnail("R000002", b"jpeg of the second")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "library"))


def change(folder: Path, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(folder / "library.db")) as database, database:
        database.execute(statement, values)


def flip_a_bit(folder: Path, table: str, column: str, share: float) -> None:
    """One bit of a blob of the second clip, at a share of its length."""
    where = {"vectors": "id = 12", "clips": "id = 2"}.get(table, "clip = 2")
    with closing(sqlite3.connect(folder / "library.db")) as database, database:
        (blob,) = database.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()
        at = int(share * (8 * len(blob) - 1))
        damaged = bytearray(blob)
        damaged[at // 8] ^= 1 << at % 8
        database.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (bytes(damaged),))


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
@pytest.mark.parametrize(("table", "column"), BLOBS)
def test_one_bit_is_detected_and_the_other_clips_stay(
    folder: Path, table: str, column: str, share: float
) -> None:
    flip_a_bit(folder, table, column, share)
    with Library.open(folder) as library:
        queries = made_print(3).descriptors.vectors[4:6].astype(np.float32)
        hits = library.search(queries, 3, SPACE)
        assert hits.clips[hits.clip_index[0, 0]] == "R000003"
        assert hits.damaged in ((), ("R000002",))
        audio = made_print(2).audio
        assert audio is not None
        codes = query_codes(audio, (Span(0, 8),))
        assert library.search_audio(codes, audio.space)[1] in ([], ["R000002"])
        assert library.thumbnail("R000002") in (None, b"jpeg of the second")
        with suppress(ClipDamaged):  # or what is stored is not read from there
            assert_same_print(library.load("R000002"), made_print(2, flat=2))
        assert library.verify("R000002")
        assert [library.verify(clip) for clip in ("R000001", "R000003")] == [(), ()]
        (known,) = library.known_damage()
        assert (known.id, known.set_aside) == ("R000002", False)
        assert_same_print(library.load("R000003"), made_print(3, flat=2))


def test_codes_of_a_large_library_answer_no_damaged_vector(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_codes_early(monkeypatch)
    with Library.open(folder) as library:
        for seed in range(4, 12):
            library.add(made_print(seed), made_facts(seed))
    query = made_print(2).descriptors.vectors[3:4].astype(np.float32)
    with Library.open(folder) as library:
        assert library.search(query, 1, SPACE).clips == ("R000002",)
    change(folder, "UPDATE vectors SET vector = x'00' WHERE id = 12")
    with Library.open(folder) as library:
        hits = library.search(query, 1, SPACE)
        assert hits.damaged == ("R000002",)
        assert hits.cosine[0, 0] < 0.5
        assert library.search_since(query, 1, SPACE, 0).damaged == ("R000002",)


def test_rows_without_checksums_get_theirs_from_verify(folder: Path) -> None:
    for table in schema.SEALED_TABLES:
        change(folder, f"ALTER TABLE {table.name} DROP COLUMN checksum")
    change(folder, "DROP TABLE damage")
    change(folder, "DELETE FROM migrations")
    change(folder, "INSERT INTO migrations VALUES (3, '2026-01-01')")
    change(folder, "PRAGMA user_version = 3")
    with Library.open(folder) as library:
        assert_same_print(library.load("R000002"), made_print(2, flat=2))
        assert library.verify("R000002") == ()
    flip_a_bit(folder, "fingerprints", "pdq", 0.5)
    flip_a_bit(folder, "vectors", "vector", 0.5)
    with Library.open(folder) as library:
        assert library.verify("R000002") == ("fingerprint", "vectors")


def test_damage_that_a_check_met_is_remembered(folder: Path) -> None:
    flip_a_bit(folder, "fingerprints", "phash", 0.5)
    with Library.open(folder) as library:
        assert library.known_damage() == []
        with pytest.raises(ClipDamaged, match="R000002"):
            library.load("R000002")
        assert [clip.parts for clip in library.known_damage()] == [("fingerprint",)]


def test_a_clip_set_aside_is_searched_no_more_until_it_is_described_anew(folder: Path) -> None:
    flip_a_bit(folder, "pictures", "data", 0.5)
    query = made_print(2).descriptors.vectors[3:4].astype(np.float32)
    with Library.open(folder) as library:
        library.set_aside("R000002", library.verify("R000002"))
        assert [clip.set_aside for clip in library.known_damage()] == [True]
        assert "R000002" not in library.search(query, 3, SPACE).clips
        assert library.clip("R000002").name == "clip 2.mp4"
        library.replace_fingerprint("R000002", made_print(2))
        assert library.known_damage() == []
        assert library.verify("R000002") == ()
        assert "R000002" in library.search(query, 3, SPACE).clips


def test_what_follows_from_sound_rows_is_made_anew(folder: Path) -> None:
    flip_a_bit(folder, "sound_codes", "codes", 0.5)
    flip_a_bit(folder, "thumbnails", "jpeg", 0.5)
    with Library.open(folder) as library:
        parts = library.verify("R000002")
        assert parts == ("sound", "thumbnail")
        library.renew_derived("R000002", parts)
        assert library.verify("R000002") == ()
        assert library.known_damage() == []
        assert library.thumbnail("R000002") is None


def test_a_file_damaged_in_its_structure_is_said_to_be(folder: Path) -> None:
    with Library.open(folder) as library:
        assert library.is_file_sound()
    path = folder / "library.db"
    data = bytearray(path.read_bytes())
    data[-4096:] = b"\xff" * 4096
    path.write_bytes(data)
    with Library.open(folder) as library:
        assert not library.is_file_sound()


# ---- faults of disk and memory at every call


class Fault:
    """Raises an error at the call of a number, of all that the database driver gets."""

    def __init__(self, error: Callable[[], Exception]) -> None:
        self.error, self.left, self.met = error, -1, False

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.met = True
            raise self.error()


def sqlite_error(name: str) -> Callable[[], Exception]:
    def error() -> Exception:
        made = sqlite3.OperationalError("made by a test")
        made.sqlite_errorname = name
        return made

    return error


FAULTS = {
    "read": sqlite_error("SQLITE_IOERR_READ"),
    "write": sqlite_error("SQLITE_IOERR_WRITE"),
    "full": lambda: OSError(errno.ENOSPC, "No space left on device"),
    "memory": MemoryError,
}


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Fault]:
    fault = Fault(FAULTS[request.param])

    class Cursor(sqlite3.Cursor):
        def execute(self, *arguments: Any) -> Any:
            fault.count()
            return super().execute(*arguments)

        def executemany(self, *arguments: Any) -> Any:
            fault.count()
            return super().executemany(*arguments)

        def fetchone(self) -> Any:
            fault.count()
            return super().fetchone()

        def fetchall(self) -> Any:
            fault.count()
            return super().fetchall()

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, *arguments: Any) -> Any:
            fault.count()
            return super().execute(*arguments)

        def commit(self) -> None:
            fault.count()
            super().commit()

    connect = sqlite3.connect

    def faulty(*arguments: Any, **options: Any) -> Any:
        return connect(*arguments, **options, factory=Connection)

    monkeypatch.setattr("app.database.sqlite.sqlite3.connect", faulty)
    yield fault
    fault.left = -1


def search(library: Library) -> None:
    query = made_print(2).descriptors.vectors[3:4].astype(np.float32)
    assert library.search(query, 1, SPACE).clips == ("R000002",)


def load(library: Library) -> None:
    assert_same_print(library.load("R000002"), made_print(2, flat=2))


OPERATIONS: dict[str, Callable[[Library], object]] = {
    "load": load,
    "search": search,
    "add": lambda library: library.add(made_print(4), made_facts(4)),
    "replace": lambda library: library.replace_fingerprint("R000002", made_print(2, flat=2)),
    "remove": lambda library: library.remove("R000002"),
    "set aside": lambda library: library.set_aside("R000002", ("preview",)),
    "verify": lambda library: library.verify("R000002"),
}


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("load", "read"),
        ("search", "memory"),
        ("add", "full"),
        ("replace", "memory"),
        ("remove", "write"),
        ("set aside", "full"),
        ("verify", "read"),
    ],
    indirect=["fault"],
)
def test_a_fault_at_any_call_is_reported_and_leaves_nothing_half_written(
    made: Path, tmp_path: Path, fault: Fault, operation: str
) -> None:
    calls, states = 0, set()
    while calls == 0 or fault.met:
        calls += 1
        folder = shutil.copytree(made, tmp_path / str(calls))
        fault.left, fault.met = calls, False
        try:
            with Library.open(folder) as library:
                OPERATIONS[operation](library)
        except LibraryUnusable:
            assert fault.met
        fault.left = -1
        with Library.open(folder) as library:
            present = [clip.id for clip in library.clips()]
            aside = {clip.id for clip in library.known_damage()}
            assert [clip for clip in present if library.verify(clip)] == sorted(aside)
            states.add((*present, *sorted(aside)))
        shutil.rmtree(folder)
    assert calls > 10
    assert len(states) <= 2  # as it was, or as it was to be
