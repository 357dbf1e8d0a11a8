"""Totals of a library.

Works inside a transaction that its caller began.
"""

import sqlalchemy as sa

from app.library.records import Stats
from app.library.schema import appearances, clips, spaces


def read_stats(connection: sa.Connection, size_bytes: int) -> Stats:
    """Totals of all clips. size_bytes: of the library's files."""
    count, seconds = connection.execute(
        sa.select(
            sa.func.count(), sa.func.coalesce(sa.func.sum(clips.c.duration_s), 0.0)
        ).select_from(clips)
    ).one()
    day = sa.func.substr(appearances.c.date, 1, 10)
    earliest, latest = connection.execute(
        sa.select(sa.func.min(day), sa.func.max(day)).where(appearances.c.kind != "captured")
    ).one()
    clips_by_space = connection.execute(
        sa.select(spaces.c.name, sa.func.count()).join(clips).group_by(spaces.c.name)
    ).all()
    return Stats(count, seconds, earliest, latest, size_bytes, dict(map(tuple, clips_by_space)))
