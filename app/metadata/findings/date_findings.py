"""Reasoning over the dates that a file states: against each other, the claim and the clock. Pure.

Two dates differ only where their intervals do, so a time without a zone never contradicts
another within a day. Cameras' clocks are often wrong, and dates are easy to change: the texts
say what the file says, and no more.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from app.dates import Interval, time_between
from app.messages.catalogue import render
from app.metadata.stated_dates import StatedDate
from app.metadata.types import Finding, Group, Severity

FIRST_DIGITAL = datetime(1990, 1, 1, tzinfo=UTC)  # the first digital camera on sale
FIX_TOLERANCE = timedelta(hours=1)  # a receiver may show its last fix for a while
DAY = timedelta(days=1)
# where clocks start that nobody has set: Unix, DOS, GPS, and the round years of camera makers
DEFAULT_DAYS = (
    "1970-01-01",
    "1980-01-01",
    "1980-01-06",
    *(f"{year}-01-01" for year in range(1998, 2021)),
)
CAVEAT = "This is what the file says; it can be wrong or changed."


def date_findings(
    dates: tuple[StatedDate, ...], claim: Interval | None, now: datetime
) -> Iterator[Finding]:
    """Everything to say of the dates, the claim first."""
    sound = tuple(date for date in dates if date.interval and plausible(date.interval, now))
    if claim is not None:
        yield from against_claim(sound, claim)
    yield from impossible(dates, now)
    yield from contradictions(sound)
    yield from order(sound)
    yield from unzoned(sound)


def plausible(interval: Interval, now: datetime) -> bool:
    """Not a clock's start, not before digital cameras, not in the future."""
    modern = interval.latest >= FIRST_DIGITAL
    return modern and interval.earliest <= now and not default(interval)


def default(interval: Interval) -> bool:
    """A day on which unset clocks start; New Year counts only in its first hour, or untimed."""
    start = interval.text.replace(":", "").replace("-", "")
    midnight = "T" not in start or start.partition("T")[2].startswith("00")
    return interval.first_day.isoformat() in DEFAULT_DAYS and midnight


def evidence(*dates: StatedDate) -> Group:
    return {date.source: date.text for date in dates}


def against_claim(dates: tuple[StatedDate, ...], claim: Interval) -> Iterator[Finding]:
    """The capture date held against the claim; failing that, a container older than the claim."""
    captured = first(dates, "captured") or first(dates, "positioned") or first(dates, "created")
    if captured and captured.interval:
        what = "created" if captured.role == "created" else "captured"
        said = f"The file says it was {what} on {captured.day} ({captured.source})"
        shown: Group = {**evidence(captured), "claimed": claim.text}
        if captured.interval.wholly_before(claim):
            gap = f"{render(time_between(captured.interval, claim))} before"
            text = f"{said}, {gap} the claimed date. {CAVEAT}"
            yield Finding("date_before_claim", "warning", text, shown)
            return
        elif claim.wholly_before(captured.interval):
            gap = f"{render(time_between(claim, captured.interval))} after"
            text = f"{said}, {gap} the claimed date. {CAVEAT}"
            yield Finding("date_after_claim", "warning", text, shown)
        else:
            text = f"{said}, which fits the claimed date. {CAVEAT}"
            yield Finding("date_fits_claim", "info", text, shown)
    for date in dates:
        if date.role not in ("written", "modified", "signed") or not date.interval:
            continue
        if date.interval.wholly_before(claim):
            gap = f"{render(time_between(date.interval, claim))} before"
            text = (
                f"The file says it was already {date.role} on {date.day} ({date.source}), {gap} "
                f"the claimed date. {CAVEAT}"
            )
            shown = {**evidence(date), "claimed": claim.text}
            yield Finding("written_before_claim", "warning", text, shown)
            return


def first(dates: tuple[StatedDate, ...], role: str) -> StatedDate | None:
    return next((date for date in dates if date.role == role), None)


def impossible(dates: tuple[StatedDate, ...], now: datetime) -> Iterator[Finding]:
    """Dates that cannot be, or that no one set. One finding of each kind."""
    told: set[str] = set()
    for date in dates:
        finding = impossibility(date, now)
        if finding and finding.code not in told:
            told.add(finding.code)
            yield finding


def impossibility(date: StatedDate, now: datetime) -> Finding | None:
    interval, shown = date.interval, evidence(date)
    if interval is None:
        text = f"{date.source} is no date that can be: the clock was not set, or it was damaged."
        return Finding("date_impossible", "notice", text, shown)
    if default(interval):
        text = (
            f"{date.source} says {date.day}, a day on which clocks start that nobody has set; "
            "it is left out of the comparisons."
        )
        return Finding("date_unset_clock", "notice", text, shown)
    if interval.latest < FIRST_DIGITAL:
        text = (
            f"{date.source} says {date.day}, before there were digital cameras: a scan of an "
            "older picture, or a wrong date."
        )
        return Finding("date_before_digital", "notice", text, shown)
    if interval.earliest > now:
        text = f"{date.source} says {date.day}, which has not come yet. {CAVEAT}"
        return Finding("date_in_future", "warning", text, shown)
    return None


def contradictions(dates: tuple[StatedDate, ...]) -> Iterator[Finding]:
    """Capture dates that exclude each other: the widest gap is told, once."""
    rivals = [date for date in dates if date.role in ("captured", "positioned")]
    worst: tuple[timedelta, StatedDate, StatedDate] | None = None
    for index, one in enumerate(rivals):
        for other in rivals[index + 1 :]:
            apart = gap(one.interval, other.interval)
            if apart > FIX_TOLERANCE and (worst is None or apart > worst[0]):
                worst = apart, one, other
    if worst:
        apart, one, other = worst
        text = (
            f"Two capture dates in the file exclude each other: {one.source} says {one.text}, "
            f"{other.source} says {other.text}. A wrong clock or zone does this, and so does "
            "copying metadata from one file to another."
        )
        severity: Severity = "warning" if apart > DAY else "notice"
        yield Finding("capture_dates_differ", severity, text, evidence(one, other))


def gap(one: Interval | None, other: Interval | None) -> timedelta:
    """How far two intervals lie apart; zero where they meet."""
    if one is None or other is None:
        return timedelta(0)
    return max(one.earliest - other.latest, other.earliest - one.latest, timedelta(0))


def order(dates: tuple[StatedDate, ...]) -> Iterator[Finding]:
    """What should come after the capture and comes before it; and how much later it was saved."""
    captured = first(dates, "captured") or first(dates, "positioned")
    if captured is None or captured.interval is None:
        yield from rewritten(dates)
        return
    later = [date for date in dates if date.role in ("written", "modified", "signed")]
    for date in later:
        if (
            date.interval
            and gap(date.interval, captured.interval) > FIX_TOLERANCE
            and (date.interval.wholly_before(captured.interval))
        ):
            text = (
                f"The file says it was {date.role} on {date.day} ({date.source}), "
                f"{render(time_between(date.interval, captured.interval))} before its own capture "
                f"date {captured.day} ({captured.source}). One of the two is wrong."
            )
            yield Finding("changed_before_capture", "warning", text, evidence(date, captured))
            return
    for date in later:
        if date.interval and gap(date.interval, captured.interval) > DAY:
            how_long = f"{render(time_between(captured.interval, date.interval))} after"
            text = (
                f"The file says it was {date.role} on {date.day} ({date.source}), {how_long} its "
                "capture: it was saved again, which any export does."
            )
            yield Finding("saved_later", "info", text, evidence(captured, date))
            return


def rewritten(dates: tuple[StatedDate, ...]) -> Iterator[Finding]:
    """Without a capture date: a container whose own times lie days apart was written anew."""
    times = [date for date in dates if date.role in ("created", "written", "modified")]
    for date in times[1:]:
        if gap(times[0].interval, date.interval) > DAY:
            text = (
                f"{times[0].source} says {times[0].day} and {date.source} says {date.day}: the "
                "file was written again after it was first made."
            )
            yield Finding("saved_later", "info", text, evidence(times[0], date))
            return


def unzoned(dates: tuple[StatedDate, ...]) -> Iterator[Finding]:
    captured = [date for date in dates if date.role == "captured" and date.interval]
    if captured and not any(date.interval and date.interval.zoned for date in captured):
        text = (
            f"The capture time ({captured[0].source}) names no time zone, so it can mean any "
            "instant within about a day."
        )
        yield Finding("time_without_zone", "info", text, evidence(captured[0]))
