"""Reasoning over the dates that a file states: against each other, the claim and the clock. Pure.

Two dates differ only where their intervals do, so a time without a zone never contradicts
another within a day. Cameras' clocks are often wrong, and dates are easy to change: the texts
say what the file says, and no more.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.dates import Interval, time_between
from app.messages.catalogue import render
from app.metadata.stated_dates import StatedDate
from app.metadata.types import Finding, Group, Severity
from hashing.message import Message, Param

FIRST_DIGITAL = datetime(1990, 1, 1, tzinfo=UTC)  # the first digital camera on sale
FIX_TOLERANCE = timedelta(hours=1)  # a receiver may show its last fix for a while
DAY = timedelta(days=1)
# GPS sends its week as ten bits (IS-GPS-200, 20.3.3.3.1.1), so a receiver that does not know in
# which round of 1,024 weeks it is lands one or two rounds earlier
GPS_ROUND = timedelta(weeks=1024)
GPS_ROUNDS = (1, 2)
# where clocks start that nobody has set: Unix, DOS, GPS, and the round years of camera makers
DEFAULT_DAYS = (
    "1970-01-01",
    "1980-01-01",
    "1980-01-06",
    *(f"{year}-01-01" for year in range(1998, 2021)),
)


def date_findings(
    dates: tuple[StatedDate, ...], claim: Interval | None, now: datetime
) -> Iterator[Finding]:
    """Everything to say of the dates, the claim first."""
    sound = tuple(date for date in dates if date.interval and plausible(date.interval, now))
    rolled = tuple(pair for date in dates if (pair := rolled_over(date, sound)))
    faulty = [fix for fix, _, _ in rolled]
    sound, dates = (tuple(date for date in all_ if date not in faulty) for all_ in (sound, dates))
    if claim is not None:
        yield from against_claim(sound, claim)
    yield from impossible(dates, now)
    yield from rollovers(rolled)
    yield from contradictions(sound)
    yield from order(sound)
    yield from unzoned(sound)


def plausible(interval: Interval, now: datetime) -> bool:
    """Not a clock's start, not before digital cameras, not in the future."""
    modern = interval.latest >= FIRST_DIGITAL
    return modern and interval.earliest <= now and not default(interval)


def default(interval: Interval) -> bool:
    """A day on which unset clocks start; New Year counts only in its first hour, or untimed."""
    if interval.precision in ("year", "month", "week"):
        return False
    start = interval.text.replace(":", "").replace("-", "")
    midnight = "T" not in start or start.partition("T")[2].startswith("00")
    return interval.first_day.isoformat() in DEFAULT_DAYS and midnight


def evidence(*dates: StatedDate) -> Group:
    return {
        date.source if isinstance(date.source, str) else render(date.source): date.text
        for date in dates
    }


def rolled_over(
    fix: StatedDate, dates: tuple[StatedDate, ...]
) -> tuple[StatedDate, StatedDate, int] | None:
    """The fix, a date of the camera's own clock, and how many rounds of 1,024 weeks lie between.

    None where the two are not that far apart, to the day.
    """
    if fix.role != "positioned" or fix.interval is None:
        return None
    for other in dates:
        if other.role not in ("captured", "created", "written", "modified"):
            continue
        for rounds in GPS_ROUNDS:
            if gap(later(fix.interval, rounds * GPS_ROUND), other.interval) <= DAY:
                return fix, other, rounds
    return None


def later(interval: Interval, shift: timedelta) -> Interval:
    return replace(interval, earliest=interval.earliest + shift, latest=interval.latest + shift)


def rollovers(rolled: tuple[tuple[StatedDate, StatedDate, int], ...]) -> Iterator[Finding]:
    """A known fault of receivers, not a contradiction."""
    for fix, other, rounds in rolled[:1]:
        message = Message(
            "finding-gps-week-rollover",
            {"fix": fix.day, "weeks": 1024 * rounds, "day": other.day, "source": other.source},
        )
        yield Finding("gps_week_rollover", "notice", message, evidence(fix, other))


def against_claim(dates: tuple[StatedDate, ...], claim: Interval) -> Iterator[Finding]:
    """The capture date compared with the claim; failing that, a container older than the claim."""
    captured = first(dates, "captured") or first(dates, "positioned") or first(dates, "created")
    if captured and captured.interval:
        shown: Group = {**evidence(captured), "claimed": claim.text}
        said = Message(
            "finding-said-created" if captured.role == "created" else "finding-said-captured",
            {"day": captured.day, "source": captured.source},
        )
        if captured.interval.wholly_before(claim):
            apart = time_between(captured.interval, claim)
            message = Message("finding-date-before-claim", {"said": said, "apart": apart})
            yield Finding("date_before_claim", "warning", message, shown)
            return
        if claim.wholly_before(captured.interval):
            apart = time_between(claim, captured.interval)
            message = Message("finding-date-after-claim", {"said": said, "apart": apart})
            yield Finding("date_after_claim", "warning", message, shown)
        else:
            message = Message("finding-date-fits-claim", {"said": said})
            yield Finding("date_fits_claim", "info", message, shown)
    for date in dates:
        if date.role not in ("written", "modified", "signed") or not date.interval:
            continue
        if date.interval.wholly_before(claim):
            message = Message(
                "finding-written-before-claim",
                {
                    "role": date.role,
                    "day": date.day,
                    "source": date.source,
                    "apart": time_between(date.interval, claim),
                },
            )
            shown = {**evidence(date), "claimed": claim.text}
            yield Finding("written_before_claim", "warning", message, shown)
            return


def first(dates: tuple[StatedDate, ...], role: str) -> StatedDate | None:
    return next((date for date in dates if date.role == role), None)


def impossible(dates: tuple[StatedDate, ...], now: datetime) -> Iterator[Finding]:
    """Dates that cannot be, or that no one set. One finding of each kind."""
    reported: set[str] = set()
    for date in dates:
        finding = impossibility(date, now)
        if finding and finding.code not in reported:
            reported.add(finding.code)
            yield finding


def impossibility(date: StatedDate, now: datetime) -> Finding | None:
    interval, shown = date.interval, evidence(date)
    source: dict[str, Param] = {"source": date.source}
    stated: dict[str, Param] = {**source, "day": date.day}
    if interval is None:
        if not date.numeric:  # in words, or in a notation that is not known here
            return Finding("date_unread", "info", Message("finding-date-unread", source), shown)
        if date.unset:
            message = Message("finding-date-of-zeros", source)
            return Finding("date_unset_clock", "info", message, shown)
        message = Message("finding-date-impossible", source)
        return Finding("date_impossible", "notice", message, shown)
    if default(interval):
        message = Message("finding-date-unset-clock", stated)
        return Finding("date_unset_clock", "info", message, shown)
    if interval.latest < FIRST_DIGITAL:
        message = Message("finding-date-before-digital", stated)
        return Finding("date_before_digital", "notice", message, shown)
    if interval.earliest > now:
        message = Message("finding-date-in-future", stated)
        return Finding("date_in_future", "warning", message, shown)
    return None


def contradictions(dates: tuple[StatedDate, ...]) -> Iterator[Finding]:
    """Capture dates that exclude each other: the widest gap is reported, once."""
    rivals = [date for date in dates if date.role in ("captured", "positioned")]
    worst: tuple[timedelta, StatedDate, StatedDate] | None = None
    for index, date in enumerate(rivals):
        for other in rivals[index + 1 :]:
            apart = gap(date.interval, other.interval)
            if apart > FIX_TOLERANCE and (worst is None or apart > worst[0]):
                worst = apart, date, other
    if worst:
        apart, date, other = worst
        message = Message(
            "finding-capture-dates-differ",
            {
                "source": date.source,
                "date": date.text,
                "other_source": other.source,
                "other_date": other.text,
            },
        )
        # a clock that is a day or a zone wrong is common in untouched files
        severity: Severity = "warning" if apart > DAY else "info"
        yield Finding("capture_dates_differ", severity, message, evidence(date, other))


def gap(first: Interval | None, other: Interval | None) -> timedelta:
    """How far two intervals lie apart; zero where they meet."""
    if first is None or other is None:
        return timedelta(0)
    return max(first.earliest - other.latest, other.earliest - first.latest, timedelta(0))


def order(dates: tuple[StatedDate, ...]) -> Iterator[Finding]:
    """What should come after the capture and comes before it; and how much later it was saved."""
    captured = first(dates, "captured") or first(dates, "positioned")
    if captured is None or captured.interval is None:
        yield from rewritten(dates)
        return
    saved = [date for date in dates if date.role in ("written", "modified", "signed")]
    for date in saved:
        if (
            date.interval
            and gap(date.interval, captured.interval) > FIX_TOLERANCE
            and (date.interval.wholly_before(captured.interval))
        ):
            message = Message(
                "finding-changed-before-capture",
                {
                    "role": date.role,
                    "day": date.day,
                    "source": date.source,
                    "apart": time_between(date.interval, captured.interval),
                    "captured": captured.day,
                    "captured_source": captured.source,
                },
            )
            # a clock that was set between two files, or a date that firmware fills in, does this
            # in untouched files too: 1 of 24 camera originals of benchmarks/results/metadata.json
            yield Finding("changed_before_capture", "info", message, evidence(date, captured))
            return
    for date in saved:
        if date.interval and gap(date.interval, captured.interval) > DAY:
            message = Message(
                "finding-saved-later",
                {
                    "role": date.role,
                    "day": date.day,
                    "source": date.source,
                    "apart": time_between(captured.interval, date.interval),
                },
            )
            yield Finding("saved_later", "info", message, evidence(captured, date))
            return


def rewritten(dates: tuple[StatedDate, ...]) -> Iterator[Finding]:
    """Without a capture date: a container whose own times lie days apart was written anew."""
    times = [date for date in dates if date.role in ("created", "written", "modified")]
    for date in times[1:]:
        if gap(times[0].interval, date.interval) > DAY:
            message = Message(
                "finding-written-again",
                {
                    "source": times[0].source,
                    "day": times[0].day,
                    "other_source": date.source,
                    "other_day": date.day,
                },
            )
            yield Finding("saved_later", "info", message, evidence(times[0], date))
            return


def unzoned(dates: tuple[StatedDate, ...]) -> Iterator[Finding]:
    captured = [date for date in dates if date.role == "captured" and date.interval]
    if captured and not any(date.interval and date.interval.zoned for date in captured):
        message = Message("finding-time-without-zone", {"source": captured[0].source})
        yield Finding("time_without_zone", "info", message, evidence(captured[0]))
