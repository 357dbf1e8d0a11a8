"""Store how a check ends: state, report and what belongs to it, in one transaction.

A check that was cancelled or deleted meanwhile is left as it is, and its outcome is dropped.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.error_codes import problem_content
from app.evidence.evidence_sheet import EvidenceSheet
from app.metadata.types import Metadata
from app.report.from_verdict import unreadable
from app.report.report_json import to_json
from app.settings import Settings
from app.store import checks, evidence_sheets, reports, stored_fingerprints
from app.store.checks import Check
from app.store.data_folder import Store
from hashing.message import Message
from hashing.search.candidates import SearchThresholds
from hashing.types import DescribedPart, Fingerprint

type Json = dict[str, Any]


def store_verdict(
    store: Store,
    check: Check,
    settings: Settings,
    report: Json,
    reach: int,
    *,
    evidence_follows: bool = False,
    fingerprint_and_metadata: tuple[Fingerprint, Metadata] | None = None,
    change: str = "",
    candidate_bars: SearchThresholds | None = None,
    parts: tuple[DescribedPart, ...] = (),
) -> None:
    """Store the report of a check. reach: the library's newest clip when
    it was searched; change: the library's change mark then.

    evidence_follows: frames will be stored later. fingerprint_and_metadata, candidate_bars, parts:
    what rechecks need, stored for as long as the settings say.
    """
    columns = reports.summary(report)
    if check.sha256 is None:  # of a link
        columns["sha256"] = report["item"]["sha256"]
    pictures = "pending" if evidence_follows else "none"
    with store.writing() as connection:
        if not checks.finish(connection, check.id, "done", settings, **columns, pictures=pictures):
            return
        reports.store(connection, check.id, report, "check", reach)
        if fingerprint_and_metadata is not None and settings.keep_descriptors_s:
            until = checks.timestamp_in(settings.keep_descriptors_s)
            stored_fingerprints.store(
                connection,
                check.id,
                *fingerprint_and_metadata,
                reach,
                until,
                change,
                candidate_bars,
                parts,
            )


def store_failure(
    store: Store, check: Check, settings: Settings, report: Json, problem: Json
) -> None:
    """Store a check that ends without a verdict, with a report that says why."""
    with store.writing() as connection:
        if checks.finish(connection, check.id, "failed", settings, problem=problem):
            reports.store(connection, check.id, report, "check", None)


def store_evidence(store: Store, check: Check, sheets_by_clip: Mapping[str, EvidenceSheet]) -> None:
    """Store evidence frames by clip id; without any, the check has none."""
    with store.writing() as connection:
        if checks.finish_evidence(connection, check.id, "ready" if sheets_by_clip else "none"):
            evidence_sheets.store(connection, check.id, sheets_by_clip)


def store_addition(store: Store, check: Check, settings: Settings, clip: str, *, new: bool) -> None:
    """Store that a file is a clip of the library now, or (not new) was one before."""
    outcome = {"clip": clip, "new": new}
    with store.writing() as connection:
        checks.finish(connection, check.id, "done", settings, outcome=outcome)


def store_refusal(store: Store, check: Check, settings: Settings, problem: Json) -> None:
    """Store that a task without a report could not be done."""
    with store.writing() as connection:
        checks.finish(connection, check.id, "failed", settings, problem=problem)


def put_aside(connection: sa.Connection, check: Check, settings: Settings, reason: Message) -> None:
    """End a check that must not be retried; one with a verdict stays without evidence frames."""
    if check.state == "done":
        checks.finish_evidence(connection, check.id, "none")
        return
    problem = problem_content(422, reason)
    ended = checks.finish(connection, check.id, "failed", settings, problem=problem)
    if ended and check.task == "check":
        report = unreadable(check.name, reason, sha256=check.sha256, bytes=check.bytes)
        reports.store(connection, check.id, to_json(report), "check", None)
