"""Open the database of a library, in a folder or on a server: its format for app.database."""

import sqlalchemy as sa

from app.database.database import Database
from app.database.format import FileFormat, Place
from app.library import file_names
from app.library.errors import LibraryBusy, LibraryReadOnly, LibraryUnusable
from app.library.migrations import MIGRATIONS
from app.library.schema import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    counters,
    metadata,
    migrations,
)

CACHE_KIB = 16_384


class LibraryFile(Database):
    """An open library's database."""

    def bytes_on_disk(self) -> int:
        """Size of the database and of the index; of nothing else in the library's folder."""
        index = () if self.is_shared else (self.folder / file_names.INDEX).rglob("*")
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
        file_name=file_names.FILE,
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
        beside=frozenset({file_names.DESK}),
        parts=frozenset({file_names.INDEX}),
    )


def _insert_counters(connection: sa.Connection) -> None:
    for name, value in (("next_vector", 1), ("removals", 0), ("index_generation", 0)):
        connection.execute(counters.insert().values(name=name, value=value))
