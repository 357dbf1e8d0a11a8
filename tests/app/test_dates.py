"""Dates of any precision as intervals of instants."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dates import DateNotUnderstoodError, parse_date, time_between, try_parse
from app.messages.catalogue import render


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("2019", "2018-12-31T10:00", "2020-01-01T12:00", "year"),
        ("2019-06", "2019-05-31T10:00", "2019-07-01T12:00", "month"),
        ("2019-12", "2019-11-30T10:00", "2020-01-01T12:00", "month"),
        ("2020-02", "2020-01-31T10:00", "2020-03-01T12:00", "month"),
        ("2019-06-12", "2019-06-11T10:00", "2019-06-13T12:00", "day"),
        ("2019-W24", "2019-06-09T10:00", "2019-06-17T12:00", "week"),
        ("2019-W24-3", "2019-06-11T10:00", "2019-06-13T12:00", "day"),
        ("2019-163", "2019-06-11T10:00", "2019-06-13T12:00", "day"),
        ("20190612", "2019-06-11T10:00", "2019-06-13T12:00", "day"),
        ("2019-06-12T14", "2019-06-12T00:00", "2019-06-13T03:00", "hour"),
        ("2019-06-12T14:03", "2019-06-12T00:03", "2019-06-13T02:04", "minute"),
        ("2019-06-12T14:03:05", "2019-06-12T00:03:05", "2019-06-13T02:03:06", "second"),
        ("2019-06-12T14:03:00+08:00", "2019-06-12T06:03:00", "2019-06-12T06:03:01", "second"),
        ("2019-06-12T14:03+0800", "2019-06-12T06:03:00", "2019-06-12T06:04:00", "minute"),
        ("2019-06-12T14-12", "2019-06-13T02:00", "2019-06-13T03:00", "hour"),
        (
            "2019-06-12T14:03:00.5Z",
            "2019-06-12T14:03:00.500",
            "2019-06-12T14:03:00.600",
            "fraction",
        ),
        (
            "2019-06-12T14:03:00,25Z",
            "2019-06-12T14:03:00.250",
            "2019-06-12T14:03:00.260",
            "fraction",
        ),
        ("20190612T140300Z", "2019-06-12T14:03:00", "2019-06-12T14:03:01", "second"),
        ("2019-06-12 14:03:00z", "2019-06-12T14:03:00", "2019-06-12T14:03:01", "second"),
        ("2019-06-12T00:00+14:00", "2019-06-11T10:00", "2019-06-11T10:01", "minute"),
        ("2019-06-12Z", "2019-06-12T00:00", "2019-06-13T00:00", "day"),
        ("2019-06-12-05:00", "2019-06-12T05:00", "2019-06-13T05:00", "day"),
        ("  2019-06-12 ", "2019-06-11T10:00", "2019-06-13T12:00", "day"),
    ],
)
def test_a_date_reaches_over_every_instant_that_it_can_mean(
    text: str, earliest: str, latest: str, precision: str
) -> None:
    interval = parse_date(text)

    assert interval.earliest == utc(earliest)
    assert interval.latest == utc(latest)
    assert interval.precision == precision


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "201906",  # a month without a dash could be a short day
        "19-06-12",
        "12.06.2019",
        "06/12/2019",
        "2019-6-12",
        "2019-13",
        "2019-02-29",
        "2019-W54",
        "2019-366",
        "2019-06-12T24:00",
        "2019-06-12T14:60",
        "2019-06-12T14:03:60",
        "2019-06-12T1403:00",
        "2019-06-12T14:03+15:00",
        "2019-06-12T14:03-12:30",
        "2019-06-12T14:03+08:60",
        "2019-06-12T14:03 CET",
        "2019-06T14:03",
        "2019+08:00",
        "0219-06-12",
        "9999",
        "２０１９",
        "2019-06-12\n2020",
        "2019?",
        "2019/2020",
    ],
)
def test_what_is_no_date_is_refused_with_what_was_written(text: str) -> None:
    with pytest.raises(DateNotUnderstoodError) as refused:
        parse_date(text)

    assert repr(text) in str(refused.value)
    assert try_parse(text) is None


def test_a_date_that_is_absent_stays_absent() -> None:
    assert try_parse(None) is None


@pytest.mark.parametrize(
    ("earlier", "later", "words"),
    [
        ("2019-06-12", "2022-11-27", "1,264 days"),
        ("2019-06-12", "2019-06-15", "3 days"),
        ("2019", "2022-11-27", "at least 1,062 days"),
        ("2019-06-12", "2022", "at least 934 days"),
        ("2019-06-12T10:00Z", "2019-06-12T13:30Z", "at least 3 hours"),
        ("2019-06-12T10:00Z", "2019-06-12T10:31Z", "at least 30 minutes"),
        ("2019-06-12T10:00:00Z", "2019-06-12T10:00:05Z", "at least 4 seconds"),
        ("2019-06-12T10:00:00Z", "2019-06-12T10:00:01Z", "moments"),
        ("2019-06-12T23:00+14:00", "2019-06-12T11:00-12:00", "at least 13 hours"),
        ("2019-06-12T10:00Z", "2019-06-20T10:00Z", "8 days"),
        ("2019-06-11T22:00+14:00", "2019-06-12", "1 day"),
    ],
)
def test_a_distance_is_given_in_days_as_written_and_never_overstated(
    earlier: str, later: str, words: str
) -> None:
    assert render(time_between(parse_date(earlier), parse_date(later))) == words


def test_a_distance_between_dates_that_overlap_is_an_error() -> None:
    with pytest.raises(ValueError, match="wholly before"):
        time_between(parse_date("2019"), parse_date("2019-06-12"))


days = st.dates(min_value=date(1900, 1, 2), max_value=date(2100, 1, 1))
zones = st.integers(min_value=-12, max_value=14)


def widened(day: date) -> list[str]:
    """The same day, each time vaguer than before."""
    return [f"{day}T12:00:00Z", f"{day}T12:00Z", f"{day}", f"{day:%Y-%m}", f"{day:%Y}"]


@given(days, days)
def test_a_vaguer_date_never_comes_to_lie_before_another(first: date, second: date) -> None:
    for exact, vague in zip(widened(first), widened(first)[1:], strict=False):
        for against in widened(second):
            if parse_date(vague).wholly_before(parse_date(against)):
                assert parse_date(exact).wholly_before(parse_date(against))
            if parse_date(against).wholly_before(parse_date(vague)):
                assert parse_date(against).wholly_before(parse_date(exact))


@given(days)
def test_a_vaguer_date_holds_every_instant_of_the_exact_one(day: date) -> None:
    for exact, vague in zip(widened(day), widened(day)[1:], strict=False):
        assert parse_date(vague).earliest <= parse_date(exact).earliest
        assert parse_date(exact).latest <= parse_date(vague).latest


@given(days, zones, zones, st.integers(min_value=0, max_value=23))
def test_a_date_without_a_zone_holds_that_day_in_every_zone(
    day: date, zone: int, second: int, hour: int
) -> None:
    without = parse_date(f"{day}")
    inside = parse_date(f"{day}T{hour:02}:00:00{zone:+03}:00")

    assert without.earliest <= inside.earliest
    assert inside.latest <= without.latest
    assert not without.wholly_before(inside)
    assert not inside.wholly_before(parse_date(f"{day}T{hour:02}:00:00{zone:+03}"))
    assert parse_date(f"{day}T{hour:02}:00{zone:+03}:00").latest - parse_date(
        f"{day}T{hour:02}:00{second:+03}:00"
    ).latest == timedelta(hours=second - zone)


@given(days, days, st.integers(min_value=-1000, max_value=1000))
def test_moving_both_dates_by_as_many_days_changes_no_order(
    first: date, second: date, shift: int
) -> None:
    moved = timedelta(days=shift)
    before = parse_date(f"{first}").wholly_before(parse_date(f"{second}"))

    assert before == parse_date(f"{first + moved}").wholly_before(parse_date(f"{second + moved}"))
    assert before == ((second - first).days >= 3)  # 50 hours of a day, against the next ones'


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    interval = try_parse(text)

    assert interval is None or interval.earliest < interval.latest
