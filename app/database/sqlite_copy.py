"""A whole copy of a SQLite file, as of one instant, while others write to it."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from app.database.private_files import create_private_file

PAGES_AT_ONCE: Final = 4096  # of 4 KiB: others may write between two steps
WAIT_S: Final = 30.0


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database file with what its log holds; the copy needs no log.

    Raises OSError: not readable, damaged, or no room.
    """
    create_private_file(target)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as there,
            closing(sqlite3.connect(target, timeout=WAIT_S)) as here,
        ):
            there.backup(here, pages=PAGES_AT_ONCE)
            here.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise OSError(errno.EIO, source.name) from error
