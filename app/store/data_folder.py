"""The service's data folder: its database file, its uploads, and the lock of the one service.

Commands and workers open the file beside a running service; only a service takes the lock.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from app.database.database import Database, database_exists
from app.database.format import FileFormat, Place, Step
from app.database.private_files import FOLDER_MODE
from app.database.server_address import ServerAddress
from app.errors import cause_of
from app.settings import Settings
from app.store.errors import StoreBusy, StoreInUse, StoreUnusable
from app.store.schema import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    damage,
    metadata,
    migrations,
    searches,
    shared_metadata,
)
from hashing.message import Message

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FILE_NAME = "desk.db"
UPLOADS = "uploads"
LOCK = "lock"
BAG_KEY = "bag-key.pem"  # signs what app.bag seals
SPARE = "spare"  # room for app.store.spare_room
FETCHING = "fetching-"  # and a check's id: a folder below uploads/
CACHE_KIB = 2048
WAIT_S = 30.0  # for another process that is writing


@dataclass(frozen=True)
class ServerStore:
    """A store whose rows are on a server. folder: of its uploads, which all services share."""

    address: ServerAddress
    folder: Path

    def __str__(self) -> str:
        return str(self.address)


type StorePlace = Path | ServerStore


class Store(Database):
    """The open store of a service: the rows of its database and the uploads beside it."""

    @property
    def uploads(self) -> Path:
        """The folder of the uploaded files, under random names."""
        return self.folder / UPLOADS


def open_store(at: StorePlace, *, create: bool = True, wait_s: float = WAIT_S) -> Store:
    """Open a store; with create, make a new one where there is none and the folder is empty.

    Raises StoreUnusable: another program's file, damaged, of a newer version, or not writable.
    """
    place, folder = _place_and_folder(at)
    store = Store.open(
        place, file_format(), create=create, read_only=False, wait_s=wait_s, folder=folder
    )
    if not store.writable:
        store.close()
        raise StoreUnusable(Message("error-store-read-only", {"folder": str(folder)}))
    if store.is_shared and not create:  # such as a command on a machine without the folder
        return store
    try:
        store.uploads.mkdir(mode=FOLDER_MODE, parents=store.is_shared, exist_ok=True)
    except OSError as error:
        store.close()
        raise StoreUnusable(
            Message("error-store-no-uploads", {"folder": str(folder), "reason": cause_of(error)})
        ) from error
    return store


def store_place(settings: Settings) -> StorePlace:
    """Where the settings say that the store is: on the library's server, where that has one."""
    if isinstance(settings.library, ServerAddress):
        return ServerStore(settings.library, settings.desk_folder())
    return settings.desk_folder()


def store_exists(at: StorePlace) -> bool:
    """Whether there is a store. Raises StoreUnusable where that cannot be known."""
    place, folder = _place_and_folder(at)
    try:
        return database_exists(place, file_format())
    except OSError as error:
        raise StoreUnusable(
            Message("error-store-unusable", {"folder": str(folder), "reason": cause_of(error)})
        ) from error


def _place_and_folder(at: StorePlace) -> tuple[Place, Path]:
    return (at.address, at.folder) if isinstance(at, ServerStore) else (at, at)


def delete_upload(store: Store, name: str | None) -> None:
    """Delete an uploaded file. name: as in the check's row; None: nothing to delete."""
    if name is not None:
        (store.uploads / name).unlink(missing_ok=True)


def fetching_folder(store: Store, identifier: str) -> Path:
    """The folder of a link's file while it is fetched; deleted afterwards in any case."""
    return store.uploads / f"{FETCHING}{identifier}"


@contextmanager
def only_service(at: StorePlace) -> Iterator[None]:
    """Hold the lock of the data folder: no other service can start on it; it ends with the process.

    Services that share a store on a server need none: their checks have leases (app.store.leases).
    Raises StoreInUse where one runs already, StoreUnusable where no lock can be had.
    """
    if isinstance(at, ServerStore):
        yield
        return
    folder = at
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        lock = (folder / LOCK).open("ab")
    except OSError as error:
        raise StoreUnusable(
            Message("error-store-unusable", {"folder": str(folder), "reason": cause_of(error)})
        ) from error
    with lock:
        try:
            _lock(lock.fileno())
        except OSError as error:
            raise StoreInUse(Message("error-store-in-use", {"folder": str(folder)})) from error
        yield


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def file_format() -> FileFormat:
    """The format of a store's file."""
    return FileFormat(
        word="store",
        file_name=FILE_NAME,
        application_id=APPLICATION_ID,
        schema_version=SCHEMA_VERSION,
        metadata=metadata,
        migrations=migrations,
        steps=MIGRATIONS,
        fill=_fill,
        unusable=StoreUnusable,
        busy=StoreBusy,
        read_only=StoreUnusable,
        cache_kib=CACHE_KIB,
        beside=frozenset({UPLOADS, LOCK, SPARE, BAG_KEY}),
        shared_metadata=shared_metadata,
    )


def _to_version_2(connection: sa.Connection) -> None:
    """Findings of alerts, the table of searches for rechecks; an unused table is dropped."""
    for name in ("claim_before", "claim_after"):
        connection.exec_driver_sql(f"ALTER TABLE alerts ADD COLUMN {name} TEXT")
    metadata.create_all(connection, tables=[searches])
    columns = '"check", searched_up_to, library_change'
    connection.exec_driver_sql(
        f"INSERT INTO searches ({columns}) SELECT {columns} FROM descriptors"
    )
    for name in ("searched_up_to", "library_change"):
        connection.exec_driver_sql(f"ALTER TABLE descriptors DROP COLUMN {name}")
    connection.exec_driver_sql("DROP TABLE marks")


def _to_version_3(connection: sa.Connection) -> None:
    """Notes are shared by choice; those of before were not asked for, so they are not."""
    connection.exec_driver_sql(
        "ALTER TABLE decisions ADD COLUMN note_shared INTEGER DEFAULT '0' NOT NULL"
    )


def _to_version_4(connection: sa.Connection) -> None:
    """Keys end and are rotated; those of before have no end."""
    for column in ("expires_at TEXT", "rotated_at TEXT", "old_hash BLOB", "old_until TEXT"):
        connection.exec_driver_sql(f"ALTER TABLE keys ADD COLUMN {column}")
    connection.exec_driver_sql("CREATE INDEX ix_keys_old_hash ON keys (old_hash)")


def _to_version_5(connection: sa.Connection) -> None:
    """Checksums, which `verify` gives to the rows of before; failed comparisons are counted."""
    present = {column["name"] for column in sa.inspect(connection).get_columns("searches")}
    for table in ("reports", "descriptors", "pictures", "sheets"):
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN checksum BIGINT")
    if "checksum" in present:  # the step to version 2 makes the table as it is now
        return
    for name in ("checksum", "failed_at_clip"):
        connection.exec_driver_sql(f"ALTER TABLE searches ADD COLUMN {name} BIGINT")
    connection.exec_driver_sql("ALTER TABLE searches ADD COLUMN retry_at TEXT")
    connection.exec_driver_sql(
        "ALTER TABLE searches ADD COLUMN failures BIGINT DEFAULT '0' NOT NULL"
    )


def _to_version_6(connection: sa.Connection) -> None:
    """Add the table of what is damaged and what is set aside."""
    metadata.create_all(connection, tables=[damage])


# version -> step that reaches it
MIGRATIONS: dict[int, Step] = {
    2: _to_version_2,
    3: _to_version_3,
    4: _to_version_4,
    5: _to_version_5,
    6: _to_version_6,
}


def _fill(connection: sa.Connection) -> None:
    """A new store has no rows."""
