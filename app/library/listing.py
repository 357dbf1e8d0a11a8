"""Clips page by page, filtered by text, year and place.

Works inside a transaction that its caller began.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from app.library.clip_rows import read_clips
from app.library.records import Clip
from app.library.schema import appearances, clips

SEARCHED = (clips.c.name, clips.c.title, clips.c.place, clips.c.event, clips.c.notes)
SEARCHED_SOURCES = (appearances.c.source_url, appearances.c.publisher)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which clips to list; what is None is not asked for.

    text: stands in a name, a text or a source. year: of an appearance other than `ingested`.
    """

    text: str | None = None
    year: int | None = None
    place: str | None = None


def page(connection: sa.Connection, wanted: Filter, after: int, limit: int) -> list[Clip]:
    """The first `limit` clips with a higher number than `after`, in the order of their numbers."""
    query = sa.select(clips.c.id).where(clips.c.id > after, *_conditions(wanted))
    numbers = connection.scalars(query.order_by(clips.c.id).limit(limit)).all()
    return read_clips(connection, clips.c.id.in_(numbers)) if numbers else []


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions = []
    if wanted.text:
        seen = sa.or_(*(_holds(column, wanted.text) for column in SEARCHED_SOURCES))
        of_it = sa.select(appearances.c.id).where(appearances.c.clip == clips.c.id, seen)
        own = [_holds(column, wanted.text) for column in SEARCHED]
        conditions.append(sa.or_(*own, of_it.exists()))
    if wanted.place:
        conditions.append(_holds(clips.c.place, wanted.place))
    if wanted.year is not None:
        dated = sa.select(appearances.c.id).where(
            appearances.c.clip == clips.c.id,
            appearances.c.kind != "ingested",
            sa.func.substr(appearances.c.date, 1, 4) == f"{wanted.year:04d}",
        )
        conditions.append(dated.exists())
    return conditions


def _holds(column: sa.ColumnElement[str | None], text: str) -> sa.ColumnElement[bool]:
    """SQLite knows the case of ASCII alone, so the text is looked for as other cases too."""
    cases = dict.fromkeys((text, text.lower(), text.upper(), text.title(), text.capitalize()))
    return sa.or_(*(column.contains(case, autoescape=True) for case in cases))
