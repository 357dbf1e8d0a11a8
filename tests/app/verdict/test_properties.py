"""What must hold of every verdict, and the claim against a slow obvious check."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.library.records import Clip
from app.report.from_verdict import report_on
from app.report.report_json import to_json
from app.verdict.claim import parse_claim
from app.verdict.verdict import Verdict, judge
from hashing.types import Edit, Match, Span
from tests.app.known import SEARCHED, clip, edit, match, video
from tests.app.report.test_report import CONTRACT, check

ITEM_S = 12
CLAIM = "2022-06-15"
CLAIM_BEGINS = datetime(2022, 6, 14, 10, tzinfo=UTC)  # the 15th at UTC+14

# date as written, and the last instant that it can mean
DATES = {
    "2019": datetime(2020, 1, 1, 12, tzinfo=UTC),
    "2022": datetime(2023, 1, 1, 12, tzinfo=UTC),
    "2022-06-12": datetime(2022, 6, 13, 12, tzinfo=UTC),
    "2022-06-13": datetime(2022, 6, 14, 12, tzinfo=UTC),
    "2022-06-14T09:59:59Z": CLAIM_BEGINS,
    "2022-06-14T10:00:00Z": CLAIM_BEGINS + timedelta(seconds=1),
    "2024": datetime(2025, 1, 1, 12, tzinfo=UTC),
}
KINDS = ("captured", "published", "archived", "attested", "ingested")

span_ends = st.tuples(st.integers(0, ITEM_S - 1), st.integers(1, ITEM_S)).map(
    lambda pair: (float(pair[0]), float(min(ITEM_S, pair[0] + pair[1])))
)


@st.composite
def drawn_matches(draw: st.DrawFn) -> list[tuple[Clip, Match]]:
    """Up to four clips with any decision, dates, stretches and edits."""
    matches = []
    for number in range(draw(st.integers(0, 4))):
        appearances = draw(
            st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(list(DATES))), max_size=3)
        )
        spans = draw(st.lists(span_ends, max_size=3))
        edits: list[Edit] = draw(
            st.lists(
                st.builds(
                    edit,
                    st.sampled_from(["crop", "inset", "split_screen", "trim", "recompressed"]),
                    st.none() | span_ends.map(lambda ends: Span(*ends)),
                ),
                max_size=2,
            )
        )
        decision: Any = draw(st.sampled_from(["accepted", "accepted", "weak_match", "none"]))
        matches.append(
            (
                clip(*appearances, id=f"R{number:06}", duration_s=float(ITEM_S)),
                match(
                    *[(*ends, *ends) for ends in spans],
                    score=draw(st.floats(0, 1)),
                    decision=decision,
                    edits=edits,
                    main_picture=draw(st.booleans()),
                    measured_join=draw(st.booleans()),
                ),
            )
        )
    return matches


def verdict_of(matches: list[tuple[Clip, Match]]) -> Verdict:
    return judge(video(float(ITEM_S)), matches, parse_claim(CLAIM, "Shanghai"), SEARCHED)


def contradicted_seconds(matches: list[tuple[Clip, Match]]) -> set[int]:
    """Straight from the contract, one second of the item after the other."""
    seconds = set()
    for second in range(ITEM_S):
        for known, known_match in matches:
            shown = any(
                part.query.start <= second < part.query.end for part in known_match.segments
            )
            beside = any(
                made.type in ("inset", "split_screen")
                and (made.query is None or made.query.start <= second < made.query.end)
                for made in known_match.edits
            )
            early = any(
                appearance.kind != "captured" and DATES[appearance.date] <= CLAIM_BEGINS
                for appearance in known.appearances
            )
            if (
                known_match.decision == "accepted"
                and known_match.main_picture
                and shown
                and not beside
                and early
            ):
                seconds.add(second)
    return seconds


@given(drawn_matches())
def test_the_claim_agrees_with_the_slow_obvious_check(matches: list[tuple[Clip, Match]]) -> None:
    old = contradicted_seconds(matches)
    date = verdict_of(matches).date
    assert date is not None

    if not old:
        assert date.finding in ("not_contradicted", "not_checkable")
    else:
        whole = len(old) == ITEM_S
        assert date.finding == ("contradicted" if whole else "partly_contradicted")
        assert old == {
            second for span in date.query for second in range(int(span.start), int(span.end))
        }


@given(drawn_matches())
def test_every_verdict_is_whole(matches: list[tuple[Clip, Match]]) -> None:
    verdict = verdict_of(matches)
    accepted = [comparison for comparison in verdict.comparisons if comparison.accepted]

    assert verdict.matched == bool(accepted)
    assert (verdict.undecided is not None) == (verdict.relation == "undecided")
    assert (verdict.first_seen is not None) <= bool(accepted)
    assert len(verdict.comparisons) == len(matches)
    assert [comparison.accepted for comparison in verdict.comparisons] == sorted(
        (comparison.accepted for comparison in verdict.comparisons), reverse=True
    )
    assert all(0 <= comparison.coverage_query <= 1 for comparison in verdict.comparisons)
    assert verdict.headline
    assert verdict.limits
    covered = {
        second
        for comparison in accepted
        for span in comparison.covered
        for second in range(int(span.start), int(span.end))
    }
    unmatched = {
        second for span in verdict.unmatched for second in range(int(span.start), int(span.end))
    }
    assert covered | unmatched == set(range(ITEM_S))
    assert not covered & unmatched


@given(drawn_matches())
def test_every_verdict_makes_a_report_of_the_contract(matches: list[tuple[Clip, Match]]) -> None:
    item = video(float(ITEM_S))
    report = report_on("a.mp4", item.sha256, 3, item.info, verdict_of(matches), SEARCHED)

    data = to_json(report)

    check({**data, "first_seen": None, "credentials": None}, OPEN_CONTRACT)
    json.dumps(data, allow_nan=False)


OPEN_CONTRACT = {
    **CONTRACT,
    "first_seen": (dict, type(None)),
    "credentials": (dict, type(None)),
    "record": (dict, type(None)),  # it is added to a verdict's report by the check
}


@given(drawn_matches(), st.randoms())
def test_the_order_of_the_matches_changes_nothing(
    matches: list[tuple[Clip, Match]], random: Any
) -> None:
    shuffled = list(matches)
    random.shuffle(shuffled)

    assert verdict_of(shuffled) == verdict_of(matches)
