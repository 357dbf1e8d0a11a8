"""Which earlier check to compare with the library next, once the library has stopped changing.

Kept apart from the comparison itself, which loads far more than a server needs.
"""

import time
from typing import Any, Final

import sqlalchemy as sa

from app.library.library import Library
from app.store import checks
from app.store.checks import MAX_CRASHES, Check
from app.store.schema import checks as table
from app.store.schema import searches
from app.store.stored_fingerprints import MAX_ATTEMPTS
from app.store.timestamps import format_timestamp, now

QUIET_S: Final = (
    20.0  # without a change of the library before a recheck: clips are often added many at a time
)
POLL_INTERVAL_S: Final = 2.0  # between two readings of the library


class RecheckSchedule:
    """Notices that the library grew, or that the context of its clips changed."""

    def __init__(self, library: Library, quiet_s: float = QUIET_S) -> None:
        self._library = library
        self._quiet_s = quiet_s
        self._library_state = (0, "")
        self._unchanged_since = time.monotonic()
        self._polled_at = -POLL_INTERVAL_S
        self._last_poll_found = False  # then there may be more, and the next poll does not wait

    def next_due(self, connection: sa.Connection) -> Check | None:
        """A check to compare with the library again, once that has not changed for QUIET_S.

        connection: to the store. Raises LibraryUnusable.
        """
        now_s = time.monotonic()
        if (
            self._quiet_s
            and not self._last_poll_found
            and now_s - self._polled_at < POLL_INTERVAL_S
        ):
            return None
        check = self._poll(connection, now_s)
        self._last_poll_found = check is not None
        return check

    def _poll(self, connection: sa.Connection, now_s: float) -> Check | None:
        self._polled_at = now_s
        state = (self._library.last_clip_number(), self._library.last_change())
        if state != self._library_state:
            self._library_state, self._unchanged_since = state, now_s
        if now_s - self._unchanged_since < self._quiet_s:
            return None
        return next_due(connection, *state)


def next_due(connection: sa.Connection, reach: int, change: str) -> Check | None:
    """The check that is furthest behind the library, of those whose fingerprint is stored.

    reach: number of the library's newest clip. change: its change mark, which matters to checks
    that matched. A check that crashed its worker is left alone.
    """
    check = connection.scalar(all_due(reach, change).with_only_columns(table.c.id).limit(1))
    return checks.find(connection, check) if check is not None else None


def all_due(reach: int, change: str) -> sa.Select[Any]:
    """Query for the rows of `searches` of all checks that are due, in order."""
    behind = searches.c.searched_up_to < reach
    redated = table.c.relation.not_in(
        ("none", "undecided")
    ) & searches.c.library_change.is_distinct_from(change)
    return (
        sa.select(searches)
        .join(table, searches.c.check == table.c.id)
        .where(
            table.c.state == "done",
            table.c.pictures != "pending",
            table.c.crashes < MAX_CRASHES,
            behind | redated,
            # A comparison that failed is not repeated at once, nor for ever with the same clips.
            searches.c.failed_at_clip.is_distinct_from(reach)
            | (searches.c.failures < MAX_ATTEMPTS)
            & (searches.c.retry_at <= format_timestamp(now())),
        )
        .order_by(searches.c.searched_up_to, table.c.number)
    )
