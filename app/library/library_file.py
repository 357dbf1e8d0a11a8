"""The door to a library's file: what app.database.sqlite needs to know of it."""

from pathlib import Path

import sqlalchemy as sa

from app.database.sqlite import Database, Kind, Step
from app.library import paths
from app.library.audio_rows import insert_codes
from app.library.errors import LibraryBusy, LibraryReadOnly, LibraryUnusable
from app.library.fingerprint_rows import stored_sounds
from app.library.schema import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    counters,
    edits,
    metadata,
    migrations,
    sound_codes,
    thumbnails,
)

CACHE_KIB = 16_384


class LibraryFile(Database):
    """An open library file."""

    def bytes_on_disk(self) -> int:
        """Of all files of the library, index included; of nothing else in its folder."""
        files = (
            *self.folder.glob(f"{paths.FILE}*"),
            *(self.folder / paths.INDEX).rglob("*"),
        )
        return sum(path.stat().st_size for path in files if path.is_file())


def open_file(folder: Path, create: bool, read_only: bool, wait_s: float) -> LibraryFile:
    """The library in `folder`.

    create: make one where the folder is absent or empty; never among other files.
    Raises LibraryUnusable: no library, another program's file, damaged, or of a newer version.
    """
    return LibraryFile.open(folder, kind(), create, read_only, wait_s)


def kind() -> Kind:
    """What a library's file is to the database."""
    return Kind(
        word="library",
        file_name=paths.FILE,
        application_id=APPLICATION_ID,
        schema_version=SCHEMA_VERSION,
        metadata=metadata,
        migrations=migrations,
        steps=MIGRATIONS,
        fill=_fill,
        unusable=LibraryUnusable,
        busy=LibraryBusy,
        read_only=LibraryReadOnly,
        cache_kib=CACHE_KIB,
        beside=frozenset({paths.DESK}),
        parts=frozenset({paths.INDEX}),
    )


def _to_version_2(connection: sa.Connection) -> None:
    """Who changed a text of a clip and when, and the clips' pictures."""
    metadata.create_all(connection, tables=[edits, thumbnails])


def _to_version_3(connection: sa.Connection) -> None:
    """Codes by which sound is searched, made from the prints that are stored."""
    metadata.create_all(connection, tables=[sound_codes])
    for number, audio in stored_sounds(connection):
        insert_codes(connection, number, audio)


# version -> step that reaches it
MIGRATIONS: dict[int, Step] = {2: _to_version_2, 3: _to_version_3}


def _fill(connection: sa.Connection) -> None:
    for name, value in (("next_vector", 1), ("removals", 0), ("index_generation", 0)):
        connection.execute(counters.insert().values(name=name, value=value))
