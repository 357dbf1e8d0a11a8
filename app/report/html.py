"""The report as one HTML file that anyone can be sent: no script, no request, faces destroyed.

Takes the report's JSON (CONTRACT's names) and the evidence sheets; gives a string. Pure but for
reading its own template. What came from files is escaped, and unseen characters are written out.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from app.evidence.types import EvidenceSheet
from app.report.html_timeline import mapping, ticks, unmatched_bars
from app.report.html_wording import CREDENTIALS, FINDINGS, KINDS, SOUND, meaning, tone
from app.report.report import Shown
from app.report.report_redaction import withheld
from app.text import formatting
from app.text.escaping import printable
from app.verdict.headline import told_score

type Report = dict[str, Any]

MAX_NEAR_MISSES: Final = 5


def render(
    report: Report, sheets: Mapping[str, EvidenceSheet] | None = None, shown: Shown | None = None
) -> str:
    """The page. sheets: by clip id.

    Raises ValueError where a sheet shows faces and `shown` does not say so.
    """
    shown = shown or Shown()
    sheets = sheets or {}
    if shown.faces == "redacted" and any(s.faces == "shown" for s in sheets.values()):
        raise ValueError("an evidence sheet shows faces, the page says that they are redacted")
    if shown.identifying_metadata != "shown":
        report = withheld(report)
    matches = report.get("matches") or []
    accepted = [m for m in matches if m["accepted"]]
    near = [m for m in matches if not m["accepted"]]
    item_s = report["item"].get("duration_s")
    environment = _environment()
    styles = _source(environment, "report.css")
    return environment.get_template("report.html.j2").render(
        report=report,
        item=report["item"],
        verdict=report.get("verdict"),
        meaning=meaning(report),
        tone=tone(report),
        accepted=[_match(m, sheets, item_s) for m in accepted],
        near=[_match(m, sheets, item_s) for m in near[:MAX_NEAR_MISSES]],
        more_near=max(0, len(near) - MAX_NEAR_MISSES),
        unmatched_bars=unmatched_bars(report.get("unmatched") or [], item_s),
        known_bars=_known_bars(accepted, item_s),
        item_ticks=ticks(item_s or 0.0),
        shown=shown,
        picture_problems=_picture_problems(sheets),
        detectors=sorted({s.detector for s in sheets.values() if s.detector}),
        any_pictures=any(s.pairs for s in sheets.values()),
        styles=Markup(styles),  # our own file
        style_hash=_csp_hash(styles),
    )


def _match(
    match: dict[str, Any], sheets: Mapping[str, EvidenceSheet], item_s: float | None
) -> dict[str, Any]:
    """What the template shows of one match beside its JSON."""
    sheet = sheets.get(match["clip"]["id"])
    dated = sorted(match.get("appearances") or [], key=lambda a: a["date"])
    return {
        **match,
        "appearances": dated,
        "name": match["clip"].get("title") or match["clip"].get("name") or match["clip"]["id"],
        "mapping": mapping(match["segments"], item_s, match["clip"].get("duration_s")),
        "sheet": sheet,
        "thumbnails": {t.edit: t for t in sheet.thumbnails} if sheet else {},
    }


def _known_bars(accepted: list[dict[str, Any]], item_s: float | None) -> list[dict[str, float]]:
    if not item_s:
        return []
    return [
        {
            "left": 100 * s["query"][0] / item_s,
            "width": 100 * (s["query"][1] - s["query"][0]) / item_s,
        }
        for m in accepted
        for s in m["segments"]
    ]


def _picture_problems(sheets: Mapping[str, EvidenceSheet]) -> list[str]:
    texts = [text for sheet in sheets.values() for text in sheet.problems]
    filled = sum(sheet.pictures_filled for sheet in sheets.values())
    if filled:
        texts.append(
            f"{formatting.count(filled, 'picture was', 'pictures were')} filled whole, "
            "because faces could not be looked for"
        )
    return list(dict.fromkeys(texts))


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("app.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters |= {
        "clock": formatting.clock,
        "stretch": formatting.time_range,
        "share": formatting.percent_text,
        "size": formatting.byte_size,
        "hours": formatting.footage_length,
        "count": formatting.count,
        "moment": formatting.date_text,
        "web_address": formatting.web_address,
        "told_score": told_score,
        "picture": _picture,
    }
    environment.globals |= {
        "CREDENTIALS": CREDENTIALS,
        "FINDINGS": FINDINGS,
        "KINDS": KINDS,
        "SOUND": SOUND,
    }
    return environment


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
