"""Which earlier checks need a closer look at what changed in the library: vector arithmetic alone.

To compare a check with later clips takes its preview frames and a sandboxed process, some seconds.
For most checks it is known beforehand that nothing would be compared: no later clip comes near
enough to be a candidate, and none that matched is dated earlier. Those are put aside here, many at
once.
"""

import contextlib
from itertools import batched
from typing import Final

import sqlalchemy as sa

from app.jobs.recheck_schedule import all_due
from app.jobs.report_changes import accepted_clips, has_older
from app.library.errors import ClipUnknown
from app.library.library import Library
from app.library.records import Clip
from app.progress import OnProgress
from app.store import descriptors, reports
from app.store.data_folder import Store
from app.store.descriptors import unpack_bar
from app.store.schema import descriptors as descriptor_rows
from app.store.schema import searches
from hashing.search.candidates import Sought

AT_ONCE: Final = 1000  # checks that are gone through before a new one is looked for
READ_AT_ONCE: Final = 100  # checks, some 100 KB each


class RecheckFilter:
    """One worker's. Remembers what it held back, so that each check is gone through once."""

    def __init__(self, store: Store, library: Library) -> None:
        self._store = store
        self._library = library
        self._state = (0, "")  # of the library, that what is remembered belongs to
        self._held: set[str] = set()

    def holds(self, check: str, on_progress: OnProgress) -> bool:
        """Whether a check that is due needs a closer look.

        Others that are due are gone through with it; who needs none counts as searched.
        Raises StoreUnusable, LibraryUnusable.
        """
        state = self._library.reach(), self._library.last_change()
        if state != self._state:
            self._state, self._held = state, set()
        if check not in self._held:
            self._sift(on_progress)
        return check in self._held

    def _sift(self, on_progress: OnProgress) -> None:
        reach, change = self._state
        look = _Look(self._library, change)
        with self._store.reading() as connection:
            query = all_due(reach, change).with_only_columns(searches.c.check)
            due = [one for one in connection.scalars(query) if one not in self._held][:AT_ONCE]
        for some in batched(due, READ_AT_ONCE):
            on_progress("search", 0.0)
            with self._store.reading() as connection:
                held = look.near(connection, list(some))
            with self._store.writing() as connection:
                descriptors.note_searched(connection, set(some) - held, reach, change)
            self._held |= held


class _Look:
    """At the library as it is. Keeps what many checks ask for."""

    def __init__(self, library: Library, change: str) -> None:
        self._library = library
        self._change = change
        self._clips: dict[str, Clip | None] = {}

    def near(self, connection: sa.Connection, some: list[str]) -> set[str]:
        """Those of these checks that need a closer look."""
        query = (
            sa.select(searches, descriptor_rows.c.space)
            .join(descriptor_rows, descriptor_rows.c.check == searches.c.check)
            .where(searches.c.check.in_(some))
        )
        held: set[str] = set()
        behind: dict[tuple[str, int], dict[str, Sought | None]] = {}
        for row in connection.execute(query):
            if self._is_redated(connection, row.check, row.library_change):
                held.add(row.check)
            else:
                reach = row.space, row.searched_up_to or 0
                behind.setdefault(reach, {})[row.check] = _sought(row.whole, row.parts)
        for (space, clip), wanted in behind.items():
            held |= self._reached(space, clip, wanted)
        return held

    def _reached(self, space: str, clip: int, wanted: dict[str, Sought | None]) -> set[str]:
        """Those that a clip after this one comes near to, or that cannot be told from afar."""
        held: set[str] = set()
        for vectors, starts in self._library.vectors_since(space, clip):
            for check, sought in wanted.items():
                if sought is None or (check not in held and sought.reached(vectors, starts)):
                    held.add(check)
        return held

    def _is_redated(self, connection: sa.Connection, check: str, change: str | None) -> bool:
        """Whether a clip that it matched is now dated before the earliest copy of its report."""
        if change == self._change:
            return False
        stored = reports.newest(connection, check)
        if stored is None:
            return False
        known = [self._clip(clip) for clip in accepted_clips(stored.report)]
        return has_older(stored.report, [clip for clip in known if clip is not None])

    def _clip(self, identifier: str) -> Clip | None:
        if identifier not in self._clips:
            self._clips[identifier] = None
            with contextlib.suppress(ClipUnknown):  # removed since
                self._clips[identifier] = self._library.clip(identifier)
        return self._clips[identifier]


def _sought(whole: bytes | None, parts: bytes | None) -> Sought | None:
    """None of what an older version kept."""
    if whole is None:
        return None
    return Sought(unpack_bar(whole), None if parts is None else unpack_bar(parts))
