"""The JSON of a report -> the record again. Pure.

Reads what `to_json` wrote, of this version or an older one. What a report is nothing without must
be there and must be what the contract says; fields that an older version did not write are not
known, and fields that this version does not know are left out.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final, Literal, get_args

from app.library.records import Appearance, AppearanceKind
from app.messages.catalogue import attempt
from app.metadata.types import (
    ContentBinding,
    Credentials,
    CredentialState,
    Fields,
    Finding,
    Group,
    Identity,
    Severity,
    Signature,
    SignerTrust,
    TimeStamp,
)
from app.report.errors import ReportNotUnderstood
from app.report.from_verdict import reported
from app.report.json_node import JsonNode
from app.report.report import (
    SCHEMA,
    Conditions,
    EarliestCopy,
    Report,
    ReportedAppearance,
    ReportedClaim,
    ReportedClip,
    ReportedItem,
    ReportedMatch,
    ReportedPart,
    ReportedVerdict,
    Shown,
    StatedBy,
)
from app.verdict.claim_check import ClaimedDate, ClaimedPlace, RangesOfPart
from app.verdict.headline import Searched
from app.verdict.terms import DateFinding, Relation, Undecided
from hashing.edit_types import EditType
from hashing.message import Message, Param, verbatim
from hashing.types import (
    AudioFinding,
    AudioSpan,
    AudioState,
    Box,
    Edit,
    FrameShare,
    Homography,
    Kind,
    MediaInfo,
    Segment,
    Span,
)

NOT_A_NUMBER: Final = float("nan")  # what JSON has null for where a number is due

KINDS: Final[tuple[Kind, ...]] = get_args(Kind.__value__)
RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation.__value__)
UNDECIDED: Final[tuple[Undecided, ...]] = get_args(Undecided.__value__)
DATE_FINDINGS: Final[tuple[DateFinding, ...]] = get_args(DateFinding.__value__)
APPEARANCE_KINDS: Final[tuple[AppearanceKind, ...]] = get_args(AppearanceKind.__value__)
STATED_BY: Final[tuple[StatedBy, ...]] = get_args(StatedBy.__value__)
AUDIO_STATES: Final[tuple[AudioState, ...]] = get_args(AudioState.__value__)
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity.__value__)
HDR_CURVES: Final[tuple[Literal["pq", "hlg"], ...]] = ("pq", "hlg")
CREDENTIAL_STATES: Final[tuple[CredentialState, ...]] = get_args(CredentialState.__value__)
SIGNATURES: Final[tuple[Signature, ...]] = get_args(Signature.__value__)
BINDINGS: Final[tuple[ContentBinding, ...]] = get_args(ContentBinding.__value__)
SIGNER_TRUSTS: Final[tuple[SignerTrust, ...]] = get_args(SignerTrust.__value__)
TIME_STAMPS: Final[tuple[TimeStamp, ...]] = get_args(TimeStamp.__value__)
IDENTITIES: Final[tuple[Identity, ...]] = get_args(Identity.__value__)


def report_from_json(data: object) -> Report:
    """The record of a report's JSON, as `json.loads` gives it.

    Raises ReportNotUnderstood, with the place of the first thing that no report has.
    """
    report = JsonNode(data, "report")
    if report["schema"].value != SCHEMA:
        raise report["schema"].refuse(verbatim(SCHEMA))
    if "verdict" not in report.members():
        raise report.refuse(Message("error-report-verdict"))
    try:
        return _report(report)
    except ValueError as error:  # of a record that checks itself
        raise ReportNotUnderstood(Message("error-report-misfit")) from error


def _report(report: JsonNode) -> Report:
    metadata = report["metadata"]
    verdict, claim, first, searched = (
        report[name] for name in ("verdict", "claim", "first_seen", "searched")
    )
    return Report(
        item=_item(report["item"]),
        verdict=None if verdict.is_null else _verdict(verdict),
        claim=None if claim.is_null else _claim(claim),
        first_seen=None if first.is_null else _first_seen(first),
        unmatched=_spans(report["unmatched"]),
        matches=tuple(_match(match) for match in report["matches"].items()),
        searched=None if searched.is_null else _searched(searched, report["record"]),
        metadata={} if metadata.is_null else _fields(metadata["fields"]),
        findings=()
        if metadata.is_null
        else tuple(_finding(finding) for finding in metadata["findings"].items()),
        credentials=_credentials(report["credentials"]),
        problems=_messages(report["problems"], report["problems_messages"]),
        timings_s={name: _number(seconds) for name, seconds in _members(report["timings_s"])},
        method={name: value.text() for name, value in _members(report["method"])},
        shown=_shown(report["shown"]),
        parts=tuple(_part(part) for part in report["parts"].items()),
        conditions=_conditions(report["record"]),
    )


def _conditions(record: JsonNode) -> Conditions | None:
    """None where no version is named: a record of a check of an older version's."""
    if record.is_null or record["version"].is_null or record["checked_at"].is_null:
        return None
    claim = record["claim"]
    return Conditions(
        checked_at=record["checked_at"].text(),
        version=record["version"].text(),
        commit=record["commit"].text_or_none(),
        code_sha256=record["code_sha256"].text_or_none(),
        model_sha256=record["model_sha256"].text_or_none(),
        claimed_date=None if claim.is_null else claim["date"].text_or_none(),
        claimed_place=None if claim.is_null else claim["place"].text_or_none(),
        settings={name: _setting(value) for name, value in _members(record["settings"])},
    )


def _setting(value: JsonNode) -> str | float | None:
    if value.is_null or isinstance(value.value, str):
        return value.text_or_none()
    return value.whole() if isinstance(value.value, int) else value.number()


def _part(part: JsonNode) -> ReportedPart:
    return ReportedPart(
        id=part["id"].text(),
        kind=part["kind"].text(),
        label=_message(part["label"], part["label_message"]),
        duration_s=part["duration_s"].number_or_none(),
        checked=bool(part["checked"].flag_or_none()),
        reason=_message_or_none(part["reason"], part["reason_message"]),
        unmatched=tuple(_span(span) for span in part["unmatched"].items()),
    )


def _item(item: JsonNode) -> ReportedItem:
    fetched_at = item["fetched_at"].text_or_none()
    return ReportedItem(
        name=item["name"].text(),
        sha256=item["sha256"].text_or_none(),
        bytes=item["bytes"].whole_or_none(),
        info=None if item["kind"].is_null else _info(item),
        url=item["url"].text_or_none(),
        final_url=item["final_url"].text_or_none(),
        fetched_at=datetime.fromisoformat(fetched_at) if fetched_at else None,
    )


def _info(item: JsonNode) -> MediaInfo:
    return MediaInfo(
        kind=item["kind"].one_of(KINDS),
        width=item["width"].whole(),
        height=item["height"].whole(),
        duration_s=item["duration_s"].number_or_none(),
        frame_rate=item["frame_rate"].number_or_none(),
        container=item["container"].text_or_none(),
        video_codec=item["video_codec"].text_or_none(),
        audio_codec=item["audio_codec"].text_or_none(),
        hdr=None if item["hdr"].is_null else item["hdr"].one_of(HDR_CURVES),
    )


def _verdict(verdict: JsonNode) -> ReportedVerdict:
    undecided = verdict["undecided"]
    return ReportedVerdict(
        relation=verdict["relation"].one_of(RELATIONS),
        undecided=None if undecided.is_null else undecided.one_of(UNDECIDED),
        headline=_message(verdict["headline"], verdict["headline_message"]),
        reasons=_messages(verdict["reasons"], verdict["reasons_messages"]),
        limits=_messages(verdict["limits"], verdict["limits_messages"]),
    )


def _claim(claim: JsonNode) -> ReportedClaim:
    date, place = claim["date"], claim["place"]
    return ReportedClaim(
        date=None
        if date.is_null
        else ClaimedDate(
            claimed=date["claimed"].text(),
            finding=date["finding"].one_of(DATE_FINDINGS),
            query=_spans(date["query"]),
            reason=_message(date["reason"], date["reason_message"]),
            parts=tuple(
                RangesOfPart(of["part"].text(), _spans(of["query"])) for of in date["parts"].items()
            ),
        ),
        place=None
        if place.is_null
        else ClaimedPlace(
            claimed=place["claimed"].text(),
            known=place["known"].texts(),
            reason=_message(place["reason"], place["reason_message"]),
        ),
    )


def _first_seen(first: JsonNode) -> EarliestCopy:
    return EarliestCopy(first["clip"].text(), _appearance(first))


def _appearance(appearance: JsonNode) -> ReportedAppearance:
    entered = Appearance(
        kind=appearance["kind"].one_of(APPEARANCE_KINDS),
        date=appearance["date"].text(),
        source_url=appearance["source_url"].text_or_none(),
        publisher=appearance["publisher"].text_or_none(),
        entered_by=appearance["entered_by"].text_or_none(),
    )
    stated = appearance["stated_by"]
    record = reported(entered)
    return record if stated.is_null else replace(record, stated_by=stated.one_of(STATED_BY))


def _match(match: JsonNode) -> ReportedMatch:
    main, found_by, audio = match["main_picture"], match["found_by"], match["audio"]
    coverage, shared = match["coverage"], match["shared_material"]
    return ReportedMatch(
        clip=_clip(match["clip"]),
        appearances=tuple(_appearance(appearance) for appearance in match["appearances"].items()),
        accepted=match["accepted"].flag(),
        score=_number(match["score"]),
        relation=match["relation"].one_of(RELATIONS),
        coverage_query=None if coverage.is_null else coverage["query"].number_or_none(),
        coverage_reference=None if coverage.is_null else coverage["reference"].number_or_none(),
        segments=tuple(_segment(segment) for segment in match["segments"].items()),
        edits=tuple(_edit(edit) for edit in match["edits"].items()),
        audio=AudioFinding() if audio.is_null else _audio(audio),
        main_picture=True if main.is_null else main.flag(),
        shared_material=False if shared.is_null else shared.flag(),
        frame_shares=tuple(_frame_share(share) for share in match["frame_shares"].items()),
        found_by="picture" if found_by.is_null else found_by.one_of(("picture", "sound")),
        reasons=_messages(match["reasons"], match["reasons_messages"]),
    )


def _frame_share(share: JsonNode) -> FrameShare:
    return FrameShare(
        _span(share["query"]),
        _number(share["known"]),
        _number(share["other"]),
        _number(share["fill"]),
    )


def _clip(clip: JsonNode) -> ReportedClip:
    kind = clip["kind"]
    return ReportedClip(
        id=clip["id"].text(),
        name=clip["name"].text(),
        title=clip["title"].text_or_none(),
        place=clip["place"].text_or_none(),
        kind=None if kind.is_null else kind.one_of(KINDS),
        duration_s=clip["duration_s"].number_or_none(),
        sha256=clip["sha256"].text_or_none(),
    )


def _segment(segment: JsonNode) -> Segment:
    path = [(step["at"], step["homography"]) for step in segment["path"].items()]
    steps = [(at.number_or_none(), _homography(there)) for at, there in path]
    return Segment(
        query=_span(segment["query"]),
        reference=_span(segment["reference"]),
        score=_number(segment["score"]),
        speed=segment["speed"].number_or_none(),
        reversed=bool(segment["reversed"].flag_or_none()),
        visible=_box(segment["visible"]),
        homography=_homography(segment["homography"]),
        mirrored=segment["mirrored"].flag_or_none(),
        inliers=segment["inliers"].whole_or_none(),
        part=segment["part"].text_or_none(),
        path=tuple((at, there) for at, there in steps if at is not None and there is not None),
    )


def _edit(edit: JsonNode) -> Edit:
    query = edit["query"]
    return Edit(
        type=edit["type"].one_of(EditType),
        confidence=_number(edit["confidence"]),
        measure={name: _measured(value) for name, value in _members(edit["measure"])},
        message=_message(edit["text"], edit["message"]),
        query=None if query.is_null else _span(query),
        box=_box(edit["box"]),
        part=edit["part"].text_or_none(),
    )


def _measured(value: JsonNode) -> float | int | str:
    if value.is_null:
        return NOT_A_NUMBER
    if isinstance(value.value, int | float | str):
        return value.value
    raise value.refuse(Message("error-report-number-or-text"))


def _audio(audio: JsonNode) -> AudioFinding:
    return AudioFinding(
        state=audio["state"].one_of(AUDIO_STATES),
        offset_s=audio["offset_s"].number_or_none(),
        spans=tuple(
            AudioSpan(
                query=_span(span["query"]),
                state=span["state"].one_of(AUDIO_STATES),
                offset_s=span["offset_s"].number_or_none(),
                clip=span["clip"].text_or_none(),
            )
            for span in audio["spans"].items()
        ),
    )


def _searched(searched: JsonNode, record: JsonNode) -> Searched:
    return Searched(
        clips=searched["clips"].whole(),
        skipped=searched["skipped"].whole_or_none() or 0,
        seconds=searched["seconds"].number_or_none() or 0.0,
        earliest=searched["earliest"].text_or_none(),
        latest=searched["latest"].text_or_none(),
        digest=None if record.is_null else record["library"]["digest"].text_or_none(),
    )


def _fields(fields: JsonNode) -> Fields:
    return {group: _group(values) for group, values in _members(fields)}


def _group(values: JsonNode) -> Group:
    return {name: value.plain() for name, value in _members(values)}


def _finding(finding: JsonNode) -> Finding:
    return Finding(
        code=finding["code"].text(),
        severity=finding["severity"].one_of(SEVERITIES),
        message=_message(finding["text"], finding["message"]),
        evidence=_group(finding["evidence"]),
    )


def _credentials(credentials: JsonNode) -> Credentials | None:
    if credentials.is_null:
        return None
    signer = credentials["signer"]
    return Credentials(
        state=credentials["state"].one_of(CREDENTIAL_STATES),
        issuer=None if signer.is_null else signer["issuer"].text_or_none(),
        common_name=None if signer.is_null else signer["common_name"].text_or_none(),
        signed_at=credentials["signed_at"].text_or_none(),
        generator=credentials["generator"].text_or_none(),
        actions=tuple(_group(action) for action in credentials["actions"].items()),
        source_types=credentials["source_types"].texts(),
        codes=credentials["findings"].texts(),
        ingredients=credentials["ingredients"].whole_or_none() or 0,
        assertions=_group(credentials["assertions"]),
        reason=None
        if credentials["reason"].is_null
        else _message(credentials["reason"], credentials["reason_message"]),
        signature=credentials["signature"].one_of_or(SIGNATURES, "not_checked"),
        content_binding=credentials["content_binding"].one_of_or(BINDINGS, "not_checked"),
        signer_trust=credentials["signer_trust"].one_of_or(SIGNER_TRUSTS, "not_checked"),
        time_stamp=credentials["time_stamp"].one_of_or(TIME_STAMPS, "none"),
        identity=credentials["identity"].one_of_or(IDENTITIES, "none"),
    )


def _shown(shown: JsonNode) -> Shown | None:
    if shown.is_null:
        return None
    return Shown(
        faces=shown["faces"].one_of(("redacted", "shown")),
        identifying_metadata=shown["identifying_metadata"].one_of(("withheld", "shown")),
        by=shown["by"].text_or_none(),
        # older versions withheld no names
        names="kept" if shown["names"].is_null else shown["names"].one_of(("withheld", "kept")),
        item=shown["item"].one_of_or(("withheld", "included"), "withheld"),
    )


def _messages(texts: JsonNode, messages: JsonNode) -> tuple[Message, ...]:
    """Sentences with their ids, as far as they have some."""
    sentences, named = texts.items(), messages.items()
    if messages.is_null:
        named = [messages] * len(sentences)
    if len(named) != len(sentences):
        raise messages.refuse(Message("error-report-message-each"))
    return tuple(map(_message, sentences, named))


def _message(text: JsonNode, message: JsonNode) -> Message:
    """A sentence by its id, or as it was written where the catalogue does not have it any more."""
    written = verbatim(text.text())
    if message.is_null:
        return written
    named = _named_message(message)
    _, faults = attempt(named)
    return written if faults else named


def _message_or_none(text: JsonNode, message: JsonNode) -> Message | None:
    return None if text.is_null else _message(text, message)


def _named_message(message: JsonNode) -> Message:
    params = message["params"].members()
    return Message(message["id"].text(), {name: _param(value) for name, value in params.items()})


def _param(param: JsonNode) -> Param:
    value = param.value
    if isinstance(value, dict):
        return _named_message(param)
    if isinstance(value, list):
        return tuple(
            _named_message(part) if isinstance(part.value, dict) else part.text()
            for part in param.items()
        )
    if isinstance(value, str | int | float):
        return value
    raise param.refuse(Message("error-report-param"))


def _members(node: JsonNode) -> list[tuple[str, JsonNode]]:
    """Names and values of an object; none of null."""
    return [] if node.is_null else list(node.members().items())


def _number(node: JsonNode) -> float:
    return NOT_A_NUMBER if node.is_null else node.number()


def _spans(spans: JsonNode) -> tuple[Span, ...]:
    return tuple(_span(span) for span in spans.items())


def _span(span: JsonNode) -> Span:
    edges = [edge.number() for edge in span.items()]
    if len(edges) != 2:
        raise span.refuse(Message("error-report-span"))
    return Span(edges[0], edges[1])


def _box(box: JsonNode) -> Box | None:
    """None of what is null, or has an edge that is."""
    edges = [edge.number_or_none() for edge in box.items()]
    if box.is_null or None in edges:
        return None
    match [edge for edge in edges if edge is not None]:
        case [x0, y0, x1, y1]:
            return (x0, y0, x1, y1)
    raise box.refuse(Message("error-report-edges"))


def _homography(homography: JsonNode) -> Homography | None:
    """None of what is null, or has a value that is."""
    rows = [[value.number_or_none() for value in row.items()] for row in homography.items()]
    if homography.is_null or any(None in row for row in rows):
        return None
    match [[value for value in row if value is not None] for row in rows]:
        case [[a, b, c], [d, e, f], [g, h, i]]:
            return ((a, b, c), (d, e, f), (g, h, i))
    raise homography.refuse(Message("error-report-matrix"))
