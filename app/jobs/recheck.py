"""Compare earlier checks with clips added later, from the stored fingerprints of their items.

Done when nothing else waits. A new result gets a further report, which counts from then on, and an
alert; earlier reports stay.
"""

import contextlib
import logging
from dataclasses import dataclass

from app.jobs.report_changes import (
    accepted_clips,
    claim_finding,
    find_change,
    has_older,
    is_only_itself,
)
from app.library.errors import ClipUnknown
from app.library.library import Library
from app.library.records import FileFacts
from app.pipeline import check_again
from app.pipeline.check_again import StoredItem
from app.pipeline.read_item import part_facts
from app.pipeline.results import Checked
from app.progress import OnProgress
from app.report.parse import report_from_json
from app.report.report import Report
from app.report.report_json import to_json
from app.settings import Settings
from app.store import alerts, audit_log, checks, evidence_sheets, reports, stored_fingerprints
from app.store.checks import Check
from app.store.data_folder import Store
from app.store.errors import CheckUnknown, RowDamaged
from app.store.schema import checks as table
from app.store.stored_fingerprints import StoredDescriptors
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
    """Compare one earlier check with the library as it is. True where it raised an alert.

    A comparison that failed does not count as searched: it is repeated later, a few times.
    Raises StoreUnusable, LibraryUnusable.
    """
    reach, change = library.last_clip_number(), library.last_change()
    try:
        with store.reading() as connection:
            stored_item = stored_fingerprints.load(connection, check.id)
            stored = reports.load_newest(connection, check.id)
    except RowDamaged as error:
        _record_failure(store, check, reach, error)
        return False
    if stored_item is None:
        return False
    if stored_item.metadata is None or stored is None:
        with store.writing() as connection:  # set aside, or of an old version: not for ever
            stored_fingerprints.record_failure(connection, check.id, reach, now())
        return False
    alert, checked, before = None, None, None
    try:
        before = report_from_json(stored.report)
        repeated = _check_again(library, settings, check, stored_item, before, on_progress)
        if repeated is not None:
            checked = repeated.checked
            checked_at, own_clips = check.created_at, repeated.own_clips
            alert = find_change(before, checked.verdict, checked_at, now(), own_clips)
    except FirstseenError as error:
        _record_failure(store, check, reach, error)
        return False
    with store.writing() as connection, contextlib.suppress(CheckUnknown):
        checks.find(connection, check.id)  # deleted meanwhile: nothing of it comes back
        stored_fingerprints.record_search(connection, [check.id], reach, change)
        if alert is None or checked is None or before is None:
            return False
        report = to_json(checked.report)
        reports.store(connection, check.id, report, "library_grew", reach)
        evidence_sheets.store(connection, check.id, checked.sheets)
        pictures = "ready" if checked.sheets else "none"
        columns = reports.summary(report) | {"pictures": pictures}
        connection.execute(table.update().where(table.c.id == check.id).values(columns))
        claim = claim_finding(before), claim_finding(checked.report)
        alerts.raise_alert(connection, check.id, alert.clip, alert.headline, now(), claim)
        audit_log.append_entry(connection, audit_log.SERVICE, "check.found", check.id)
        return True
    return False


def _record_failure(store: Store, check: Check, reach: int, error: FirstseenError) -> None:
    extra = {"check": check.id, "reason": type(error).__name__}
    log.warning("a check could not be done again", extra=extra)
    with store.writing() as connection:
        stored_fingerprints.record_failure(connection, check.id, reach, now())


@dataclass(frozen=True, slots=True, eq=False)
class _Recheck:
    """A repeated check. own_clips: ids of clips that are its own item, added since."""

    checked: Checked
    own_clips: frozenset[str]


def _check_again(
    library: Library,
    settings: Settings,
    check: Check,
    stored_item: StoredDescriptors,
    before: Report,
    on_progress: OnProgress,
) -> _Recheck | None:
    """Repeat the check where later clips match, or known ones are now dated earlier; else None."""
    if check.sha256 is None or check.bytes is None:
        return None
    facts = FileFacts(check.name, check.sha256, check.bytes)
    assert stored_item.metadata is not None
    parts = stored_item.parts
    item = StoredItem(facts, stored_item.fingerprint, stored_item.metadata, parts)
    searched_up_to = stored_item.searched_up_to or 0
    later = check_again.matches_since(item, searched_up_to, library, settings, on_progress)
    own_clip = (check.outcome or {}).get("clip")
    identities = frozenset(part_facts(facts, part.part).sha256 for part in parts)
    own_clips = {
        clip
        for matches in later.values()
        for clip in matches
        if is_only_itself(library.clip(clip), check.sha256, own_clip, identities)
    }
    matches = {
        part: {clip: match for clip, match in of_part.items() if clip not in own_clips}
        for part, of_part in later.items()
    }
    known_clips = []
    for clip in accepted_clips(before):
        with contextlib.suppress(ClipUnknown):
            known_clips.append(library.clip(clip))
    if not any(matches.values()) and not has_older(before, known_clips):
        return None
    claim = parse_claim(check.claimed_date, check.claimed_place)
    checked = check_again.check_again(item, claim, library, settings, matches, on_progress)
    return _Recheck(checked, frozenset(own_clips))
