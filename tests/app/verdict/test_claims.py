"""Truth table of the claimed date. A real witness called "old" is the worst that can happen, so
each row that contradicts is surrounded by the rows that must not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dates import DateNotUnderstoodError
from app.messages.catalogue import render
from app.verdict.claim import Claim, ClaimNotUnderstoodError, parse_claim
from app.verdict.verdict import Verdict
from hashing.types import Span
from tests.app.known import INGESTED, clip, edit, match, sound, still, verdict_on, video, whole

OLD, PART, FINE, OPEN = (
    "contradicted",
    "partly_contradicted",
    "not_contradicted",
    "not_checkable",
)


def finding(verdict: Verdict) -> str:
    assert verdict.date is not None
    return verdict.date.finding


# one clip that explains the whole item, one counting date against one claim
@pytest.mark.parametrize(
    ("known", "claimed", "expected"),
    [
        # days
        ("2019-06-12", "2022-11-27", OLD),
        ("2019-06-12", "2019-06-15", OLD),
        ("2019-06-12", "2019-06-14", FINE),  # 12th ends at 12:00Z on the 13th, 14th begins 10:00Z
        ("2019-06-12", "2019-06-13", FINE),
        ("2019-06-12", "2019-06-12", FINE),  # the same day
        ("2019-06-13", "2019-06-12", FINE),
        ("2022-11-27", "2019-06-12", FINE),
        # years and months
        ("2019", "2021", OLD),
        ("2019", "2020", FINE),  # New Year's Eve in Baker Island is 2020 on the Line Islands
        ("2019", "2020-01-02", FINE),
        ("2019", "2020-01-03", OLD),
        ("2019", "2019-12-31", FINE),
        ("2019-12-28", "2020", OLD),
        ("2019-12-29", "2020", OLD),  # ends 2019-12-30T12:00Z, 2020 begins 2019-12-31T10:00Z
        ("2019-12-30", "2020", FINE),  # ends 2019-12-31T12:00Z
        ("2019-12-31", "2020", FINE),
        ("2019-06", "2019-08", OLD),
        ("2019-06", "2019-07", FINE),
        ("2019-06", "2019-07-02", FINE),
        ("2019-06", "2019-07-03", OLD),
        ("2019-06-12", "2019", FINE),  # the claim is vaguer than the evidence and holds it
        ("2019-06-12", "2019-06", FINE),
        ("2019", "2019-06-12", FINE),  # the evidence is vaguer than the claim
        ("2019-06", "2019-06-12", FINE),
        ("2019-W24", "2019-W26", OLD),
        ("2019-W24", "2019-W25", FINE),
        # full times with zones: exact
        ("2019-06-12T14:03:00+08:00", "2019-06-12T06:03:00Z", FINE),  # the same second
        ("2019-06-12T14:03:00+08:00", "2019-06-12T06:03:01Z", OLD),
        ("2019-06-12T14:03:00+08:00", "2019-06-12T06:02:59Z", FINE),
        ("2019-06-12T14:03+08:00", "2019-06-12T06:03:59Z", FINE),  # within the minute
        ("2019-06-12T14:03+08:00", "2019-06-12T06:04Z", OLD),
        ("2019-06-12T23:59:59-12:00", "2019-06-13T12:00:00Z", OLD),
        ("2019-06-13T01:00:00+14:00", "2019-06-12T11:00:00Z", FINE),  # a later day, the same second
        ("2019-06-13T01:00:00+14:00", "2019-06-12T12:00:00Z", OLD),  # a later day, yet earlier
        ("2019-06-12T23:00:00-10:00", "2019-06-13T08:00:00Z", FINE),  # an earlier day, yet later
        # a full time against a day: the day begins at UTC+14 and ends at UTC-12
        ("2019-06-12T10:00:00Z", "2019-06-13", FINE),  # ends one second into the 13th
        ("2019-06-12T09:59:59Z", "2019-06-13", OLD),
        ("2019-06-12T10:00:01Z", "2019-06-13", FINE),
        ("2019-06-12", "2019-06-13T11:59:59Z", FINE),
        ("2019-06-12", "2019-06-13T12:00:00Z", OLD),
        # times without a zone are that time somewhere
        ("2019-06-12T14:00", "2019-06-12T15:00", FINE),
        ("2019-06-12T14:00", "2019-06-13T14:00", FINE),  # 26 hours of zones
        ("2019-06-12T14:00", "2019-06-13T16:00", FINE),
        ("2019-06-12T14:00", "2019-06-13T16:01", OLD),
        ("2019-06-12T14:00", "2019-06-13T02:00Z", FINE),
        ("2019-06-12T14:00", "2019-06-13T02:01Z", OLD),
    ],
)
def test_a_whole_copy_contradicts_only_from_before_every_reading_of_the_claim(
    known: str, claimed: str, expected: str
) -> None:
    verdict = verdict_on(video(), (clip(("published", known)), whole()), date=claimed)

    assert finding(verdict) == expected
    assert verdict.date is not None
    assert verdict.date.query == (Span(0, 30),)


@pytest.mark.parametrize(
    ("appearances", "expected"),
    [
        ([("published", "2019")], OLD),
        ([("archived", "2019")], OLD),
        ([("attested", "2019")], OLD),
        ([("ingested", "2019-01-01T00:00:00Z")], OLD),
        ([("captured", "2019")], OPEN),  # the file's own word
        ([("captured", "2019"), INGESTED], FINE),  # ingested after the claim
        ([("captured", "2019"), ("published", "2023")], FINE),
        ([("captured", "2023"), ("published", "2019")], OLD),
        ([INGESTED], FINE),
        ([("published", "2023"), ("archived", "2019")], OLD),  # any one is enough
        ([("published", "2023"), ("archived", "2024"), INGESTED], FINE),
        ([("published", "2022"), ("archived", "2022-11")], FINE),  # both too vague
        ([("published", "2022"), ("archived", "2022-11-20")], OLD),
        ([], OPEN),
        ([("published", "soon")], OPEN),  # no date at all
        ([("published", "soon"), ("archived", "2019")], OLD),
    ],
)
def test_only_what_somebody_saw_counts_and_never_the_files_own_word(
    appearances: list[tuple[str, str]], expected: str
) -> None:
    verdict = verdict_on(video(), (clip(*appearances), whole()), date="2022-11-27")

    assert finding(verdict) == expected


PUBLISHED = ("published", "2019-06-12")


@pytest.mark.parametrize(
    ("item", "known_match", "expected", "spans"),
    [
        pytest.param(video(), whole(), OLD, [(0, 30)], id="whole"),
        pytest.param(video(), match((0.2, 29.8, 0, 29.6)), OLD, [(0, 30)], id="boundary error"),
        pytest.param(
            video(), match((5.03, 18.08, 0, 13)), PART, [(5.03, 18.08)], id="a stretch within"
        ),
        pytest.param(video(), match((0, 28, 0, 28)), PART, [(0, 28)], id="two seconds more"),
        pytest.param(video(), match((0, 29.3, 0, 29)), PART, [(0, 29.3)], id="0.7 s more"),
        pytest.param(
            video(3), match((0, 2.6, 0, 2.6)), PART, [(0, 2.6)], id="0.4 s of 3 s are much"
        ),
        pytest.param(
            video(),
            match((0, 14.9, 20, 30), (15.1, 30, 0, 15)),
            OLD,
            [(0, 30)],
            id="pieces in another order",
        ),
        pytest.param(
            video(),
            match((0, 10, 0, 10), (20, 30, 20, 30)),
            PART,
            [(0, 10), (20, 30)],
            id="a new part in the middle",
        ),
        pytest.param(
            video(12),
            match(*[(i, i + 0.6, i, i + 0.6) for i in range(12)]),
            PART,
            [(i, i + 0.6) for i in range(12)],
            id="many small gaps are no boundary error",
        ),
        pytest.param(
            video(gaps=[Span(12, 30)]),
            match((0, 12, 0, 12)),
            PART,
            [(0, 12)],
            id="the rest does not decode",
        ),
        pytest.param(
            video(blank=[Span(0, 3)]),
            match((3, 30, 0, 27)),
            OLD,
            [(3, 30)],
            id="black counts for neither side",
        ),
        pytest.param(
            video(None), whole(), PART, [(0, 30)], id="how long the item is, is not known"
        ),
        pytest.param(still(), match((0, 0, 12.5, 12.5)), OLD, [(0, 0)], id="a still of a video"),
        pytest.param(
            video(), whole(measured_join=True), OLD, [(0, 30)], id="known to both sides of a cut"
        ),
        pytest.param(
            video(), whole(edits=[edit("tamper_added")]), OLD, [(0, 30)], id="tampered with"
        ),
        pytest.param(
            video(), whole(edits=[edit("inset_over")]), OLD, [(0, 30)], id="another laid over it"
        ),
        pytest.param(
            video(), whole(edits=[edit("screen_recording")]), OLD, [(0, 30)], id="from a screen"
        ),
        pytest.param(
            video(), whole(audio=sound("replaced")), OLD, [(0, 30)], id="with other sound"
        ),
        # what is not the main picture
        pytest.param(video(), whole(main_picture=False), OPEN, [], id="an inset"),
        pytest.param(
            video(), whole(edits=[edit("inset")]), OPEN, [], id="set into a larger picture"
        ),
        pytest.param(
            video(), whole(edits=[edit("split_screen")]), OPEN, [], id="half of a split screen"
        ),
        pytest.param(
            video(),
            whole(edits=[edit("inset", Span(10, 20))]),
            PART,
            [(0, 10), (20, 30)],
            id="an inset for a while",
        ),
        pytest.param(
            still(), match((0, 0, 0, 0), edits=[edit("inset")]), OPEN, [], id="a photo in a meme"
        ),
        pytest.param(video(), match(), OPEN, [], id="accepted without any picture"),
        # what was not accepted
        pytest.param(video(), whole(decision="weak_match"), OPEN, [], id="weak"),
        pytest.param(
            video(), whole(decision="same_scene_other_recording"), OPEN, [], id="another camera"
        ),
        pytest.param(video(), whole(decision="too_little"), OPEN, [], id="too little"),
        pytest.param(video(), whole(decision="none"), OPEN, [], id="a near miss"),
    ],
)
def test_only_what_an_accepted_match_shows_as_the_main_picture_is_contradicted(
    item: Any, known_match: Any, expected: str, spans: list[tuple[float, float]]
) -> None:
    verdict = verdict_on(item, (clip(PUBLISHED, duration_s=60.0), known_match), date="2022-11-27")

    assert finding(verdict) == expected
    assert verdict.date is not None
    assert list(verdict.date.query) == [Span(*ends) for ends in spans]


def two(first: str, second: str, *, overlap: bool = False) -> Any:
    """Two clips, one for each half of the item, or both for all of it."""
    if overlap:
        return (
            (clip(("published", first), id="R000001"), whole()),
            (clip(("published", second), id="R000002"), whole()),
        )
    return (
        (clip(("published", first), id="R000001"), match((0, 15, 0, 15))),
        (clip(("published", second), id="R000002"), match((15, 30, 0, 15))),
    )


@pytest.mark.parametrize(
    ("matches", "expected", "spans"),
    [
        (two("2019", "2020"), OLD, [(0, 30)]),
        (two("2019", "2023"), PART, [(0, 15)]),
        (two("2023", "2019"), PART, [(15, 30)]),
        (two("2023", "2024"), FINE, [(0, 30)]),
        (two("2023", "soon"), FINE, [(0, 15)]),
        (two("2019", "soon"), PART, [(0, 15)]),
        (two("2019", "2023", overlap=True), OLD, [(0, 30)]),
        (two("2023", "2024", overlap=True), FINE, [(0, 30)]),
    ],
)
def test_each_segment_of_joined_footage_has_its_own_history(
    matches: Any, expected: str, spans: list[tuple[float, float]]
) -> None:
    verdict = verdict_on(video(), *matches, date="2022-11-27")

    assert finding(verdict) == expected
    assert verdict.date is not None
    assert list(verdict.date.query) == [Span(*ends) for ends in spans]


def test_an_old_inset_says_nothing_of_the_new_picture_around_it() -> None:
    main = (clip(("published", "2023"), id="R000001"), whole())
    inset = (clip(PUBLISHED, id="R000002"), whole(main_picture=False))

    assert finding(verdict_on(video(), main, inset, date="2022-11-27")) == FINE


def test_old_footage_stays_old_whatever_is_set_into_it() -> None:
    main = (clip(PUBLISHED, id="R000001"), whole())
    inset = (clip(("published", "2023"), id="R000002"), whole(main_picture=False))

    assert finding(verdict_on(video(), main, inset, date="2022-11-27")) == OLD


def test_the_same_bytes_are_contradicted_whole_even_where_no_picture_could_match() -> None:
    known = clip(PUBLISHED, sha256="f" * 64)
    nothing = match(decision="none", score=0.0)

    assert finding(verdict_on(video(None), (known, nothing), date="2022-11-27")) == OLD


def test_two_accepted_clips_that_rule_each_other_out_contradict_nothing() -> None:
    first = (clip(PUBLISHED, id="R000001"), whole())
    second = (clip(PUBLISHED, id="R000002"), whole())

    verdict = verdict_on(video(), first, second, date="2022-11-27", unlike=[("R000002", "R000001")])

    assert finding(verdict) == OPEN
    assert verdict.undecided == "conflicting"


def test_the_contract_s_own_example_is_reported_in_its_words() -> None:
    known = clip(("published", "2019-06-12", "https://example.org/a"))

    verdict = verdict_on(video(), (known, whole()), date="2022-11-27")

    assert verdict.date is not None
    assert render(verdict.date.reason) == (
        "A copy existed by 2019-06-12 (published, https://example.org/a), "
        "1,264 days before the claimed date"
    )


def test_a_partial_finding_names_its_stretches_and_what_is_left_open() -> None:
    verdict = verdict_on(video(), (clip(PUBLISHED), match((5, 18, 0, 13))), date="2022-11-27")

    assert verdict.date is not None
    assert render(verdict.date.reason) == (
        "A copy of 0:05.0–0:18.0 existed by 2019-06-12 (published), 1,264 days before the claimed "
        "date. Nothing known contradicts the claimed date for 0:00.0–0:05.0 and 0:18.0–0:30.0"
    )


def test_each_segment_is_dated_by_the_clip_that_explains_it() -> None:
    verdict = verdict_on(video(), *two("2019-06-12", "2021-06-12"), date="2022-11-27")

    assert verdict.date is not None
    assert render(verdict.date.reason) == (
        "Copies existed before the claimed date: 0:00.0–0:15.0 by 2019-06-12 (published), 1,264 "
        "days before it and 0:15.0–0:30.0 by 2021-06-12 (published), 533 days before it"
    )


@pytest.mark.parametrize(
    ("known", "claimed", "words"),
    [
        ("2019", "2022-11-27", "existed by the end of 2019 (published)"),
        ("2023-01-02", "2022-11-27", "by 2023-01-02 (published), after the claimed date"),
        ("2022", "2022-11-27", "that need not be before the claimed date"),
        ("2022-11-26", "2022-11-27", "that need not be before the claimed date"),
    ],
)
def test_the_reason_says_why_it_does_or_does_not_contradict(
    known: str, claimed: str, words: str
) -> None:
    verdict = verdict_on(video(), (clip(("published", known)), whole()), date=claimed)

    assert verdict.date is not None
    assert words in render(verdict.date.reason)


def test_not_contradicting_never_sounds_like_confirming() -> None:
    verdict = verdict_on(video(), (clip(INGESTED), whole()), date="2022-11-27")

    assert verdict.date is not None
    assert render(verdict.date.reason).endswith("This does not confirm the claimed date")


dates = st.dates().filter(lambda day: 1900 < day.year < 2100)


@given(dates, dates, st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y"]), st.booleans())
def test_a_vaguer_date_never_makes_a_contradiction(
    known: Any, claimed: Any, vague: str, of_claim: bool
) -> None:
    def judged(known_text: str, claimed_text: str) -> str:
        matches = (clip(("published", known_text)), whole())
        return finding(verdict_on(video(), matches, date=claimed_text))

    exact = judged(f"{known}", f"{claimed}")
    vaguer = (
        judged(f"{known}", f"{claimed:{vague}}")
        if of_claim
        else judged(f"{known:{vague}}", f"{claimed}")
    )

    assert exact == OLD or vaguer == FINE


@given(st.floats(0, 29), st.floats(0.1, 30))
def test_less_footage_never_makes_a_contradiction_whole(start: float, length: float) -> None:
    end = min(30.0, start + length)
    verdict = verdict_on(
        video(), (clip(PUBLISHED), match((start, end, start, end))), date="2022-11-27"
    )

    assert finding(verdict) == (OLD if start <= 0.5 and end >= 29.5 else PART)


def test_places_are_shown_side_by_side_and_never_judged() -> None:
    hong_kong = (clip(id="R000001", place="Hong Kong, Harcourt Road"), whole())
    again = (clip(id="R000002", place="Hong Kong, Harcourt Road"), whole(score=0.9))
    seoul = (clip(id="R000003", place="Seoul"), whole(score=0.8))
    inset = (clip(id="R000004", place="Paris"), whole(main_picture=False))

    verdict = verdict_on(video(), seoul, inset, again, hong_kong, place="Shanghai")

    assert verdict.place is not None
    assert verdict.place.claimed == "Shanghai"
    assert verdict.place.known == ("Hong Kong, Harcourt Road", "Seoul")
    assert verdict.date is None


@pytest.mark.parametrize(
    ("matches", "words"),
    [
        ([], "no place is known"),
        ([(clip(), whole())], "No place was entered"),
        ([(clip(place="Seoul"), whole(decision="weak_match"))], "no place is known"),
    ],
)
def test_where_no_place_is_known_the_reason_says_so(matches: Any, words: str) -> None:
    verdict = verdict_on(video(), *matches, place="Shanghai")

    assert verdict.place is not None
    assert verdict.place.known == ()
    assert words in render(verdict.place.reason)


def test_no_claim_makes_no_finding() -> None:
    verdict = verdict_on(video(), (clip(PUBLISHED), whole()))

    assert not verdict.claimed


@pytest.mark.parametrize(("date", "place"), [(None, None), ("", ""), ("  ", "\n")])
def test_a_blank_claim_is_none(date: str | None, place: str | None) -> None:
    assert parse_claim(date, place) is None


def test_a_claim_is_trimmed_and_its_place_is_one_line() -> None:
    claim = parse_claim(" 2019 ", " Hong\nKong ")

    assert claim is not None
    assert claim.date is not None
    assert (claim.date.text, claim.place) == ("2019", "Hong Kong")


def test_a_claim_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(DateNotUnderstoodError):
        parse_claim("last summer", None)
    with pytest.raises(ClaimNotUnderstoodError, match="500 characters"):
        parse_claim(None, "x" * 501)
    with pytest.raises(ValueError, match="a date or a place"):
        Claim()
