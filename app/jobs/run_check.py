"""What a worker does with a check: the line in app.verify, and its outcome into the store.

The verdict is stored as soon as it stands, its pictures after it.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app import verify
from app.database.durable_write import make_durable
from app.error_codes import problem_of
from app.evidence.types import EvidenceSheet
from app.fetch.fetch import fetch
from app.intake.origin import Origin
from app.jobs.outcomes import (
    store_addition,
    store_failure,
    store_pictures,
    store_refusal,
    store_verdict,
)
from app.jobs.recheck import recheck
from app.jobs.recheck_filter import RecheckFilter
from app.library.context_csv import entered
from app.library.library import Library
from app.network.errors import LinkError
from app.pipeline.add_clip import add_clip
from app.pipeline.unreadable import report_unread
from app.progress import OnProgress
from app.report.report import Report, to_json, unreadable, with_origin
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


def open_work(settings: Settings, store: Store) -> "Work":
    """Opens the library. Raises LibraryUnusable."""
    shared_server(settings.model)  # loads while the first check is on its way
    library = Library.open(settings.library)
    return Work(settings, store, library, RecheckFilter(store, library))


@dataclass(frozen=True)
class Work:
    """One worker's library and store."""

    settings: Settings
    store: Store
    library: Library
    sieve: RecheckFilter

    def do(self, check: Check, on_progress: OnProgress) -> None:
        if check.settled:
            if self.sieve.holds(check.id, on_progress):
                recheck(self.store, self.library, self.settings, check, on_progress)
            return
        TASKS[check.task](self, check, on_progress)
        if not self.settings.keep_uploads_s:
            drop_upload(self.store, check.id)

    def close(self) -> None:
        self.library.close()


def check_file(work: Work, check: Check, on_progress: OnProgress) -> None:
    """The verdict, then its pictures; only these where the verdict stands already."""
    stands = check.final
    sheets: dict[str, EvidenceSheet] = {}
    reach, change = work.library.reach(), work.library.last_change()
    try:
        if check.url is not None and check.upload is None and not stands:
            check = fetch_link(work, check, on_progress)
        claim = parse_claim(check.claimed_date, check.claimed_place)
        with verify.checking(
            _path(work, check), claim, work.library, work.settings, on_progress, check.name
        ) as judged:
            if not stands:
                store_verdict(
                    work.store,
                    check,
                    work.settings,
                    to_json(_of_link(judged.report, check)),
                    reach,
                    illustrated=bool(judged.to_show),
                    read=(judged.query, judged.metadata),
                    change=change,
                    sought=judged.proposed,
                )
                stands = True
            sheets = judged.make_sheets(strips=True, on_progress=on_progress)
    except CheckUnknown:
        raise
    except FirstseenError as error:
        if not stands:
            report = to_json(_unread(work, check, error))
            store_failure(work.store, check, work.settings, report, problem_of(error))
            return
    store_pictures(work.store, check, sheets)


def fetch_link(work: Work, check: Check, on_progress: OnProgress) -> Check:
    """The check with a file of its own, as an upload has.

    Raises LinkError, CheckUnknown where nobody wants it any more.
    """
    assert check.url is not None
    on_progress("fetch", 0.0)
    folder = fetching_folder(work.store, check.id)
    folder.mkdir(exist_ok=True)
    fetched = fetch(check.url, folder, work.settings, on_progress)
    upload = fetched.path.rename(work.store.uploads / fetched.path.name)
    make_durable(upload)
    with work.store.writing() as connection:
        wanted = checks.note_fetched(
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
    raise CheckUnknown("the check was cancelled while its link was fetched")


def add_file(work: Work, check: Check, on_progress: OnProgress) -> None:
    """A file becomes known footage; the row keeps which clip that is."""
    context = entered(check.context or {}, "the form")
    act = AuditedChange(work.store, check.key, "clip.add", check.id)
    try:
        added = add_clip(
            _path(work, check),
            work.library,
            work.settings,
            context,
            on_progress=on_progress,
            name=check.name,
            before_storing=act.begin,
        )
        act.end(*addition_entries(added))
    except FirstseenError as error:
        store_refusal(work.store, check, work.settings, problem_of(error))
    else:
        store_addition(work.store, check, work.settings, added.clip_id, added.new)


TASKS = {"check": check_file, "add": add_file}


def _path(work: Work, check: Check) -> Path:
    return work.store.uploads / (check.upload or "")


def _of_link(report: Report, check: Check) -> Report:
    """The same, saying what fetching it was, where the item came of a link."""
    return report if check.origin is None else with_origin(report, Origin.from_json(check.origin))


def _unread(work: Work, check: Check, error: FirstseenError) -> Report:
    """The report on an item that could not be checked, whatever the reason."""
    if isinstance(error, LinkError):
        unfetched = unreadable(check.name, str(error))
        return unfetched if error.origin is None else with_origin(unfetched, error.origin)
    return _of_link(_unread_file(work, check, error), check)


def _unread_file(work: Work, check: Check, error: FirstseenError) -> Report:
    claim = parse_claim(check.claimed_date, check.claimed_place)
    with suppress(FirstseenError):  # the library or the sandbox failed, not the item
        return report_unread(_path(work, check), error, work.settings, claim, check.name)
    return unreadable(check.name, str(error), sha256=check.sha256, bytes=check.bytes)
