"""Broken files by the hundred, through the process that reads them: each is read or refused in
words of our own, and none ends the process. `python -m benchmarks mutants` has thousands more.
"""

from pathlib import Path

import pytest

from tests.made.foreign_texts import foreign
from tests.made.mutant_reader import make_originals, read_mutant
from tests.made.mutations import mutants

SEED = 14
COUNT = 500
LEAST_READ = 300  # of them of which something decodes


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make_originals(tmp_path_factory.mktemp("originals"))


def test_of_broken_files_each_is_read_or_refused_in_our_own_words(
    originals: list[Path], tmp_path: Path
) -> None:
    decoded = 0
    for path in mutants(originals, tmp_path, COUNT, SEED):
        reading = read_mutant(path)
        path.unlink()
        assert reading.ended is None, path.name
        decoded += reading.decoded
        assert not [text for text in reading.texts if foreign(text)], path.name
    assert decoded >= LEAST_READ
