"""Which earlier checks are due when the library changed, and in what order."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.jobs.outcomes import store_verdict
from app.jobs.recheck import recheck
from app.jobs.recheck_schedule import RecheckSchedule, next_due
from app.library.context_csv import Context
from app.library.library import Library
from app.library.records import Appearance, FileFacts
from app.metadata.types import Credentials, Metadata
from app.pipeline import check_again
from app.settings import Settings
from app.store import checks, keys, reports, stored_fingerprints
from app.store.checks import Submission
from app.store.data_folder import Store, open_store
from app.store.schema import checks as table
from app.store.schema import searches
from hashing.errors import DecodeError
from hashing.message import verbatim
from tests.app.api.service_made import report
from tests.app.known import whole
from tests.app.library.library_made import made_facts, made_print

NOTHING = Metadata({}, Credentials("none"))
UNCHANGED = "0 3"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "desk")
    yield store
    store.close()


@pytest.fixture
def connection(store: Store) -> Iterator[sa.Connection]:
    with store.writing() as connection:
        keys.create(connection, "ann", ["check"], "cli", datetime.now(UTC))
        yield connection


def done(
    connection: sa.Connection, relation: str, reach: int | None, change: str = UNCHANGED
) -> str:
    """A check that has ended; kept where it was searched up to a clip."""
    key = keys.list_keys(connection)[0].id
    submission = Submission(
        key=key, task="check", kind="upload", name="a.mp4", bytes=1, sha256="ab" * 32
    )
    check, _ = checks.accept(connection, submission, 100)
    checks.claim_next(connection)
    checks.finish(connection, check.id, "done", Settings(), relation=relation)
    if reach is not None:
        until = checks.timestamp_in(1000)
        stored_fingerprints.store(
            connection, check.id, made_print(1), NOTHING, reach, until, change
        )
    return check.id


def due_now(connection: sa.Connection, reach: int, change: str = UNCHANGED) -> str | None:
    rechecked = next_due(connection, reach, change)
    return rechecked.id if rechecked is not None else None


def test_who_was_searched_least_far_is_first(connection: sa.Connection) -> None:
    late, early = done(connection, "none", 5), done(connection, "undecided", 3)
    assert due_now(connection, 3) is None
    assert due_now(connection, 6) == early
    stored_fingerprints.record_search(connection, [early], 6, UNCHANGED)
    assert due_now(connection, 6) == late
    stored_fingerprints.record_search(connection, [late], 6, UNCHANGED)
    assert due_now(connection, 6) is None


def test_a_running_check_that_is_had_again_is_compared_with_what_came_meanwhile(
    store: Store, tmp_path: Path
) -> None:
    settings = Settings(library=tmp_path / "library")
    with store.writing() as connection:
        key = keys.create(connection, "ann", ["check"], "cli", datetime.now(UTC))[0].id
        submission = Submission(
            key=key, task="check", kind="upload", name="a.mp4", bytes=1, sha256="ab" * 32
        )
        check, _ = checks.accept(connection, submission, 100)
        checks.claim_next(connection)
    with Library.open(settings.library, create=True) as library:
        began = library.last_clip_number(), library.last_change()
        library.add(made_print(2), made_facts(2))
        with store.writing() as connection:
            reach = library.last_clip_number()
            again, new = checks.accept(connection, submission, 100, always_new=False, reach=reach)
            assert (again.id, again.state, new) == (check.id, "running", False)
        read = (made_print(1), NOTHING)
        store_verdict(
            store,
            check,
            settings,
            report("a.mp4"),
            began[0],
            fingerprint_and_metadata=read,
            change=began[1],
        )
        with store.reading() as connection:
            rechecked = RecheckSchedule(library, quiet_s=0.0).next_due(connection)
    assert rechecked is not None
    assert rechecked.id == check.id


def test_what_was_not_kept_is_never_due(connection: sa.Connection) -> None:
    done(connection, "none", None)
    assert due_now(connection, 9) is None


def test_changed_dates_matter_to_what_matched(connection: sa.Connection) -> None:
    done(connection, "none", 3)
    matched = done(connection, "edited", 3)
    assert due_now(connection, 3, "1 4") == matched
    stored_fingerprints.record_search(connection, [matched], 3, "1 4")
    assert due_now(connection, 3, "1 4") is None


@pytest.mark.parametrize("changed", [{"state": "running"}, {"pictures": "pending"}, {"crashes": 2}])
def test_what_is_at_work_or_ended_a_worker_is_left_alone(
    connection: sa.Connection, changed: dict[str, object]
) -> None:
    done(connection, "none", 3)
    assert due_now(connection, 4) is not None
    connection.execute(table.update().values(changed))
    assert due_now(connection, 4) is None


def test_a_library_that_still_grows_is_waited_for(
    connection: sa.Connection, tmp_path: Path
) -> None:
    waiting = done(connection, "none", 0)
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(made_print(2), made_facts(2))
        assert RecheckSchedule(library, quiet_s=1000.0).next_due(connection) is None
        rechecked = RecheckSchedule(library, quiet_s=0.0).next_due(connection)
        assert rechecked is not None
        assert rechecked.id == waiting


def test_a_date_that_is_entered_makes_what_matched_due(
    connection: sa.Connection, tmp_path: Path
) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(made_print(2), made_facts(2))
        matched = done(connection, "copy", library.last_clip_number(), library.last_change())
        schedule = RecheckSchedule(library, quiet_s=0.0)
        assert schedule.next_due(connection) is None
        library.add_appearance("R000001", Appearance("published", "2016"))
        rechecked = schedule.next_due(connection)
        assert rechecked is not None
        assert rechecked.id == matched


@pytest.mark.parametrize("made", [True, False])
def test_a_dated_clip_that_was_made_of_the_check_itself_is_no_news_to_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    def again(*_: object) -> None:
        raise DecodeError(verbatim("asked for a whole check"))

    later = {check_again.MAIN: {"R000001": whole()}}
    monkeypatch.setattr(check_again, "matches_since", lambda *_: later)
    asked_again: list[int] = []
    monkeypatch.setattr(check_again, "check_again", lambda *_: asked_again.append(1) or again())
    with store.writing() as connection:
        keys.create(connection, "ann", ["check"], "cli", datetime.now(UTC))
        identifier = done(connection, "none", 0)
        reports.store(connection, identifier, report("a.mp4"), "check", 0)
        if made:
            checks.record_clip(connection, identifier, "R000001")
        check = checks.find(connection, identifier)
    with Library.open(tmp_path / "library", create=True) as library:
        facts = FileFacts("a.mp4", "ab" * 32, 1)
        dated = Context(appearances=(Appearance("published", "2019"),))
        library.add(made_print(1), facts, dated)
        assert not recheck(store, library, Settings(), check, lambda *_: None)
    assert bool(asked_again) is not made


def test_a_comparison_that_failed_is_repeated_later_a_few_times_only(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DecodeError(verbatim("no memory"))

    monkeypatch.setattr(check_again, "matches_since", fail)
    with store.writing() as connection:
        keys.create(connection, "ann", ["check"], "cli", datetime.now(UTC))
        identifier = done(connection, "none", 0)
        reports.store(connection, identifier, report("a.mp4"), "check", 0)
        check = checks.find(connection, identifier)
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(made_print(2), made_facts(2))
        reach = library.last_clip_number()
        for _ in range(stored_fingerprints.MAX_ATTEMPTS):
            with store.writing() as connection:
                assert due_now(connection, reach) == identifier
            assert not recheck(store, library, Settings(), check, lambda *_: None)
            with store.writing() as connection:
                assert due_now(connection, reach) is None  # not at once
                connection.execute(searches.update().values(retry_at="2000"))
    with store.writing() as connection:
        stored = stored_fingerprints.load(connection, identifier)
        assert stored is not None
        assert stored.searched_up_to == 0
        assert stored_fingerprints.failed_comparisons(connection) == [identifier]
        assert due_now(connection, reach) is None
        assert due_now(connection, reach + 1) == identifier
        stored_fingerprints.record_search(connection, [identifier], reach + 1, UNCHANGED)
        assert stored_fingerprints.failed_comparisons(connection) == []


def test_a_check_that_was_deleted_meanwhile_does_not_come_back(
    store: Store, tmp_path: Path
) -> None:
    with store.writing() as connection:
        keys.create(connection, "ann", ["check"], "cli", datetime.now(UTC))
        check = checks.find(connection, done(connection, "none", 0))
        checks.delete(connection, check.id)
    with Library.open(tmp_path / "library", create=True) as library:
        assert not recheck(store, library, Settings(), check, lambda *_: None)
    with store.reading() as connection:
        assert connection.execute(sa.select(table.c.id)).all() == []
