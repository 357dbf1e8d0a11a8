"""What a worker does with a check: run it through app.verify, and store its outcome.

The verdict is stored as soon as it exists, evidence frames after it.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app import verify
from app.database.durable_write import make_durable
from app.database.private_files import FOLDER_MODE
from app.error_codes import problem_of
from app.evidence.evidence_sheet import EvidenceSheet
from app.fetch.fetch import fetch
from app.intake.origin import Origin
from app.jobs.outcomes import (
    store_addition,
    store_evidence,
    store_failure,
    store_refusal,
    store_verdict,
)
from app.jobs.ownership import is_outage
from app.jobs.recheck import recheck
from app.jobs.recheck_filter import RecheckFilter
from app.library.context_csv import context_from_columns
from app.library.library import Library
from app.network.errors import LinkError
from app.pipeline.add_clip import add_clip
from app.pipeline.check_parts import parts_to_store, thresholds_with_parts
from app.pipeline.unreadable import report_unread
from app.progress import OnProgress
from app.report.from_verdict import unreadable
from app.report.report import Report, with_origin
from app.report.report_json import to_json
from app.sandbox.server_registry import shared_server
from app.settings import Settings
from app.store import checks
from app.store.audited_changes import AuditedChange, addition_entries
from app.store.checks import Check
from app.store.data_folder import Store, delete_upload, fetching_folder
from app.store.errors import CheckUnknown
from app.store.retention import drop_upload
from app.verdict.claim import parse_claim
from hashing.errors import FirstseenError
from hashing.message import Message


def open_work(settings: Settings, store: Store) -> "Work":
    """Open the library of a worker. Raises LibraryUnusable."""
    shared_server(settings.model)  # loads while the first check is on its way
    library = Library.open(settings.library)
    return Work(settings, store, library, RecheckFilter(store, library))


@dataclass(frozen=True)
class Work:
    """One worker's library and store."""

    settings: Settings
    store: Store
    library: Library
    recheck_filter: RecheckFilter

    def do(self, check: Check, on_progress: OnProgress) -> None:
        if check.complete:
            if self.recheck_filter.needs_recheck(check.id, on_progress):
                recheck(self.store, self.library, self.settings, check, on_progress)
            return
        TASKS[check.task](self, check, on_progress)
        if not self.settings.keep_uploads_s:
            drop_upload(self.store, check.id)

    def close(self) -> None:
        self.library.close()


def check_file(work: Work, check: Check, on_progress: OnProgress) -> None:
    """Store the verdict, then the evidence frames; only these where there is a verdict already."""
    has_verdict = check.final
    sheets: dict[str, EvidenceSheet] = {}
    reach, change = work.library.last_clip_number(), work.library.last_change()
    try:
        if check.url is not None and check.upload is None and not has_verdict:
            check = fetch_link(work, check, on_progress)
        claim = parse_claim(check.claimed_date, check.claimed_place)
        with verify.start_check(
            _path(work, check), claim, work.library, work.settings, on_progress, check.name
        ) as judged:
            if not has_verdict:
                store_verdict(
                    work.store,
                    check,
                    work.settings,
                    to_json(_with_origin(judged.report, check)),
                    reach,
                    evidence_follows=bool(judged.matches_to_show),
                    fingerprint_and_metadata=(judged.query, judged.metadata),
                    change=change,
                    candidate_bars=thresholds_with_parts(judged.proposed, judged.parts),
                    parts=parts_to_store(judged.parts),
                )
                has_verdict = True
            sheets = judged.make_sheets(strips=True, on_progress=on_progress)
    except CheckUnknown:
        raise
    except FirstseenError as error:
        if is_outage(work.store, error):
            raise
        if not has_verdict:
            report = to_json(_unread_report(work, check, error))
            store_failure(work.store, check, work.settings, report, problem_of(error))
            return
    store_evidence(work.store, check, sheets)


def fetch_link(work: Work, check: Check, on_progress: OnProgress) -> Check:
    """Fetch the file of a link; returns the check with it, as if it were an upload.

    Raises LinkError, CheckUnknown where the check was cancelled or deleted meanwhile.
    """
    assert check.url is not None
    on_progress("fetch", 0.0)
    folder = fetching_folder(work.store, check.id)
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    fetched = fetch(check.url, folder, work.settings, on_progress)
    upload = fetched.path.rename(work.store.uploads / fetched.path.name)
    make_durable(upload)
    with work.store.writing() as connection:
        wanted = checks.record_fetched_file(
            connection,
            check.id,
            upload.name,
            fetched.name,
            fetched.bytes,
            fetched.origin.to_json(),
        )
        if wanted:
            return checks.find(connection, check.id)
    delete_upload(work.store, upload.name)
    raise CheckUnknown(Message("error-cancelled-fetching"))


def add_file(work: Work, check: Check, on_progress: OnProgress) -> None:
    """Add a file to the library; the row stores which clip it became."""
    context = context_from_columns(check.context or {}, Message("context-form"))
    change = AuditedChange(work.store, check.key, "clip.add", check.id)
    try:
        added = add_clip(
            _path(work, check),
            work.library,
            work.settings,
            context,
            on_progress=on_progress,
            name=check.name,
            before_storing=change.begin,
        )
        change.end(*addition_entries(added))
    except FirstseenError as error:
        if is_outage(work.store, error):
            raise
        store_refusal(work.store, check, work.settings, problem_of(error))
    else:
        store_addition(work.store, check, work.settings, added.clip_id, new=added.new)


TASKS = {"check": check_file, "add": add_file}


def _path(work: Work, check: Check) -> Path:
    return work.store.uploads / (check.upload or "")


def _with_origin(report: Report, check: Check) -> Report:
    """The report with the origin of a link; unchanged for an upload."""
    return report if check.origin is None else with_origin(report, Origin.from_json(check.origin))


def _unread_report(work: Work, check: Check, error: FirstseenError) -> Report:
    """The report on an item that could not be checked, for any reason."""
    if isinstance(error, LinkError):
        unfetched = unreadable(check.name, error.message)
        return unfetched if error.origin is None else with_origin(unfetched, error.origin)
    return _with_origin(_unread_file(work, check, error), check)


def _unread_file(work: Work, check: Check, error: FirstseenError) -> Report:
    claim = parse_claim(check.claimed_date, check.claimed_place)
    with suppress(FirstseenError):  # the library or the sandbox failed, not the item
        return report_unread(_path(work, check), error, work.settings, claim, check.name)
    return unreadable(check.name, error.message, sha256=check.sha256, bytes=check.bytes)
