"""The report as the one JSON that every surface shows. Pure.

Names and meanings are the contract's; keys stand in its order. Times are rounded to a
millisecond, scores are not rounded at all, and what was not measured is null. `parse` reads it
back.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from numbers import Integral, Real
from typing import Any

import numpy as np

from app.messages import wire
from app.messages.catalogue import render
from app.metadata.types import Credentials, Finding
from app.report.check_record import CheckRecord
from app.report.report import (
    SCHEMA,
    EarliestCopy,
    Report,
    ReportedAppearance,
    ReportedClaim,
    ReportedItem,
    ReportedMatch,
    ReportedPart,
    ReportedVerdict,
)
from app.verdict.headline import Searched
from hashing.message import Message, verbatim
from hashing.types import AudioFinding, Edit, FrameShare, Homography, Segment, Span

TIME_DIGITS = 3  # a millisecond; no container times its frames more finely in practice

VERBATIM = verbatim("").id
_SURROGATE = re.compile("[\ud800-\udfff]")

type Json = dict[str, Any]


def to_json(report: Report, check: CheckRecord | None = None) -> Json:
    """The contract's JSON. check: what the service knows of it, with the names in it."""
    data: Json = {
        "schema": SCHEMA,
        "item": _item(report.item),
        "parts": [_part(part) for part in report.parts],
        "verdict": _verdict(report.verdict) if report.verdict else None,
        "claim": _claim(report.claim) if report.claim else None,
        "first_seen": _first_seen(report.first_seen) if report.first_seen else None,
        "unmatched": _spans(report.unmatched),
        "matches": [_match(match) for match in report.matches],
        "searched": _searched(report.searched) if report.searched else None,
        "metadata": {
            "fields": plain(report.metadata),
            "findings": [_finding(finding) for finding in report.findings],
        },
        "credentials": _credentials(report.credentials),
        "problems": _texts(report.problems),
        "problems_messages": _messages(report.problems),
        "timings_s": {text(name): _time(value) for name, value in report.timings_s.items()},
        "method": {text(name): text(value) for name, value in report.method.items()},
        "record": _record(report, check),
    }
    if report.shown is not None:
        data["shown"] = {
            "faces": report.shown.faces,
            "identifying_metadata": report.shown.identifying_metadata,
            "names": report.shown.names,
            "item": report.shown.item,
            "by": text(report.shown.by),
        }
    return data


def _record(report: Report, check: CheckRecord | None) -> Json | None:
    """When, by whom and with what; the hashes of item and clips stand with these."""
    done, searched = report.conditions, report.searched
    if done is None and check is None:
        return None
    dated = done or check  # what the check states of itself, else what the service knows of it
    return {
        "check": check.id if check else None,
        "asked_at": check.asked_at if check else None,
        "checked_at": dated.checked_at if dated else None,
        "by": text(check.by) if check else None,
        "claim": {
            "date": text(dated.claimed_date) if dated else None,
            "place": text(dated.claimed_place) if dated else None,
        },
        "library": {
            "clips": searched.clips if searched else None,
            "digest": searched.digest if searched else None,
        },
        "version": done.version if done else report.method.get("firstseen"),
        "commit": done.commit if done else None,
        "code_sha256": done.code_sha256 if done else None,
        "model_sha256": done.model_sha256 if done else None,
        "settings": plain(done.settings) if done else {},
        "decisions": [plain(asdict(each)) for each in check.decisions] if check else [],
    }


def _item(item: ReportedItem) -> Json:
    info = item.info
    return {
        "name": text(item.name),
        "sha256": item.sha256,
        "bytes": item.bytes,
        "kind": info.kind if info else None,
        "duration_s": _time(info.duration_s) if info else None,
        "width": info.width if info else None,
        "height": info.height if info else None,
        "frame_rate": _time(info.frame_rate) if info else None,
        "container": text(info.container) if info else None,
        "video_codec": text(info.video_codec) if info else None,
        "audio_codec": text(info.audio_codec) if info else None,
        "hdr": info.hdr if info else None,
        "url": text(item.url),
        "final_url": text(item.final_url),
        "fetched_at": item.fetched_at.isoformat(timespec="seconds") if item.fetched_at else None,
    }


def _part(part: ReportedPart) -> Json:
    return {
        "id": part.id,
        "kind": part.kind,
        "label": _text(part.label),
        "label_message": _message(part.label),
        "duration_s": _time(part.duration_s),
        "checked": part.checked,
        "reason": _text(part.reason) if part.reason else None,
        "reason_message": _message(part.reason) if part.reason else None,
        "unmatched": _spans(part.unmatched),
    }


def _verdict(verdict: ReportedVerdict) -> Json:
    return {
        "relation": verdict.relation,
        "matched": verdict.matched,
        "undecided": verdict.undecided,
        "headline": _text(verdict.headline),
        "headline_message": _message(verdict.headline),
        "reasons": _texts(verdict.reasons),
        "reasons_messages": _messages(verdict.reasons),
        "limits": _texts(verdict.limits),
        "limits_messages": _messages(verdict.limits),
    }


def _claim(claim: ReportedClaim) -> Json:
    date, place = claim.date, claim.place
    return {
        "date": {
            "claimed": text(date.claimed),
            "finding": date.finding,
            "query": _spans(date.query),
            "parts": [{"part": of.part, "query": _spans(of.query)} for of in date.parts],
            "reason": _text(date.reason),
            "reason_message": _message(date.reason),
        }
        if date
        else None,
        "place": {
            "claimed": text(place.claimed),
            "known": [text(known) for known in place.known],
            "reason": _text(place.reason),
            "reason_message": _message(place.reason),
        }
        if place
        else None,
    }


def _first_seen(first: EarliestCopy) -> Json:
    named = _appearance(first.appearance)
    return {
        "date": named["date"],
        "kind": named["kind"],
        "clip": first.clip,
        "source_url": named["source_url"],
        "publisher": named["publisher"],
        "entered_by": named["entered_by"],
    }


def _appearance(appearance: ReportedAppearance) -> Json:
    return {
        "kind": appearance.kind,
        "date": text(appearance.date),
        "source_url": text(appearance.source_url),
        "publisher": text(appearance.publisher),
        "entered_by": text(appearance.entered_by),
        "stated_by": appearance.stated_by,
    }


def _match(match: ReportedMatch) -> Json:
    clip = match.clip
    return {
        "clip": {
            "id": clip.id,
            "name": text(clip.name),
            "title": text(clip.title),
            "place": text(clip.place),
            "kind": clip.kind,
            "duration_s": _time(clip.duration_s),
            "sha256": clip.sha256,
        },
        "appearances": [_appearance(appearance) for appearance in match.appearances],
        "accepted": match.accepted,
        "score": _number(match.score),
        "relation": match.relation,
        "coverage": {
            "query": _number(match.coverage_query),
            "reference": _number(match.coverage_reference),
        },
        "segments": [_segment(segment) for segment in match.segments],
        "edits": [_edit(edit) for edit in match.edits],
        "audio": _audio(match.audio),
        "main_picture": match.main_picture,
        "shared_material": match.shared_material,
        "frame_shares": [_frame_share(share) for share in match.frame_shares],
        "found_by": match.found_by,
        "reasons": _texts(match.reasons),
        "reasons_messages": _messages(match.reasons),
    }


def _frame_share(share: FrameShare) -> Json:
    return {
        "query": _span(share.query),
        "known": _number(share.known),
        "other": _number(share.other),
        "fill": _number(share.fill),
    }


def _segment(segment: Segment) -> Json:
    data: Json = {
        "query": _span(segment.query),
        "reference": _span(segment.reference),
        "speed": _number(segment.speed),
        "reversed": bool(segment.reversed),
        "score": _number(segment.score),
        "visible": _numbers(segment.visible),
        "homography": _homography(segment.homography),
        "mirrored": plain(segment.mirrored),
        "inliers": plain(segment.inliers),
    }
    path = _path(segment)
    return data | ({"path": path} if path else {}) | _of_part(segment.part)


def _of_part(part: str | None) -> Json:
    """The id of the part of a file, for the JSON of what is of it; nothing for the main one."""
    return {} if part is None else {"part": part}


def _path(segment: Segment) -> list[Json]:
    steps = [(_number(at), _homography(there)) for at, there in segment.path]
    return [
        {"at": at, "homography": there}
        for at, there in steps
        if at is not None and there is not None
    ]


def _homography(homography: Homography | None) -> list[list[float]] | None:
    """A homography as JSON; None where a value is not finite: it maps nothing then."""
    if homography is None:
        return None
    rows = [_numbers(row) for row in homography]
    whole = [row for row in rows if row is not None]
    return whole if len(whole) == len(rows) else None


def _numbers(values: Iterable[float] | None) -> list[float] | None:
    """None where one of them is no finite number."""
    numbers = [_number(value) for value in values or ()]
    finite = [number for number in numbers if number is not None]
    return finite if values is not None and len(finite) == len(numbers) else None


def _edit(edit: Edit) -> Json:
    return {
        "type": edit.type.value,
        "confidence": _number(edit.confidence),
        "query": _span(edit.query) if edit.query else None,
        "box": _numbers(edit.box),
        "measure": plain(edit.measure),
        "text": _text(edit.message),
        "message": _message(edit.message),
    } | _of_part(edit.part)


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
        "text": _text(finding.message),
        "message": _message(finding.message),
        "evidence": plain(finding.evidence),
    }


def _credentials(credentials: Credentials | None) -> Json | None:
    if credentials is None:
        return None
    if credentials.state == "none":
        return {"state": "none"}
    reason = credentials.reason
    reason = verbatim(reason) if isinstance(reason, str) else reason
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
        "reason": _text(reason) if reason else None,
        "reason_message": _message(reason) if reason else None,
        "signature": credentials.signature,
        "content_binding": credentials.content_binding,
        "signer_trust": credentials.signer_trust,
        "time_stamp": credentials.time_stamp,
        "identity": credentials.identity,
    }


def _span(span: Span) -> list[float | None]:
    return [_time(span.start), _time(span.end)]


def _spans(spans: Iterable[Span]) -> list[list[float | None]]:
    return [_span(span) for span in spans]


def _text(message: Message) -> str:
    """What a message says, in English."""
    return text(render(message))


def _texts(messages: Iterable[Message]) -> list[str]:
    return [_text(message) for message in messages]


def _message(message: Message) -> Json | None:
    """Its id and parameters, from which it can be said in another language.

    None where it has no id, or a parameter that is no finite number.
    """
    if message.id == VERBATIM:
        return None
    written: Json = plain(wire.to_json(message))
    return None if _has_null(written) else written


def _messages(messages: Iterable[Message]) -> list[Json | None]:
    return [_message(message) for message in messages]


def _has_null(value: Json | list[Json] | str | float | None) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return any(_has_null(part) for part in inner)
    return value is None


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
