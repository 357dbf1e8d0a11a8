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
    """Which clips to list; None: any.

    text: in a clip's name, texts or sources. year: of an appearance other than `ingested`.
    """

    text: str | None = None
    year: int | None = None
    place: str | None = None


def read_page(connection: sa.Connection, clip_filter: Filter, after: int, limit: int) -> list[Clip]:
    """The first `limit` clips with a higher number than `after`, in the order of their numbers."""
    query = sa.select(clips.c.id).where(clips.c.id > after, *_conditions(clip_filter))
    numbers = connection.scalars(query.order_by(clips.c.id).limit(limit)).all()
    return read_clips(connection, clips.c.id.in_(numbers)) if numbers else []


def _conditions(clip_filter: Filter) -> list[sa.ColumnElement[bool]]:
    conditions = []
    if clip_filter.text:
        in_source = sa.or_(*(_contains(column, clip_filter.text) for column in SEARCHED_SOURCES))
        sources = sa.select(appearances.c.id).where(appearances.c.clip == clips.c.id, in_source)
        in_clip = [_contains(column, clip_filter.text) for column in SEARCHED]
        conditions.append(sa.or_(*in_clip, sources.exists()))
    if clip_filter.place:
        conditions.append(_contains(clips.c.place, clip_filter.place))
    if clip_filter.year is not None:
        dated = sa.select(appearances.c.id).where(
            appearances.c.clip == clips.c.id,
            appearances.c.kind != "ingested",
            sa.func.substr(appearances.c.date, 1, 4) == f"{clip_filter.year:04d}",
        )
        conditions.append(dated.exists())
    return conditions


def _contains(column: sa.ColumnElement[str | None], text: str) -> sa.ColumnElement[bool]:
    """Case-insensitive: engines fold the case of ASCII alone, so other cases are tried as well."""
    cases = dict.fromkeys((text, text.lower(), text.upper(), text.title(), text.capitalize()))
    return sa.or_(*(column.icontains(case, autoescape=True) for case in cases))
