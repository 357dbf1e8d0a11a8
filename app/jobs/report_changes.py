"""What is new in a check's later report, told to who checked. Pure.

Three things are worth telling: an item that matched nothing now does; the earliest copy known of
one that matched has become older; and more of the claim is contradicted than before. Another copy
that is younger and changes nothing is not.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from app.dates import try_parse
from app.library.records import Clip
from app.verdict.dated_copies import earliest_of, first_seen
from app.verdict.verdict import Verdict

WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
THIS_WEEK_DAYS: Final = 6  # so long a weekday names one day
AGAINST: Final = ("partly_contradicted", "contradicted")  # findings, the graver one last

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class News:
    """clip: whose copy it is about."""

    clip: str
    headline: str


def news(
    before: Json,
    after: Verdict,
    checked_at: str,
    now: datetime,
    itself: Collection[str] = (),
) -> News | None:
    """What to tell of a later verdict. before: the report that counted until now.

    itself: ids of clips that are the item itself, added since, and no news to who checked it.
    """
    told = [one for one in after.held if one.accepted and one.clip.id not in itself]
    if not after.matched or not told:
        return None
    matched = bool((before.get("verdict") or {}).get("matched"))
    known = _latest(before)
    first = first_seen(told)
    older = first is not None and (known is None or first.date.latest < known)
    if not matched:
        what = "now matches known footage"
    elif older:
        what = "now has an older copy"
    elif _against(claim_finding(before), after.date.finding if after.date else None):
        what = "now has a copy that speaks against its claimed date"
        fresh = [one for one in told if one.clip.id not in accepted_clips(before)]
        first = first_seen(fresh or told)
    else:
        return None
    clip = first.clip if first is not None else told[0].clip
    subject = "picture" if (before.get("item") or {}).get("kind") == "still" else "clip"
    dated = f", {first.appearance.kind} {first.appearance.date}" if first is not None else ""
    on = day_of(checked_at, now)
    return News(clip.id, f"The {subject} you checked {on} {what}: {clip.title or clip.name}{dated}")


def has_older(before: Json, clips: Iterable[Clip]) -> bool:
    """Whether one of these clips is now dated before the earliest copy that the report names."""
    known = _latest(before)
    if known is None:
        return False
    for clip in clips:
        seen = earliest_of(clip)
        date = try_parse(seen.date) if seen is not None else None
        if date is not None and date.latest < known:
            return True
    return False


def claim_finding(report: Json) -> str | None:
    """What a report finds of the claimed date."""
    found: str | None = ((report.get("claim") or {}).get("date") or {}).get("finding")
    return found


def _against(before: str | None, after: str | None) -> bool:
    """Whether the later finding is graver."""
    return after in AGAINST and (
        before not in AGAINST or AGAINST.index(after) > AGAINST.index(before)
    )


def is_only_itself(clip: Clip, sha256: str, made: str | None = None) -> bool:
    """Whether a clip is the checked file, and no news of it.

    Either it was made of this very check (made: that clip's id), or nothing is known of it but
    when it was added here. The same file that someone else knew before is news.
    """
    if clip.id == made:
        return True
    dated = {appearance.kind for appearance in clip.appearances} - {"captured", "ingested"}
    return clip.sha256 == sha256 and not dated


def accepted_clips(report: Json) -> list[str]:
    """Ids of the clips that a report accepts."""
    return [one["clip"]["id"] for one in report.get("matches") or [] if one["accepted"]]


def day_of(moment: str, now: datetime) -> str:
    """ "today", "on Monday", or "on 3 November 2026" where a weekday would name several."""
    day = datetime.fromisoformat(moment).astimezone(UTC).date()
    apart = (now.astimezone(UTC).date() - day).days
    if apart == 0:
        return "today"
    if 0 < apart <= THIS_WEEK_DAYS:
        return f"on {WEEKDAYS[day.weekday()]}"
    return f"on {day.day} {MONTHS[day.month - 1]} {day.year}"


def _latest(report: Json) -> datetime | None:
    """The latest instant of the earliest copy that the report names."""
    first = report.get("first_seen")
    date = try_parse(first["date"]) if first else None
    return date.latest if date is not None else None
