"""Known clips and the library's totals in plain lines, and as JSON. Pure."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.library.records import Appearance, Clip
from app.report.report import plain
from app.text.formatting import byte_size, clock, count
from app.verdict.dated_copies import earliest_of

if TYPE_CHECKING:
    from app.library.records import Stats

DATE_CHARS = 35  # "2015-11-04T18:00:00+00:00 published"


def clip_json(clip: Clip) -> dict[str, Any]:
    """A clip as JSON, its text fit for any writer."""
    data: dict[str, Any] = plain(asdict(clip))
    return data


def list_header() -> str:
    """The heading of the columns of `line`."""
    return f"{'id':<7}  {'length':>9}  {'earliest known copy':<{DATE_CHARS}}  title or file"


def line(clip: Clip) -> str:
    length = "still" if clip.kind == "still" else clock(clip.duration_s)
    return f"{clip.id}  {length:>9}  {_first_date(clip):<{DATE_CHARS}}  {clip.title or clip.name}"


def _first_date(clip: Clip) -> str:
    """The earliest date by which a copy existed, with its kind."""
    seen = earliest_of(clip)
    return f"{seen.date} {seen.kind}" if seen else "no date"


def sheet(clip: Clip) -> list[str]:
    told: list[tuple[str, str | None]] = [
        ("id", clip.id),
        ("file", clip.name),
        ("sha256", clip.sha256),
        ("size", f"{clip.bytes:,} bytes"),
        ("kind", clip.kind),
        ("length", clock(clip.duration_s) if clip.kind == "video" else None),
        ("picture", f"{clip.width} × {clip.height}"),
        ("title", clip.title),
        ("place", clip.place),
        ("event", clip.event),
        ("language", clip.language),
        ("rights", clip.rights),
        ("notes", clip.notes),
        ("model", clip.space),
        ("sampling", clip.sampling),
    ]
    lines = [f"{name:<9} {value}" for name, value in told if value is not None]
    return [*lines, "appearances", *(f"  {_appearance(seen)}" for seen in clip.appearances)]


def _appearance(seen: Appearance) -> str:
    by = f"entered by {seen.entered_by}" if seen.entered_by else None
    parts = (f"{seen.kind} {seen.date}", seen.publisher, seen.source_url, by)
    own = " (the file's own word)" if seen.kind == "captured" else ""
    return ", ".join(part for part in parts if part) + own


def totals(stats: "Stats") -> list[str]:
    dates = f"{stats.earliest} to {stats.latest}" if stats.earliest else "no clip has a date"
    return [
        f"clips     {stats.clips:,}",
        f"footage   {_length(stats.seconds)}",
        f"dated     {dates}",
        f"on disk   {byte_size(stats.bytes)}",
        *(f"model     {space} ({count(clips, 'clip')})" for space, clips in stats.spaces.items()),
    ]


def _length(seconds: float) -> str:
    """36 s, 3 min 36 s, or 12 h 5 min."""
    minutes, rest_s = divmod(round(seconds), 60)
    hours, rest_min = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {rest_min} min"
    return f"{minutes} min {rest_s} s" if minutes else f"{rest_s} s"
