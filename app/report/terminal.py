"""The report on a terminal: the verdict first, then the claim and the earliest known copy, then the
matched segments, then what the verdict does not mean.

Reads as well without colour and when redirected; 80 columns are enough. Every text that came from
outside goes through `printable`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TextIO

from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.messages.catalogue import render, text
from app.metadata.types import Severity
from app.report.report import Report, ReportedClaim, ReportedItem, ReportedMatch
from app.report.wording import (
    added_by,
    appearance_kind,
    clip_title,
    date_finding,
    direction,
    is_altered,
    item_kind,
    near_facts,
    near_misses,
    sound_lines,
    speed,
    time_range,
)
from app.text.escaping import printable
from app.text.formatting import date_text
from app.verdict.terms import DateFinding
from hashing.types import Edit, Segment

MAX_WIDTH: Final = 100  # columns; longer lines are hard to read
PLAIN_WIDTH: Final = 80  # columns, where nobody says how wide the paper is
INDENT: Final = 2  # columns
MIN_NAME_WIDTH: Final = 16  # columns, of a clip's id and the beginning of its title
MAX_SEGMENTS: Final = 12  # of one clip
MAX_NEAR_MISSES: Final = 5

FINDING_STYLES: Final[dict[DateFinding, str]] = {
    "contradicted": "bold red",
    "partly_contradicted": "bold red",
    "not_contradicted": "bold",
    "not_checkable": "bold",
}
# the gravest first
SEVERITY_STYLES: Final[dict[Severity, str]] = {
    "warning": "bold yellow",
    "notice": "bold",
    "info": "",
}


def console_for(stream: TextIO) -> Console:
    """A console that is plain text wherever the stream is no terminal."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)
    if not console.is_terminal:
        return Console(
            file=stream,
            highlight=False,
            markup=False,
            emoji=False,
            color_system=None,
            width=PLAIN_WIDTH,
        )
    console.width = min(console.width, MAX_WIDTH)
    return console


def show(report: Report, console: Console) -> None:
    """Print one report."""
    for paragraph in _paragraphs(report, console):
        # an address is left in one piece, whatever the width, so that it can be copied
        whole = isinstance(paragraph, Text) and paragraph.no_wrap
        with console.capture() as captured:
            console.print(paragraph, soft_wrap=bool(whole))
        for line in captured.get().splitlines():
            console.file.write(f"{line.rstrip()}\n")


def _paragraphs(report: Report, console: Console) -> Iterator[RenderableType]:
    verdict = report.verdict
    if verdict is None:
        yield _line(text("report-unreadable"), "bold red")
        yield _item(report.item)
        yield from _bulleted("", map(render, report.problems))
        yield from _metadata(report)
        return
    yield _line(render(verdict.headline), "bold")
    yield _item(report.item)
    if report.claim is not None:
        yield from _claim(report.claim)
    yield from _first_seen(report)
    yield from _segments(report.accepted, console)
    for match in report.accepted:
        yield from _differences(match)
    yield from _bulleted(text("report-why"), map(render, verdict.reasons))
    yield from _metadata(report)
    yield from _bulleted(text("report-limits"), map(render, verdict.limits))
    yield from _bulleted(text("report-problems"), map(render, report.problems))
    yield from _near_misses(near_misses(report))


def _item(item: ReportedItem) -> RenderableType:
    facts = []
    if item.info is not None:
        facts.append(item_kind(item.info))
        facts.append(f"{item.info.width} × {item.info.height}")
        if item.info.frame_rate:
            facts.append(text("report-fps", fps=item.info.frame_rate))
    if item.sha256:
        facts.append(f"SHA-256 {item.sha256[:16]}…")
    lines = [item.name, ", ".join(facts), item.final_url or item.url or ""]
    return _indented(*[_line(line, "dim" if at else "") for at, line in enumerate(lines) if line])


def _claim(claim: ReportedClaim) -> Iterator[RenderableType]:
    date, place = claim.date, claim.place
    if date is not None:
        yield _heading(date_finding(date.finding), FINDING_STYLES[date.finding])
        yield _indented(
            _line(text("report-claimed", claimed=date_text(date.claimed))),
            _line(render(date.reason)),
        )
    if place is not None:
        yield _heading(text("report-claimed-place-beside"))
        known = text("report-known-places-none")
        if place.known:
            known = text("report-known-places", places="; ".join(place.known))
        yield _indented(
            _line(text("report-claimed", claimed=place.claimed)),
            _line(known),
            _line(render(place.reason)),
        )


def _first_seen(report: Report) -> Iterator[RenderableType]:
    if report.first_seen is None:
        return
    first, clip = report.first_seen.appearance, report.first_seen.clip
    yield _heading(text("report-first-seen"))
    date, kind = date_text(first.date), appearance_kind(first)
    dated = text("report-dated", date=date, kind=kind)
    if first.publisher:
        dated = text("report-dated-by", date=date, kind=kind, publisher=first.publisher)
    yield _indented(_line(dated, "bold"))
    if first.source_url:
        indent = " " * INDENT
        yield Text(f"{indent}{printable(first.source_url)}", no_wrap=True, overflow="ignore")
    titles = {match.clip.id: clip_title(match.clip) for match in report.matches}
    parts = [f"{titles.get(clip, '')} ({clip})".strip(), added_by(first)]
    yield _indented(_line(", ".join(part for part in parts if part)))


def _segments(accepted: Sequence[ReportedMatch], console: Console) -> Iterator[RenderableType]:
    """The segments as a table, or as lines where the table would lose digits."""
    if not any(match.segments for match in accepted):
        return
    yield _heading(text("report-segments"))
    table = _segment_table(accepted)
    room = console.width - INDENT
    if Measurement.get(console, console.options.update(max_width=10_000), table).minimum <= room:
        yield _indented(table)
    else:
        yield from _segment_lines(accepted)


def _segment_table(accepted: Sequence[ReportedMatch]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column(text("report-in-item"), no_wrap=True)
    table.add_column(text("report-in-clip"), no_wrap=True)
    table.add_column(text("report-speed"), no_wrap=True)
    table.add_column(text("report-known-clip"), overflow="fold", min_width=MIN_NAME_WIDTH)
    for match in accepted:
        label = f"{match.clip.id} {clip_title(match.clip)}"
        for at, segment in enumerate(match.segments[:MAX_SEGMENTS]):
            table.add_row(
                time_range(segment.query),
                time_range(segment.reference),
                _played(segment) or "—",
                printable(label) if at == 0 else '"',
            )
        if len(match.segments) > MAX_SEGMENTS:
            more = text("report-more", count=len(match.segments) - MAX_SEGMENTS)
            table.add_row("…", more, "", '"')
    return table


def _segment_lines(accepted: Sequence[ReportedMatch]) -> Iterator[RenderableType]:
    for match in accepted:
        yield _indented(_line(f"{match.clip.id} {clip_title(match.clip)}"))
        for segment in match.segments[:MAX_SEGMENTS]:
            query, reference = time_range(segment.query), time_range(segment.reference)
            played = _played(segment)
            line = text("report-shows", query=query, reference=reference)
            if played:
                name = "report-shows-played"
                line = text(name, query=query, reference=reference, played=played)
            yield _bullet(Text(line))
        if len(match.segments) > MAX_SEGMENTS:
            more = text("report-more", count=len(match.segments) - MAX_SEGMENTS)
            yield _bullet(Text(more))


def _played(segment: Segment) -> str:
    """Its speed and direction, as far as they were measured."""
    measured = [] if segment.speed is None else [speed(segment)]
    return ", ".join([*measured, *direction(segment)])


def _differences(match: ReportedMatch) -> Iterator[RenderableType]:
    lines = [f"{render(edit.message)}{_where(edit)}" for edit in match.edits]
    lines += sound_lines(match.audio, match.edits)
    if not lines:
        in_table = any(is_altered(segment) for segment in match.segments)
        lines = [text("report-differences-in-table" if in_table else "report-differences-none")]
    heading = text("report-differences-item", clip=match.clip.id, query=match.coverage_query or 0.0)
    if match.coverage_reference:
        heading = text(
            "report-differences-both",
            clip=match.clip.id,
            query=match.coverage_query or 0.0,
            reference=match.coverage_reference,
        )
    yield from _bulleted(heading, lines)


def _where(edit: Edit) -> str:
    """Where in the item an edit lies, where its text does not say so itself."""
    says_when = "when" in edit.message.params
    return f" [{time_range(edit.query)}]" if edit.query and not says_when else ""


def _metadata(report: Report) -> Iterator[RenderableType]:
    gravest_first = list(SEVERITY_STYLES)
    lines = []
    credentials = report.credentials
    if credentials and credentials.state != "none":
        meaning = text(f"report-credentials-{credentials.state}")
        lines.append(Text(text("report-credentials-line", meaning=meaning)))
    for finding in sorted(report.findings, key=lambda row: gravest_first.index(row.severity)):
        line = Text()
        if finding.severity != "info":
            label = text(f"report-severity-{finding.severity}")
            line.append(f"{label}  ", SEVERITY_STYLES[finding.severity])
        lines.append(line.append(printable(finding.text)))
    if lines:
        yield _heading(text("report-metadata-unverified"))
        yield from (_bullet(line) for line in lines)


def _near_misses(near: Sequence[ReportedMatch]) -> Iterator[RenderableType]:
    if not near:
        return
    yield _heading(text("report-near-misses"))
    for match in near[:MAX_NEAR_MISSES]:
        facts = near_facts(match)
        yield _indented(_line(f"{match.clip.id} {clip_title(match.clip)}, {facts}"))
    if len(near) > MAX_NEAR_MISSES:
        yield _indented(_line(text("report-more", count=len(near) - MAX_NEAR_MISSES), "dim"))


def _heading(words: str, style: str = "bold") -> RenderableType:
    return Padding(Text(printable(words), style), (1, 0, 0, 0))


def _bulleted(heading: str, lines: Iterable[str]) -> Iterator[RenderableType]:
    bullets = [_bullet(Text(printable(line))) for line in lines]
    if bullets:
        if heading:
            yield _heading(heading)
        yield from bullets


def _bullet(words: Text) -> RenderableType:
    """One point; its further lines stand under its first."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    grid.add_row("-", words)
    return _indented(grid)


def _line(words: str, style: str = "") -> Text:
    return Text(printable(words), style, overflow="fold")


def _indented(*lines: RenderableType) -> RenderableType:
    return Padding(Group(*lines), (0, 0, 0, INDENT))
