"""The report as one HTML file that anyone can be sent: no script, no request, faces destroyed.

Takes the report and its evidence sheets; gives a string. Pure but for reading its own template.
What came from files is escaped, and unseen characters are written out.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from app.evidence.evidence_sheet import EvidenceSheet, Pair, Thumbnail
from app.messages import catalogue
from app.messages.catalogue import checked, text
from app.report import wording
from app.report.check_record import CheckRecord
from app.report.html_timeline import TimelinePair, bars, draw_timelines, ticks
from app.report.report import Report, ReportedAppearance, ReportedMatch, Shown
from app.report.report_redaction import for_others
from app.report.wording import near_misses
from app.text import formatting
from app.text.escaping import printable
from app.verdict.caveats import footage
from app.verdict.headline import score_text
from hashing.types import Seconds

MAX_NEAR_MISSES: Final = 5
ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class MatchOnPage:
    """What the template shows of one match beside its record.

    appearances: the earliest first. sheet: its frames, if there are any; thumbnails: those of them
    that show an edit, by its index.
    """

    match: ReportedMatch
    appearances: tuple[ReportedAppearance, ...]
    timelines: TimelinePair | None
    sheet: EvidenceSheet | None
    thumbnails: Mapping[int, Thumbnail]


@dataclass(frozen=True, slots=True)
class Foremost:
    """The frames beside the verdict: the item's and the earliest copy's, else the first match's.

    date: of the earliest copy, where it is that.
    """

    pair: Pair
    title: str
    date: str | None


def render(
    report: Report,
    sheets: Mapping[str, EvidenceSheet] | None = None,
    shown: Shown | None = None,
    record: CheckRecord | None = None,
) -> str:
    """The page. sheets: by clip id. record: of the check; names in it stay where names are kept.

    Raises ValueError where a sheet shows faces and `shown` does not say so.
    """
    shown = shown or Shown()
    sheets = sheets or {}
    if shown.faces == "redacted" and any(s.faces == "shown" for s in sheets.values()):
        raise ValueError("an evidence sheet shows faces, the page says that they are redacted")
    report = for_others(report, shown)
    record = record.as_shown(shown) if record else None
    accepted, near = report.accepted, near_misses(report)
    item_s = report.item.duration_s
    environment = _environment()
    styles = _source(environment, "report.css") + _running_head(record)
    return environment.get_template("report.html.j2").render(
        report=report,
        item=report.item,
        verdict=report.verdict,
        record=record,
        relation=wording.relation(report),
        meaning=wording.meaning(report),
        tone=wording.tone(report),
        claim_ranges=wording.claim_ranges(report),
        first_title=_first_title(report),
        foremost=_foremost(report, sheets),
        accepted=[_match(match, sheets, item_s) for match in accepted],
        near=[_match(match, sheets, item_s) for match in near[:MAX_NEAR_MISSES]],
        more_near=max(0, len(near) - MAX_NEAR_MISSES),
        unmatched_bars=bars(report.unmatched, item_s),
        known_bars=bars((s.query for match in accepted for s in match.segments), item_s),
        item_ticks=ticks(item_s or 0.0),
        shown=shown,
        shown_json=json.dumps(asdict(shown)),
        picture_problems=_picture_problems(sheets),
        detectors=sorted({s.detector for s in sheets.values() if s.detector}),
        by_hand=any(s.by_hand for s in sheets.values()),
        any_pictures=any(s.pairs for s in sheets.values()),
        styles=Markup(styles),  # our own file
        style_hash=_csp_hash(styles),
    )


def _running_head(record: CheckRecord | None) -> str:
    """The rule that prints the check's id on each page; ids are of letters and digits."""
    if record is None or record.id is None or not ID.fullmatch(record.id):
        return ""
    label = text("report-check-head", id=record.id).replace('"', "")
    return f'@page {{ @top-right {{ content: "{label}"; }} }}'


def _match(
    match: ReportedMatch, sheets: Mapping[str, EvidenceSheet], item_s: Seconds | None
) -> MatchOnPage:
    sheet = sheets.get(match.clip.id)
    return MatchOnPage(
        match=match,
        appearances=tuple(sorted(match.appearances, key=lambda appearance: appearance.date)),
        timelines=draw_timelines(match.segments, item_s, match.clip.duration_s),
        sheet=sheet,
        thumbnails={thumbnail.edit: thumbnail for thumbnail in sheet.thumbnails} if sheet else {},
    )


def _picture_problems(sheets: Mapping[str, EvidenceSheet]) -> list[str]:
    texts = [str(checked(problem)) for sheet in sheets.values() for problem in sheet.problems]
    filled = sum(sheet.pictures_filled for sheet in sheets.values())
    if filled:
        texts.append(text("report-frames-filled", count=filled))
    return list(dict.fromkeys(texts))


@cache
def _environment() -> Environment:
    """Made once: compiling the template takes longer than filling it in."""
    environment = Environment(
        loader=PackageLoader("app.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters |= {
        "added_by": wording.added_by,
        "appearance_kind": wording.appearance_kind,
        "clock": formatting.clock,
        "decision": wording.decision,
        "date_finding": wording.date_finding,
        "footage": footage,
        "item_kind": wording.item_kind,
        "joined": wording.joined,
        "moment": formatting.date_text,
        "near_facts": wording.near_facts,
        "picture": _picture,
        "said": catalogue.render,
        "score_text": score_text,
        "segment_details": wording.segment_details,
        "share": _share,
        "size": formatting.byte_size,
        "sound_lines": wording.sound_lines,
        "speed": wording.speed,
        "time_range": wording.time_range,
        "time_ranges": wording.time_ranges,
        "time_taken": wording.time_taken,
        "web_address": formatting.web_address,
    }
    environment.globals["t"] = text
    return environment


def _share(value: float | None) -> str:
    """A percentage; a dash for what was not measured."""
    return "—" if value is None else text("share", share=value)


def _first_title(report: Report) -> str:
    """What the clip of the earliest copy is called."""
    first = report.first_seen
    titles = {match.clip.id: match.clip.label for match in report.matches}
    return titles.get(first.clip, "") if first else ""


def _foremost(report: Report, sheets: Mapping[str, EvidenceSheet]) -> Foremost | None:
    first = report.first_seen
    earliest = [match for match in report.accepted if first and match.clip.id == first.clip]
    for match in (earliest or list(report.accepted))[:1]:
        sheet = sheets.get(match.clip.id)
        if sheet and sheet.pairs:
            date = first.appearance.date if first and earliest else None
            return Foremost(sheet.pairs[0], match.clip.label, date)
    return None


def _finalize(value: object) -> object:
    """Every expression of a template passes here: nothing unseen reaches the page."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return "\u200d".join(_without_joiners(part) for part in value.split("\u200d"))
    return value


def _without_joiners(text: str) -> str:
    """printable, but for the two joiners that honest Persian, Hindi and emoji names need."""
    return "\u200c".join(printable(part) for part in text.split("\u200c"))


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _csp_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _picture(jpeg: bytes) -> Markup:
    """A data: address of a JPEG that an evidence sheet has already checked."""
    return Markup("data:image/jpeg;base64," + base64.b64encode(jpeg).decode())
