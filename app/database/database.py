"""The one interface to a database, whatever its engine: read and write in transactions.

A folder has a SQLite file; an address leads to a PostgreSQL server. What a transaction does, and
which tables there are, is for `app.library` and `app.store`.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, Self

import sqlalchemy as sa

from app.database.format import FileFormat, Place
from app.database.postgres import PostgresDatabase, exists_on_server
from app.database.server_address import ServerAddress
from app.database.sqlite import SqliteDatabase


class Engine(Protocol):
    """What each engine does in its own way."""

    @property
    def writable(self) -> bool: ...

    def reading(self) -> AbstractContextManager[sa.Connection]: ...

    def writing(self) -> AbstractContextManager[sa.Connection]: ...

    def empty_log(self) -> bool: ...

    def is_sound(self) -> bool: ...

    def size_bytes(self) -> int: ...

    def close(self) -> None: ...


class Database:
    """An open database. place: where it is. folder: of the files that belong to it, if any do."""

    def __init__(self, place: Place, engine: Engine, folder: Path | None) -> None:
        self.place = place
        self._engine = engine
        self._folder = folder

    @classmethod
    def open(
        cls,
        place: Place,
        format: FileFormat,
        *,
        create: bool,
        read_only: bool,
        wait_s: float,
        folder: Path | None = None,
    ) -> Self:
        """Open what is at `place`. wait_s: for another process that writes.

        create: make it where there is nothing yet. folder: of files beside a server's database.
        Raises format.unusable: nothing there, damaged, another program's, of a newer version.
        """
        if isinstance(place, ServerAddress):
            server = PostgresDatabase.open(
                place, format, create=create, read_only=read_only, wait_s=wait_s
            )
            return cls(place, server, folder)
        file = SqliteDatabase.open(place, format, create=create, read_only=read_only, wait_s=wait_s)
        return cls(place, file, place)

    @property
    def folder(self) -> Path:
        """The folder of its file, or of the files beside a server's database."""
        assert self._folder is not None, "a server's database without files"
        return self._folder

    @property
    def is_shared(self) -> bool:
        """Whether it is on a server, which other machines may use at the same time."""
        return isinstance(self.place, ServerAddress)

    @property
    def writable(self) -> bool:
        return self._engine.writable

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A reading transaction: one consistent view, whatever others write meanwhile."""
        return self._engine.reading()

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """A writing transaction: all or nothing, and on the disk when it ends. One at a time.

        So numbers that rows get are committed in their order, on every machine. Raises
        format.read_only, format.busy after `wait_s`, format.unusable on a full disk.
        """
        return self._engine.writing()

    def empty_log(self) -> bool:
        """Remove what deleted rows left, as far as the engine can; False where a reader kept it.

        SQLite's file and log keep nothing. A server's pages are free to be overwritten; its own
        log and its backups keep the rows for as long as it is set up to keep them.
        """
        return self._engine.empty_log()

    def is_sound(self) -> bool:
        """False where the engine itself finds its file damaged; a server looks after its own."""
        return self._engine.is_sound()

    def size_bytes(self) -> int:
        """Size on the disk, indexes of tables and logs included."""
        return self._engine.size_bytes()

    def close(self) -> None:
        self._engine.close()


def database_exists(place: Place, format: FileFormat) -> bool:
    """Whether there is such a database at `place`. Raises OSError, format.unusable."""
    if isinstance(place, ServerAddress):
        return exists_on_server(place, format)
    return (place / format.file_name).is_file()
