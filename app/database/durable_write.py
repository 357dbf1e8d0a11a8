"""Making sure that a file is on the disk, and not only on its way there."""

import os
from pathlib import Path


def make_durable(path: Path) -> None:
    """Returns when the content and the name of a written file would survive a power cut."""
    _sync(path, os.O_RDWR)
    if hasattr(os, "O_DIRECTORY"):  # other systems have no way to ask for the name
        _sync(path.parent, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
