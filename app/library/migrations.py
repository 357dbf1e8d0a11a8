"""The steps that bring the tables of an older library up to date, a function for each version."""

import sqlalchemy as sa

from app.database.format import Step
from app.library.audio_rows import insert_codes
from app.library.fingerprint_rows import read_all_audio
from app.library.schema import (
    SEALED_TABLES,
    audio_codes,
    context_changes,
    damage,
    metadata,
    thumbnails,
)


def _to_version_2(connection: sa.Connection) -> None:
    """Add the tables of context changes and thumbnails."""
    metadata.create_all(connection, tables=[context_changes, thumbnails])


def _to_version_3(connection: sa.Connection) -> None:
    """Add the codes by which audio is searched, made from the stored audio fingerprints."""
    metadata.create_all(connection, tables=[audio_codes])
    _add_checksum_columns(connection)  # which are read and written below
    for number, audio in read_all_audio(connection):
        insert_codes(connection, number, audio)


def _to_version_4(connection: sa.Connection) -> None:
    """Add checksums, which earlier rows get from `verify`, and the table of known damage."""
    _add_checksum_columns(connection)
    metadata.create_all(connection, tables=[damage])


def _add_checksum_columns(connection: sa.Connection) -> None:
    for table in SEALED_TABLES:
        columns = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
        if "checksum" not in columns:
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN checksum INTEGER")


# version -> step that reaches it
MIGRATIONS: dict[int, Step] = {2: _to_version_2, 3: _to_version_3, 4: _to_version_4}
