"""Fingerprints of items as rows: what rechecks need after an upload is gone.

They are in the format of the sandbox's codec, compressed.

Every function works inside a transaction that its caller began.
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from app.metadata.types import Metadata
from app.sandbox.codec import SIZES, decode, encode
from app.store.errors import RowDamaged
from app.store.packed_thresholds import pack_bar, pack_bars
from app.store.schema import descriptors as table
from app.store.schema import searches
from hashing.search.candidates import SearchThresholds
from hashing.types import DescribedPart, Fingerprint


@dataclass(frozen=True, slots=True, eq=False)
class StoredDescriptors:
    """An item as it was read once. searched_up_to: the newest clip that it was compared with."""

    fingerprint: Fingerprint
    metadata: Metadata | None
    searched_up_to: int | None
    parts: tuple[DescribedPart, ...] = ()


def store(
    connection: sa.Connection,
    check: str,
    fingerprint: Fingerprint,
    metadata: Metadata,
    reach: int,
    expires_at: str,
    change: str = "",
    candidate_bars: SearchThresholds | None = None,
    parts: tuple[DescribedPart, ...] = (),
) -> None:
    """Store what rechecks need. change: the library's change mark before the search.

    reach: number of the library's newest clip then. candidate_bars: what a later clip has to reach
    to be compared, where that is known. parts: of the file beside its main one; a row without any
    is as earlier versions have it.
    """
    connection.execute(
        table.insert().values(
            check=check,
            space=fingerprint.space,
            metadata=_compress(metadata),
            fingerprint=_compress((fingerprint, parts) if parts else fingerprint),
            expires_at=expires_at,
        )
    )
    connection.execute(
        searches.insert().values(
            check=check,
            searched_up_to=reach,
            library_change=change,
            whole=None if candidate_bars is None else pack_bars(candidate_bars.whole),
            parts=None
            if candidate_bars is None or candidate_bars.regions is None
            else pack_bar(candidate_bars.regions),
        )
    )


def record_search(
    connection: sa.Connection, checks: Iterable[str], reach: int, change: str
) -> None:
    """Enter that these checks were compared with the library up to this clip and change mark."""
    connection.execute(
        searches.update()
        .where(searches.c.check.in_(list(checks)))
        .values(searched_up_to=reach, library_change=change)
    )


def load(connection: sa.Connection, check: str) -> StoredDescriptors | None:
    """What rechecks need; None where it is not kept, or no longer. Raises RowDamaged."""
    row = connection.execute(
        sa.select(table, searches.c.searched_up_to)
        .join(searches, searches.c.check == table.c.check)
        .where(table.c.check == check)
    ).one_or_none()
    if row is None:
        return None
    try:
        stored = _decompress(row.fingerprint)
        fingerprint, parts = stored if isinstance(stored, tuple) else (stored, ())
        metadata = None if row.metadata is None else _decompress(row.metadata)
    except (zlib.error, struct.error, ValueError) as error:
        raise RowDamaged("fingerprint", check) from error
    if not isinstance(fingerprint, Fingerprint) or not isinstance(metadata, Metadata | None):
        raise RowDamaged("fingerprint", check)
    if not isinstance(parts, tuple) or not all(isinstance(part, DescribedPart) for part in parts):
        raise RowDamaged("fingerprint", check)
    return StoredDescriptors(fingerprint, metadata, row.searched_up_to, parts)


def _compress(value: object) -> bytes:
    return zlib.compress(encode(value), 1)  # preview frames in it are compressed already


def _decompress(packed: bytes) -> object:
    frame = zlib.decompress(packed)
    text, raw = SIZES.unpack_from(frame)
    start = SIZES.size + text
    value: object = decode(frame[SIZES.size : start], bytearray(frame[start : start + raw]))
    return value
