"""What a worker does with a check: the line in app.verify, and its outcome into the desk.

The verdict is stored as soon as it stands, its pictures after it. Every write is for a check that
is still wanted: one that was cancelled or deleted meanwhile is left as it is.
"""

import contextlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import verify
from app.claim import parse_claim
from app.desk import checks, descriptors, reports, sheets
from app.desk.checks import Check
from app.desk.file import DeskFile
from app.desk.recheck import recheck
from app.desk.retention import drop_upload
from app.evidence_types import EvidenceSheet
from app.fence import prepare
from app.library import Library
from app.library_context import entered
from app.problems import problem_of
from app.progress import OnProgress
from app.report import Report, to_json, unreadable
from app.settings import Settings
from app.unread import report_unread
from hashing.errors import FirstseenError

type Json = dict[str, Any]


def open_work(settings: Settings, desk: DeskFile) -> "Work":
    """Opens the library. Raises LibraryUnusable."""
    prepare(settings.model)  # loads while the first check is on its way
    return Work(settings, desk, Library.open(settings.library))


@dataclass(frozen=True)
class Work:
    """One worker's library and desk."""

    settings: Settings
    desk: DeskFile
    library: Library

    def do(self, check: Check, on_progress: OnProgress) -> None:
        if check.settled:
            recheck(self.desk, self.library, self.settings, check, on_progress)
            return
        TASKS[check.task](self, check, on_progress)
        if not self.settings.keep_uploads_s:
            drop_upload(self.desk, check.id)

    def close(self) -> None:
        self.library.close()


def check_file(work: Work, check: Check, on_progress: OnProgress) -> None:
    """The verdict, then its pictures; only these where the verdict stands already."""
    stands = check.final
    pictures: dict[str, EvidenceSheet] | None = None
    try:
        path = work.desk.uploads / (check.upload or "")
        claim = parse_claim(check.claimed_date, check.claimed_place)
        reach, change = work.library.reach(), work.library.last_change()
        with verify.checking(
            path, claim, work.library, work.settings, on_progress, check.name
        ) as judged:
            if not stands:
                store_verdict(work, check, judged, reach, change)
                stands = True
            if judged.to_show:
                pictures = judged.pictures(on_progress=on_progress, strips=True)
    except FirstseenError as error:
        if not stands:
            store_failure(work.desk, check, work.settings, _unread(work, check, error), error)
    if stands:
        store_pictures(work.desk, check.id, pictures)


def add_file(work: Work, check: Check, on_progress: OnProgress) -> None:
    """A file becomes known footage; the row keeps which clip that is."""
    path = work.desk.uploads / (check.upload or "")
    context = entered({name: str(one) for name, one in (check.context or {}).items()}, "the form")
    try:
        added = verify.add_clip(
            path, work.library, work.settings, context, on_progress=on_progress, name=check.name
        )
    except FirstseenError as error:
        with work.desk.writing() as connection:
            checks.finish(connection, check.id, "failed", work.settings, problem=problem_of(error))
    else:
        outcome = {"clip": added.clip_id, "new": added.new}
        with work.desk.writing() as connection:
            checks.finish(connection, check.id, "done", work.settings, outcome=outcome)


TASKS = {"check": check_file, "add": add_file}


# ---- storing


def store_verdict(work: Work, check: Check, judged: verify.Judged, reach: int, change: str) -> None:
    """State, report and descriptors in one transaction."""
    report = to_json(judged.report)
    pictures = "pending" if judged.to_show else "none"
    with work.desk.writing() as connection:
        if not store_report(connection, check, work.settings, report, reach, pictures=pictures):
            return
        if work.settings.keep_descriptors_s:
            descriptors.store(
                connection,
                check.id,
                judged.query,
                judged.metadata,
                reach,
                checks.in_seconds(work.settings.keep_descriptors_s),
                change,
            )


def store_report(
    connection: sa.Connection,
    check: Check,
    settings: Settings,
    report: Json,
    reach: int | None = None,
    **values: Any,
) -> bool:
    """A check's first report; it is done with it. False where nobody wants it any more."""
    facts = reports.summary(report) | {"sha256": report["item"]["sha256"] or check.sha256}
    if not checks.finish(connection, check.id, "done", settings, **facts, **values):
        return False
    reports.store(connection, check.id, report, "check", reach)
    return True


def store_failure(
    desk: DeskFile, check: Check, settings: Settings, report: Report, error: FirstseenError
) -> None:
    """A check that ends without a verdict has a report too, which says why."""
    with desk.writing() as connection:
        if checks.finish(connection, check.id, "failed", settings, problem=problem_of(error)):
            reports.store(connection, check.id, to_json(report), "check", None)


def store_pictures(desk: DeskFile, identifier: str, made: dict[str, EvidenceSheet] | None) -> None:
    """None or none: there are none to be had."""
    with desk.writing() as connection:
        if checks.settle_pictures(connection, identifier, "ready" if made else "none") and made:
            sheets.store(connection, identifier, made)


def _unread(work: Work, check: Check, error: FirstseenError) -> Report:
    """The report on an item that could not be checked, whatever the reason."""
    path = work.desk.uploads / (check.upload or "")
    claim = parse_claim(check.claimed_date, check.claimed_place)
    with contextlib.suppress(FirstseenError):  # the library or the fence failed, not the item
        return report_unread(path, error, work.settings, claim, check.name)
    return unreadable(check.name, str(error), sha256=check.sha256, bytes=check.bytes)
