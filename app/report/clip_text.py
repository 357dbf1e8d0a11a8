"""Known clips and the library's totals in plain lines, and as JSON. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from app.library.records import Appearance, Clip, ContextChange
from app.messages.catalogue import text
from app.report.from_verdict import reported
from app.report.report_json import plain
from app.report.wording import added_by, appearance_kind
from app.text.formatting import byte_size, clock, date_text
from app.verdict.dated_copies import earliest_of

if TYPE_CHECKING:
    from app.library.records import Stats


DATE_CHARS: Final = 47  # "2026-11-20, 09:00:00 UTC, added to this library"


def clip_json(clip: Clip) -> dict[str, Any]:
    """A clip as JSON, its text fit for any writer."""
    data: dict[str, Any] = plain(asdict(clip))
    return data


def clip_detail_json(clip: Clip, changes: Sequence[ContextChange]) -> dict[str, Any]:
    """A clip with the changes of its texts and dates, newest first."""
    data: dict[str, Any] = plain({**asdict(clip), "changes": [asdict(each) for each in changes]})
    return data


def change_lines(changes: Sequence[ContextChange]) -> list[str]:
    """What was changed of a clip's texts and dates, newest first; nothing where nothing was."""
    if not changes:
        return []
    lines = [
        text(
            "report-clip-change",
            at=date_text(change.at),
            by=change.entered_by,
            field=change.field,
            before=change.before or "-",
            after=change.after or "-",
        )
        for change in changes
    ]
    return [text("report-clip-changes"), *(f"  {line}" for line in lines)]


def list_header() -> str:
    """The heading of the columns of `line`."""
    length, date = text("report-list-length"), text("report-list-date")
    title = text("report-list-title")
    return f"{text('report-list-id'):<7}  {length:>9}  {date:<{DATE_CHARS}}  {title}"


def line(clip: Clip) -> str:
    """One line of a list."""
    length = text("report-clip-still") if clip.kind == "still" else clock(clip.duration_s)
    return f"{clip.id}  {length:>9}  {_first_date(clip):<{DATE_CHARS}}  {clip.title or clip.name}"


def _first_date(clip: Clip) -> str:
    """The earliest date by which a copy existed, with its kind."""
    first = earliest_of(clip)
    if first is None:
        return text("report-clip-undated")
    return text("report-dated", date=date_text(first.date), kind=appearance_kind(reported(first)))


def sheet(clip: Clip) -> list[str]:
    """All that is known of one clip."""
    length = clock(clip.duration_s) if clip.kind == "video" else None
    facts: list[tuple[str, str | None]] = [
        ("id", clip.id),
        (text("report-clip-file"), clip.name),
        ("SHA-256", clip.sha256),
        (text("report-clip-size"), text("report-clip-bytes", count=clip.bytes)),
        (text("report-clip-kind"), clip.kind),
        (text("report-clip-length"), length),
        (text("report-clip-frame"), f"{clip.width} × {clip.height}"),
        (text("report-clip-title"), clip.title),
        (text("report-clip-place"), clip.place),
        (text("report-clip-event"), clip.event),
        (text("report-clip-language"), clip.language),
        (text("report-clip-rights"), clip.rights),
        (text("report-clip-notes"), clip.notes),
        (text("report-clip-model"), clip.space),
        (text("report-clip-sampling"), clip.sampling),
    ]
    dates = [f"  {each.number or '-'}  {_appearance(each)}" for each in clip.appearances]
    return [*_columns(facts), text("report-clip-dates"), *dates]


def _appearance(appearance: Appearance) -> str:
    record = reported(appearance)
    kind = appearance_kind(record)
    parts = [text("report-dated", date=date_text(appearance.date), kind=kind)]
    parts += [part for part in (appearance.publisher, appearance.source_url) if part]
    return ", ".join([*parts, *filter(None, [added_by(record)])])


def totals(stats: "Stats") -> list[str]:
    """What a library holds."""
    dates = text("report-library-undated")
    if stats.earliest and stats.latest:
        dates = text("report-library-from-to", earliest=stats.earliest, latest=stats.latest)
    facts = [
        (text("report-library-clips"), f"{stats.clips:,}"),
        (text("report-library-footage"), _length(stats.seconds)),
        (text("report-library-dated"), dates),
        (text("report-library-on-disk"), byte_size(stats.bytes)),
    ]
    for model, count in stats.spaces.items():
        clips = text("clip-count", count=count)
        facts.append((text("report-clip-model"), f"{model} ({clips})"))
    return _columns(facts)


def _length(seconds: float) -> str:
    """36 s, 3 min 36 s, or 12 h 5 min."""
    minutes, rest_s = divmod(round(seconds), 60)
    hours, rest_min = divmod(minutes, 60)
    if hours:
        return text("report-length-hours", hours=hours, minutes=rest_min)
    if minutes:
        return text("report-length-minutes", minutes=minutes, seconds=rest_s)
    return text("report-length-seconds", seconds=rest_s)


def _columns(facts: Sequence[tuple[str, str | None]]) -> list[str]:
    """Names and values below one another, without those that are not known."""
    known = [(name, value) for name, value in facts if value is not None]
    width = max(len(name) for name, _ in known)
    return [f"{name:<{width}}  {value}" for name, value in known]
