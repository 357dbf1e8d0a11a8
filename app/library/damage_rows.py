"""Find damage in what is stored of clips, remember it, and set a damaged clip aside.

Every function works inside a transaction that its caller began.
"""

import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.database.checksums import checksum, is_intact
from app.library.audio_rows import are_codes_intact, delete_codes, insert_codes
from app.library.clip_rows import clip_id, clip_row
from app.library.errors import ClipDamaged
from app.library.fingerprint_rows import (
    damage_as_error,
    fixed_values,
    read_audio,
    read_fingerprint,
    read_own_vectors,
    read_pictures,
)
from app.library.records import DamagedClip, DamagedPart
from app.library.schema import audio_codes, clips, damage, fingerprints, pictures, thumbnails
from app.library.schema import vectors as vector_table
from app.library.vector_rows import delete_vectors


def examine(connection: sa.Connection, number: int) -> tuple[DamagedPart, ...]:
    """What of a clip is damaged, as far as checksums and unpacking can tell. Raises ClipUnknown."""
    clip = clip_row(connection, number)
    damaged: list[DamagedPart] = []
    if not _fingerprint_intact(connection, clip):
        damaged.append("fingerprint")
    if not _reads(number, lambda: read_pictures(connection, number)):
        damaged.append("preview")
    if not _reads(number, lambda: read_own_vectors(connection, clip)):
        damaged.append("vectors")
    codes = _row_of(connection, audio_codes, number)
    if codes is not None and not are_codes_intact(codes):
        damaged.append("sound")
    thumbnail = _row_of(connection, thumbnails, number)
    if thumbnail is not None and not is_intact(thumbnails, thumbnail):
        damaged.append("thumbnail")
    return tuple(damaged)


def _fingerprint_intact(connection: sa.Connection, clip: sa.RowMapping) -> bool:
    return _reads(
        clip["id"],
        lambda: read_fingerprint(connection, clip, with_preview=False, with_vectors=False),
    )


def _reads(number: int, read: Callable[[], object]) -> bool:
    try:
        with damage_as_error(number):
            read()
    except ClipDamaged:
        return False
    return True


def _row_of(connection: sa.Connection, table: sa.Table, number: int) -> sa.RowMapping | None:
    row = connection.execute(sa.select(table).where(table.c.clip == number)).one_or_none()
    return None if row is None else row._mapping


def lacks_checksums(connection: sa.Connection, number: int) -> bool:
    """True where something of the clip was stored by a version that wrote none."""
    clip = clip_row(connection, number)
    for table in (fingerprints, pictures, audio_codes, thumbnails):
        query = sa.select(table.c.clip).where(table.c.clip == number, table.c.checksum.is_(None))
        if connection.execute(query).first() is not None:
            return True
    return connection.execute(_unsealed_vectors(clip).limit(1)).first() is not None


def _unsealed_vectors(clip: sa.RowMapping) -> sa.Select[Any]:
    first = clip["first_vector"]
    return sa.select(vector_table.c.id, vector_table.c.vector).where(
        vector_table.c.id.between(first, first + clip["vectors"] - 1),
        vector_table.c.checksum.is_(None),
    )


def add_checksums(connection: sa.Connection, number: int) -> None:
    """Give a clip's rows that have none their checksum, as they are."""
    clip = clip_row(connection, number)
    for table in (fingerprints, pictures, audio_codes, thumbnails):
        row = _row_of(connection, table, number)
        if row is not None and row["checksum"] is None:
            beside = fixed_values(clip) if table is fingerprints else ()
            connection.execute(
                table.update()
                .where(table.c.clip == number)
                .values(checksum=checksum(table, row, beside))
            )
    for identifier, vector in connection.execute(_unsealed_vectors(clip)).all():
        connection.execute(
            vector_table.update()
            .where(vector_table.c.id == identifier)
            .values(checksum=zlib.crc32(vector))
        )


def record(
    connection: sa.Connection, number: int, parts: Iterable[DamagedPart], now: datetime
) -> None:
    """Remember what of a clip is damaged; nothing: that it is sound, unless it was set aside."""
    known = connection.execute(sa.select(damage).where(damage.c.clip == number)).one_or_none()
    what = " ".join(parts)
    if known is not None and (known.set_aside or known.what == what):
        return
    connection.execute(damage.delete().where(damage.c.clip == number))
    if what:
        found_at = now.isoformat(timespec="seconds")
        connection.execute(
            damage.insert().values(clip=number, what=what, found_at=found_at, set_aside=0)
        )


def is_known(connection: sa.Connection, number: int) -> bool:
    """True where the clip is remembered as damaged."""
    query = sa.select(damage.c.clip).where(damage.c.clip == number)
    return connection.execute(query).first() is not None


def known_damage(connection: sa.Connection) -> list[DamagedClip]:
    """The clips that are known to be damaged, in the order of their ids."""
    query = sa.select(damage, clips.c.name).join(clips, clips.c.id == damage.c.clip)
    return [
        DamagedClip(clip_id(row.clip), row.name, tuple(row.what.split()), bool(row.set_aside))
        for row in connection.execute(query.order_by(damage.c.clip))
    ]


def set_aside(
    connection: sa.Connection, number: int, parts: Iterable[DamagedPart], now: datetime
) -> range:
    """Take a clip out of the search; its titles and dates stay. Returns the ids of its vectors.

    Its preview frames stay too: they may be sound. Adding its file again describes it anew.
    """
    clip = clip_row(connection, number)
    vector_ids = range(clip["first_vector"], clip["first_vector"] + clip["vectors"])
    delete_vectors(connection, vector_ids)
    delete_codes(connection, number)
    connection.execute(clips.update().where(clips.c.id == number).values(vectors=0))
    connection.execute(damage.delete().where(damage.c.clip == number))
    connection.execute(
        damage.insert().values(
            clip=number,
            what=" ".join(parts),
            found_at=now.isoformat(timespec="seconds"),
            set_aside=1,
        )
    )
    return vector_ids


def renew_derived(connection: sa.Connection, number: int, parts: Iterable[DamagedPart]) -> None:
    """Make anew what follows from other rows: codes of the audio; a thumbnail when next shown."""
    if "thumbnail" in parts:
        connection.execute(thumbnails.delete().where(thumbnails.c.clip == number))
    if "sound" in parts:
        audio = read_audio(connection, clip_row(connection, number))
        delete_codes(connection, number)
        if audio is not None:
            insert_codes(connection, number, audio)
