"""Which earlier checks are looked at again when the library grew, and which need not be."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from app.jobs.recheck_filter import RecheckFilter
from app.jobs.recheck_schedule import RecheckSchedule, next_due
from app.library.library import Library
from app.library.records import Appearance
from app.metadata.types import Credentials, Metadata
from app.report.from_verdict import report_on
from app.report.report_json import to_json
from app.settings import Settings
from app.store import checks, keys, reports, stored_fingerprints
from app.store.checks import Submission
from app.store.data_folder import Store, open_store
from app.store.packed_thresholds import pack_bar, pack_bars, unpack_bar, unpack_bars
from hashing.search.candidates import CandidateThreshold, SearchThresholds
from tests.app.known import INGESTED, clip, verdict_on, video, whole
from tests.app.library.library_made import made_facts, made_print
from tests.app.library.library_made import unit_vectors as made_vectors

NOTHING = Metadata({}, Credentials("none"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "desk")
    with store.writing() as connection:
        keys.create(connection, "ann", ["check"], "cli", datetime.now(UTC))
    yield store
    store.close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(made_print(1), made_facts(1))
        yield library


def sought_of(seed: int, least: float = 0.3) -> SearchThresholds:
    """Of an item that shows what the made clip of this seed shows."""
    vectors = made_print(seed).descriptors.vectors
    return SearchThresholds(
        (CandidateThreshold(vectors, np.full(len(vectors), 0.05, np.float32), 3, least),), None
    )


def stored_check(
    store: Store, library: Library, sought: SearchThresholds | None, relation: str = "none"
) -> str:
    """A check that has ended, held against the library as it is."""
    with store.writing() as connection:
        key = keys.list_keys(connection)[0].id
        asked = Submission(
            key=key, task="check", kind="upload", name="a.mp4", bytes=1, sha256="ab" * 32
        )
        check, _ = checks.accept(connection, asked, 10_000)
        checks.claim_next(connection)
        checks.finish(connection, check.id, "done", Settings(), relation=relation)
        until = checks.timestamp_in(1000)
        change = library.last_change()
        print_ = made_print(1)
        stored_fingerprints.store(
            connection, check.id, print_, NOTHING, library.last_clip_number(), until, change, sought
        )
    return check.id


def first_due(store: Store, library: Library) -> str | None:
    with store.reading() as connection:
        check = next_due(connection, library.last_clip_number(), library.last_change())
    return check.id if check is not None else None


def needs_recheck(recheck_filter: RecheckFilter, check: str) -> bool:
    return recheck_filter.needs_recheck(check, lambda *_: None)


def test_checks_that_no_later_clip_comes_near_to_are_done_with_in_one_go(
    store: Store, library: Library
) -> None:
    near = stored_check(store, library, sought_of(7))
    parts = SearchThresholds(sought_of(9).whole, sought_of(7).whole[0])
    far = [stored_check(store, library, sought_of(9)) for _ in range(250)]
    in_part = stored_check(store, library, parts)
    library.add(made_print(7), made_facts(7))
    recheck_filter = RecheckFilter(store, library)
    assert first_due(store, library) == near
    assert needs_recheck(recheck_filter, near)
    with store.reading() as connection:
        loaded = stored_fingerprints.load(connection, far[-1])
        assert loaded is not None
        assert loaded.searched_up_to == library.last_clip_number()
    assert needs_recheck(recheck_filter, in_part)
    assert not any(needs_recheck(recheck_filter, check_id) for check_id in far[:3])


def test_what_is_deferred_is_gone_through_once_for_each_state_of_the_library(
    store: Store, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = stored_check(store, library, sought_of(7))
    library.add(made_print(7), made_facts(7))
    recheck_filter = RecheckFilter(store, library)
    passes: list[int] = []
    filter_due = recheck_filter._filter_due
    monkeypatch.setattr(
        recheck_filter, "_filter_due", lambda said: passes.append(1) or filter_due(said)
    )
    assert needs_recheck(recheck_filter, near)
    assert needs_recheck(recheck_filter, near)
    assert len(passes) == 1
    library.add(made_print(8), made_facts(8))
    assert needs_recheck(recheck_filter, near)
    assert len(passes) == 2


def test_what_an_older_version_kept_takes_the_long_way(store: Store, library: Library) -> None:
    check = stored_check(store, library, None)
    library.add(made_print(9), made_facts(9))
    assert needs_recheck(RecheckFilter(store, library), check)


def test_of_what_matched_only_an_earlier_date_needs_a_recheck(
    store: Store, library: Library
) -> None:
    known = clip(("published", "2019-06-12"), INGESTED)
    report = to_json(
        report_on("a.mp4", info=video().info, verdict=verdict_on(video(), (known, whole())))
    )
    check = stored_check(store, library, sought_of(1, least=2.0), "copy")
    with store.writing() as connection:
        reports.store(connection, check, report, "check", library.last_clip_number())
    library.add_appearance("R000001", Appearance("published", "2020"))
    assert first_due(store, library) == check
    assert not needs_recheck(RecheckFilter(store, library), check)
    assert first_due(store, library) is None
    library.add_appearance("R000001", Appearance("published", "2016"))
    assert needs_recheck(RecheckFilter(store, library), check)


def test_a_bar_comes_back_as_it_was_kept() -> None:
    vectors = made_vectors(np.random.default_rng(1), 5).astype(np.float16)
    given = CandidateThreshold(vectors, np.linspace(0, 0.2, 5, dtype=np.float32), 3, 0.25)
    back = unpack_bar(pack_bar(given))
    np.testing.assert_array_equal(back.vectors, given.vectors)
    np.testing.assert_array_equal(back.background_cosine, given.background_cosine)
    assert (back.best_rows, back.min_score) == (3, 0.25)
    nothing = replace(
        given, vectors=vectors[:0], background_cosine=given.background_cosine[:0], min_score=-np.inf
    )
    assert unpack_bar(pack_bar(nothing)).min_score == -np.inf
    assert unpack_bar(pack_bar(nothing)).vectors.shape == (0, 512)


def test_the_bars_of_a_long_item_come_back_and_one_is_stored_as_ever() -> None:
    bars = [sought_of(seed, least=0.1 * seed).whole[0] for seed in (1, 2, 3)]
    assert pack_bars(bars[:1]) == pack_bar(bars[0])
    assert len(unpack_bars(pack_bars(bars[:1]))) == 1
    back = unpack_bars(pack_bars(bars))
    assert [bar.min_score for bar in back] == pytest.approx([0.1, 0.2, 0.3])
    for bar, given in zip(back, bars, strict=True):
        np.testing.assert_array_equal(bar.vectors, given.vectors)


def test_a_clip_that_any_window_of_a_long_item_shows_is_looked_at(
    store: Store, library: Library
) -> None:
    windows = SearchThresholds((*sought_of(7).whole, *sought_of(9).whole), None)
    check = stored_check(store, library, windows)
    library.add(made_print(9), made_facts(9))
    assert needs_recheck(RecheckFilter(store, library), check)


def test_while_there_is_more_the_next_poll_is_at_once(store: Store, library: Library) -> None:
    for _ in range(2):
        stored_check(store, library, sought_of(9))
    schedule = RecheckSchedule(library, quiet_s=1e-9)
    library.add(made_print(9), made_facts(9))
    with store.writing() as connection:
        assert schedule.next_due(connection) is None, "it has only just been seen to grow"
        schedule._polled_at -= 1000.0
        for _ in range(2):
            check = schedule.next_due(connection)
            assert check is not None
            reach = library.last_clip_number()
            stored_fingerprints.record_search(connection, [check.id], reach, library.last_change())
        assert schedule.next_due(connection) is None
