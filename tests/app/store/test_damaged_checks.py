"""What is damaged of a check is named, is no internal error, and harms no other check."""

import hashlib
import json
import sqlite3
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import run
from app.metadata.types import Credentials, Metadata
from app.store import checks, evidence_sheets, keys, reports, stored_fingerprints
from app.store.checks import Submission
from app.store.damage import add_checksums, find_damage, is_file_sound
from app.store.data_folder import Store, open_store
from app.store.errors import RowDamaged
from app.store.repair import count_damage
from app.store.timestamps import now
from hashing.search.candidates import CandidateThreshold, SearchThresholds
from hashing.types import VECTOR_SIZE
from tests.app.api.service_made import report
from tests.app.library.library_made import made_print
from tests.app.store.store_made import SHEET

UPLOAD = b"uploaded bytes"
BAR = CandidateThreshold(np.ones((2, VECTOR_SIZE), np.float16), np.zeros(2, np.float32), 2, 0.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "library" / "desk")
    with store.writing() as connection:
        key = keys.create(connection, "Ana", ["check"], "cli", now())[0].id
        for number in (1, 2):
            (store.uploads / f"u{number}").write_bytes(UPLOAD)
            digest = hashlib.sha256(UPLOAD).hexdigest()
            asked = Submission(
                key, "check", "upload", f"{number}.mp4", 14, digest, upload=f"u{number}"
            )
            check, _ = checks.accept(connection, asked, 10)
            reports.store(connection, check.id, report(check.name), "check", 3)
            described = Metadata({}, Credentials("none"))
            stored_fingerprints.store(
                connection,
                check.id,
                made_print(number),
                described,
                3,
                "2999",
                candidate_bars=SearchThresholds((BAR,), BAR),
            )
            evidence_sheets.store(connection, check.id, {"R000001": SHEET})
    yield store
    store.close()


def first_check(store: Store) -> str:
    with store.reading() as connection:
        return str(connection.exec_driver_sql("SELECT id FROM checks ORDER BY number").scalar())


def flip_a_bit(store: Store, table: str, column: str, share: float) -> None:
    """One bit of a blob of the first check, at a share of its length."""
    with closing(sqlite3.connect(store.folder / "desk.db")) as database, database:
        where = f"rowid = (SELECT min(rowid) FROM {table})"
        (blob,) = database.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()
        text = isinstance(blob, str)
        damaged = bytearray(blob.encode() if text else blob)
        at = int(share * (8 * len(blob) - 1))
        damaged[at // 8] ^= 1 << at % 8
        stored = damaged.decode("latin-1") if text else bytes(damaged)
        database.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (stored,))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 1.0])
@pytest.mark.parametrize(
    ("table", "column", "what"),
    [
        ("reports", "report", "report"),
        ("descriptors", "fingerprint", "fingerprint"),
        ("descriptors", "metadata", "fingerprint"),
        ("searches", "whole", "search"),
        ("searches", "parts", "search"),
        ("pictures", "jpeg", "frame"),
        ("sheets", "sheet", "evidence"),
    ],
)
def test_one_bit_is_detected_and_named(
    store: Store, table: str, column: str, what: str, share: float
) -> None:
    assert list(find_damage(store)) == []
    flip_a_bit(store, table, column, share)
    check = first_check(store)
    (found,) = find_damage(store)
    assert (found.what, found.check) == (what, check)
    load = {
        "report": reports.load_newest,
        "fingerprint": stored_fingerprints.load,
        "search": stored_fingerprints.check_search,
        "frame": evidence_sheets.load,
        "evidence": evidence_sheets.load_descriptions,
    }[what]
    with store.reading() as connection, pytest.raises(RowDamaged, match=check):
        load(connection, check)


def test_rows_of_an_earlier_version_get_their_checksum(store: Store) -> None:
    tables = ("reports", "descriptors", "searches", "pictures", "sheets")
    with closing(sqlite3.connect(store.folder / "desk.db")) as database, database:
        for table in tables:
            database.execute(f"UPDATE {table} SET checksum = NULL")
    add_checksums(store)
    assert list(find_damage(store)) == []
    flip_a_bit(store, "pictures", "jpeg", 0.5)
    assert [damage.what for damage in find_damage(store)] == ["frame"]


def test_a_changed_or_lost_upload_is_named(store: Store) -> None:
    (store.uploads / "u1").write_bytes(UPLOAD[::-1])
    (store.uploads / "u2").unlink()
    assert [one.what for one in find_damage(store)] == ["upload", "upload"]


def test_the_command_names_what_is_damaged(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIRSTSEEN_LIBRARY", str(store.folder.parent))
    monkeypatch.setattr(sys, "argv", ["firstseen", "desk", "verify"])
    assert is_file_sound(store)
    assert run() == 0
    assert capsys.readouterr().out == "Everything that the service keeps can be read\n"
    flip_a_bit(store, "reports", "report", 0.5)
    assert run() == 3
    told = f"the stored report of the check {first_check(store)} is damaged\n"
    assert capsys.readouterr().out == told


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("reports", "report"),
        ("descriptors", "fingerprint"),
        ("searches", "whole"),
        ("pictures", "jpeg"),
        ("sheets", "sheet"),
    ],
)
def test_repair_sets_what_is_damaged_aside_and_says_so(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    table: str,
    column: str,
) -> None:
    flip_a_bit(store, table, column, 0.5)
    (damaged,) = find_damage(store)
    monkeypatch.setenv("FIRSTSEEN_LIBRARY", str(store.folder.parent))
    monkeypatch.setattr(sys, "argv", ["firstseen", "desk", "verify"])
    assert run() == 3
    with store.reading() as connection:
        assert count_damage(connection) == (1, 0)
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["firstseen", "desk", "repair"])
    assert run() == 0
    assert capsys.readouterr().out.startswith(f"{damaged}: set aside")
    assert list(find_damage(store)) == []
    check = first_check(store)
    with store.reading() as connection:
        known, aside = count_damage(connection)
        packed = connection.exec_driver_sql("SELECT row FROM damage").scalars().all()
        assert (known, aside) == (0, len(packed))
        rows = [json.loads(zlib.decompress(row)) for row in packed]
        assert table in {row["table"] for row in rows}
        assert {row["row"]["check"] for row in rows} == {check}
        checks.find(connection, check)
    with store.writing() as connection:
        checks.delete(connection, check)
        assert count_damage(connection) == (0, 0)
