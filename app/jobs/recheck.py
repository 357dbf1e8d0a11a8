"""Earlier checks held against clips that came later, from what was kept of their items.

Done when nothing else waits. What finds something new gets a further report, which counts from
then on, and an alert; earlier reports stay.
"""

import contextlib
import logging
from dataclasses import dataclass

from app.jobs.report_changes import accepted_clips, claim_finding, has_older, is_only_itself, news
from app.library.errors import ClipUnknown
from app.library.library import Library
from app.library.records import FileFacts
from app.pipeline import check_again
from app.pipeline.check_again import StoredItem
from app.pipeline.results import Checked
from app.progress import OnProgress
from app.report.report import to_json
from app.settings import Settings
from app.store import alerts, audit_log, checks, descriptors, evidence_sheets, reports
from app.store.checks import Check
from app.store.data_folder import Store
from app.store.descriptors import Kept
from app.store.errors import CheckUnknown
from app.store.schema import checks as table
from app.store.timestamps import now
from app.verdict.claim import parse_claim
from hashing.errors import FirstseenError

log = logging.getLogger(__name__)


def recheck(
    store: Store,
    library: Library,
    settings: Settings,
    check: Check,
    on_progress: OnProgress,
) -> bool:
    """Hold one earlier check against the library as it is. True where it found something to tell.

    What cannot be read any more counts as searched, so that it is not tried for ever.
    Raises StoreUnusable, LibraryUnusable.
    """
    reach, change = library.reach(), library.last_change()
    with store.reading() as connection:
        kept = descriptors.load(connection, check.id)
        stored = reports.newest(connection, check.id)
    if kept is None or kept.metadata is None or stored is None:
        return False
    told = None
    try:
        found = _again(library, settings, check, kept, stored.report, on_progress)
        checked = found.checked if found is not None else None
        verdict = checked.report.verdict if checked is not None else None
        if found is not None and verdict is not None:
            told = news(stored.report, verdict, check.created_at, now(), found.itself)
    except FirstseenError as error:
        log.warning("a check could not be done again", extra={"reason": type(error).__name__})
        checked = None
    with store.writing() as connection, contextlib.suppress(CheckUnknown):
        checks.find(connection, check.id)  # deleted meanwhile: nothing of it comes back
        descriptors.note_searched(connection, [check.id], reach, change)
        if told is None or checked is None:
            return False
        report = to_json(checked.report)
        reports.store(connection, check.id, report, "library_grew", reach)
        evidence_sheets.store(connection, check.id, checked.sheets)
        pictures = "ready" if checked.sheets else "none"
        columns = reports.summary(report) | {"pictures": pictures}
        connection.execute(table.update().where(table.c.id == check.id).values(columns))
        claim = claim_finding(stored.report), claim_finding(report)
        alerts.raise_alert(connection, check.id, told.clip, told.headline, now(), claim)
        audit_log.note(connection, audit_log.SERVICE, "check.found", check.id)
        return True
    return False


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A check done anew. itself: clips that are its own item, added since."""

    checked: Checked
    itself: frozenset[str]


def _again(
    library: Library,
    settings: Settings,
    check: Check,
    kept: Kept,
    before: reports.Json,
    on_progress: OnProgress,
) -> _Found | None:
    """The check anew where later clips match, or known ones are now dated earlier."""
    if check.sha256 is None or check.bytes is None:
        return None
    facts = FileFacts(check.name, check.sha256, check.bytes)
    assert kept.metadata is not None
    item = StoredItem(facts, kept.fingerprint, kept.metadata)
    since = kept.searched_up_to or 0
    later = check_again.matches_since(item, since, library, settings, on_progress)
    made = (check.outcome or {}).get("clip")
    itself = {clip for clip in later if is_only_itself(library.clip(clip), check.sha256, made)}
    found = {clip: match for clip, match in later.items() if clip not in itself}
    known = []
    for clip in accepted_clips(before):
        with contextlib.suppress(ClipUnknown):
            known.append(library.clip(clip))
    if not found and not has_older(before, known):
        return None
    claim = parse_claim(check.claimed_date, check.claimed_place)
    checked = check_again.check_again(item, claim, library, settings, found, on_progress)
    return _Found(checked, frozenset(itself))
