"""Dates of any precision as intervals of time. Pure: no clock, no local time zone.

What was written is kept beside what it can mean. Without a zone a date reaches from the start of
its first day at UTC+14 to the end of its last at UTC-12, since it was that date somewhere on
Earth for all of that time; a time without a zone is that minute (or hour, or second) across the
same zones. With a zone and a full time it is exact to the precision written.

Accepted: the extended forms of ISO 8601 (year, month, day, week, ordinal day; hour, minute,
second, fraction of a second; Z or an offset), `20190612` and `20190612T140300Z`, and a space in
place of the T (RFC 3339).
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal, overload

from hashing.errors import ExplainedError
from hashing.message import Message

EASTMOST = timedelta(hours=14)  # Line Islands: the first place where a day begins
WESTMOST = timedelta(hours=-12)  # Baker Island: the last place where it ends
FIRST_YEAR = 1826  # the oldest photograph that survives; anything earlier is a typing error
LAST_YEAR = 9998  # the interval's end must still be a date

_DATE = re.compile(
    r"""(?P<year>[0-9]{4})
        (?: -(?P<month>[0-9]{2}) (?: -(?P<day>[0-9]{2}) )?
          | (?P<basic_month>[0-9]{2}) (?P<basic_day>[0-9]{2})
          | -?W(?P<week>[0-9]{2}) (?: -?(?P<weekday>[1-7]) )?
          | -(?P<ordinal>[0-9]{3})
        )?""",
    re.VERBOSE,
)
_TIME = re.compile(
    r"""(?P<hour>[0-9]{2})
        (?: (?P<colon>:?) (?P<minute>[0-9]{2})
            (?: (?P=colon) (?P<second>[0-9]{2}) (?: [.,](?P<fraction>[0-9]+) )? )?
        )?""",
    re.VERBOSE,
)
_ZONE = re.compile(r"(?P<utc>[Zz])|(?P<sign>[+\-−])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2}))?")
_WHOLE = re.compile(
    r"(?P<date>[0-9W-]+?)(?:[Tt ](?P<time>[0-9:.,]+))?(?P<zone>[Zz]|[+\-−][0-9:]+)?$"
)

type Precision = Literal["year", "month", "week", "day", "hour", "minute", "second", "fraction"]


class DateNotUnderstoodError(ExplainedError, ValueError):
    """What was written is no ISO 8601 date; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The times that a written date can mean: [earliest, latest), both in UTC."""

    text: str = field(compare=False)  # as entered
    earliest: datetime
    latest: datetime  # not part of the interval
    first_day: date  # on the calendar of whoever wrote it
    last_day: date
    precision: Precision
    zoned: bool

    def __post_init__(self) -> None:
        if not self.earliest < self.latest:
            raise ValueError(f"an interval runs forward, got {self.earliest} to {self.latest}")

    def wholly_before(self, other: "Interval") -> bool:
        """True where no time in this could be as late as any time in the other."""
        return self.latest <= other.earliest

    def may_precede(self, other: "Interval") -> bool:
        """True where some time in this is earlier than every time in the other."""
        return self.earliest < other.earliest


def parse_date(text: str) -> Interval:
    """The interval that a date stands for.

    Raises DateNotUnderstoodError where it is no date of ISO 8601, names a day or an hour that
    does not exist, a year outside 1826..9998, or an offset outside -12:00..+14:00.
    """
    written = text.strip()
    # a zone after a bare year or month ("2019-06-05") would be read as a day, so dates go first
    whole = _WHOLE.match(written) if not _DATE.fullmatch(written) else None
    day_text = whole["date"] if whole else written
    time_text = whole["time"] if whole else None
    zone_text = whole["zone"] if whole else None
    matched = _DATE.fullmatch(day_text)
    if matched is None:
        raise _not_understood(text)
    first, after, precision = _days(matched, text)
    if (time_text or zone_text) and precision != "day":
        raise _not_understood(text)
    start = datetime.combine(first, datetime.min.time())
    end = datetime.combine(after, datetime.min.time())
    if time_text:
        start, end, precision = _hours(first, time_text, text)
    east = west = _offset(zone_text, text) if zone_text else None
    return Interval(
        text=written,
        earliest=(start - (EASTMOST if east is None else east)).replace(tzinfo=UTC),
        latest=(end - (WESTMOST if west is None else west)).replace(tzinfo=UTC),
        first_day=first,
        last_day=after - timedelta(days=1),
        precision=precision,
        zoned=zone_text is not None,
    )


@overload
def try_parse(text: str) -> Interval | None: ...
@overload
def try_parse(text: None) -> None: ...
def try_parse(text: str | None) -> Interval | None:
    """The same for dates that come from files and libraries, where None means unreadable."""
    try:
        return parse_date(text) if text is not None else None
    except DateNotUnderstoodError:
        return None


def time_between(earlier: Interval, later: Interval) -> Message:
    """Such as "1,264 days", from an interval to another one that lies wholly after it.

    Whole days as the two calendars were written, since that is what a reader counts; exact hours,
    minutes or seconds below two days where both have them; "at least" where either is vaguer than
    a day, counted between the ends that lie nearest.
    """
    if not earlier.wholly_before(later):
        raise ValueError(f"{earlier.text} does not lie wholly before {later.text}")
    days = (later.first_day - earlier.last_day).days
    exact = not {earlier.precision, later.precision} & {"year", "month", "week"}
    timed = not {earlier.precision, later.precision} & {"year", "month", "week", "day"}
    if timed and days <= 2:
        days = 0  # calendars of two zones may be a day apart for things minutes apart
    if days > 0:
        return Message("time-days" if exact else "time-days-at-least", {"count": days})
    return _short(later.earliest - earlier.latest)


def _short(gap: timedelta) -> Message:
    seconds = int(gap.total_seconds())
    for unit, size in (("hours", 3600), ("minutes", 60), ("seconds", 1)):
        if seconds >= size:
            return Message(f"time-{unit}-at-least", {"count": seconds // size})
    return Message("time-moments")


def _days(matched: re.Match[str], text: str) -> tuple[date, date, Precision]:
    """First day, the day after the last, and the precision."""
    year = int(matched["year"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateNotUnderstoodError(
            Message(
                "error-date-year",
                {
                    "text": repr(text),
                    "from": str(FIRST_YEAR),
                    "to": str(LAST_YEAR),
                    "year": str(year),
                },
            )
        )
    try:
        if matched["week"]:
            if matched["weekday"]:
                day = date.fromisocalendar(year, int(matched["week"]), int(matched["weekday"]))
                return day, day + timedelta(days=1), "day"
            monday = date.fromisocalendar(year, int(matched["week"]), 1)
            return monday, monday + timedelta(days=7), "week"
        if matched["ordinal"]:
            day = date(year, 1, 1) + timedelta(days=int(matched["ordinal"]) - 1)
            if day.year != year:
                raise ValueError(f"year {year} has no day {matched['ordinal']}")
            return day, day + timedelta(days=1), "day"
        month = matched["month"] or matched["basic_month"]
        day_of_month = matched["day"] or matched["basic_day"]
        if day_of_month:
            day = date(year, int(month), int(day_of_month))
            return day, day + timedelta(days=1), "day"
        if month:
            first = date(year, int(month), 1)
            return first, (first + timedelta(days=31)).replace(day=1), "month"
        return date(year, 1, 1), date(year + 1, 1, 1), "year"
    except ValueError as error:
        raise DateNotUnderstoodError(Message("error-date-no-date", {"text": repr(text)})) from error


def _hours(day: date, time_text: str, text: str) -> tuple[datetime, datetime, Precision]:
    """Start and end of a time of day as written, without its zone."""
    matched = _TIME.fullmatch(time_text)
    if matched is None:
        raise _not_understood(text)
    try:
        start = datetime(
            day.year,
            day.month,
            day.day,
            int(matched["hour"]),
            int(matched["minute"] or 0),
            int(matched["second"] or 0),
        )
    except ValueError as error:
        raise DateNotUnderstoodError(Message("error-date-no-time", {"text": repr(text)})) from error
    if matched["fraction"]:
        digits = matched["fraction"][:6]  # finer than a microsecond is cut off
        step = timedelta(microseconds=10 ** (6 - len(digits)))
        start += int(digits) * step
        return start, start + step, "fraction"
    if matched["second"]:
        return start, start + timedelta(seconds=1), "second"
    if matched["minute"]:
        return start, start + timedelta(minutes=1), "minute"
    return start, start + timedelta(hours=1), "hour"


def _offset(zone_text: str, text: str) -> timedelta:
    matched = _ZONE.fullmatch(zone_text)
    if matched is None:
        raise _not_understood(text)
    if matched["utc"]:
        return timedelta(0)
    minutes = int(matched["minutes"] or 0)
    offset = timedelta(hours=int(matched["hours"]), minutes=minutes)
    offset = offset if matched["sign"] == "+" else -offset
    if minutes > 59 or not WESTMOST <= offset <= EASTMOST:
        raise DateNotUnderstoodError(
            Message("error-date-offset", {"text": repr(text), "offset": zone_text})
        )
    return offset


def _not_understood(text: str) -> DateNotUnderstoodError:
    return DateNotUnderstoodError(Message("error-date-unknown", {"text": repr(text)}))
