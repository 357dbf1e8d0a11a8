"""Flush a written file to the disk."""

import os
from pathlib import Path


def make_durable(path: Path) -> None:
    """Return once a written file's content and name would survive a power cut."""
    _sync(path, os.O_RDWR)
    if hasattr(os, "O_DIRECTORY"):  # other systems cannot sync a folder
        _sync(path.parent, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
