"""Store clips, their context and their appearances as rows, and read them back.

Every function works inside a transaction that its caller began.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from app.library.errors import ClipUnknown
from app.library.fingerprint_rows import delete_fingerprint, insert_fingerprint, space_number
from app.library.records import Appearance, Clip, FileFacts
from app.library.schema import appearances, clips, damage, spaces
from app.library.vector_rows import insert_vectors
from hashing.message import Message
from hashing.types import Fingerprint

MAX_DIGITS = 18  # of a clip's number: fits a 64-bit integer


def clip_id(number: int) -> str:
    """7 -> "R000007"."""
    return f"R{number:06d}"


def clip_ids(numbers: list[int]) -> tuple[str, ...]:
    """`clip_id` of each, without a call for each: a search names thousands."""
    return tuple([f"R{number:06d}" for number in numbers])


def clip_number(identifier: str) -> int:
    """The inverse of `clip_id`. Raises ClipUnknown for a text that is no id."""
    digits = identifier.removeprefix("R")
    is_id = digits != identifier and digits.isascii() and digits.isdigit()
    if not is_id or len(digits) > MAX_DIGITS:
        raise ClipUnknown(Message("error-no-clip-id", {"id": identifier, "example": clip_id(123)}))
    return int(digits)


def insert_clip(
    connection: sa.Connection,
    fingerprint: Fingerprint,
    facts: FileFacts,
    context: dict[str, str | None],
) -> int:
    """Store a new clip without its appearances. Returns its number."""
    row = {
        "sha256": bytes.fromhex(facts.sha256),
        "name": facts.name,
        "bytes": facts.bytes,
        **_store_vectors(connection, fingerprint),
        **context,
    }
    number = int(connection.execute(clips.insert().values(row).returning(clips.c.id)).scalar_one())
    insert_fingerprint(connection, clip_row(connection, number), fingerprint)
    return number


def read_clips(connection: sa.Connection, where: sa.ColumnElement[bool]) -> list[Clip]:
    """The clips that a condition selects, in the order in which they were added."""
    query = (
        sa.select(clips, spaces.c.name.label("space_name"))
        .join(spaces, clips.c.space == spaces.c.id)
        .where(where)
        .order_by(clips.c.id)
    )
    rows = connection.execute(query).all()
    by_clip = _appearances(connection, where)
    return [_clip(row, by_clip.get(row.id, ())) for row in rows]


def _appearances(
    connection: sa.Connection, where: sa.ColumnElement[bool]
) -> dict[int, tuple[Appearance, ...]]:
    """The appearances of the clips that a condition selects, by the clip's number."""
    tables = appearances.join(clips).join(spaces, clips.c.space == spaces.c.id)
    query = sa.select(appearances).select_from(tables).where(where).order_by(appearances.c.id)
    by_clip: dict[int, tuple[Appearance, ...]] = {}
    for row in connection.execute(query):
        appearance = Appearance(
            row.kind, row.date, row.source_url, row.publisher, row.entered_by, number=row.id
        )
        by_clip[row.clip] = (*by_clip.get(row.clip, ()), appearance)
    return by_clip


def _clip(row: sa.Row[Any], clip_appearances: tuple[Appearance, ...]) -> Clip:
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
        appearances=clip_appearances,
    )


def add_appearances(
    connection: sa.Connection, number: int, additions: Iterable[Appearance]
) -> tuple[Appearance, ...]:
    """Store those that the clip does not have yet. Returns them."""
    present = set(_appearances(connection, clips.c.id == number).get(number, ()))
    missing = tuple(each for each in dict.fromkeys(additions) if each not in present)
    if missing:
        connection.execute(appearances.insert(), [_columns(number, each) for each in missing])
    return missing


def _columns(number: int, appearance: Appearance) -> dict[str, object]:
    columns = {**asdict(appearance), "clip": number}
    del columns["number"]
    return columns


def fill_context(
    connection: sa.Connection, number: int, context: dict[str, str | None]
) -> tuple[str, ...]:
    """Write the texts of empty columns; an earlier text stays. Returns the columns written."""
    row = connection.execute(sa.select(clips).where(clips.c.id == number)).one()._mapping
    texts = {name: text for name, text in context.items() if text is not None and row[name] is None}
    if texts:
        connection.execute(clips.update().where(clips.c.id == number).values(texts))
    return tuple(texts)


def delete_clip(connection: sa.Connection, number: int) -> range:
    """Remove every row of a clip. Returns the ids of its vectors."""
    vector_ids = delete_fingerprint(connection, clip_row(connection, number))
    connection.execute(clips.delete().where(clips.c.id == number))
    return vector_ids


def replace_fingerprint(connection: sa.Connection, number: int, fingerprint: Fingerprint) -> range:
    """Store a new fingerprint in place of the old. Returns the ids of the old vectors."""
    vector_ids = delete_fingerprint(connection, clip_row(connection, number))
    connection.execute(
        clips.update().where(clips.c.id == number).values(_store_vectors(connection, fingerprint))
    )
    insert_fingerprint(connection, clip_row(connection, number), fingerprint)
    connection.execute(damage.delete().where(damage.c.clip == number))
    return vector_ids


def _store_vectors(connection: sa.Connection, fingerprint: Fingerprint) -> dict[str, object]:
    """Store the searchable vectors. Returns the columns of `clips` that a fingerprint sets."""
    first, count = insert_vectors(connection, fingerprint.descriptors)
    return {
        "kind": fingerprint.info.kind,
        "width": fingerprint.info.width,
        "height": fingerprint.info.height,
        "duration_s": fingerprint.info.duration_s,
        "space": space_number(connection, fingerprint.space),
        "sampling": fingerprint.sampling,
        "first_vector": first,
        "vectors": count,
    }


def last_clip_number(connection: sa.Connection) -> int:
    """The number of the clip that was added last; 0 in an empty library."""
    number = connection.scalar(sa.select(sa.func.max(clips.c.id)))
    return int(number or 0)


def find_clip(connection: sa.Connection, sha256: str) -> int | None:
    """The number of the clip of a file with this hash, in hex digits; None without one."""
    query = sa.select(clips.c.id).where(clips.c.sha256 == bytes.fromhex(sha256))
    return connection.execute(query).scalar_one_or_none()


def clip_row(connection: sa.Connection, number: int) -> sa.RowMapping:
    """A clip's row of `clips`. Raises ClipUnknown."""
    row = connection.execute(sa.select(clips).where(clips.c.id == number)).one_or_none()
    if row is None:
        raise ClipUnknown(Message("error-no-such-clip", {"id": clip_id(number)}))
    return row._mapping
