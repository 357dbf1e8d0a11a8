"""Open a library's database: its format for app.database, and its migrations."""

import sqlalchemy as sa

from app.database.database import Database
from app.database.format import FileFormat, Place, Step
from app.library import paths
from app.library.audio_rows import insert_codes
from app.library.errors import LibraryBusy, LibraryReadOnly, LibraryUnusable
from app.library.fingerprint_rows import read_all_audio
from app.library.schema import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    SEALED_TABLES,
    audio_codes,
    context_changes,
    counters,
    damage,
    metadata,
    migrations,
    thumbnails,
)

CACHE_KIB = 16_384


class LibraryFile(Database):
    """An open library's database."""

    def bytes_on_disk(self) -> int:
        """Size of the database and of the index; of nothing else in the library's folder."""
        index = () if self.is_shared else (self.folder / paths.INDEX).rglob("*")
        return self.size_bytes() + sum(path.stat().st_size for path in index if path.is_file())


def open_file(place: Place, *, create: bool, read_only: bool, wait_s: float) -> LibraryFile:
    """Open the library in a folder or on a server.

    create: make one where there is none, and the folder absent or empty. wait_s: for another
    process that writes.
    Raises LibraryUnusable: no library, another program's file, damaged, or of a newer version.
    """
    return LibraryFile.open(place, file_format(), create=create, read_only=read_only, wait_s=wait_s)


def file_format() -> FileFormat:
    """The format of a library's file."""
    return FileFormat(
        word="library",
        file_name=paths.FILE,
        application_id=APPLICATION_ID,
        schema_version=SCHEMA_VERSION,
        metadata=metadata,
        migrations=migrations,
        steps=MIGRATIONS,
        fill=_insert_counters,
        unusable=LibraryUnusable,
        busy=LibraryBusy,
        read_only=LibraryReadOnly,
        cache_kib=CACHE_KIB,
        beside=frozenset({paths.DESK}),
        parts=frozenset({paths.INDEX}),
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


def _insert_counters(connection: sa.Connection) -> None:
    for name, value in (("next_vector", 1), ("removals", 0), ("index_generation", 0)):
        connection.execute(counters.insert().values(name=name, value=value))
