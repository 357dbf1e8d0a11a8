"""What a worker does with a check: the line in app.verify, and its outcome into the desk.

The verdict is stored as soon as it stands, its pictures after it.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app import verify
from app.claim import parse_claim
from app.desk.checks import Check
from app.desk.file import DeskFile
from app.desk.outcomes import (
    store_addition,
    store_failure,
    store_pictures,
    store_refusal,
    store_verdict,
)
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
    sheets: dict[str, EvidenceSheet] = {}
    reach, change = work.library.reach(), work.library.last_change()
    try:
        claim = parse_claim(check.claimed_date, check.claimed_place)
        with verify.checking(
            _path(work, check), claim, work.library, work.settings, on_progress, check.name
        ) as judged:
            if not stands:
                store_verdict(
                    work.desk,
                    check,
                    work.settings,
                    to_json(judged.report),
                    reach,
                    illustrated=bool(judged.to_show),
                    read=(judged.query, judged.metadata),
                    change=change,
                )
                stands = True
            sheets = judged.pictures(on_progress=on_progress, strips=True)
    except FirstseenError as error:
        if not stands:
            report = to_json(_unread(work, check, error))
            store_failure(work.desk, check, work.settings, report, problem_of(error))
            return
    store_pictures(work.desk, check, sheets)


def add_file(work: Work, check: Check, on_progress: OnProgress) -> None:
    """A file becomes known footage; the row keeps which clip that is."""
    context = entered(check.context or {}, "the form")
    try:
        added = verify.add_clip(
            _path(work, check),
            work.library,
            work.settings,
            context,
            on_progress=on_progress,
            name=check.name,
        )
    except FirstseenError as error:
        store_refusal(work.desk, check, work.settings, problem_of(error))
    else:
        store_addition(work.desk, check, work.settings, added.clip_id, added.new)


TASKS = {"check": check_file, "add": add_file}


def _path(work: Work, check: Check) -> Path:
    return work.desk.uploads / (check.upload or "")


def _unread(work: Work, check: Check, error: FirstseenError) -> Report:
    """The report on an item that could not be checked, whatever the reason."""
    claim = parse_claim(check.claimed_date, check.claimed_place)
    with suppress(FirstseenError):  # the library or the fence failed, not the item
        return report_unread(_path(work, check), error, work.settings, claim, check.name)
    return unreadable(check.name, str(error), sha256=check.sha256, bytes=check.bytes)
