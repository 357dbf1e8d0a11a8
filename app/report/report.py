"""The report: one record, and the one JSON that every surface shows. Pure.

Names and meanings are the contract's; keys stand in its order. Times are rounded to a
millisecond, scores are not rounded at all, and what was not measured is null.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np

from app.intake.origin import Origin
from app.messages import wire
from app.messages.catalogue import render
from app.metadata.types import Credentials, Finding
from app.verdict.dated_copies import Sighting
from app.verdict.headline import Searched
from app.verdict.relations import Held
from app.verdict.verdict import Verdict
from hashing.message import Message
from hashing.types import AudioFinding, Edit, Homography, MediaInfo, Segment, Span

SCHEMA = "firstseen.report/1"
TIME_DIGITS = 3  # a millisecond; no container's pictures are timed finer in practice

_SURROGATE = re.compile("[\ud800-\udfff]")

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a rendering for others holds back. by: who chose to show more, or None."""

    faces: Literal["redacted", "shown"] = "redacted"
    identifying_metadata: Literal["withheld", "shown"] = "withheld"
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found out about one item.

    name: file name as it was handed over, without its folder. Whatever could not be read is None;
    then `problems` says why.
    """

    name: str
    sha256: str | None = None
    bytes: int | None = None
    info: MediaInfo | None = None
    verdict: Verdict | None = None
    searched: Searched | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    credentials: Credentials | None = None
    problems: tuple[Message | str, ...] = ()  # str: written before it had an id
    timings_s: Mapping[str, float] = field(default_factory=dict)
    method: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = None

    @property
    def readable(self) -> bool:
        """False where there is no verdict because the item could not be read."""
        return self.verdict is not None


def unreadable(name: str, problem: Message | str, **known: Any) -> Report:
    """The report on an item of which nothing could be judged. known: fields of Report."""
    return Report(name=name, problems=(problem, *known.pop("problems", ())), **known)


def with_origin(report: Report, origin: Origin) -> Report:
    """The same of an item that came of a link, with what fetching means and what it left out."""
    problems = (*report.problems, *origin.problems)
    if report.verdict is None:
        return replace(report, origin=origin, problems=(*problems, *origin.told))
    verdict = replace(report.verdict, limits=(*report.verdict.limits, *origin.told))
    return replace(report, origin=origin, verdict=verdict, problems=problems)


def to_json(report: Report, shown: Shown | None = None) -> Json:
    """The contract's JSON. shown: only for a rendering that others will see."""
    verdict = report.verdict
    data: Json = {
        "schema": SCHEMA,
        "item": _item(report),
        "verdict": _verdict(verdict) if verdict else None,
        "claim": _claim(verdict) if verdict and verdict.claimed else None,
        "first_seen": _first_seen(verdict.first_seen) if verdict and verdict.first_seen else None,
        "unmatched": _spans(verdict.unmatched) if verdict else [],
        "matches": [_match(held) for held in verdict.held] if verdict else [],
        "searched": _searched(report.searched) if report.searched else None,
        "metadata": {
            "fields": plain(report.metadata),
            "findings": [_finding(finding) for finding in report.findings],
        },
        "credentials": _credentials(report.credentials),
        "problems": [said(problem) for problem in report.problems],
        "problems_messages": [_message(problem) for problem in report.problems],
        "timings_s": {name: _time(value) for name, value in report.timings_s.items()},
        "method": {name: text(value) for name, value in report.method.items()},
    }
    if shown is not None:
        data["shown"] = {
            "faces": shown.faces,
            "identifying_metadata": shown.identifying_metadata,
            "by": text(shown.by),
        }
    return data


def _item(report: Report) -> Json:
    info, origin = report.info, report.origin
    return {
        "name": text(report.name),
        "sha256": report.sha256,
        "bytes": report.bytes,
        "kind": info.kind if info else None,
        "duration_s": _time(info.duration_s) if info else None,
        "width": info.width if info else None,
        "height": info.height if info else None,
        "frame_rate": _time(info.frame_rate) if info else None,
        "container": text(info.container) if info else None,
        "video_codec": text(info.video_codec) if info else None,
        "audio_codec": text(info.audio_codec) if info else None,
        "hdr": info.hdr if info else None,
        "url": text(origin.url) if origin else None,
        "final_url": text(origin.final_url) if origin else None,
        "fetched_at": origin.fetched_at.isoformat(timespec="seconds") if origin else None,
    }


def _verdict(verdict: Verdict) -> Json:
    return {
        "relation": verdict.relation,
        "matched": verdict.matched,
        "undecided": verdict.undecided,
        "headline": said(verdict.headline),
        "headline_message": _message(verdict.headline),
        "reasons": [said(reason) for reason in verdict.reasons],
        "reasons_messages": [_message(reason) for reason in verdict.reasons],
        "limits": [said(limit) for limit in verdict.limits],
        "limits_messages": [_message(limit) for limit in verdict.limits],
    }


def _claim(verdict: Verdict) -> Json:
    date, place = verdict.date, verdict.place
    return {
        "date": {
            "claimed": text(date.claimed),
            "finding": date.finding,
            "query": _spans(date.query),
            "reason": said(date.reason),
            "reason_message": _message(date.reason),
        }
        if date
        else None,
        "place": {
            "claimed": text(place.claimed),
            "known": [text(known) for known in place.known],
            "reason": said(place.reason),
            "reason_message": _message(place.reason),
        }
        if place
        else None,
    }


def _first_seen(first: Sighting) -> Json:
    return {
        "date": text(first.appearance.date),
        "kind": first.appearance.kind,
        "clip": first.clip.id,
        "source_url": text(first.appearance.source_url),
        "publisher": text(first.appearance.publisher),
        "entered_by": text(first.appearance.entered_by),
    }


def _match(held: Held) -> Json:
    clip, match = held.clip, held.match
    return {
        "clip": {
            "id": clip.id,
            "name": text(clip.name),
            "title": text(clip.title),
            "place": text(clip.place),
            "kind": clip.kind,
            "duration_s": _time(clip.duration_s),
        },
        "appearances": [
            {
                "kind": appearance.kind,
                "date": text(appearance.date),
                "source_url": text(appearance.source_url),
                "publisher": text(appearance.publisher),
                "entered_by": text(appearance.entered_by),
            }
            for appearance in clip.appearances
        ],
        "accepted": held.accepted,
        "score": _number(match.score),
        "relation": held.relation,
        "coverage": {
            "query": _number(held.coverage_query),
            "reference": _number(held.coverage_reference),
        },
        "segments": [_segment(segment) for segment in _in_order(match.segments)],
        "edits": [_edit(edit) for edit in match.edits],
        "audio": _audio(match.audio),
        "main_picture": match.main_picture,
        "found_by": match.found_by,
        "reasons": [said(reason) for reason in match.reasons],
        "reasons_messages": [_message(reason) for reason in match.reasons],
    }


def _in_order(segments: Iterable[Segment]) -> list[Segment]:
    return sorted(segments, key=lambda segment: (segment.query, segment.reference))


def _segment(segment: Segment) -> Json:
    return {
        "query": _span(segment.query),
        "reference": _span(segment.reference),
        "speed": _number(segment.speed),
        "reversed": bool(segment.reversed),
        "score": _number(segment.score),
        "visible": [_number(edge) for edge in segment.visible] if segment.visible else None,
        "homography": _rows(segment.homography) if segment.homography else None,
        "mirrored": plain(segment.mirrored),
        "inliers": plain(segment.inliers),
    } | ({"path": _way(segment)} if segment.path else {})


def _way(segment: Segment) -> list[Json]:
    return [{"at": _number(at), "homography": _rows(one)} for at, one in segment.path]


def _rows(homography: Homography) -> list[list[float | None]]:
    return [[_number(value) for value in row] for row in homography]


def _edit(edit: Edit) -> Json:
    return {
        "type": edit.type.value,
        "confidence": _number(edit.confidence),
        "query": _span(edit.query) if edit.query else None,
        "box": [_number(edge) for edge in edit.box] if edit.box else None,
        "measure": plain(edit.measure),
        "text": said(edit.message),
        "message": _message(edit.message),
    }


def _audio(audio: AudioFinding) -> Json:
    return {
        "state": audio.state,
        "offset_s": _time(audio.offset_s),
        "spans": [
            {
                "query": _span(span.query),
                "state": span.state,
                "offset_s": _time(span.offset_s),
                "clip": span.clip,
            }
            for span in audio.spans
        ],
    }


def _searched(searched: Searched) -> Json:
    return {
        "clips": searched.clips,
        "skipped": searched.skipped,
        "seconds": _time(searched.seconds),
        "earliest": text(searched.earliest),
        "latest": text(searched.latest),
    }


def _finding(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "text": text(finding.text),
        "evidence": plain(finding.evidence),
    }


def _credentials(credentials: Credentials | None) -> Json | None:
    if credentials is None:
        return None
    if credentials.state == "none":
        return {"state": "none"}
    return {
        "state": credentials.state,
        "signer": {
            "issuer": text(credentials.issuer),
            "common_name": text(credentials.common_name),
        },
        "signed_at": text(credentials.signed_at),
        "generator": text(credentials.generator),
        "actions": plain(credentials.actions),
        "source_types": plain(credentials.source_types),
        "findings": plain(credentials.codes),
        "ingredients": credentials.ingredients,
        "assertions": plain(credentials.assertions),
        "reason": text(credentials.reason),
    }


def said(message: Message | str) -> str:
    """The text of a message, in English."""
    return text(message if isinstance(message, str) else render(message))


def _message(message: Message | str) -> Json | None:
    """Its id and parameters, so that it can be said in another language; None where it has none."""
    if isinstance(message, str) or message.id == "verbatim":
        return None
    cleaned: Json = plain(wire.to_json(message))
    return cleaned


def _span(span: Span) -> list[float | None]:
    return [_time(span.start), _time(span.end)]


def _spans(spans: Iterable[Span]) -> list[list[float | None]]:
    return [_span(span) for span in spans]


def _time(seconds: float | None) -> float | None:
    number = _number(seconds)
    return None if number is None else round(number, TIME_DIGITS)


def _number(value: float | None) -> float | None:
    """A finite Python float; JSON has no others. NumPy's floats are floats already."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)


def text[T: (str, str | None)](value: T) -> T:
    """Text that any JSON writer takes: bytes of a file name that are no text become U+FFFD."""
    return value if value is None else _SURROGATE.sub("\ufffd", value)


def plain(value: object) -> Any:
    """Nested values of any source as JSON values: no tuples, no surrogates, no infinities."""
    if value is None:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return _number(float(value))
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {text(str(name)): plain(inner) for name, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(inner) for inner in value]
    raise TypeError(f"{type(value).__name__} has no place in a report")
