"""A report without what could point at a person: for everything that is shown to others. Pure."""

from dataclasses import replace

from app.metadata.metadata_redaction import withhold, withhold_credentials
from app.report.name_redaction import without_names
from app.report.report import (
    Report,
    ReportedAppearance,
    ReportedClaim,
    ReportedMatch,
    ReportedVerdict,
    Shown,
)
from hashing.message import Message, Param

# how a date is known: through a person, or without saying through whom
NAMES_A_PERSON, NAMES_NOBODY = "source-entered", "source-plain"


def for_others(report: Report, shown: Shown | None = None) -> Report:
    """The report with people and places withheld, or as `shown` allows, saying so itself."""
    shown = shown or Shown()
    if shown.identifying_metadata != "shown":
        report = withheld(report)
    if shown.names != "kept":
        report = without_names(report)
    return replace(report, shown=shown)


def withheld(report: Report) -> Report:
    """The report with positions, serial numbers and people's names withheld.

    Findings stay: they repeat none of these. Their evidence, which no page shows, goes too, and
    so does who added a date, in sentences as well; that a person did stays.
    """
    first, credentials = report.first_seen, report.credentials
    return replace(
        report,
        verdict=report.verdict and _verdict_without_names(report.verdict),
        claim=report.claim and _claim_without_names(report.claim),
        # links name accounts; the host stands in the limits
        item=replace(report.item, url=None, final_url=None),
        first_seen=first and replace(first, appearance=_without_name(first.appearance)),
        matches=tuple(_without_names(match) for match in report.matches),
        metadata=withhold(report.metadata),
        findings=tuple(replace(finding, evidence={}) for finding in report.findings),
        credentials=credentials and withhold_credentials(credentials),
    )


def _verdict_without_names(verdict: ReportedVerdict) -> ReportedVerdict:
    reasons = tuple(nameless(reason) for reason in verdict.reasons)
    return replace(verdict, reasons=reasons)


def _claim_without_names(claim: ReportedClaim) -> ReportedClaim:
    date = claim.date
    return replace(claim, date=date and replace(date, reason=nameless(date.reason)))


def nameless(message: Message) -> Message:
    """A sentence that names who added a date, without the name."""
    params = {name: _nameless_param(param) for name, param in message.params.items()}
    if message.id == NAMES_A_PERSON:
        return Message(NAMES_NOBODY, {"kind": params["kind"]})
    return replace(message, params=params)


def _nameless_param(param: Param) -> Param:
    if isinstance(param, tuple):
        return tuple(nameless(part) if isinstance(part, Message) else part for part in param)
    return nameless(param) if isinstance(param, Message) else param


def _without_names(match: ReportedMatch) -> ReportedMatch:
    appearances = tuple(_without_name(appearance) for appearance in match.appearances)
    return replace(match, appearances=appearances)


def _without_name(appearance: ReportedAppearance) -> ReportedAppearance:
    return replace(appearance, entered_by=None)
