"""Change what is known about clips, recording who made each change, when, and what was there.

Every function works inside a transaction that its caller began.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from app.database.checksums import is_intact, sealed
from app.library.clip_rows import add_appearances, clip_row
from app.library.context_csv import TEXTS
from app.library.errors import AppearanceFixed, ClipUnknown
from app.library.records import Appearance, ContextChange
from app.library.schema import appearances, clips, context_changes, thumbnails
from hashing.message import Message


def change_texts(
    connection: sa.Connection,
    number: int,
    texts: Mapping[str, str | None],
    entered_by: str,
    now: datetime,
) -> tuple[str, ...]:
    """Write the texts that differ from the present ones; None empties a column.

    Returns the columns changed. Raises ClipUnknown, ValueError for a column not in TEXTS.
    """
    row = clip_row(connection, number)
    if not texts.keys() <= set(TEXTS):
        raise ValueError(f"expected columns of {TEXTS}, got {sorted(texts)}")
    changed = {name: text for name, text in texts.items() if row[name] != text}
    if changed:
        connection.execute(clips.update().where(clips.c.id == number).values(changed))
    for name, text in changed.items():
        _record(connection, number, ContextChange(name, row[name], text, entered_by, _at(now)))
    return tuple(changed)


def add_appearance(
    connection: sa.Connection, number: int, appearance: Appearance, now: datetime
) -> bool:
    """Store an appearance that someone entered. False where the clip has it already.

    Raises ClipUnknown.
    """
    clip_row(connection, number)
    is_new = bool(add_appearances(connection, number, [appearance]))
    if is_new:
        by, text = appearance.entered_by or "", appearance_text(appearance)
        _record(connection, number, ContextChange("appearance", None, text, by, _at(now)))
    return is_new


def remove_appearance(
    connection: sa.Connection, number: int, appearance: int, entered_by: str, now: datetime
) -> None:
    """Remove an appearance that a person entered, by its number.

    Raises ClipUnknown where the clip has none of this number, AppearanceFixed for `ingested`.
    """
    clip_row(connection, number)
    where = sa.and_(appearances.c.id == appearance, appearances.c.clip == number)
    row = connection.execute(sa.select(appearances).where(where)).one_or_none()
    if row is None:
        raise ClipUnknown(Message("error-no-such-appearance", {"number": str(appearance)}))
    if row.kind == "ingested":
        raise AppearanceFixed(Message("error-appearance-fixed"))
    text = appearance_text(
        Appearance(row.kind, row.date, row.source_url, row.publisher, row.entered_by)
    )
    connection.execute(appearances.delete().where(where))
    _record(connection, number, ContextChange("appearance", text, None, entered_by, _at(now)))


def read_changes(connection: sa.Connection, number: int) -> list[ContextChange]:
    """Every change of a clip, newest first."""
    clip_row(connection, number)
    rows = connection.execute(
        sa.select(context_changes)
        .where(context_changes.c.clip == number)
        .order_by(context_changes.c.id.desc())
    )
    return [ContextChange(row.field, row.before, row.after, row.entered_by, row.at) for row in rows]


def last_change(connection: sa.Connection) -> str:
    """A text that is another one after every change of a clip's context."""
    last_record = sa.select(sa.func.max(context_changes.c.id)).scalar_subquery()
    last_appearance = sa.select(sa.func.max(appearances.c.id)).scalar_subquery()
    change, appearance = connection.execute(sa.select(last_record, last_appearance)).one()
    return f"{change or 0} {appearance or 0}"


def read_thumbnail(connection: sa.Connection, number: int) -> bytes | None:
    """A clip's redacted JPEG; None where none is stored, or a damaged one. Raises ClipUnknown."""
    clip_row(connection, number)
    row = connection.execute(sa.select(thumbnails).where(thumbnails.c.clip == number)).one_or_none()
    return row.jpeg if row is not None and is_intact(thumbnails, row._mapping) else None


def write_thumbnail(connection: sa.Connection, number: int, jpeg: bytes) -> None:
    """Store a clip's redacted JPEG in place of an earlier one. Raises ClipUnknown."""
    clip_row(connection, number)
    connection.execute(thumbnails.delete().where(thumbnails.c.clip == number))
    connection.execute(
        thumbnails.insert().values(sealed(thumbnails, {"clip": number, "jpeg": jpeg}))
    )


def _record(connection: sa.Connection, number: int, change: ContextChange) -> None:
    connection.execute(
        context_changes.insert().values(
            clip=number,
            field=change.field,
            before=change.before,
            after=change.after,
            entered_by=change.entered_by,
            at=change.at,
        )
    )


def appearance_text(appearance: Appearance) -> str:
    """Kind, date, publisher and address of an appearance, as changes record it."""
    parts = (appearance.kind, appearance.date, appearance.publisher, appearance.source_url)
    return " ".join(part for part in parts if part)


def _at(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
