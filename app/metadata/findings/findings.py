"""What a person should know of a file's metadata, in plain words. Pure: no file, no clock.

Metadata are claims of the file: easily lost, easily made up. Findings are worded so. That
something is absent is never evidence of tampering, since platforms and messengers remove it.
No finding repeats a position, a serial number or a name.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from app.dates import Interval
from app.metadata.findings.date_findings import date_findings
from app.metadata.findings.software_signatures import Trace, traces
from app.metadata.findings.still_findings import picture_findings
from app.metadata.findings.video_findings import video_findings
from app.metadata.stated_dates import stated_dates
from app.metadata.summary import position, summarise
from app.metadata.types import Credentials, Fields, Finding, Group, Metadata, Severity, Value
from hashing.types import MediaInfo

SEVERITIES: tuple[Severity, ...] = ("warning", "notice", "info")

# IPTC NewsCodes, digitalsourcetype: what the last path part declares
AI_SOURCES = {
    "trainedAlgorithmicMedia": "made by a generative model",
    "compositeWithTrainedAlgorithmicMedia": "a composite with parts made by a generative model",
    "algorithmicMedia": "made by an algorithm",
    "compositeSynthetic": "a composite with synthetic parts",
    "compositeWithTrainedAlgorithmicMediaData": "partly made by a generative model",
}
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
    found = [
        *date_findings(dates, claim, now),
        *credential_findings(credentials),
        *declared_sources(fields, credentials),
        *software_findings(traces(fields, credentials)),
        *position_findings(fields),
        *picture_findings(metadata, info),
        *video_findings(fields, info),
        *stripped(metadata, bool(dates)),
    ]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


STANDARD_ACTION = re.compile(r"c2pa\.[a-z_.]{1,60}")  # others may hold anything

CREDENTIAL_TEXTS: dict[str, tuple[Severity, str]] = {
    "trusted": (
        "info",
        "The file carries content credentials: unchanged since they were signed, by a signer on "
        "the trust list in use. That says who vouches for the file, not that what it shows is "
        "true.",
    ),
    "valid": (
        "info",
        "The file carries content credentials and is unchanged since they were signed, but the "
        "signer is on no trust list in use: anyone can sign like this, under any name.",
    ),
    "invalid": (
        "warning",
        "The file carries content credentials that do not hold: the file or its manifest was "
        "changed after signing, or the certificate does not fit. The codes say which; re-saving "
        "in a program that does not know credentials is enough.",
    ),
    "unreadable": (
        "notice",
        "The file seems to carry content credentials that could not be read.",
    ),
}


def credential_findings(credentials: Credentials) -> Iterator[Finding]:
    if credentials.state == "none":
        return
    severity, text = CREDENTIAL_TEXTS[credentials.state]
    shown: Group = {"state": credentials.state, "codes": list(credentials.codes)}
    yield Finding(f"credentials_{credentials.state}", severity, text, shown)
    declared = {str(action.get("action")) for action in credentials.actions} - {"None"}
    edits = sorted({edit if STANDARD_ACTION.fullmatch(edit) else "other" for edit in declared})
    if edits:
        names = ", ".join(edit.removeprefix("c2pa.").replace("_", " ") for edit in edits)
        text = f"Its credentials declare what was done to it: {names}."
        yield Finding("credentials_actions", "notice", text, {"actions": list(edits)})


def declared_sources(fields: Fields, credentials: Credentials) -> Iterator[Finding]:
    """The IPTC digital source type, in XMP or in the credentials."""
    declared = dict.fromkeys(credentials.source_types, "content credentials")
    for name, value in fields.get("xmp", {}).items():
        if name.lower().endswith("digitalsourcetype"):
            declared.setdefault(str(value).rstrip("/").rsplit("/", 1)[-1], "XMP")
    for source, where in declared.items():
        shown: Group = {"digital_source_type": source, "declared_in": where}
        if source in AI_SOURCES:
            text = f"The file declares itself {AI_SOURCES[source]} ({where})."
            yield Finding("declared_synthetic", "warning", text, shown)
        elif source in SCREEN_SOURCES:
            text = f"The file declares itself a recording of a screen ({where})."
            yield Finding("declared_screen", "notice", text, shown)


KIND_TEXTS: dict[str, tuple[Severity, str, str]] = {
    "platform": ("notice", "went_through_platform", "The file seems to have gone through {name}"),
    "editor": ("notice", "went_through_editor", "The file was saved by {name}"),
    "encoder": ("info", "encoder", "The file was written by {name}, as many programs are"),
    "screen": ("notice", "screen_program", "The file names {name}: a picture of a screen"),
    "ai": ("warning", "synthesis_program", "The file names a maker of synthetic pictures, {name}"),
}


def software_findings(found: tuple[Trace, ...]) -> Iterator[Finding]:
    """One finding for each kind of program, naming all of that kind."""
    for kind, (severity, code, words) in KIND_TEXTS.items():
        of_kind = [trace for trace in found if trace.sign.kind == kind]
        if not of_kind:
            continue
        names = list(dict.fromkeys(trace.sign.name or trace.matched for trace in of_kind))[:5]
        least = max((trace.sign.sureness for trace in of_kind[:5]), key=SURENESS.index)
        text = words.format(name=", ".join(names)) + ("." if least == "sure" else f" ({least}).")
        if kind in ("platform", "editor", "encoder"):
            text += " That says nothing about whether its content was altered."
        shown: Group = {trace.field: trace.matched for trace in of_kind[:5]}
        yield Finding(code, severity, text, {**shown, "sureness": least})


SURENESS = ("sure", "likely", "possible")


def position_findings(fields: Fields) -> Iterator[Finding]:
    """That there is a position, or that it cannot be; never where it is."""
    found = position(fields)
    if found is None:
        return
    latitude, longitude = found
    if abs(latitude) > 90 or abs(longitude) > 180:
        text = "The file's position lies outside the globe: damaged, or made up."
        yield Finding("position_impossible", "notice", text, {"in_range": False})
    elif latitude == 0 and longitude == 0:
        text = "The file's position is 0°, 0°, which receivers write when they have none."
        yield Finding("position_null", "notice", text, {"null_island": True})
    else:
        text = "The file states a position. Hold it against the claimed place; it can be made up."
        yield Finding("position_stated", "info", text, {"stated": True})


def stripped(metadata: Metadata, dated: bool) -> Iterator[Finding]:
    """No camera, no date, no position: what is left after a platform, or never was there."""
    summary = summarise(metadata.fields)
    if dated or summary.make or summary.model or summary.position:
        return
    if metadata.credentials.state != "none":
        return
    text = (
        "The file says nothing of its camera, its time or its place. Platforms, messengers and "
        "many programs remove these; their absence is no evidence of tampering."
    )
    groups: list[Value] = [*sorted(set(metadata.fields) - {"decoder"})]
    yield Finding("no_origin_metadata", "info", text, {"groups": groups})
