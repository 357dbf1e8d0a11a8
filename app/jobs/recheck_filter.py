"""Which earlier checks need a closer look at what changed in the library: vector arithmetic alone.

Comparing a check with later clips takes its preview frames and a sandboxed process, some seconds.
For most checks it is known beforehand that nothing would be compared: no later clip is similar
enough to be a candidate, and none that matched is dated earlier. Those are filtered out here, many
at once.
"""

import contextlib
from itertools import batched
from typing import Final

import sqlalchemy as sa

from app.database.checksums import is_intact
from app.jobs.recheck_schedule import all_due
from app.jobs.report_changes import accepted_clips, has_older
from app.library.errors import ClipUnknown
from app.library.library import Library
from app.library.records import Clip
from app.progress import OnProgress
from app.report.errors import ReportNotUnderstood
from app.report.parse import report_from_json
from app.store import reports, stored_fingerprints
from app.store.data_folder import Store
from app.store.errors import RowDamaged
from app.store.packed_thresholds import unpack_bar, unpack_bars
from app.store.schema import descriptors as descriptor_rows
from app.store.schema import searches
from hashing.search.candidates import SearchThresholds

MAX_FILTERED: Final = 1000  # checks a pass, before a new check is looked for
BATCH_SIZE: Final = 100  # checks read at once, some 100 KB each


class RecheckFilter:
    """One worker's filter. Remembers its results, so that each check is filtered once."""

    def __init__(self, store: Store, library: Library) -> None:
        self._store = store
        self._library = library
        self._state = (0, "")  # of the library, that what is remembered belongs to
        self._to_recheck: set[str] = set()

    def needs_recheck(self, check: str, on_progress: OnProgress) -> bool:
        """Whether a check that is due must be compared again.

        Others that are due are filtered with it; those that need no comparison count as searched.
        Raises StoreUnusable, LibraryUnusable.
        """
        state = self._library.last_clip_number(), self._library.last_change()
        if state != self._state:
            self._state, self._to_recheck = state, set()
        if check not in self._to_recheck:
            self._filter_due(on_progress)
        return check in self._to_recheck

    def _filter_due(self, on_progress: OnProgress) -> None:
        reach, change = self._state
        comparison = _LibraryComparison(self._library, change)
        with self._store.reading() as connection:
            query = all_due(reach, change).with_only_columns(searches.c.check)
            due = [check for check in connection.scalars(query) if check not in self._to_recheck][
                :MAX_FILTERED
            ]
        for batch in batched(due, BATCH_SIZE):
            on_progress("search", 0.0)
            with self._store.reading() as connection:
                to_recheck = comparison.select_checks(connection, list(batch))
            with self._store.writing() as connection:
                stored_fingerprints.record_search(
                    connection, set(batch) - to_recheck, reach, change
                )
            self._to_recheck |= to_recheck


class _LibraryComparison:
    """The library as it is now. Caches what many checks ask for."""

    def __init__(self, library: Library, change: str) -> None:
        self._library = library
        self._change = change
        self._clips: dict[str, Clip | None] = {}

    def select_checks(self, connection: sa.Connection, batch: list[str]) -> set[str]:
        """Those of these checks that must be compared again."""
        query = (
            sa.select(searches, descriptor_rows.c.space)
            .join(descriptor_rows, descriptor_rows.c.check == searches.c.check)
            .where(searches.c.check.in_(batch))
        )
        to_recheck: set[str] = set()
        bars_by_reach: dict[tuple[str, int], dict[str, SearchThresholds | None]] = {}
        for row in connection.execute(query):
            if self._is_redated(connection, row.check, row.library_change):
                to_recheck.add(row.check)
            else:
                reach = row.space, row.searched_up_to or 0
                bars_by_reach.setdefault(reach, {})[row.check] = (
                    _unpack_bars(row.whole, row.parts)
                    if is_intact(searches, row._mapping)
                    else None
                )
        for (space, clip), bars_by_check in bars_by_reach.items():
            to_recheck |= self._near_later_clips(space, clip, bars_by_check)
        return to_recheck

    def _near_later_clips(
        self, space: str, clip: int, bars_by_check: dict[str, SearchThresholds | None]
    ) -> set[str]:
        """Checks that a clip after this one is similar to, or for which no bars are stored."""
        to_recheck: set[str] = set()
        for vectors, starts in self._library.vectors_since(space, clip):
            for check, bars in bars_by_check.items():
                if bars is None or (check not in to_recheck and bars.is_met(vectors, starts)):
                    to_recheck.add(check)
        return to_recheck

    def _is_redated(self, connection: sa.Connection, check: str, change: str | None) -> bool:
        """Whether a clip that it matched is now dated before the earliest copy of its report."""
        if change == self._change:
            return False
        try:
            stored = reports.load_newest(connection, check)
        except RowDamaged:
            return True  # the recheck itself logs it
        if stored is None:
            return False
        try:
            report = report_from_json(stored.report)
        except ReportNotUnderstood:
            return True  # the recheck itself logs it
        matched = [self._clip(clip) for clip in accepted_clips(report)]
        return has_older(report, [clip for clip in matched if clip is not None])

    def _clip(self, identifier: str) -> Clip | None:
        if identifier not in self._clips:
            self._clips[identifier] = None
            with contextlib.suppress(ClipUnknown):  # removed since
                self._clips[identifier] = self._library.clip(identifier)
        return self._clips[identifier]


def _unpack_bars(whole: bytes | None, parts: bytes | None) -> SearchThresholds | None:
    """None for a row of an older version."""
    if whole is None:
        return None
    return SearchThresholds(unpack_bars(whole), None if parts is None else unpack_bar(parts))
