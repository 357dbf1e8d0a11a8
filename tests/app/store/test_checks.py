"""Checks as rows: what is accepted once, claimed in order, ended for good, listed and forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.jobs import outcomes
from app.metadata.types import Credentials, Metadata
from app.settings import Settings
from app.store import checks, evidence_sheets, keys, reports, stored_fingerprints
from app.store.checks import Check, Submission
from app.store.data_folder import Store, StorePlace, open_store
from app.store.errors import CheckEnded, CheckUnknown, QueueFull, RequestDiffers
from app.store.schema import alerts
from app.store.schema import descriptors as descriptor_rows
from app.store.schema import pictures as picture_rows
from app.store.schema import reports as report_rows
from app.store.schema import sheets as sheet_rows
from app.store.timestamps import now
from hashing.message import verbatim
from tests.app.api.service_made import report
from tests.app.library.library_made import assert_same_print, made_print
from tests.app.store.store_made import SHEET

MANY = 1000


@pytest.fixture
def store(store_place: StorePlace) -> Iterator[Store]:
    store = open_store(store_place)
    yield store
    store.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(library=tmp_path)


@pytest.fixture
def key(store: Store) -> str:
    return made_key(store)


def made_key(store: Store, name: str = "Ana") -> str:
    with store.writing() as connection:
        return keys.create(connection, name, ["check"], "cli", now())[0].id


def submission_of(key: str, number: int = 1, **changed: Any) -> Submission:
    made = Submission(
        key, "check", "upload", f"{number}.mp4", 10, f"{number:064x}", upload=f"u{number}"
    )
    return replace(made, **changed)


def accept(store: Store, submission: Submission, **how: Any) -> tuple[Check, bool]:
    with store.writing() as connection:
        return checks.accept(connection, submission, how.pop("most", MANY), **how)


def claim(store: Store) -> Check | None:
    with store.writing() as connection:
        return checks.claim_next(connection)


def find(store: Store, check: Check) -> Check:
    with store.reading() as connection:
        return checks.find(connection, check.id)


def done(store: Store, check: Check, settings: Settings, **how: Any) -> Check:
    """The check after its verdict was stored."""
    outcomes.store_verdict(store, check, settings, report(check.name), how.pop("reach", 3), **how)
    return find(store, check)


# ---- taking turns


def test_a_key_with_a_thousand_items_delays_another_by_one_turn(store: Store, key: str) -> None:
    many = [accept(store, submission_of(key, number))[0].id for number in range(1, 1000)]
    other = made_key(store, "Bo")
    few = [accept(store, submission_of(other, number))[0] for number in range(2)]
    with store.reading() as connection:
        assert [checks.queue_position(connection, check) for check in few] == [1, 3]
    claimed = [check.id for check in (claim(store) for _ in range(6)) if check]
    assert claimed == [many[0], few[0].id, many[1], few[1].id, many[2], many[3]]


def test_a_key_with_less_at_work_goes_before_one_that_waited_longer(store: Store, key: str) -> None:
    accept(store, submission_of(key, 1))
    claim(store)
    accept(store, submission_of(key, 2))
    other = accept(store, submission_of(made_key(store, "Bo"), 3))[0]
    claimed = claim(store)
    assert claimed is not None
    assert claimed.id == other.id


def test_links_wait_while_as_many_are_fetched_as_may_be(store: Store, key: str) -> None:
    link = {"kind": "link", "upload": None, "sha256": None, "bytes": None}
    first, second = (
        accept(store, submission_of(key, number, url=f"http://{number}", **link))[0]
        for number in (1, 2)
    )
    file = accept(store, submission_of(made_key(store, "Bo"), 3))[0]

    def next_of_at_most_one_fetch() -> str | None:
        with store.writing() as connection:
            check = checks.claim_next(connection, 1)
        return check and check.id

    assert next_of_at_most_one_fetch() == first.id
    assert next_of_at_most_one_fetch() == file.id
    assert next_of_at_most_one_fetch() is None
    with store.writing() as connection:
        checks.record_fetched_file(connection, first.id, "u1", "1.mp4", 1, {})
    assert next_of_at_most_one_fetch() == second.id


# ---- accepting


def test_what_is_accepted_is_queued_under_an_id_that_nobody_guesses(store: Store, key: str) -> None:
    check, new = accept(
        store, submission_of(key, context={"how": "sent to us"}, claimed_date="2022")
    )
    assert new
    assert (check.state, check.by, check.claimed_date) == ("queued", "Ana", "2022")
    assert check.context == {"how": "sent to us"}
    assert len(check.id) >= 22
    assert accept(store, submission_of(key, 2))[0].number == check.number + 1


def test_no_more_are_accepted_than_may_wait(store: Store, key: str, settings: Settings) -> None:
    first, _ = accept(store, submission_of(key, 1), most=2)
    accept(store, submission_of(key, 2), most=2)
    with pytest.raises(QueueFull):
        accept(store, submission_of(key, 3), most=2)
    assert claim(store) == replace(first, state="running", started_at=find(store, first).started_at)
    with pytest.raises(QueueFull):
        accept(store, submission_of(key, 3), most=2)
    done(store, first, settings)
    assert accept(store, submission_of(key, 3), most=2)[1]


def test_a_full_queue_still_takes_another_keys_share(store: Store, key: str) -> None:
    for number in range(4):
        accept(store, submission_of(key, number), most=4)
    other = made_key(store, "Bo")
    for number in range(2):
        assert accept(store, submission_of(other, number), most=4)[1]
    for full in (key, other):
        with pytest.raises(QueueFull):
            accept(store, submission_of(full, 9), most=4)


def test_the_same_idempotency_key_gives_the_same_check(store: Store, key: str) -> None:
    submission = submission_of(
        key, idempotency_key="a", claimed_place="Shanghai", context={"how": "x"}
    )
    check, _ = accept(store, submission)
    assert accept(store, replace(submission, upload="another"), most=0) == (check, False)


@pytest.mark.parametrize(
    "changed",
    [{"sha256": "f" * 64}, {"claimed_date": "2022"}, {"claimed_place": "x"}, {"context": {}}],
)
def test_an_idempotency_key_is_for_one_request(
    store: Store, key: str, changed: dict[str, Any]
) -> None:
    accept(store, submission_of(key, idempotency_key="a"))
    with pytest.raises(RequestDiffers):
        accept(store, submission_of(key, idempotency_key="a", **changed))


def test_keys_do_not_share_idempotency_keys_or_bytes(store: Store, key: str) -> None:
    other = made_key(store, "Ben")
    check, _ = accept(store, submission_of(key, idempotency_key="a"))
    hers, new = accept(store, submission_of(other, idempotency_key="a"), always_new=False)
    assert new
    assert hers.id != check.id


@pytest.mark.parametrize("state", ["queued", "running", "done"])
def test_the_same_bytes_with_the_same_claim_give_the_same_check(
    store: Store, key: str, settings: Settings, state: str
) -> None:
    check, _ = accept(store, submission_of(key, claimed_date="2022"))
    if state != "queued":
        claim(store)
    if state == "done":
        done(store, check, settings)
    found, new = accept(store, submission_of(key, claimed_date="2022"), always_new=False, reach=3)
    assert (found.id, new) == (check.id, False)
    assert accept(store, submission_of(key, claimed_date="2023"), always_new=False, reach=3)[1]
    assert accept(store, submission_of(key), always_new=False, reach=3)[1]
    assert accept(store, submission_of(key, claimed_date="2022"), always_new=True)[1]


def test_a_library_that_has_grown_makes_a_new_check(
    store: Store, key: str, settings: Settings
) -> None:
    check, _ = accept(store, submission_of(key))
    claim(store)
    done(store, check, settings, reach=3)
    assert not accept(store, submission_of(key), always_new=False, reach=3)[1]
    assert accept(store, submission_of(key), always_new=False, reach=4)[1]


def test_a_failed_check_of_the_same_bytes_is_tried_again(
    store: Store, key: str, settings: Settings
) -> None:
    check, _ = accept(store, submission_of(key))
    claim(store)
    outcomes.store_failure(store, check, settings, {"verdict": None}, {"status": 422})
    assert accept(store, submission_of(key), always_new=False)[1]


# ---- working


def test_checks_are_claimed_in_the_order_of_acceptance(store: Store, key: str) -> None:
    accepted = [accept(store, submission_of(key, number))[0].id for number in range(5)]
    claimed = [check.id for check in iter(lambda: claim(store), None)]
    assert claimed == accepted
    with store.reading() as connection:
        assert not checks.has_queued(connection)


def test_places_in_the_queue_count_those_that_wait_before(store: Store, key: str) -> None:
    accepted = [accept(store, submission_of(key, number))[0] for number in range(3)]
    claim(store)
    with store.reading() as connection:
        places = [checks.queue_position(connection, find(store, check)) for check in accepted]
    assert places == [None, 0, 1]


def test_who_died_over_a_check_retries_it_in_front_and_once_only(
    store: Store, key: str, settings: Settings
) -> None:
    first, _ = accept(store, submission_of(key, 1))
    accept(store, submission_of(key, 2))
    claim(store)
    with store.writing() as connection:
        assert checks.record_crash(connection, first.id).crashes == 1
    again = claim(store)
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)
    with store.writing() as connection:
        died = checks.record_crash(connection, first.id)
        assert (died.crashes, died.state) == (2, "running")
        outcomes.put_aside(connection, died, settings, verbatim("it was put aside"))
        description = reports.load_newest(connection, first.id)
    assert find(store, first).state == "failed"
    assert description is not None
    assert description.report["verdict"] is None
    assert description.report["problems"] == ["it was put aside"]
    assert description.report["item"]["sha256"] == first.sha256


def test_a_check_that_many_restarts_interrupted_is_given_up(store: Store, key: str) -> None:
    check, _ = accept(store, submission_of(key))
    for _ in range(checks.MAX_INTERRUPTIONS - 1):
        claim(store)
        with store.writing() as connection:
            assert checks.record_interruptions(connection) == []
        assert find(store, check).state == "queued"
    claim(store)
    with store.writing() as connection:
        assert [check.id for check in checks.record_interruptions(connection)] == [check.id]


def test_what_is_put_back_was_not_begun(store: Store, key: str) -> None:
    check, _ = accept(store, submission_of(key))
    claim(store)
    with store.writing() as connection:
        checks.requeue(connection, check.id)
    assert find(store, check) == check


# ---- ending


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_a_state_that_is_final_never_changes(
    store: Store, key: str, settings: Settings, state: str
) -> None:
    check, _ = accept(store, submission_of(key))
    claim(store)
    with store.writing() as connection:
        if state == "cancelled":
            checks.cancel(connection, check.id, settings)
        else:
            checks.finish(connection, check.id, state, settings)  # type: ignore[arg-type]
    ended = find(store, check)
    assert ended.state == state
    outcomes.store_failure(store, check, settings, {"verdict": None}, {"status": 500})
    outcomes.store_verdict(store, check, settings, report("x"), 1)
    with store.writing() as connection:
        checks.requeue(connection, check.id)
        checks.record_interruptions(connection)
        with pytest.raises(CheckEnded):
            checks.cancel(connection, check.id, settings)
    assert claim(store) is None
    assert find(store, check) == ended
    with store.reading() as connection:
        assert reports.load_newest(connection, check.id) is None


def test_a_verdict_stands_before_its_pictures(store: Store, key: str, settings: Settings) -> None:
    check, _ = accept(store, submission_of(key))
    claim(store)
    stands = done(store, check, settings, evidence_follows=True)
    assert (stands.state, stands.pictures, stands.complete) == ("done", "pending", False)
    assert stands.headline == "No match among 3 clips"
    outcomes.store_evidence(store, check, {"R000001": SHEET})
    assert find(store, check).complete
    with store.reading() as connection:
        assert evidence_sheets.load(connection, check.id) == {"R000001": SHEET}
        description = evidence_sheets.load_descriptions(connection, check.id)["R000001"]
        name = description["pairs"][0]["query"]
        assert (
            evidence_sheets.load_image(connection, check.id, "R000001", name)
            == SHEET.pairs[0].query
        )
    outcomes.store_evidence(store, check, {})
    assert find(store, check).pictures == "ready"


def test_pictures_with_faces_are_not_kept(store: Store, key: str, settings: Settings) -> None:
    check, _ = accept(store, submission_of(key))
    claim(store)
    done(store, check, settings, evidence_follows=True)
    with pytest.raises(ValueError, match="redacted"):
        outcomes.store_evidence(store, check, {"R000001": replace(SHEET, faces="shown")})


def test_what_later_checks_need_is_kept_and_read_again(
    store: Store, key: str, settings: Settings
) -> None:
    check, _ = accept(store, submission_of(key))
    claim(store)
    said = Metadata({"exif": {"Model": "X100"}}, Credentials("none"))
    done(store, check, settings, reach=7, fingerprint_and_metadata=(made_print(5), said))
    with store.reading() as connection:
        kept = stored_fingerprints.load(connection, check.id)
    assert kept is not None
    assert_same_print(kept.fingerprint, made_print(5))
    assert kept.metadata is not None
    assert kept.metadata.fields == said.fields
    assert kept.searched_up_to == 7


def test_nothing_is_kept_for_later_checks_where_the_setting_says_so(
    store: Store, key: str, settings: Settings
) -> None:
    check, _ = accept(store, submission_of(key))
    claim(store)
    forgetful = settings.model_copy(update={"keep_descriptors_s": 0.0})
    done(
        store,
        check,
        forgetful,
        fingerprint_and_metadata=(made_print(5), Metadata({}, Credentials("none"))),
    )
    with store.reading() as connection:
        assert stored_fingerprints.load(connection, check.id) is None


def test_a_deleted_check_leaves_no_row_anywhere(store: Store, key: str, settings: Settings) -> None:
    check, _ = accept(store, submission_of(key))
    claim(store)
    said = Metadata({}, Credentials("none"))
    done(
        store,
        check,
        settings,
        evidence_follows=True,
        fingerprint_and_metadata=(made_print(5), said),
    )
    outcomes.store_evidence(store, check, {"R000001": SHEET})
    with store.writing() as connection:
        row = {"id": "a", "check": check.id, "clip": "R000001", "headline": "", "made_at": ""}
        connection.execute(alerts.insert().values(row))
    with store.writing() as connection:
        assert checks.delete(connection, check.id).upload == "u1"
        for table in (report_rows, descriptor_rows, picture_rows, sheet_rows, alerts):
            count = sa.select(sa.func.count()).select_from(table)
            assert connection.scalar(count) == 0, table.name
        with pytest.raises(CheckUnknown):
            checks.delete(connection, check.id)
    outcomes.store_evidence(store, check, {"R000001": SHEET})
    outcomes.store_verdict(store, check, settings, report("x"), 1)  # of a worker that was at it


# ---- listing


def test_lists_are_newest_first_a_page_at_a_time(store: Store, key: str) -> None:
    accepted = [accept(store, submission_of(key, number))[0].id for number in range(5)]
    with store.reading() as connection:
        first = [check.id for check in checks.list_checks(connection, key, limit=2)]
        rest = [check.id for check in checks.list_checks(connection, key, after=first[-1])]
    assert first + rest == accepted[::-1]


def test_lists_hold_ones_own_checks_and_no_additions(store: Store, key: str) -> None:
    other = made_key(store, "Ben")
    mine, _ = accept(store, submission_of(key, 1))
    hers, _ = accept(store, submission_of(other, 2))
    accept(store, submission_of(key, 3, task="add"))
    with store.reading() as connection:
        assert [check.id for check in checks.list_checks(connection, key)] == [mine.id]
        assert [check.id for check in checks.list_checks(connection, None)] == [hers.id, mine.id]
        assert checks.find(connection, mine.id, key) == mine
        for unknown in (hers.id, "nonsense"):
            with pytest.raises(CheckUnknown):
                checks.find(connection, unknown, key)
            with pytest.raises(CheckUnknown):
                checks.list_checks(connection, key, after=unknown)


def test_lists_are_searched_as_text(store: Store, key: str, settings: Settings) -> None:
    first, _ = accept(store, submission_of(key, 1, name="Harcourt 100%.mp4"))
    second, _ = accept(store, submission_of(key, 2, claimed_place="Straße 100_"))
    claim(store)
    done(store, first, settings)

    def found(**how: Any) -> list[str]:
        with store.reading() as connection:
            return [check.id for check in checks.list_checks(connection, key, **how)]

    assert found(text="harcourt") == [first.id]
    assert found(text="100%") == [first.id]
    assert found(text="100_") == [second.id]
    assert found(text="no match") == [first.id]
    assert found(state="queued") == [second.id]
    assert found(relation="none") == [first.id]
    assert found(relation="none", state="queued") == []
