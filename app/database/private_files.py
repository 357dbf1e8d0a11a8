"""Files that only their owner may read: made so, mended when found otherwise, and wiped for good.

A library holds frames with people's faces, a store what a desk asked about them. On a machine with
several accounts the folder's mode is what keeps others out, whatever umask the shell has.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
OTHERS: Final = 0o077  # the bits of group and others: a private file has none of them
CHUNK_BYTES: Final = 1 << 20


def make_new_files_private() -> None:
    """From now on this process, and every one that it starts, makes files for its owner alone."""
    os.umask(OTHERS)


def create_private_file(path: Path) -> None:
    """An empty file for its owner alone, whatever the umask; one that is there stays as it is."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))


def mend_modes(folder: Path, names: frozenset[str]) -> int:
    """Take others' rights from a folder and from those of its entries; how many had any.

    names: entries of the folder, with all that lies below them; others are not ours to change.
    What belongs to another account is left, and so are links.
    """
    changed = 0
    for path in (folder, *_entries(folder, names)):
        with contextlib.suppress(OSError):
            mode = path.lstat().st_mode & 0o777
            if mode & OTHERS:
                path.chmod(mode & ~OTHERS)
                changed += 1
    return changed


def wipe(folder: Path, names: frozenset[str]) -> list[str]:
    """Overwrite and delete those private files of a folder; the names of others that stay there.

    The folder goes too where nothing else is in it. Each file is overwritten once: a disk that
    moves blocks by itself, a snapshot or a backup may still hold the old ones.

    Raises OSError where something cannot be deleted; all else is gone by then.
    """
    failed: OSError | None = None
    for path in sorted(_entries(folder, names), key=lambda path: len(path.parts), reverse=True):
        try:
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                _overwrite(path)
                path.unlink()
        except OSError as error:
            failed = failed or error
    if failed is not None:
        raise failed
    strangers = sorted(entry.name for entry in folder.iterdir())
    if not strangers:
        folder.rmdir()
    return strangers


def _entries(folder: Path, names: frozenset[str]) -> Iterator[Path]:
    """The named entries and all below them; links are named, never followed."""
    for entry in sorted(folder.iterdir()):
        if entry.name in names:
            yield entry
            if entry.is_dir() and not entry.is_symlink():
                yield from entry.rglob("*")


def _overwrite(path: Path) -> None:
    if path.is_symlink() or not path.is_file():
        return
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            file.write(bytes(min(CHUNK_BYTES, left)))
            left -= CHUNK_BYTES
        file.flush()
        os.fsync(file.fileno())
