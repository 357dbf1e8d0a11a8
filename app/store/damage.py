"""Find what is damaged of the checks that a store keeps.

Rows have checksums, uploads their SHA-256. Rows that an earlier version stored get their checksum
here, as they are, where they can be read.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from app.database.checksums import checksum
from app.store import checks, evidence_sheets, reports, stored_fingerprints
from app.store.checks import Check
from app.store.data_folder import Store
from app.store.errors import CheckUnknown, RowDamaged
from app.store.schema import SEALED_TABLES
from app.store.schema import checks as checks_table

CHUNK_BYTES = 1024 * 1024


def find_damage(store: Store) -> Iterator[RowDamaged]:
    """Everything that is damaged, check by check, each in a transaction of its own."""
    with store.reading() as connection:
        ids = connection.scalars(sa.select(checks_table.c.id)).all()
    for identifier in ids:
        yield from _damage_of(store, identifier)


def add_checksums(store: Store) -> None:
    """Give every row that an earlier version stored its checksum, as it is."""
    for table in SEALED_TABLES:
        keys = list(table.primary_key.columns)
        unsealed = sa.select(*keys).where(table.c.checksum.is_(None))
        with store.reading() as connection:
            rows = connection.execute(unsealed).all()
        for row in rows:
            where = sa.and_(*(key == value for key, value in zip(keys, row, strict=True)))
            with store.writing() as connection:
                stored = connection.execute(sa.select(table).where(where)).one_or_none()
                if stored is not None:
                    values = {"checksum": checksum(table, stored._mapping)}
                    connection.execute(table.update().where(where).values(values))


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
            lambda: stored_fingerprints.check_search(connection, identifier),
        )
        for read in reads:
            try:
                read()
            except RowDamaged as error:
                yield error
        yield from evidence_sheets.find_damage(connection, identifier)
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
