"""Totals of a library, and a digest of its state.

Works inside a transaction that its caller began.
"""

import hashlib

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


def read_digest(connection: sa.Connection) -> str:
    """SHA-256 of the clips and their dates, hexadecimal.

    Of each clip a line with number, the SHA-256 of its file, descriptor space and place, then of
    each date one with the clip's number, kind and date, all in the order of their numbers. Titles
    and notes decide nothing and are left out.
    """
    digest = hashlib.sha256()
    known = (
        sa.select(clips.c.id, clips.c.sha256, spaces.c.name, clips.c.place)
        .join(spaces, clips.c.space == spaces.c.id)
        .order_by(clips.c.id)
    )
    for number, sha256, space, place in connection.execute(known):
        digest.update(f"{number} {sha256.hex()} {space} {place or ''!r}\n".encode())
    dates = sa.select(appearances.c.clip, appearances.c.kind, appearances.c.date).order_by(
        appearances.c.id
    )
    for clip, kind, date in connection.execute(dates):
        digest.update(f"{clip} {kind} {date}\n".encode())
    return digest.hexdigest()
