"""A process that adds clips and says so after each: what the kill tests kill."""

from multiprocessing.connection import Connection
from pathlib import Path

import faiss

import app.library.index.code_cache
import app.library.library
from app.library.library import Library
from tests.app.library.library_made import made_facts, made_print


def write(folder: Path, first: int, reports: Connection) -> None:
    """Add clips first, first + 1, ... until killed; every fourth time, remove one first."""
    faiss.omp_set_num_threads(1)
    app.library.library.EXACT_LIMIT = 20
    app.library.index.code_cache.BLOCK_SIZE = 16
    with Library.open(folder) as library:
        reports.send(("ready", 0))
        for seed in range(first, first + 10_000):
            added = library.add(made_print(seed), made_facts(seed))
            reports.send(("added", int(added.clip_id[1:])))
            if seed % 4 == 0:
                reports.send(("removing", int(added.clip_id[1:])))
                library.remove(added.clip_id)
                reports.send(("removed", int(added.clip_id[1:])))
