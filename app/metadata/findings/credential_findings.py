"""Findings on content credentials: whether they hold, who signed, what was declared. Pure."""

import re
from collections.abc import Iterator

from app.metadata.types import (
    Credentials,
    CredentialState,
    Finding,
    Group,
    Severity,
)
from hashing.message import Message

STANDARD_ACTION = re.compile(r"c2pa\.[a-z_.]{1,60}")  # others may hold anything

CREDENTIAL_SEVERITIES: dict[CredentialState, Severity] = {
    "trusted": "info",
    "valid": "info",
    "invalid": "warning",
    "unreadable": "notice",
}


def credential_findings(credentials: Credentials) -> Iterator[Finding]:
    if credentials.state == "none":
        return
    state, severity = credentials.state, CREDENTIAL_SEVERITIES[credentials.state]
    shown: Group = {
        "state": state,
        "codes": list(credentials.codes),
        "signature": credentials.signature,
        "content_binding": credentials.content_binding,
        "signer_trust": credentials.signer_trust,
        "time_stamp": credentials.time_stamp,
        "identity": credentials.identity,
    }
    if state == "invalid":
        cause = why_invalid(credentials)
        severity = "warning" if cause in ("changed", "signature") else "notice"
        message = Message("finding-credentials-invalid", {"cause": cause})
    else:
        message = Message(f"finding-credentials-{state}")
    yield Finding(f"credentials_{state}", severity, message, shown)
    if credentials.identity == "not_looked_up":
        message = Message("finding-credentials-identity-not-looked-up")
        yield Finding("credentials_identity_not_looked_up", "info", message, {})
    declared = {str(action.get("action")) for action in credentials.actions} - {"None"}
    edits = sorted({edit if STANDARD_ACTION.fullmatch(edit) else "other" for edit in declared})
    if edits:
        named = tuple(edit.removeprefix("c2pa.").replace("_", " ") for edit in edits)
        message = Message("finding-credentials-actions", {"actions": named})
        yield Finding("credentials_actions", "info", message, {"actions": list(edits)})


def why_invalid(credentials: Credentials) -> str:
    """What did not hold, the gravest first."""
    if credentials.content_binding == "changed":
        return "changed"
    if credentials.signature == "invalid":
        return "signature"
    if credentials.signer_trust == "refused":
        return "certificate"
    return "identity" if credentials.identity == "invalid" else "other"
