"""Find what is damaged of the checks that a store keeps.

Reports and fingerprints are compressed with a checksum, uploads have their SHA-256. Frames of
evidence have none: of them it is only told whether what describes them can be read.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from app.store import checks, evidence_sheets, reports, stored_fingerprints
from app.store.checks import Check
from app.store.data_folder import Store
from app.store.errors import CheckUnknown, RowDamaged
from app.store.schema import checks as table

CHUNK_BYTES = 1024 * 1024


def find_damage(store: Store) -> Iterator[RowDamaged]:
    """Everything that is damaged, check by check, each in a transaction of its own."""
    with store.reading() as connection:
        ids = connection.scalars(table.select().with_only_columns(table.c.id)).all()
    for identifier in ids:
        yield from _damage_of(store, identifier)


def is_file_sound(store: Store) -> bool:
    """False where SQLite itself finds the structure of the file damaged."""
    return store.is_sound()


def _damage_of(store: Store, identifier: str) -> Iterator[RowDamaged]:
    with store.reading() as connection:
        try:
            check = checks.find(connection, identifier)
        except CheckUnknown:
            return  # deleted meanwhile
        reads: tuple[Callable[[], object], ...] = (
            lambda: reports.load_all(connection, identifier),
            lambda: stored_fingerprints.load(connection, identifier),
            lambda: evidence_sheets.load_descriptions(connection, identifier),
        )
        for read in reads:
            try:
                read()
            except RowDamaged as error:
                yield error
            except ValueError:
                yield RowDamaged("evidence", identifier)
    if check.upload is not None and not _is_intact(store.uploads / check.upload, check):
        yield RowDamaged("upload", identifier)


def _is_intact(path: Path, check: Check) -> bool:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    except OSError:
        return False
    return check.sha256 is None or digest.hexdigest() == check.sha256
