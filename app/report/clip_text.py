"""Known clips and the library's totals in plain lines, and as JSON. Pure."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.library.records import Appearance, Clip
from app.report.report import plain
from app.text.formatting import clock
from app.verdict.dated_copies import earliest_of

if TYPE_CHECKING:
    from app.library.records import Stats


def clip_json(clip: Clip) -> dict[str, Any]:
    """A clip as JSON, its text fit for any writer."""
    data: dict[str, Any] = plain(asdict(clip))
    return data


def line(clip: Clip) -> str:
    length = "still" if clip.kind == "still" else clock(clip.duration_s)
    return f"{clip.id}  {length:>9}  {_first_date(clip):<25}  {clip.title or clip.name}"


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


def totals(held: "Stats") -> list[str]:
    lines = [
        f"clips     {held.clips:,}",
        f"footage   {held.seconds / 3600:,.2f} hours",
        f"dated     {held.earliest or '—'} to {held.latest or '—'}",
        f"on disk   {held.bytes / 1e6:,.1f} MB",
    ]
    return lines + [f"model     {space}: {count:,}" for space, count in held.spaces.items()]
