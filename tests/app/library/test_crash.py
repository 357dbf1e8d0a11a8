"""kill -9 while clips are added and removed: nothing reported is lost, nothing is half there."""

import multiprocessing
import random
import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest

from app.library.library import Library
from tests.app.library.library_made import SPACE, assert_same_print, made_print, use_codes_early
from tests.app.library.library_writer import write

MOST_REPORTS = 6  # heard before the kill
LONGEST_S = 0.04  # and then up to so long: an addition takes 5 to 50 ms, as busy as we are


def kill_while_writing(
    folder: Path, first: int, reports: int, wait_s: float
) -> list[tuple[str, int]]:
    """What the process had reported when it was killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.app.library.library_writer"])
    mine, its = context.Pipe(duplex=False)
    process = context.Process(target=write, args=(folder, first, its))
    process.start()
    its.close()
    messages = [mine.recv() for _ in range(1 + reports)]
    time.sleep(wait_s)
    process.kill()
    process.join()
    try:
        while True:
            messages.append(mine.recv())
    except EOFError:
        mine.close()
        return messages


def assert_whole(
    folder: Path, added: set[int], removed: set[int], unsure: set[int], looked_at: int
) -> set[int]:
    """Everything reported is there, and what is there is whole. Returns what is there.

    looked_at: how many of the last clips are compared and searched for.
    """
    with Library.open(folder) as library:
        clips = library.clips()
        present = {int(clip.id[1:]) for clip in clips}
        assert added - removed - unsure <= present
        assert not present & (removed - unsure)
        for clip in clips[-looked_at:]:
            expected = made_print(int(clip.name[5:-4]))
            assert_same_print(library.load(clip.id), expected)
            assert len(clip.appearances) == 1
            query = expected.descriptors.vectors.astype(np.float32)
            assert library.search(query, 1, SPACE).cosine.min() > 0.999
    connection = sqlite3.connect(folder / "library.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    counted = "SELECT count(*), (SELECT sum(vectors) FROM clips) FROM vectors"
    stored, expected = connection.execute(counted).fetchone()
    assert stored == (expected or 0)
    prints = connection.execute("SELECT count(*) FROM fingerprints").fetchone()[0]
    assert prints == len(clips)
    connection.close()
    return present


@pytest.mark.parametrize(
    ("rounds", "seed"), [(20, 1), pytest.param(200, 2, marks=pytest.mark.slow)]
)
def test_a_killed_writer_loses_nothing_that_it_reported(
    tmp_path: Path, rounds: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_codes_early(monkeypatch)
    moments = random.Random(seed)
    folder = tmp_path / "library"
    Library.open(folder, create=True).close()
    added: set[int] = set()
    removed: set[int] = set()
    for turn in range(rounds):
        reports, wait_s = moments.randint(0, MOST_REPORTS), moments.uniform(0, LONGEST_S)
        messages = kill_while_writing(folder, turn * 10_000, reports, wait_s)
        added |= {number for word, number in messages if word == "added"}
        removed |= {number for word, number in messages if word == "removed"}
        asked = {number for word, number in messages if word == "removing"}
        present = assert_whole(folder, added, removed, asked - removed, looked_at=2)
        removed |= asked - present  # what it was killed at is either gone or there, for good
    assert_whole(folder, added, removed, set(), looked_at=100)
    assert len(added) > rounds


def test_a_killed_creation_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "library.db").write_bytes(b"")  # made, and nothing written yet
    with Library.open(tmp_path / "library", create=True) as library:
        assert library.stats().clips == 0
