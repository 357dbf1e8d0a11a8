"""What is told of a later report: a first match, an older copy, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from app.jobs.report_changes import (
    accepted_clips,
    claim_finding,
    day_of,
    find_change,
    has_older,
    is_only_itself,
)
from app.report.from_verdict import report_on
from app.report.report import Report
from app.verdict.verdict import Verdict
from tests.app.known import INGESTED, clip, match, verdict_on, video, whole

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
MONDAY = "2026-11-23T09:00:00.000000Z"
OLD = clip(("published", "2019-06-12"), INGESTED)
OLDER = clip(("published", "2011"), INGESTED, id="R000002", title=None)


def changes_named(before: Verdict, after: Verdict) -> str | None:
    change = find_change(reported(before), after, MONDAY, NOW)
    return change.headline if change is not None else None


def reported(verdict: Verdict) -> Report:
    return report_on("clip.mp4", info=video().info, verdict=verdict)


def test_a_first_match_is_reported() -> None:
    before, after = verdict_on(video()), verdict_on(video(), (OLD, whole()))
    assert changes_named(before, after) == (
        "The clip you checked on Monday now matches known footage: "
        "Harcourt Road, published 2019-06-12"
    )


def test_an_older_copy_is_reported_under_its_own_name() -> None:
    before = verdict_on(video(), (OLD, whole()))
    after = verdict_on(video(), (OLD, whole()), (OLDER, whole()))
    change = find_change(reported(before), after, MONDAY, NOW)
    assert change is not None
    assert change.clip == "R000002"
    assert change.headline == (
        "The clip you checked on Monday now has an older copy: R000002.mp4, published 2011"
    )


def test_another_copy_that_is_no_older_is_not_reported() -> None:
    before = verdict_on(video(), (OLDER, whole()))
    assert changes_named(before, verdict_on(video(), (OLD, whole()), (OLDER, whole()))) is None
    assert changes_named(before, before) is None


def test_a_claim_that_is_contradicted_further_is_reported_without_an_older_copy() -> None:
    half = match((0.0, 15.0, 0.0, 15.0))
    rest = match((15.0, 30.0, 0.0, 15.0))
    other = clip(("published", "2020"), INGESTED, id="R000002", title=None)
    before = verdict_on(video(), (OLD, half), date="2022-11-27")
    after = verdict_on(video(), (OLD, half), (other, rest), date="2022-11-27")
    assert claim_finding(reported(before)) == "partly_contradicted"
    assert changes_named(before, after) == (
        "The clip you checked on Monday now has a copy that contradicts its claimed date: "
        "R000002.mp4, published 2020"
    )
    assert changes_named(after, after) is None
    assert changes_named(after, before) is None


def test_what_is_reported_is_never_the_item_itself() -> None:
    own = clip(("published", "2011"), INGESTED, id="R000003", title=None)
    before = reported(verdict_on(video()))
    alone = verdict_on(video(), (own, whole()))
    assert find_change(before, alone, MONDAY, NOW, {"R000003"}) is None
    after = verdict_on(video(), (own, whole()), (OLD, whole()))
    change = find_change(before, after, MONDAY, NOW, {own.id})
    assert change is not None
    assert change.clip == "R000001"
    assert "2019-06-12" in change.headline


def test_a_vaguer_date_is_older_only_where_it_ends_earlier() -> None:
    before = verdict_on(video(), (OLD, whole()))
    vague = clip(("published", "2019"), INGESTED, id="R000002")
    assert changes_named(before, verdict_on(video(), (OLD, whole()), (vague, whole()))) is None


def test_what_stays_open_is_not_reported() -> None:
    weak = match((0.0, 9.0, 0.0, 9.0), decision="weak_match", score=0.5)
    assert changes_named(verdict_on(video()), verdict_on(video(), (OLD, weak))) is None


def test_a_known_clip_that_is_dated_earlier_is_noticed() -> None:
    report = reported(verdict_on(video(), (OLD, whole())))
    assert accepted_clips(report) == ["R000001"]
    assert not has_older(report, [OLD])
    assert has_older(report, [clip(("attested", "2018-01-01"), INGESTED)])
    assert not has_older(report, [clip(("captured", "2018-01-01"), INGESTED)])
    assert not has_older(reported(verdict_on(video())), [OLDER])


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "today"), (1, "on Tuesday"), (6, "on Thursday"), (7, "on 2026-11-18")],
)
def test_a_weekday_is_named_where_it_is_one(days: int, said: str) -> None:
    earlier = (NOW - timedelta(days=days)).isoformat()
    assert day_of(earlier, NOW) == said


def test_an_item_that_was_made_a_clip_is_no_news_of_itself() -> None:
    added = clip(INGESTED)
    assert is_only_itself(added, added.sha256)
    assert not is_only_itself(added, "0" * 64)
    assert not is_only_itself(OLD, OLD.sha256), "the same file, published before, is news"
    assert is_only_itself(OLD, OLD.sha256, made=OLD.id), "but not to whom it was made of"
