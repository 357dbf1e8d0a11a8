"""Decisions about pairs: added and never changed, taken back by their author, disputed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.store import decisions
from app.store.data_folder import StorePlace, open_store
from app.store.decisions import Choice, Decision, Pair
from app.store.errors import DecisionNotOurs, DecisionUnknown, DecisionWithdrawn
from app.store.schema import decisions as table

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
ITEM, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def connection(store_place: StorePlace) -> Iterator[sa.Connection]:
    store = open_store(store_place)
    with store.writing() as connection:
        yield connection
    store.close()


def decide(
    connection: sa.Connection, key: str, choice: Choice, clip: str = "R000001", item: str = ITEM
) -> Decision:
    pair = Pair(f"check of {key}", item, clip, "c" * 64)
    return decisions.add(connection, pair, key, key.title(), choice, "", NOON)


def test_decisions_belong_to_the_pair_and_come_newest_first(connection: sa.Connection) -> None:
    decide(connection, "ann", Choice.SAME_FOOTAGE)
    decide(connection, "bo", Choice.CANNOT_TELL)
    decide(connection, "ann", Choice.DIFFERENT, clip="R000002")
    decide(connection, "ann", Choice.DIFFERENT, item=OTHER)
    decided = [
        (decision.by, decision.clip) for decision in decisions.find_for_item(connection, ITEM)
    ]
    assert decided == [("Ann", "R000002"), ("Bo", "R000001"), ("Ann", "R000001")]
    assert len(decisions.find_for_item(connection, ITEM, "R000002")) == 1


def test_taking_back_is_another_row(connection: sa.Connection) -> None:
    made = decide(connection, "ann", Choice.SAME_FOOTAGE)
    before = connection.execute(sa.select(table)).all()
    back = decisions.withdraw(connection, made.id, "ann", NOON + timedelta(minutes=1))
    assert back.withdrawn_at == "2026-11-25T12:01:00.000000Z"
    rows = connection.execute(sa.select(table).order_by(table.c.number)).all()
    assert rows[:1] == before
    assert len(rows) == 2
    assert [decision.withdrawn_at for decision in decisions.find_for_item(connection, ITEM)] == [
        back.withdrawn_at
    ]


def test_only_the_author_takes_back_and_only_once(connection: sa.Connection) -> None:
    made = decide(connection, "ann", Choice.SAME_FOOTAGE)
    with pytest.raises(DecisionNotOurs):
        decisions.withdraw(connection, made.id, "bo", NOON)
    decisions.withdraw(connection, made.id, "ann", NOON)
    with pytest.raises(DecisionWithdrawn):
        decisions.withdraw(connection, made.id, "ann", NOON)
    row = connection.scalar(sa.select(table.c.id).where(table.c.withdraws == made.id))
    assert row is not None
    for unknown in ("none", row):  # what takes back is no decision itself
        with pytest.raises(DecisionUnknown):
            decisions.withdraw(connection, unknown, "ann", NOON)


@pytest.mark.parametrize(
    ("said", "disputed"),
    [
        ([("ann", Choice.SAME_FOOTAGE), ("bo", Choice.SAME_FOOTAGE)], []),
        ([("ann", Choice.SAME_FOOTAGE), ("bo", Choice.SAME_EVENT)], ["R000001"]),
        ([("ann", Choice.SAME_FOOTAGE), ("bo", Choice.CANNOT_TELL)], []),
        ([("ann", Choice.SAME_FOOTAGE), ("ann", Choice.DIFFERENT)], []),
        (
            [("ann", Choice.DIFFERENT), ("bo", Choice.SAME_FOOTAGE), ("ann", Choice.SAME_FOOTAGE)],
            [],
        ),
    ],
)
def test_only_what_still_stands_can_disagree(
    connection: sa.Connection, said: list[tuple[str, Choice]], disputed: list[str]
) -> None:
    for key, choice in said:
        decide(connection, key, choice)
    assert decisions.disputed_clips(decisions.find_for_item(connection, ITEM)) == disputed


def test_what_was_taken_back_disputes_nothing(connection: sa.Connection) -> None:
    decide(connection, "ann", Choice.SAME_FOOTAGE)
    wrong = decide(connection, "bo", Choice.DIFFERENT)
    assert decisions.disputed_clips(decisions.find_for_item(connection, ITEM)) == ["R000001"]
    decisions.withdraw(connection, wrong.id, "bo", NOON)
    assert decisions.disputed_clips(decisions.find_for_item(connection, ITEM)) == []


def test_decisions_on_different_clips_do_not_disagree(connection: sa.Connection) -> None:
    decide(connection, "ann", Choice.SAME_FOOTAGE)
    decide(connection, "bo", Choice.DIFFERENT, clip="R000002")
    assert decisions.disputed_clips(decisions.find_for_item(connection, ITEM)) == []
