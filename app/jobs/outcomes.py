"""How a check ends: state, report and what belongs to it, in one transaction.

Every write is for a check that is still wanted: one that was cancelled or deleted meanwhile is
left as it is, and what was found out is dropped.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.error_codes import problem_content
from app.evidence.types import EvidenceSheet
from app.metadata.types import Metadata
from app.report.report import to_json, unreadable
from app.settings import Settings
from app.store import checks, descriptors, evidence_sheets, reports
from app.store.checks import Check
from app.store.data_folder import Store
from hashing.search.candidates import Sought
from hashing.types import Fingerprint

type Json = dict[str, Any]


def store_verdict(
    store: Store,
    check: Check,
    settings: Settings,
    report: Json,
    reach: int,
    illustrated: bool = False,
    read: tuple[Fingerprint, Metadata] | None = None,
    change: str = "",
    sought: Sought | None = None,
) -> None:
    """A check is done. reach: the library's newest clip when it was searched; change: its mark.

    illustrated: pictures will follow. read, sought: what later checks need, kept as the settings
    say.
    """
    facts = reports.summary(report)
    if check.sha256 is None:  # of a link
        facts["sha256"] = report["item"]["sha256"]
    pictures = "pending" if illustrated else "none"
    with store.writing() as connection:
        if not checks.finish(connection, check.id, "done", settings, **facts, pictures=pictures):
            return
        reports.store(connection, check.id, report, "check", reach)
        if read is not None and settings.keep_descriptors_s:
            until = checks.in_seconds(settings.keep_descriptors_s)
            descriptors.store(connection, check.id, *read, reach, until, change, sought)


def store_failure(
    store: Store, check: Check, settings: Settings, report: Json, problem: Json
) -> None:
    """A check that ends without a verdict has a report too, which says why."""
    with store.writing() as connection:
        if checks.finish(connection, check.id, "failed", settings, problem=problem):
            reports.store(connection, check.id, report, "check", None)


def store_pictures(store: Store, check: Check, made: Mapping[str, EvidenceSheet]) -> None:
    """By clip; where there are none, nobody waits for them any more."""
    with store.writing() as connection:
        if checks.settle_pictures(connection, check.id, "ready" if made else "none"):
            evidence_sheets.store(connection, check.id, made)


def store_addition(store: Store, check: Check, settings: Settings, clip: str, new: bool) -> None:
    """A file has become known footage, or was it before."""
    outcome = {"clip": clip, "new": new}
    with store.writing() as connection:
        checks.finish(connection, check.id, "done", settings, outcome=outcome)


def store_refusal(store: Store, check: Check, settings: Settings, problem: Json) -> None:
    """A task without a report could not be done."""
    with store.writing() as connection:
        checks.finish(connection, check.id, "failed", settings, problem=problem)


def put_aside(connection: sa.Connection, check: Check, settings: Settings, why: str) -> None:
    """End a check that must not be tried again. What has its verdict goes without pictures."""
    if check.state == "done":
        checks.settle_pictures(connection, check.id, "none")
        return
    problem = problem_content(422, why)
    ended = checks.finish(connection, check.id, "failed", settings, problem=problem)
    if ended and check.task == "check":
        report = unreadable(check.name, why, sha256=check.sha256, bytes=check.bytes)
        reports.store(connection, check.id, to_json(report), "check", None)
