"""Fingerprints of items as rows: what rechecks need after an upload is gone.

They are in the format of the sandbox's codec, compressed.

Every function works inside a transaction that its caller began.
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.database.checksums import is_intact, sealed
from app.metadata.types import Metadata
from app.sandbox.codec import SIZES, decode, encode
from app.store.errors import RowDamaged
from app.store.packed_thresholds import pack_bar, pack_bars
from app.store.schema import descriptors as table
from app.store.schema import searches
from app.store.timestamps import format_timestamp
from hashing.search.candidates import SearchThresholds
from hashing.types import DescribedPart, Fingerprint

# s after each failed comparison with the same clips until the next: what passes (memory, a busy
# disk) has passed by then, and what does not costs MAX_ATTEMPTS comparisons a growth of the library
RETRY_DELAYS_S: Final = (60.0, 600.0)
MAX_ATTEMPTS: Final = len(RETRY_DELAYS_S) + 1


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
    described = {
        "check": check,
        "space": fingerprint.space,
        "metadata": _compress(metadata),
        "fingerprint": _compress((fingerprint, parts) if parts else fingerprint),
        "expires_at": expires_at,
    }
    connection.execute(table.insert().values(sealed(table, described)))
    searched = {
        "check": check,
        "searched_up_to": reach,
        "library_change": change,
        "whole": None if candidate_bars is None else pack_bars(candidate_bars.whole),
        "parts": None
        if candidate_bars is None or candidate_bars.regions is None
        else pack_bar(candidate_bars.regions),
    }
    connection.execute(searches.insert().values(sealed(searches, searched)))


def record_search(
    connection: sa.Connection, checks: Iterable[str], reach: int, change: str
) -> None:
    """Enter that these checks were compared with the library up to this clip and change mark."""
    connection.execute(
        searches.update()
        .where(searches.c.check.in_(list(checks)))
        .values(
            searched_up_to=reach,
            library_change=change,
            failures=0,
            failed_at_clip=None,
            retry_at=None,
        )
    )


def record_failure(connection: sa.Connection, check: str, reach: int, at: datetime) -> None:
    """Enter that comparing a check with the library up to this clip failed, at this time.

    It is due again after RETRY_DELAYS_S, and after MAX_ATTEMPTS once the library has grown.
    """
    row = connection.execute(sa.select(searches).where(searches.c.check == check)).one_or_none()
    if row is None:
        return
    failures = row.failures + 1 if row.failed_at_clip == reach else 1
    delay_s = RETRY_DELAYS_S[min(failures, len(RETRY_DELAYS_S)) - 1]
    connection.execute(
        searches.update()
        .where(searches.c.check == check)
        .values(
            failures=failures,
            failed_at_clip=reach,
            retry_at=format_timestamp(at + timedelta(seconds=delay_s)),
        )
    )


def failed_comparisons(connection: sa.Connection) -> list[str]:
    """Ids of the checks whose last comparison with later clips failed."""
    query = sa.select(searches.c.check).where(searches.c.failures > 0)
    return list(connection.scalars(query.order_by(searches.c.check)).all())


def check_search(connection: sa.Connection, check: str) -> None:
    """Raises RowDamaged where the thresholds of a check's search are damaged."""
    row = connection.execute(sa.select(searches).where(searches.c.check == check)).one_or_none()
    if row is not None and not is_intact(searches, row._mapping):
        raise RowDamaged("search", check)


def load(connection: sa.Connection, check: str) -> StoredDescriptors | None:
    """What rechecks need; None where it is not kept, or no longer. Raises RowDamaged."""
    row = connection.execute(
        sa.select(table, searches.c.searched_up_to)
        .join(searches, searches.c.check == table.c.check)
        .where(table.c.check == check)
    ).one_or_none()
    if row is None:
        return None
    if not is_intact(table, row._mapping):
        raise RowDamaged("fingerprint", check)
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
