"""The audit log: what it takes, and that nothing done to it stays unseen."""

import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app.store import audit_log
from app.store.audit_log import Entry, Head
from app.store.data_folder import Store, open_store
from app.store.errors import HeadNotUnderstood, StoreUnusable

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    file = open_store(tmp_path)
    yield file
    file.close()


def write_entries(store: Store, count: int) -> list[Entry]:
    for number in range(count):
        with store.writing() as connection:
            audit_log.append_entry(
                connection, "cli", "check.start", f"c{number}", f"{number} bytes"
            )
    with store.reading() as connection:
        return list(audit_log.entries(connection))


def log_of(rows: list[tuple[str, str, str, str, str]]) -> list[Entry]:
    """A sound log, by the definition."""
    log: list[Entry] = []
    for row in rows:
        before = log[-1].hash if log else audit_log.GENESIS
        number = len(log) + 1
        log.append(Entry(number, *row, audit_log.chain_hash(before, number, *row)))
    return log


LOGS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), min_size=1, max_size=6).map(log_of)


def head_of(log: list[Entry]) -> Head:
    return Head(log[-1].number, log[-1].hash)


# ---- what is found


@given(LOGS)
def test_a_sound_log_is_sound_against_the_head_of_each_of_its_entries(log: list[Entry]) -> None:
    for entry in log:
        result = audit_log.verify_entries(log, [Head(entry.number, entry.hash)])
        assert result.problem is None
        assert result.head == head_of(log)
    assert audit_log.verify_entries(log, [Head(0, audit_log.GENESIS)]).problem is None


@given(LOGS, st.data())
def test_any_change_of_any_field_is_detected_where_it_is(
    log: list[Entry], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(log) - 1))
    field = data.draw(st.sampled_from([f.name for f in dataclasses.fields(Entry)]))
    old = getattr(log[place], field)
    kinds = {int: st.integers(-3, 9), str: TEXTS, bytes: st.binary(min_size=32, max_size=32)}
    new = data.draw(kinds[type(old)].filter(lambda value: value != old))
    changed = [*log]
    changed[place] = dataclasses.replace(log[place], **{field: new})
    result = audit_log.verify_entries(changed)
    assert result.broken == place + 1
    assert result.problem is not None
    assert result.head.number == place


@given(LOGS, st.data())
def test_moving_text_from_one_field_to_the_next_is_a_change(
    log: list[Entry], data: st.DataObject
) -> None:
    """Why each field's length goes into the hash."""
    place = data.draw(st.integers(0, len(log) - 1))
    entry = log[place]
    if not entry.action:
        entry = dataclasses.replace(entry, action="a")
        before = log[place - 1].hash if place else audit_log.GENESIS
        texts = (entry.at, entry.actor, entry.action, entry.object, entry.detail)
        entry = dataclasses.replace(entry, hash=audit_log.chain_hash(before, entry.number, *texts))
    moved = dataclasses.replace(
        entry, action=entry.action[:-1], object=entry.action[-1] + entry.object
    )
    assert audit_log.verify_entries([*log[:place], entry]).problem is None
    assert audit_log.verify_entries([*log[:place], moved]).broken == place + 1


@given(LOGS, st.data())
def test_an_entry_that_is_gone_is_named(log: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log) - 1))
    gone = [*log[:place], *log[place + 1 :]]
    result = audit_log.verify_entries(gone, [head_of(log)])
    assert result.broken == place + 1
    last = place == len(log) - 1
    assert (audit_log.verify_entries(gone).problem is None) == last, (
        "an end that is gone needs a head"
    )


@given(LOGS, st.data())
def test_a_cut_off_end_is_detected_against_any_head_beyond_it(
    log: list[Entry], data: st.DataObject
) -> None:
    left = data.draw(st.integers(0, len(log) - 1))
    earlier = log[data.draw(st.integers(left, len(log) - 1))]
    result = audit_log.verify_entries(log[:left], [Head(earlier.number, earlier.hash)])
    assert result.broken == left + 1
    assert result.problem is not None
    assert result.problem.id == "audit-cut-off"


@given(LOGS.filter(lambda log: len(log) > 1), st.data())
def test_two_entries_that_changed_places_are_detected(
    log: list[Entry], data: st.DataObject
) -> None:
    one = data.draw(st.integers(0, len(log) - 2))
    other = data.draw(st.integers(one + 1, len(log) - 1))
    swapped = [*log]
    swapped[one], swapped[other] = log[other], log[one]
    assert audit_log.verify_entries(swapped).broken == one + 1
    renumbered = [dataclasses.replace(e, number=n) for n, e in enumerate(swapped, start=1)]
    assert audit_log.verify_entries(renumbered).broken == one + 1


@given(LOGS, st.data())
def test_an_entry_put_in_is_detected(log: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log) - 1))
    more = [*log[: place + 1], log[place], *log[place + 1 :]]
    assert audit_log.verify_entries(more).broken == place + 2
    renumbered = [dataclasses.replace(e, number=n) for n, e in enumerate(more, start=1)]
    assert audit_log.verify_entries(renumbered).broken == place + 2


@given(LOGS, LOGS)
def test_another_log_that_is_sound_is_detected_against_a_head(
    log: list[Entry], other: list[Entry]
) -> None:
    """Someone wrote the whole log anew, with good hashes."""
    same = [(a, b) for a, b in zip(log, other, strict=False) if a == b]
    result = audit_log.verify_entries(other, [head_of(log)])
    assert (result.problem is None) == (len(same) == len(log))


# ---- the file


def test_entries_are_numbered_chained_and_read_back(store: Store) -> None:
    log = write_entries(store, 3)
    assert [(e.number, e.actor, e.action, e.object, e.detail) for e in log] == [
        (n + 1, "cli", "check.start", f"c{n}", f"{n} bytes") for n in range(3)
    ]
    assert log == log_of([(e.at, e.actor, e.action, e.object, e.detail) for e in log])
    with store.reading() as connection:
        assert audit_log.verify(connection).head == audit_log.head(connection) == head_of(log)
        assert list(audit_log.entries(connection, after=1, limit=1)) == [log[1]]


def test_an_empty_log_is_sound(store: Store) -> None:
    with store.reading() as connection:
        assert audit_log.verify(connection) == audit_log.Verification(Head(0, audit_log.GENESIS))


def test_what_was_rolled_back_is_not_in_the_log(store: Store) -> None:
    with pytest.raises(ValueError, match="not fit"), store.writing() as connection:
        _note_two(connection, "check.start", "Not an action")
    assert [entry.object for entry in write_entries(store, 1)] == ["c0"]


def _note_two(connection: sa.Connection, *actions: str) -> None:
    for action in actions:
        audit_log.append_entry(connection, "cli", action, "c1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET detail = 'other' WHERE number = 2",
        "DELETE FROM audit WHERE number = 3",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT number, at, 'x', action, object, detail, hash "
        "FROM audit WHERE number = 1",
        "INSERT INTO audit SELECT 9, at, actor, action, object, detail, hash FROM audit LIMIT 1",
    ],
)
def test_the_file_itself_refuses_all_but_the_next_entry(statement: str, store: Store) -> None:
    log = write_entries(store, 3)
    with (
        pytest.raises(StoreUnusable, match="the audit log only grows"),
        store.writing() as connection,
    ):
        connection.exec_driver_sql(statement)
    with store.reading() as connection:
        assert list(audit_log.entries(connection)) == log


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET actor = 'someone' WHERE number = 2", 2),
        ("UPDATE audit SET at = CAST(at AS BLOB) WHERE number = 2", 2),
        ("UPDATE audit SET detail = CAST(X'FF' AS TEXT) WHERE number = 3", 3),
        ("UPDATE audit SET hash = hex(hash) WHERE number = 4", 4),
        ("UPDATE audit SET number = -1 WHERE number = 3", 1),
        ("UPDATE audit SET number = 9 WHERE number = 3", 3),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 4", 4),
        ("DELETE FROM audit", 1),
    ],
)
def test_what_is_done_to_the_file_is_detected(
    statement: str, broken: int, store: Store, tmp_path: Path
) -> None:
    log = write_entries(store, 4)
    with sqlite3.connect(tmp_path / "desk.db") as other:
        for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            other.execute(f"DROP TRIGGER {name}")
        other.execute(statement)
    other.close()
    with store.reading() as connection:
        assert audit_log.verify(connection, [head_of(log)]).broken == broken


# ---- what it takes


@pytest.mark.parametrize(
    "entry",
    [
        ("", "check.start", "c1", ""),
        ("cli", "check", "c1", "holiday.mp4"),
        ("cli", "check", "c1", "https://example.org/clip"),
        ("cli", "check", "c1", "a" * 64),
        ("cli", "check", "c1", "Ana"),
        ("cli", "check", "a" * 64, ""),
        ("cli", "check", "clip.mp4", ""),
        ("cli", "Check", "c1", ""),
        ("Ana Müller", "check", "c1", ""),
        ("cli", "check", "c1", " ".join(["word"] * 9)),
    ],
)
def test_names_links_hashes_and_texts_are_refused(
    entry: tuple[str, str, str, str], store: Store
) -> None:
    with pytest.raises(ValueError, match="not fit"), store.writing() as connection:
        audit_log.append_entry(connection, *entry)
    with store.reading() as connection:
        assert list(audit_log.entries(connection)) == []


def test_a_head_is_read_as_it_was_written() -> None:
    head = Head(12, bytes(range(32)))
    assert audit_log.parse_head(f" {head}\n") == head
    for text in ("", "12", f"12:{'0' * 63}", f"-1:{'0' * 64}", f"12:{'G' * 64}"):
        with pytest.raises(HeadNotUnderstood):
            audit_log.parse_head(text)


def test_a_head_of_an_empty_log_that_is_not_ours_is_detected(store: Store) -> None:
    with store.reading() as connection:
        assert audit_log.verify(connection, [Head(0, bytes(32))]).problem is not None
