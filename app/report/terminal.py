"""The report on a terminal: the verdict first, then when and where it was first seen, then the
matched stretches, then what to be careful about.

Takes the report's JSON. Reads as well without colour and when redirected; 80 columns are enough.
Every text that came from outside goes through `printable`.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.text.escaping import printable
from app.text.formatting import clock, date_text, percent_text
from app.verdict.headline import told_score

type Json = dict[str, Any]

WIDEST = 100  # longer lines are hard to read
PLAIN_WIDTH = 80  # where nobody says how wide the paper is
MOST_STRETCHES = 12  # of one clip
MOST_NEAR_MISSES = 5
NO_NEAR_MISS = 0.05  # what scores less is no news

FINDING = {
    "contradicted": ("contradicted", "bold red"),
    "partly_contradicted": ("contradicted in part", "bold red"),
    "not_contradicted": ("not contradicted, which does not confirm it", "bold"),
    "not_checkable": ("could not be checked", "bold"),
}
SEVERITY = {"warning": ("WARNING", "bold yellow"), "notice": ("notice", "bold"), "info": ("", "")}
SOUND = {
    "kept": "the same as in the known clip",
    "replaced": "other than in the known clip",
    "muted": "missing or silent",
    "shifted": "the same, but shifted against the picture",
    "added": "present, where the known clip has none",
    "absent": "none in either",
    "not_checked": "not compared",
}
CREDENTIALS = {
    "trusted": "signature valid, and the signer is on your trust list",
    "valid": "signature valid, but nobody you trust vouches for the signer",
    "invalid": "INVALID: the file or the credentials were changed after signing",
    "unreadable": "there, but could not be read",
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
    console.width = min(console.width, WIDEST)
    return console


def show(report: Json, console: Console) -> None:
    """Print one report."""
    for paragraph in _paragraphs(report):
        # an address is left in one piece, whatever the width, so that it can be copied
        whole = isinstance(paragraph, Text) and paragraph.no_wrap
        with console.capture() as captured:
            console.print(paragraph, soft_wrap=bool(whole))
        for line in captured.get().splitlines():
            console.file.write(f"{line.rstrip()}\n")


def say(words: str, console: Console, style: str = "") -> None:
    """Print one line, made safe."""
    console.print(_line(words, style), soft_wrap=True)


def _paragraphs(report: Json) -> Iterator[RenderableType]:
    if report["verdict"] is None:
        yield _line("Could not be checked", "bold red")
        yield _item(report["item"])
        yield from _bulleted("", report["problems"])
        yield from _metadata(report)
        return
    accepted = [match for match in report["matches"] if match["accepted"]]
    yield _line(report["verdict"]["headline"], "bold")
    yield _item(report["item"])
    yield from _claim(report["claim"])
    yield from _first_seen(report)
    yield from _matched(accepted)
    for match in accepted:
        yield from _differences(match)
    yield from _bulleted("Why", report["verdict"]["reasons"])
    yield from _metadata(report)
    yield from _bulleted("Be careful", report["verdict"]["limits"])
    yield from _bulleted("Could not be read or measured", report["problems"])
    yield from _near(report)


def _item(item: Json) -> RenderableType:
    facts = [_still_or_video(item)]
    if item["width"]:
        facts.append(f"{item['width']} × {item['height']}")
    if item["frame_rate"]:
        facts.append(f"{item['frame_rate']:g} pictures a second")
    if item["sha256"]:
        facts.append(f"SHA-256 {item['sha256'][:16]}…")
    lines = [printable(item["name"]), ", ".join(fact for fact in facts if fact)]
    if address := item.get("final_url") or item.get("url"):
        lines.append(printable(address))
    return _indented(*[_line(line, "dim" if at else "") for at, line in enumerate(lines) if line])


def _still_or_video(item: Json) -> str:
    if item["kind"] == "video" and item["duration_s"] is not None:
        return f"video of {clock(item['duration_s'])}"
    return item["kind"] or ""


def _claim(claim: Json | None) -> Iterator[RenderableType]:
    if claim is None:
        return
    if claim["date"]:
        words, style = FINDING[claim["date"]["finding"]]
        yield _heading(f"Claimed date {printable(claim['date']['claimed'])}: ", (words, style))
        yield _indented(_line(claim["date"]["reason"]))
    if claim["place"]:
        place = claim["place"]
        yield _heading("Claimed place, beside the places entered in the library")
        known = "; ".join(place["known"]) or "none"
        yield _indented(
            _line(f"claimed: {place['claimed']}"),
            _line(f"known:   {known}"),
            _line(place["reason"]),
        )


def _first_seen(report: Json) -> Iterator[RenderableType]:
    first = report["first_seen"]
    if first is None:
        return
    yield _heading("Earliest copy known to this library")
    kind = "added to this library" if first["kind"] == "ingested" else first["kind"]
    names = {match["clip"]["id"]: _title(match["clip"]) for match in report["matches"]}
    publisher = f" by {first['publisher']}" if first["publisher"] else ""
    yield _indented(_line(f"{date_text(first['date'])}, {kind}{publisher}", "bold"))
    if first["source_url"]:
        yield Text(f"  {printable(first['source_url'])}", no_wrap=True, overflow="ignore")
    who = f", entered by {first['entered_by']}" if first["entered_by"] else ""
    yield _indented(_line(f"{names.get(first['clip'], '')} ({first['clip']}){who}".strip()))


def _matched(accepted: list[Json]) -> Iterator[RenderableType]:
    if not any(match["segments"] for match in accepted):
        return
    yield _heading("Matched stretches")
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column("in this item", no_wrap=True)
    table.add_column("in the known clip", no_wrap=True)
    table.add_column("played", no_wrap=True)
    table.add_column("known clip", overflow="fold")
    for match in accepted:
        label = f"{match['clip']['id']} {_title(match['clip'])}"
        for at, segment in enumerate(match["segments"][:MOST_STRETCHES]):
            name = printable(label) if at == 0 else '"'
            table.add_row(
                _stretch(segment["query"]), _stretch(segment["reference"]), _played(segment), name
            )
        if len(match["segments"]) > MOST_STRETCHES:
            table.add_row("…", f"{len(match['segments']) - MOST_STRETCHES} more", "", '"')
    yield _indented(table)


def _stretch(span: list[float]) -> str:
    start, end = span
    if start == end:
        return "the picture" if end == 0 else f"at {clock(start)}"
    return f"{clock(start)}–{clock(end)}"


def _played(segment: Json) -> str:
    words = []
    if segment["speed"] is not None and abs(segment["speed"] - 1) >= 0.005:
        words.append(f"× {segment['speed']:.3g}")
    if segment["reversed"]:
        words.append("backwards")
    if segment["mirrored"]:
        words.append("mirrored")
    return ", ".join(words) or "the same"


def _differences(match: Json) -> Iterator[RenderableType]:
    told = [f"{edit['text']}{_where(edit['query'])}" for edit in match["edits"]]
    told += _sound(match["audio"])
    if not told:
        in_table = any(_played(segment) != "the same" for segment in match["segments"])
        told = ["None measured beyond those in the table" if in_table else "None measured"]
    percent = percent_text(match["coverage"]["query"])
    reference = match["coverage"]["reference"]
    covered = f"covers {percent} of the item"
    if reference:
        covered += f", {percent_text(reference)} of the clip"
    yield from _bulleted(f"Differences from {match['clip']['id']} ({covered})", told)


def _where(span: list[float] | None) -> str:
    return f" [{_stretch(span)}]" if span and span[0] < span[1] else ""


def _sound(audio: Json) -> list[str]:
    spans = [span for span in audio["spans"] if span["state"] != audio["state"] or span["clip"]]
    if audio["state"] in ("absent", "not_checked") and not spans:
        return []
    text = f"Sound: {SOUND[audio['state']]}"
    if audio["state"] == "shifted" and audio["offset_s"]:
        text += (
            f", {abs(audio['offset_s']):.2f} s {'later' if audio['offset_s'] > 0 else 'earlier'}"
        )
    told = [text]
    for span in spans:
        known = f", that of {span['clip']}" if span["clip"] else ""
        told.append(f"Sound{_where(span['query'])}: {SOUND[span['state']]}{known}")
    return told


def _metadata(report: Json) -> Iterator[RenderableType]:
    findings = sorted(
        report["metadata"]["findings"],
        key=lambda finding: list(SEVERITY).index(finding["severity"]),
    )
    lines = [_told(*SEVERITY[finding["severity"]], finding["text"]) for finding in findings]
    credentials = report["credentials"]
    if credentials and credentials["state"] in CREDENTIALS:
        state = CREDENTIALS[credentials["state"]]
        lines.insert(0, _told("", "", f"Content credentials: {state}"))
    if lines:
        yield _heading("What the file says of itself (claims of the file, not facts)")
        yield from (_bullet(line) for line in lines)


def _told(label: str, style: str, words: str) -> Text:
    line = Text()
    if label:
        line.append(f"{label}  ", style)
    return line.append(printable(words))


def _near(report: Json) -> Iterator[RenderableType]:
    near = [
        match
        for match in report["matches"]
        if not match["accepted"]
        and (match["relation"] == "undecided" or match["score"] >= NO_NEAR_MISS)
    ]
    if not near:
        return
    yield _heading("Near misses, not accepted as copies")
    for match in near[:MOST_NEAR_MISSES]:
        undecided = ", undecided" if match["relation"] == "undecided" else ""
        by = ", by its sound alone" if match.get("found_by") == "sound" else ""
        score = f"{told_score(match['score'])}{undecided}{by}"
        yield _indented(_line(f"{score}  {match['clip']['id']} {_title(match['clip'])}"))
    if len(near) > MOST_NEAR_MISSES:
        yield _indented(_line(f"and {len(near) - MOST_NEAR_MISSES} more", "dim"))


def _title(clip: Json) -> str:
    return f"'{clip['title'] or clip['name']}'"


def _heading(words: str, after: tuple[str, str] | None = None) -> RenderableType:
    text = Text(words, "bold")
    if after:
        text.append(*after)
    return Padding(text, (1, 0, 0, 0))


def _bulleted(heading: str, lines: Iterable[str]) -> Iterator[RenderableType]:
    bullets = [_bullet(Text(printable(line))) for line in lines]
    if bullets:
        if heading:
            yield _heading(printable(heading))
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
    return Padding(Group(*lines), (0, 0, 0, 2))
