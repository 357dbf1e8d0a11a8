"""A report without what could point at a person: for everything that is shown to others. Pure."""

from dataclasses import asdict
from typing import Any

from app.metadata.metadata_redaction import withhold, withhold_credentials
from app.metadata.types import Credentials
from app.report.report import Shown


def withheld(report: dict[str, Any]) -> dict[str, Any]:
    """A copy of the report's JSON with positions, serial numbers and people's names withheld.

    Findings stay: they repeat none of these. Their evidence, which no page shows, goes too, and
    so does who entered an appearance.
    """
    metadata = report.get("metadata") or {"fields": {}, "findings": []}
    first = report.get("first_seen")
    return {
        **report,
        # links name accounts; the host stands in the limits
        "item": {**report["item"], "url": None, "final_url": None},
        "first_seen": first and {**first, "entered_by": None},
        "matches": [_without_people(match) for match in report.get("matches") or []],
        "metadata": {
            "fields": withhold(metadata["fields"]),
            "findings": [{**finding, "evidence": {}} for finding in metadata["findings"]],
        },
        "credentials": _credentials(report.get("credentials")),
    }


def for_others(report: dict[str, Any], shown: Shown | None = None) -> dict[str, Any]:
    """The report withheld, or as `shown` allows, saying so itself."""
    shown = shown or Shown()
    whole = shown.identifying_metadata == "shown"
    return {**(report if whole else withheld(report)), "shown": asdict(shown)}


def _without_people(match: dict[str, Any]) -> dict[str, Any]:
    return {
        **match,
        "appearances": [{**a, "entered_by": None} for a in match.get("appearances") or []],
    }


def _credentials(shown: dict[str, Any] | None) -> dict[str, Any] | None:
    """What withhold_credentials leaves of the record that the JSON was made of."""
    if shown is None or shown["state"] == "none":
        return shown
    signer = shown.get("signer") or {}
    left = withhold_credentials(
        Credentials(
            state=shown["state"],
            issuer=signer.get("issuer"),
            common_name=signer.get("common_name"),
            signed_at=shown.get("signed_at"),
            generator=shown.get("generator"),
            actions=tuple(shown.get("actions") or ()),
            source_types=tuple(shown.get("source_types") or ()),
            codes=tuple(shown.get("findings") or ()),
            ingredients=shown.get("ingredients") or 0,
            assertions=shown.get("assertions") or {},
            reason=shown.get("reason"),
        )
    )
    return {
        "state": left.state,
        "signer": {"issuer": left.issuer, "common_name": left.common_name},
        "signed_at": left.signed_at,
        "generator": left.generator,
        "actions": list(left.actions),
        "source_types": list(left.source_types),
        "findings": list(left.codes),
        "ingredients": left.ingredients,
        "assertions": left.assertions,
        "reason": left.reason,
    }
