"""What a person should know of a file's metadata, in plain words. Pure: no file, no clock.

Metadata are claims of the file: easily lost, easily made up. Findings are worded so. That
something is absent is never evidence of tampering, since platforms and messengers remove it.
No finding repeats a position, a serial number or a name.
"""

from collections.abc import Iterator
from datetime import datetime

from app.dates import Interval
from app.messages.catalogue import render
from app.metadata.findings.credential_findings import credential_findings
from app.metadata.findings.date_findings import date_findings
from app.metadata.findings.hdr_findings import hdr_findings
from app.metadata.findings.position_findings import position_findings
from app.metadata.findings.software_signatures import Trace, TraceKind, traces
from app.metadata.findings.still_findings import picture_findings
from app.metadata.findings.video_findings import video_findings
from app.metadata.stated_dates import stated_dates
from app.metadata.summary import summarise
from app.metadata.types import (
    Credentials,
    Fields,
    Finding,
    Group,
    Metadata,
    Severity,
    Value,
)
from hashing.message import Message
from hashing.types import MediaInfo

SEVERITIES: tuple[Severity, ...] = ("warning", "notice", "info")

# IPTC NewsCodes, digitalsourcetype: the last path part of what declares a synthetic picture
AI_SOURCES = (
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "algorithmicMedia",
    "compositeSynthetic",
    "compositeWithTrainedAlgorithmicMediaData",
)
SCREEN_SOURCES = ("screenCapture", "virtualRecording")


def findings(
    metadata: Metadata,
    info: MediaInfo | None,
    claim: Interval | None,
    now: datetime,
) -> tuple[Finding, ...]:
    """All findings, the severest first.

    info: what the decoder said; None where nothing would decode.
    claim: the claimed date, where a claim was made.
    now: an aware instant; dates after it are in the future.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    fields, credentials = metadata.fields, metadata.credentials
    dates = stated_dates(fields, credentials)
    unsorted = [
        *date_findings(dates, claim, now),
        *credential_findings(credentials),
        *declared_sources(fields, credentials),
        *software_findings(traces(fields, credentials)),
        *header_epochs(fields),
        *damage_findings(fields),
        *position_findings(fields),
        *picture_findings(metadata, info),
        *video_findings(fields, info),
        *hdr_findings(info),
        *([] if dates else stripped(metadata)),
    ]
    return tuple(sorted(unsorted, key=lambda finding: SEVERITIES.index(finding.severity)))


def declared_sources(fields: Fields, credentials: Credentials) -> Iterator[Finding]:
    """The IPTC digital source type, in XMP or in the credentials."""
    declared: dict[str, str | Message]
    declared = dict.fromkeys(credentials.source_types, Message("declared-in-credentials"))
    for name, value in fields.get("xmp", {}).items():
        if name.lower().endswith("digitalsourcetype"):
            declared.setdefault(str(value).rstrip("/").rsplit("/", 1)[-1], "XMP")
    for source, where in declared.items():
        shown: Group = {
            "digital_source_type": source,
            "declared_in": where if isinstance(where, str) else render(where),
        }
        if source in AI_SOURCES:
            message = Message("finding-declared-synthetic", {"source": source, "where": where})
            yield Finding("declared_synthetic", "warning", message, shown)
        elif source in SCREEN_SOURCES:
            message = Message("finding-declared-screen", {"where": where})
            yield Finding("declared_screen", "notice", message, shown)


# severity where the sign is sure, and code, by kind of program
KINDS: dict[TraceKind, tuple[Severity, str]] = {
    "device": ("info", "written_on_device"),
    "platform": ("notice", "went_through_platform"),
    "editor": ("notice", "went_through_editor"),
    "encoder": ("info", "encoder"),
    "screen": ("notice", "screen_program"),
    "ai": ("warning", "synthesis_program"),
}
SURENESS = ("sure", "likely", "possible")


def software_findings(listed: tuple[Trace, ...]) -> Iterator[Finding]:
    """One finding for each kind of program, naming all of that kind."""
    for kind, (severity, code) in KINDS.items():
        of_kind = [trace for trace in listed if trace.sign.kind == kind]
        if not of_kind:
            continue
        names = tuple(trace.sign.name or trace.matched for trace in of_kind)
        named = tuple(name for at, name in enumerate(names) if name not in names[:at])[:5]
        least = max((trace.sign.sureness for trace in of_kind[:5]), key=SURENESS.index)
        sure = any(trace.sign.sureness == "sure" for trace in of_kind)
        message = Message(f"finding-{kind}", {"names": named, "sureness": least})
        shown: Group = {trace.field: trace.matched for trace in of_kind[:5]}
        # a habit that others share too accuses nobody
        yield Finding(code, severity if sure else "info", message, {**shown, "sureness": least})


def damage_findings(fields: Fields) -> Iterator[Finding]:
    """Blocks that are there and could not be read: what they said is not in this report."""
    damaged = fields.get("file", {}).get("damaged")
    if isinstance(damaged, list):
        message = Message("finding-block-damaged", {"blocks": tuple(map(str, damaged))})
        yield Finding("block_damaged", "notice", message, {"blocks": damaged})


def header_epochs(fields: Fields) -> Iterator[Finding]:
    """Header times that count from another day than the standard's."""
    boxes = fields.get("boxes", {})
    counted = [name for name in boxes if name.endswith("creation_time_epoch")]
    if counted:
        message = Message("finding-header-from-1970")
        yield Finding("header_time_from_1970", "info", message, {"boxes": list(counted)})


def stripped(metadata: Metadata) -> Iterator[Finding]:
    """Of a file without a date: no camera and no position either, or never were there."""
    summary = summarise(metadata.fields)
    if summary.make or summary.model or summary.position:
        return
    if metadata.credentials.state != "none":
        return
    groups: list[Value] = [*sorted(set(metadata.fields) - {"decoder"})]
    message = Message("finding-no-origin")
    yield Finding("no_origin_metadata", "info", message, {"groups": groups})
