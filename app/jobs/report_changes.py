"""What changed between a check's report and a later one, for whoever asked for the check. Pure.

Three changes are worth an alert: an item that matched nothing now matches; the earliest known copy
of an item that matched has become older; more of the claim is contradicted than before. Another
copy that is younger and changes nothing is not.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.dates import try_parse
from app.library.records import Clip
from app.messages.catalogue import text
from app.report.report import Report
from app.verdict.dated_copies import earliest_of, first_seen
from app.verdict.terms import DateFinding
from app.verdict.verdict import Verdict
from hashing.message import Message

THIS_WEEK_DAYS: Final = 6  # so long a weekday names one day
# the graver one last
AGAINST: Final[tuple[DateFinding, ...]] = ("partly_contradicted", "contradicted")


@dataclass(frozen=True, slots=True)
class ReportChange:
    """clip: id of the clip that the change is about."""

    clip: str
    headline: str


def find_change(
    before: Report,
    after: Verdict,
    checked_at: str,
    now: datetime,
    itself: Collection[str] = (),
) -> ReportChange | None:
    """What to say about a later verdict. before: the report that counted until now.

    itself: ids of clips that are the item itself, added since, and no news to who checked it.
    """
    accepted = [
        match for match in after.comparisons if match.accepted and match.clip.id not in itself
    ]
    if not after.matched or not accepted:
        return None
    known = _latest(before)
    first = first_seen(accepted)
    if before.verdict is None or not before.verdict.matched:
        change = "alert-new-match"
    elif first is not None and (known is None or first.date.latest < known):
        change = "alert-older-copy"
    elif _is_graver(claim_finding(before), after.date.finding if after.date else None):
        change = "alert-claim-contradicted"
        known_clips = accepted_clips(before)
        fresh = [match for match in accepted if match.clip.id not in known_clips]
        first = first_seen(fresh or accepted)
    else:
        return None
    clip = first.clip if first is not None else accepted[0].clip
    title = clip.title or clip.name
    copy = Message("alert-copy", {"clip": title})
    if first is not None:
        dated = first.appearance
        copy = Message("alert-copy-dated", {"clip": title, "kind": dated.kind, "date": dated.date})
    info = before.item.info
    headline = text(
        change,
        kind=info.kind if info is not None else "video",
        day=day_of(checked_at, now),
        copy=copy,
    )
    return ReportChange(clip.id, headline)


def has_older(before: Report, clips: Iterable[Clip]) -> bool:
    """Whether one of these clips is now dated before the earliest copy that the report names."""
    known = _latest(before)
    if known is None:
        return False
    for clip in clips:
        earliest = earliest_of(clip)
        date = try_parse(earliest.date) if earliest is not None else None
        if date is not None and date.latest < known:
            return True
    return False


def claim_finding(report: Report) -> DateFinding | None:
    """What a report finds of the claimed date."""
    date = report.claim.date if report.claim else None
    return date.finding if date else None


def _is_graver(before: DateFinding | None, after: DateFinding | None) -> bool:
    """Whether the later finding is graver."""
    return after in AGAINST and (
        before not in AGAINST or AGAINST.index(after) > AGAINST.index(before)
    )


def is_only_itself(
    clip: Clip, sha256: str, made: str | None = None, parts: Collection[str] = ()
) -> bool:
    """Whether a clip is the checked file or a part of it, and nothing new about it.

    Either it was made of this very check (made: that clip's id), or nothing is known of it but
    when it was added here. The same file that someone else knew before is news. parts: what the
    clips of the file's parts have as their SHA-256.
    """
    if clip.id == made or (made is not None and clip.sha256 in parts):
        return True
    dated = {appearance.kind for appearance in clip.appearances} - {"captured", "ingested"}
    return clip.sha256 in (sha256, *parts) and not dated


def accepted_clips(report: Report) -> list[str]:
    """Ids of the clips that a report accepts."""
    return [match.clip.id for match in report.accepted]


def day_of(checked_at: str, now: datetime) -> str:
    """ "today", "on Monday", or "on 2026-11-03" where a weekday would name several."""
    day = datetime.fromisoformat(checked_at).astimezone(UTC).date()
    days_ago = (now.astimezone(UTC).date() - day).days
    if days_ago == 0:
        return text("alert-today")
    if 0 < days_ago <= THIS_WEEK_DAYS:
        return text("alert-on-weekday", weekday=day.isoweekday())
    return text("alert-on-date", date=day.isoformat())


def _latest(report: Report) -> datetime | None:
    """The latest time of the earliest copy that the report names."""
    date = try_parse(report.first_seen.appearance.date) if report.first_seen else None
    return date.latest if date is not None else None
