"""What later checks need of an item after its upload is gone, as the fence's codec writes it.

Every function works inside a transaction that its caller began.
"""

import zlib
from dataclasses import dataclass

import sqlalchemy as sa

from app.desk.schema import descriptors
from app.fence.codec import SIZES, decode, encode
from app.metadata_types import Metadata
from hashing.types import Fingerprint


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """An item as it was read once. searched_up_to: the newest clip that it was held against."""

    fingerprint: Fingerprint
    metadata: Metadata | None
    searched_up_to: int | None


def store(
    connection: sa.Connection,
    check: str,
    fingerprint: Fingerprint,
    metadata: Metadata,
    reach: int,
    expires_at: str,
    change: str = "",
) -> None:
    """change: the library's mark of what is known of its clips, as of before the search."""
    connection.execute(
        descriptors.insert().values(
            check=check,
            space=fingerprint.space,
            metadata=_packed(metadata),
            fingerprint=_packed(fingerprint),
            searched_up_to=reach,
            library_change=change,
            expires_at=expires_at,
        )
    )


def note_searched(connection: sa.Connection, check: str, reach: int, change: str) -> None:
    """It was held against the library up to this clip, as what is known of clips stood then."""
    connection.execute(
        descriptors.update()
        .where(descriptors.c.check == check)
        .values(searched_up_to=reach, library_change=change)
    )


def load(connection: sa.Connection, check: str) -> Kept | None:
    row = connection.execute(
        sa.select(descriptors).where(descriptors.c.check == check)
    ).one_or_none()
    if row is None:
        return None
    fingerprint = _unpacked(row.fingerprint)
    assert isinstance(fingerprint, Fingerprint)
    metadata = None if row.metadata is None else _unpacked(row.metadata)
    assert metadata is None or isinstance(metadata, Metadata)
    return Kept(fingerprint, metadata, row.searched_up_to)


def _packed(value: object) -> bytes:
    return zlib.compress(encode(value), 1)  # pictures in it are compressed already


def _unpacked(packed: bytes) -> object:
    frame = zlib.decompress(packed)
    text, raw = SIZES.unpack_from(frame)
    start = SIZES.size + text
    value: object = decode(frame[SIZES.size : start], bytearray(frame[start : start + raw]))
    return value
