"""Copies of the service's data and of the library that belong together, and the way back.

The service's data is copied first: a library that is a little newer is fine, while data that knows
of clips which the library lost would take others for them.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.database.private_files import FOLDER_MODE
from app.database.server_address import ServerAddress
from app.database.sqlite_copy import copy_sqlite
from app.errors import UsageError, cause_of
from app.library import open_library
from app.settings import Settings
from app.store import data_folder
from app.store.audit_log import head
from app.store.data_folder import BAG_KEY, open_store, store_place
from app.store.timestamps import format_timestamp, now
from app.version import VERSION
from hashing.message import Message

MANIFEST: Final = "backup.json"
SCHEMA: Final = "firstseen.backup/1"
LOGS: Final = ("-wal", "-shm", "-journal")  # of a database file: of another state, after a restore
CHUNK: Final = 1 << 20


class BackupError(UsageError):
    """A backup could not be made, or is not one to restore; the message says why."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What is in a backup. head: of the audit log; None without a store. files: SHA-256 by name."""

    head: str | None
    files: dict[str, str]


def back_up(settings: Settings, to: Path) -> BackedUp:
    """Copy store, signing key and library into a new folder. The service may run.

    Uploads are not copied. Raises BackupError, StoreUnusable.
    """
    try:
        to.mkdir(mode=FOLDER_MODE)
    except OSError as error:
        raise BackupError(
            Message("error-backup-folder", {"path": str(to), "reason": cause_of(error)})
        ) from error
    found = dict(_there(settings))
    if not found:
        raise BackupError(Message("error-backup-nothing"))
    try:
        for name, path in found.items():
            if name == BAG_KEY:
                shutil.copyfile(path, to / name)
                (to / name).chmod(0o600)
            else:
                copy_sqlite(path, to / name)
        files = {name: _sha256(to / name) for name in found}
        known = BackedUp(_head(settings), files)
        manifest = {
            "schema": SCHEMA,
            "version": VERSION,
            "at": format_timestamp(now()),
            "audit_head": known.head,
            "files": files,
        }
        (to / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    except OSError as error:
        raise BackupError(
            Message("error-cannot-write", {"path": str(to), "reason": cause_of(error)})
        ) from error
    return known


def restore(settings: Settings, source: Path, *, replace: bool = False) -> BackedUp:
    """Put the files of a backup where the settings say that they belong.

    replace: what is there is lost. Everything is compared with the backup's hashes first.
    Raises BackupError: no backup, a damaged one, or something is there; StoreInUse.
    """
    known = _read(source)
    targets = {name: path for name, path in _places(settings) if name in known.files}
    there = [str(path) for path in targets.values() if path.exists()]
    if there and not replace:
        raise BackupError(Message("error-restore-there", {"paths": tuple(there)}))
    with data_folder.only_service(settings.desk_folder()):
        try:
            for name, path in targets.items():
                _put(source / name, path)
        except OSError as error:
            raise BackupError(
                Message("error-cannot-write", {"path": str(path), "reason": cause_of(error)})
            ) from error
    return known


def _put(source: Path, path: Path) -> None:
    """Copy beside, then rename: the file there is whole at every time."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.restored")
    shutil.copyfile(source, beside)
    beside.chmod(0o600)
    for ending in LOGS:
        path.with_name(path.name + ending).unlink(missing_ok=True)
    beside.replace(path)


def _places(settings: Settings) -> Iterator[tuple[str, Path]]:
    """The files by their names in a backup, in the order in which they are copied.

    Raises BackupError where the rows are on a server, which has backups of its own.
    """
    if isinstance(settings.library, ServerAddress):
        raise BackupError(Message("error-backup-server"))
    store = settings.desk_folder()
    yield data_folder.FILE_NAME, store / data_folder.FILE_NAME
    yield BAG_KEY, store / BAG_KEY
    library = open_library.file_format().file_name
    yield library, settings.library / library


def _there(settings: Settings) -> Iterator[tuple[str, Path]]:
    return ((name, path) for name, path in _places(settings) if path.is_file())


def _head(settings: Settings) -> str | None:
    if not data_folder.store_exists(store_place(settings)):
        return None
    store = open_store(store_place(settings), create=False)
    try:
        with store.reading() as connection:
            return str(head(connection))
    finally:
        store.close()


def _read(source: Path) -> BackedUp:
    """The manifest, once every file was compared with it. Raises BackupError."""
    wrong = BackupError(Message("error-no-backup", {"path": str(source)}))
    try:
        written: Any = json.loads((source / MANIFEST).read_text())
        files = {str(name): str(digest) for name, digest in written["files"].items()}
        head = written["audit_head"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise wrong from error
    if written.get("schema") != SCHEMA:
        raise wrong
    for name, digest in files.items():
        found = None
        with suppress(OSError):
            found = _sha256(source / Path(name).name)
        if found != digest:
            raise BackupError(Message("error-backup-damaged", {"path": str(source / name)}))
    return BackedUp(head if isinstance(head, str) else None, files)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
