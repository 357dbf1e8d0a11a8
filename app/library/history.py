"""Changes of what is known of clips: each keeps who made it, when, and what stood there before.

Every function works inside a transaction that its caller began.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from app.library.clip_rows import add_appearances, clip_row
from app.library.context_csv import TEXTS
from app.library.errors import AppearanceFixed, ClipUnknown
from app.library.records import Appearance, TextEdit
from app.library.schema import appearances, clips, edits, thumbnails


def change_texts(
    connection: sa.Connection,
    number: int,
    texts: Mapping[str, str | None],
    entered_by: str,
    now: datetime,
) -> tuple[str, ...]:
    """Write the texts that differ from what stands there; None empties one. Returns which.

    Raises ClipUnknown, ValueError for a column that is no text.
    """
    row = clip_row(connection, number)
    if not texts.keys() <= set(TEXTS):
        raise ValueError(f"expected columns of {TEXTS}, got {sorted(texts)}")
    changed = {name: text for name, text in texts.items() if row[name] != text}
    if changed:
        connection.execute(clips.update().where(clips.c.id == number).values(changed))
    for name, text in changed.items():
        _note(connection, number, TextEdit(name, row[name], text, entered_by, _at(now)))
    return tuple(changed)


def add_appearance(connection: sa.Connection, number: int, seen: Appearance, now: datetime) -> bool:
    """Write an appearance that someone entered. False where the clip has it already.

    Raises ClipUnknown.
    """
    clip_row(connection, number)
    fresh = add_appearances(connection, number, [seen])
    if fresh:
        by = seen.entered_by or ""
        _note(connection, number, TextEdit("appearance", None, _said(seen), by, _at(now)))
    return bool(fresh)


def remove_appearance(
    connection: sa.Connection, number: int, appearance: int, entered_by: str, now: datetime
) -> None:
    """Take back an appearance that a person entered.

    Raises ClipUnknown where the clip has none of this number, AppearanceFixed for `ingested`.
    """
    clip_row(connection, number)
    where = sa.and_(appearances.c.id == appearance, appearances.c.clip == number)
    row = connection.execute(sa.select(appearances).where(where)).one_or_none()
    if row is None:
        raise ClipUnknown(f"this clip has no appearance {appearance}")
    if row.kind == "ingested":
        raise AppearanceFixed("firstseen's own record of when it took a clip in stays with it")
    gone = Appearance(row.kind, row.date, row.source_url, row.publisher, row.entered_by)
    connection.execute(appearances.delete().where(where))
    _note(connection, number, TextEdit("appearance", _said(gone), None, entered_by, _at(now)))


def edits_of(connection: sa.Connection, number: int) -> list[TextEdit]:
    """Every change of a clip, newest first."""
    clip_row(connection, number)
    rows = connection.execute(
        sa.select(edits).where(edits.c.clip == number).order_by(edits.c.id.desc())
    )
    return [TextEdit(row.field, row.before, row.after, row.entered_by, row.at) for row in rows]


def last_change(connection: sa.Connection) -> str:
    """A mark that is another one whenever someone changed what is known of a clip."""
    newest = sa.select(sa.func.max(edits.c.id)).scalar_subquery()
    entered = sa.select(sa.func.max(appearances.c.id)).scalar_subquery()
    edit, seen = connection.execute(sa.select(newest, entered)).one()
    return f"{edit or 0} {seen or 0}"


def read_thumbnail(connection: sa.Connection, number: int) -> bytes | None:
    """A clip's stored picture. Raises ClipUnknown."""
    clip_row(connection, number)
    found: bytes | None = connection.scalar(
        sa.select(thumbnails.c.jpeg).where(thumbnails.c.clip == number)
    )
    return found


def write_thumbnail(connection: sa.Connection, number: int, jpeg: bytes) -> None:
    """Keep a clip's redacted picture. Raises ClipUnknown."""
    clip_row(connection, number)
    connection.execute(thumbnails.delete().where(thumbnails.c.clip == number))
    connection.execute(thumbnails.insert().values(clip=number, jpeg=jpeg))


def _note(connection: sa.Connection, number: int, edit: TextEdit) -> None:
    connection.execute(
        edits.insert().values(
            clip=number,
            field=edit.field,
            before=edit.before,
            after=edit.after,
            entered_by=edit.entered_by,
            at=edit.at,
        )
    )


def _said(seen: Appearance) -> str:
    return " ".join(
        part for part in (seen.kind, seen.date, seen.publisher, seen.source_url) if part
    )


def _at(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
