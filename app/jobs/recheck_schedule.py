"""Which earlier check to hold against the library next, and when it has stood still for that.

Apart from the checking itself, which loads far more than a server needs.
"""

import time
from typing import Any, Final

import sqlalchemy as sa

from app.library.library import Library
from app.store import checks
from app.store.checks import MOST_CRASHES, Check
from app.store.schema import checks as table
from app.store.schema import searches

SETTLED_S: Final = 20.0  # the library must stand still so long: clips often come many at a time
LOOK_S: Final = 2.0  # between two looks at the library


class RecheckSchedule:
    """Notices that the library grew, or that what is known of its clips changed."""

    def __init__(self, library: Library, settled_s: float = SETTLED_S) -> None:
        self._library = library
        self._settled_s = settled_s
        self._seen = (0, "")
        self._since = time.monotonic()
        self._looked = -LOOK_S
        self._found = False  # by the look before: then there may be more at once

    def due(self, connection: sa.Connection) -> Check | None:
        """A check to hold against the library again, once that has stood still for a while.

        connection: to the store. Raises LibraryUnusable.
        """
        moment = time.monotonic()
        if self._settled_s and not self._found and moment - self._looked < LOOK_S:
            return None
        found = self._due(connection, moment)
        self._found = found is not None
        return found

    def _due(self, connection: sa.Connection, moment: float) -> Check | None:
        self._looked = moment
        present = (self._library.reach(), self._library.last_change())
        if present != self._seen:
            self._seen, self._since = present, moment
        if moment - self._since < self._settled_s:
            return None
        return due(connection, *present)


def due(connection: sa.Connection, reach: int, change: str) -> Check | None:
    """The check that was searched least far, whose item is kept and that is behind the library.

    reach: the library's newest clip. change: its mark of what is known of its clips, which
    matters to checks that matched. One that ended its worker before is left alone.
    """
    found = connection.scalar(all_due(reach, change).with_only_columns(table.c.id).limit(1))
    return checks.find(connection, found) if found is not None else None


def all_due(reach: int, change: str) -> sa.Select[Any]:
    """How far the search has come of every such check, in their order."""
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
            table.c.crashes < MOST_CRASHES,
            behind | redated,
        )
        .order_by(searches.c.searched_up_to, table.c.number)
    )
