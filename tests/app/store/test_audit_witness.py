"""Heads sent out of the service's reach: nothing done to the log before the last stays unseen."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.store import audit_log
from app.store.audit_log import GENESIS, chain_hash
from app.store.audit_witness import AuditWitness, read_witness
from app.store.data_folder import FILE_NAME, Store, open_store

type Tamper = Callable[[sqlite3.Connection], object]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "store")
    yield store
    store.close()


def enter(store: Store, count: int) -> None:
    for number in range(count):
        with store.writing() as connection:
            audit_log.append_entry(connection, "cli", "check.start", f"c{number}", "upload")


def chain_anew(connection: sqlite3.Connection) -> None:
    """What someone writes who knows how the hashes are made."""
    rows = connection.execute(
        "SELECT rowid, at, actor, action, object, detail FROM audit ORDER BY number"
    ).fetchall()
    before = GENESIS
    for number, (row, *fields) in enumerate(rows, start=1):
        before = chain_hash(before, number, *fields)
        connection.execute(
            "UPDATE audit SET number = ?, hash = ? WHERE rowid = ?", (number, before, row)
        )


def edited(change: str, *, anew: bool = False) -> Tamper:
    def tamper(connection: sqlite3.Connection) -> None:
        connection.execute(change)
        if anew:
            chain_anew(connection)

    return tamper


TAMPERINGS: dict[str, Tamper] = {
    "who": edited("UPDATE audit SET actor = 'k2' WHERE number = 3"),
    "what": edited("UPDATE audit SET action = 'check.cancel' WHERE number = 3"),
    "on what": edited("UPDATE audit SET object = 'c9' WHERE number = 3"),
    "details": edited("UPDATE audit SET detail = '' WHERE number = 3"),
    "when": edited("UPDATE audit SET at = '2020-01-01T00:00:00Z' WHERE number = 3"),
    "a hash": edited("UPDATE audit SET hash = zeroblob(32) WHERE number = 3"),
    "one gone": edited("DELETE FROM audit WHERE number = 3"),
    "the first gone": edited("DELETE FROM audit WHERE number = 1"),
    "two swapped": edited(
        "UPDATE audit SET number = CASE number WHEN 3 THEN -4 ELSE -3 END WHERE number IN (3, 4);"
    ),
    "the end cut off": edited("DELETE FROM audit WHERE number > 4"),
    "all gone": edited("DELETE FROM audit"),
    "one gone, written anew": edited("DELETE FROM audit WHERE number = 3", anew=True),
    "one changed, written anew": edited(
        "UPDATE audit SET actor = 'k2' WHERE number = 3", anew=True
    ),
    "back-dated end, written anew": edited(
        "UPDATE audit SET at = '2020-01-01T00:00:00Z' WHERE number > 4", anew=True
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_with_its_witness_every_tampering_is_detected(
    store: Store, tmp_path: Path, name: str
) -> None:
    kept = tmp_path / "kept-by-another.txt"
    witness = AuditWitness(store, kept)
    for _ in range(3):
        enter(store, 2)
        witness.send()
    heads = [sent.head for sent in read_witness(kept)]
    with store.reading() as connection:
        assert audit_log.verify(connection, heads).problem is None
    raw = sqlite3.connect(store.folder / FILE_NAME)
    for (trigger,) in raw.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        raw.execute(f"DROP TRIGGER {trigger}")
    TAMPERINGS[name](raw)
    raw.commit()
    raw.close()
    with store.reading() as connection:
        assert audit_log.verify(connection, heads).problem is not None


def test_a_forged_entry_after_the_last_head_has_no_witness(store: Store, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    enter(store, 2)
    AuditWitness(store, kept).send()
    enter(store, 1)
    assert read_witness(kept)[-1].head.number == 2


def test_an_unchanged_head_is_sent_once_and_a_later_one_again(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = tmp_path / "kept.txt"
    witness = AuditWitness(store, kept)
    with caplog.at_level(logging.INFO):
        enter(store, 1)
        witness.send()
        witness.send()
        enter(store, 1)
        witness.close()
    assert [sent.head.number for sent in read_witness(kept)] == [1, 2]
    assert caplog.text.count("audit head ") == 2


def test_a_head_is_detected_in_whatever_a_journal_puts_around_it(tmp_path: Path) -> None:
    digest = "ab" * 32
    journal = tmp_path / "journal.txt"
    journal.write_text(
        'Dec 01 10:00:00 desk firstseen[1]: {"level": "info", "says": "begun"}\n'
        f'Dec 01 10:00:01 desk firstseen[1]: {{"says": "audit head 12:{digest} at '
        '2026-12-01T10:00:01+00:00"}\n'
        "audit head 13:short at 2026-12-01T10:00:01+00:00\n"
    )
    (sent,) = read_witness(journal)
    assert sent.head.number == 12
    assert sent.at.isoformat() == "2026-12-01T10:00:01+00:00"


def test_a_witness_that_cannot_be_written_is_tried_again(store: Store, tmp_path: Path) -> None:
    away = tmp_path / "away"
    witness = AuditWitness(store, away / "kept.txt")
    enter(store, 1)
    witness.send()
    away.mkdir()
    witness.send()
    assert [sent.head.number for sent in read_witness(away / "kept.txt")] == [1]
