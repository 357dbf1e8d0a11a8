"""Broken files by the hundred, through the process that reads them: each is read or refused in
words of our own, and none ends the process. `python -m benchmarks mutants` has thousands more.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.made.foreign_texts import foreign
from tests.made.mutant_reader import MutantReader, make_originals
from tests.made.mutations import mutants

SEED = 14
COUNT = 500
LEAST_READ = 100  # of them of which something decodes


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make_originals(tmp_path_factory.mktemp("originals"))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[MutantReader]:
    made = MutantReader(tmp_path / "item")
    yield made
    made.close()


def test_of_broken_files_each_is_read_or_refused_in_our_own_words(
    originals: list[Path], reader: MutantReader, tmp_path: Path
) -> None:
    decoded = 0
    for path in mutants(originals, tmp_path, COUNT, SEED):
        content = path.read_bytes()
        path.unlink()
        if not content:
            continue
        reading = reader.read(content)
        assert reading.ended is None, path.name
        decoded += reading.decoded
        assert not [text for text in reading.texts if foreign(text)], path.name
    assert decoded >= LEAST_READ
