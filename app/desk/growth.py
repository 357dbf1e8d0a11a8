"""Which earlier check to hold against the library next, and when it has stood still for that.

Apart from the checking itself, which loads far more than a server needs.
"""

import time
from typing import Final

import sqlalchemy as sa

from app.desk import checks
from app.desk.checks import MOST_CRASHES, Check
from app.desk.schema import checks as table
from app.desk.schema import descriptors as kept_table
from app.library import Library

SETTLED_S: Final = 20.0  # the library must stand still so long: clips often come many at a time
LOOK_S: Final = 2.0  # between two looks at the library


class Growth:
    """Notices that the library grew, or that what is known of its clips changed."""

    def __init__(self, library: Library, settled_s: float = SETTLED_S) -> None:
        self._library = library
        self._settled_s = settled_s
        self._seen = (0, "")
        self._since = time.monotonic()
        self._looked = -LOOK_S

    def due(self, connection: sa.Connection) -> Check | None:
        """A check to hold against the library again, once that has stood still for a while.

        connection: to the desk. Raises LibraryUnusable.
        """
        moment = time.monotonic()
        if self._settled_s and moment - self._looked < LOOK_S:
            return None
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
    behind = kept_table.c.searched_up_to < reach
    redated = table.c.relation.not_in(
        ("none", "undecided")
    ) & kept_table.c.library_change.is_distinct_from(change)
    found = connection.scalar(
        sa.select(table.c.id)
        .join(kept_table, kept_table.c.check == table.c.id)
        .where(
            table.c.state == "done",
            table.c.pictures != "pending",
            table.c.crashes < MOST_CRASHES,
            behind | redated,
        )
        .order_by(kept_table.c.searched_up_to, table.c.number)
        .limit(1)
    )
    return checks.find(connection, found) if found is not None else None
