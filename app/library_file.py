"""The door to a library's file: what app.database needs to know of it."""

from pathlib import Path

import sqlalchemy as sa

from app import library_folder
from app.database import Database, Kind, Step
from app.library_errors import LibraryBusy, LibraryReadOnly, LibraryUnusable
from app.library_prints import stored_sounds
from app.library_schema import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    counters,
    edits,
    metadata,
    migrations,
    sound_codes,
    thumbnails,
)
from app.library_sound import insert_codes

CACHE_KIB = 16_384


class LibraryFile(Database):
    """An open library file."""

    def bytes_on_disk(self) -> int:
        """Of all files of the library, index included; of nothing else in its folder."""
        files = (
            *self.folder.glob(f"{library_folder.FILE}*"),
            *(self.folder / library_folder.INDEX).rglob("*"),
        )
        return sum(path.stat().st_size for path in files if path.is_file())


def open_file(folder: Path, create: bool, read_only: bool, wait_s: float) -> LibraryFile:
    """The library in `folder`.

    create: make one where the folder is absent or empty; never among other files.
    Raises LibraryUnusable: no library, another program's file, damaged, or of a newer version.
    """
    return LibraryFile.open(folder, _kind(), create, read_only, wait_s)


def _kind() -> Kind:
    return Kind(
        word="library",
        file_name=library_folder.FILE,
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
        beside=frozenset({library_folder.DESK}),
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
