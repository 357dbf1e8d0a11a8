"""Room kept on the disk, so that deleting, signing out and revoking work where it is full.

Deleting writes first: what is deleted is overwritten, and the log of that grows until it is moved
into the file. A running service keeps a file of SPARE_BYTES for it, which is given up when needed.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa

from app.store.data_folder import SPARE, Store

SPARE_BYTES = 4 * 1024 * 1024  # a check of some minutes of footage with its frames takes 2 MB


def keep_spare_room(store: Store) -> None:
    """Take the room, as far as there is any; it is missed only where the disk gets full."""
    spare = store.folder / SPARE
    with suppress(OSError):
        size = min(SPARE_BYTES, shutil.disk_usage(store.folder).free)
        if spare.exists() and spare.stat().st_size >= size:
            return
        spare.unlink(missing_ok=True)
        descriptor = os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, os.urandom(size))  # zeros might take no room
        finally:
            os.close(descriptor)


@contextmanager
def freeing(store: Store) -> Iterator[sa.Connection]:
    """A writing transaction that leaves less behind than there was, on a full disk too.

    Raises as `Database.writing`.
    """
    spare = store.folder / SPARE
    had_room = spare.exists()
    if had_room and shutil.disk_usage(store.folder).free < SPARE_BYTES:
        spare.unlink(missing_ok=True)
    with store.writing() as connection:
        yield connection
    if had_room and not spare.exists():
        store.empty_log()
        keep_spare_room(store)
