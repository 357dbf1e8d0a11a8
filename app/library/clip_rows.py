"""Clips, their context and their appearances as rows, and back.

Every function works inside a transaction that its caller began.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from app.library.errors import ClipUnknown
from app.library.fingerprint_rows import delete_fingerprint, insert_fingerprint, space_number
from app.library.records import Appearance, Clip, FileFacts
from app.library.schema import appearances, clips, spaces
from app.library.vector_rows import insert_vectors
from hashing.types import Fingerprint

MAX_DIGITS = 18  # of a clip's number: what the database can hold


def clip_id(number: int) -> str:
    """7 -> "R000007"."""
    return f"R{number:06d}"


def clip_ids(numbers: list[int]) -> tuple[str, ...]:
    """The same for many: a search names thousands."""
    return tuple([f"R{number:06d}" for number in numbers])


def clip_number(identifier: str) -> int:
    """The inverse of `clip_id`. Raises ClipUnknown for what never was an id."""
    digits = identifier.removeprefix("R")
    known = digits != identifier and digits.isascii() and digits.isdigit()
    if not known or len(digits) > MAX_DIGITS:
        raise ClipUnknown(f"{identifier!r} is no clip id; they look like {clip_id(123)}")
    return int(digits)


def insert_clip(
    connection: sa.Connection,
    fingerprint: Fingerprint,
    facts: FileFacts,
    context: dict[str, str | None],
) -> int:
    """All rows of a new clip but its appearances. Returns its number."""
    row = {
        "sha256": bytes.fromhex(facts.sha256),
        "name": facts.name,
        "bytes": facts.bytes,
        **_described(connection, fingerprint),
        **context,
    }
    number = int(connection.execute(clips.insert().values(row).returning(clips.c.id)).scalar_one())
    insert_fingerprint(connection, number, fingerprint)
    return number


def read_clips(connection: sa.Connection, where: sa.ColumnElement[bool]) -> list[Clip]:
    """In the order in which they were added."""
    query = (
        sa.select(clips, spaces.c.name.label("space_name"))
        .join(spaces, clips.c.space == spaces.c.id)
        .where(where)
        .order_by(clips.c.id)
    )
    rows = connection.execute(query).all()
    seen = _appearances(connection, where)
    return [_clip(row, seen.get(row.id, ())) for row in rows]


def _appearances(
    connection: sa.Connection, where: sa.ColumnElement[bool]
) -> dict[int, tuple[Appearance, ...]]:
    joined = appearances.join(clips).join(spaces, clips.c.space == spaces.c.id)
    query = sa.select(appearances).select_from(joined).where(where).order_by(appearances.c.id)
    found: dict[int, tuple[Appearance, ...]] = {}
    for row in connection.execute(query):
        one = Appearance(
            row.kind, row.date, row.source_url, row.publisher, row.entered_by, number=row.id
        )
        found[row.clip] = (*found.get(row.clip, ()), one)
    return found


def _clip(row: sa.Row[Any], seen: tuple[Appearance, ...]) -> Clip:
    return Clip(
        id=clip_id(row.id),
        name=row.name,
        sha256=row.sha256.hex(),
        bytes=row.bytes,
        kind=row.kind,
        duration_s=row.duration_s,
        width=row.width,
        height=row.height,
        title=row.title,
        place=row.place,
        event=row.event,
        language=row.language,
        rights=row.rights,
        notes=row.notes,
        space=row.space_name,
        sampling=row.sampling,
        appearances=seen,
    )


def add_appearances(
    connection: sa.Connection, number: int, wanted: Iterable[Appearance]
) -> tuple[Appearance, ...]:
    """Write those that the clip does not have yet, and return them."""
    known = set(_appearances(connection, clips.c.id == number).get(number, ()))
    fresh = tuple(one for one in dict.fromkeys(wanted) if one not in known)
    if fresh:
        connection.execute(appearances.insert(), [_row(number, one) for one in fresh])
    return fresh


def _row(number: int, one: Appearance) -> dict[str, Any]:
    row = {**asdict(one), "clip": number}
    del row["number"]
    return row


def fill_context(
    connection: sa.Connection, number: int, context: dict[str, str | None]
) -> tuple[str, ...]:
    """Fill what nobody had entered; an earlier entry stays. Returns the columns filled."""
    row = connection.execute(sa.select(clips).where(clips.c.id == number)).one()._mapping
    news = {name: text for name, text in context.items() if text is not None and row[name] is None}
    if news:
        connection.execute(clips.update().where(clips.c.id == number).values(news))
    return tuple(news)


def delete_clip(connection: sa.Connection, number: int) -> range:
    """Remove every row of a clip. Returns the vector ids that are gone."""
    gone = delete_fingerprint(connection, clip_row(connection, number))
    connection.execute(clips.delete().where(clips.c.id == number))
    return gone


def replace_fingerprint(connection: sa.Connection, number: int, print_: Fingerprint) -> range:
    """Put a clip's new description in place of its old. Returns the vector ids that are gone."""
    gone = delete_fingerprint(connection, clip_row(connection, number))
    connection.execute(
        clips.update().where(clips.c.id == number).values(_described(connection, print_))
    )
    insert_fingerprint(connection, number, print_)
    return gone


def _described(connection: sa.Connection, print_: Fingerprint) -> dict[str, Any]:
    """Columns of a clip that follow from its fingerprint. Its searchable vectors are written."""
    first, count = insert_vectors(connection, print_.frames)
    return {
        "kind": print_.info.kind,
        "width": print_.info.width,
        "height": print_.info.height,
        "duration_s": print_.info.duration_s,
        "space": space_number(connection, print_.space),
        "sampling": print_.sampling,
        "first_vector": first,
        "vectors": count,
    }


def last_clip(connection: sa.Connection) -> int:
    """The number of the clip that was added last; 0 in an empty library."""
    found = connection.exec_driver_sql("SELECT max(id) FROM clips").scalar_one()
    return int(found or 0)


def clip_row(connection: sa.Connection, number: int) -> sa.RowMapping:
    row = connection.execute(sa.select(clips).where(clips.c.id == number)).one_or_none()
    if row is None:
        raise ClipUnknown(f"The library has no clip {clip_id(number)}")
    return row._mapping
