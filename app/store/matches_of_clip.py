"""Which checks matched a clip.

Works inside a transaction that its caller began.
"""

from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa

from app.store import checks, reports
from app.store.checks import Check
from app.store.errors import RowDamaged
from app.store.schema import checks as table
from app.store.schema import sheets


@dataclass(frozen=True, slots=True)
class ClipMatch:
    """A check whose newest report accepts a clip, and what the item is to it."""

    check: Check
    relation: str | None
    score: float | None


def find_checks(
    connection: sa.Connection, clip: str, key: str | None, limit: int
) -> list[ClipMatch]:
    """Matching checks, newest first, of one key, or of all where key is None."""
    query = (
        sa.select(sheets.c.check)
        .join(table, table.c.id == sheets.c.check)
        .where(sheets.c.clip == clip)
        .order_by(table.c.number.desc())
        .limit(limit)
    )
    if key is not None:
        query = query.where(table.c.key == key)
    matches = []
    for identifier in connection.scalars(query).all():
        stored = None
        with suppress(RowDamaged):  # whoever opens that check is told
            stored = reports.load_newest(connection, identifier)
        for match in stored.report["matches"] if stored is not None else []:
            if match["clip"]["id"] == clip and match["accepted"]:
                check = checks.find(connection, identifier)
                matches.append(ClipMatch(check, match["relation"], match["score"]))
    return matches
