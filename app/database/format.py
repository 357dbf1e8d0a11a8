"""What a database holds and how it is named: the same for every engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from app.database.column_types import Integer, Text
from app.database.server_address import ServerAddress
from hashing.errors import FirstseenError
from hashing.message import Message, Param

type Place = Path | ServerAddress  # a folder with a SQLite file, or a PostgreSQL database
type Step = Callable[[sa.Connection], None]


def migrations_table(metadata: sa.MetaData) -> sa.Table:
    """A table of the versions that a database's schema has had, and since when."""
    return sa.Table(
        "migrations",
        metadata,
        sa.Column("version", Integer, primary_key=True),
        sa.Column("applied_at", Text, nullable=False),
    )


@dataclass(frozen=True)
class FileFormat:
    """The schema of one kind of database, its errors, and the word that messages use for it."""

    word: str  # "library", as in: there is no library in ...
    file_name: str
    application_id: int  # in a file's header, so that no other one is taken for it
    schema_version: int
    metadata: sa.MetaData
    migrations: sa.Table  # as migrations_table makes it
    steps: Mapping[int, Step]  # version -> the migration that reaches it
    fill: Step  # inserts the first rows of a new database
    unusable: type[FirstseenError]
    busy: type[FirstseenError]
    read_only: type[FirstseenError]
    cache_kib: int  # SQLite's page cache of each connection
    beside: frozenset[str] = frozenset()  # names that the folder may have before the file is made
    parts: frozenset[str] = frozenset()  # names of our other files there: caches, uploads
    shared_metadata: sa.MetaData | None = None  # tables that only servers that share it need

    @property
    def own_names(self) -> frozenset[str]:
        """The names of all our files in the folder, with the logs that SQLite adds to its file."""
        logs = {f"{self.file_name}{suffix}" for suffix in ("", "-wal", "-shm", "-journal")}
        return self.beside | self.parts | logs

    @property
    def schema_name(self) -> str:
        """The schema of its tables on a PostgreSQL server."""
        return f"firstseen_{self.word}"

    def record_version(self, connection: sa.Connection, version: int) -> None:
        """Enter that the schema has this version from now on."""
        applied = datetime.now(UTC).isoformat(timespec="seconds")
        connection.execute(self.migrations.insert().values(version=version, applied_at=applied))

    def message(self, id: str, place: Place, **more: Param) -> Message:
        """A message that names what and where: a password in an address is not shown."""
        return Message(id, {"what": self.word, "folder": str(place), **more})
