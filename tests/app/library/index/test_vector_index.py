"""What every index must do, and what the coded one may cost in exactness."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.library.index.vector_index import (
    NO_VECTOR,
    CodedIndex,
    ExactIndex,
    decode,
    encode,
    rotation,
)
from app.library.library import Library
from tests.app.library.library_made import (
    SPACE,
    made_facts,
    made_print,
    unit_vectors,
    use_codes_early,
)

type Make = Callable[[np.ndarray], ExactIndex | CodedIndex]
GOLDEN_CODE = [51, 51, 119, 51, 136, 51, 136, 119]
STRIDE = 3  # between ids, so that none is mistaken for a position


def exact(vectors: np.ndarray) -> ExactIndex | CodedIndex:
    index = ExactIndex()
    for start in range(0, len(vectors), 70):
        part = np.arange(start, min(start + 70, len(vectors)))
        index.add(part * STRIDE, vectors[part])
    return index


def coded(vectors: np.ndarray) -> ExactIndex | CodedIndex:
    index = CodedIndex(lambda ids: vectors[ids // STRIDE])
    for start in range(0, len(vectors), 70):
        part = np.arange(start, min(start + 70, len(vectors)))
        index.add(part * STRIDE, encode(vectors[part]))
    return index


@pytest.fixture(params=[exact, coded], ids=["exact", "coded"])
def make(request: pytest.FixtureRequest) -> Make:
    make: Make = request.param
    return make


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def brute_force(queries: np.ndarray, vectors: np.ndarray, k: int) -> np.ndarray:
    return np.argsort(-(queries @ vectors.T), axis=1, kind="stable")[:, :k] * STRIDE


def recall(ids: np.ndarray, true: np.ndarray) -> float:
    """Share of the true ids that were found, whatever their order."""
    return float(np.mean([np.isin(b, a).mean() for a, b in zip(ids, true, strict=True)]))


def test_exact_search_finds_exactly_what_brute_force_finds(rng: np.random.Generator) -> None:
    vectors, queries = unit_vectors(rng, 300), unit_vectors(rng, 20)
    ids, _ = exact(vectors).search(queries, 10)
    np.testing.assert_array_equal(ids, brute_force(queries, vectors, 10))


def test_the_nearest_come_first_with_their_true_cosines(
    make: Make, rng: np.random.Generator
) -> None:
    vectors = unit_vectors(rng, 250)
    queries = 0.5 * vectors[::10] + 0.8 * unit_vectors(rng, 25)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    ids, cosines = make(vectors).search(queries, 5)
    true_ids = brute_force(queries, vectors, 5)
    np.testing.assert_array_equal(ids[:, 0], true_ids[:, 0])
    assert recall(ids, true_ids) >= 0.99
    true = np.take_along_axis(queries @ vectors.T, ids // STRIDE, 1)
    np.testing.assert_allclose(cosines, true, atol=1e-6)


def test_what_was_removed_is_never_returned(make: Make, rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 200)
    index = make(vectors)
    gone = np.arange(0, 200, 2) * STRIDE
    index.remove(gone)
    index.remove(gone[:3])  # once more changes nothing
    assert len(index) == 100
    ids, cosines = index.search(vectors[:20], 150)
    assert not np.isin(ids, gone).any()
    assert (np.sort(ids[:, :100], axis=1) == np.arange(1, 200, 2) * STRIDE).all()
    assert (ids[:, 100:] == NO_VECTOR).all()
    assert np.isneginf(cosines[:, 100:]).all()


def test_fewer_than_k_are_filled_with_nobody(make: Make, rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 3)
    ids, cosines = make(vectors).search(vectors, 10)
    assert (ids[:, 3:] == NO_VECTOR).all()
    assert np.isneginf(cosines[:, 3:]).all()
    assert (ids[:, 0] == np.arange(3) * STRIDE).all()


def test_an_empty_index_finds_nobody(make: Make, rng: np.random.Generator) -> None:
    ids, cosines = make(unit_vectors(rng, 0)).search(unit_vectors(rng, 4), 2)
    assert (ids == NO_VECTOR).all()
    assert np.isneginf(cosines).all()


def test_no_queries_get_no_answers(make: Make, rng: np.random.Generator) -> None:
    ids, cosines = make(unit_vectors(rng, 90)).search(unit_vectors(rng, 0), 2)
    assert ids.shape == cosines.shape == (0, 2)


def test_codes_find_99_of_100_exact_neighbours_even_among_noise(
    rng: np.random.Generator,
) -> None:
    vectors = unit_vectors(rng, 8_000)
    queries = unit_vectors(rng, 60)
    index = CodedIndex(lambda ids: vectors[ids])
    index.add(np.arange(8_000), encode(vectors))
    ids, _ = index.search(queries, 10)
    assert recall(ids * STRIDE, brute_force(queries, vectors, 10)) >= 0.99


def test_the_rotation_is_orthogonal() -> None:
    np.testing.assert_allclose(rotation() @ rotation().T, np.eye(512), atol=1e-6)


def test_a_code_keeps_most_of_a_vector_and_is_its_own_code(rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 300)
    codes = encode(vectors)
    assert codes.shape == (300, 128)
    error = ((decode(codes) - vectors @ rotation()) ** 2).sum(axis=1)
    assert error.mean() == pytest.approx(0.1076, abs=0.002)
    np.testing.assert_array_equal(encode(decode(codes) @ rotation().T), codes)


def test_a_vector_gets_the_same_code_on_every_machine() -> None:
    vectors = np.zeros((1, 512), np.float32)
    vectors[0, :4] = 0.5
    assert encode(vectors)[0, :8].tolist() == GOLDEN_CODE


# ---- the code file is a cache


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of ten clips and 120 vectors, three of whose four blocks are coded."""
    use_codes_early(monkeypatch)
    with Library.open(tmp_path / "library", create=True) as library:
        for seed in range(10):
            library.add(made_print(seed), made_facts(seed))
    return tmp_path / "library"


def found_in(folder: Path) -> list[str]:
    with Library.open(folder) as library:
        queries = np.stack([made_print(seed).descriptors.vectors[0] for seed in range(10)])
        hits = library.search(queries.astype(np.float32), 1, SPACE)
        return [hits.clips[index] for index in hits.clip_index[:, 0]]


ALL = [f"R{number:06d}" for number in range(1, 11)]


def code_file(folder: Path) -> Path:
    (path,) = (folder / "index").iterdir()
    return path


def test_full_blocks_are_coded_as_clips_are_added(folder: Path) -> None:
    assert code_file(folder).stat().st_size == 3 * 32 * 128
    assert found_in(folder) == ALL


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def garble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4500:4600] = bytes(100)
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def lose_folder(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()


def take_anothers(path: Path) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(path.stat().st_size))


@pytest.mark.parametrize("harm", [truncate, garble, empty, Path.unlink, lose_folder, take_anothers])
def test_a_harmed_code_file_is_noticed_ignored_and_written_anew(
    folder: Path, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    before = code_file(folder).read_bytes()
    harm(code_file(folder))
    assert found_in(folder) == ALL
    assert "made again" in caplog.text
    assert code_file(folder).read_bytes() == before
    caplog.clear()
    assert found_in(folder) == ALL
    assert caplog.text == ""


def test_a_harmed_code_file_does_no_harm_to_a_reader(folder: Path) -> None:
    garble(code_file(folder))
    harmed = code_file(folder).read_bytes()
    with Library.open(folder, read_only=True) as library:
        query = made_print(4).descriptors.vectors.astype(np.float32)
        assert library.search(query, 1, SPACE).clips == ("R000005",)
    assert code_file(folder).read_bytes() == harmed


def test_a_harmed_code_file_waits_where_another_process_is_writing(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    garble(code_file(folder))
    writer = sqlite3.connect(folder / "library.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with Library.open(folder, wait_s=0.1) as library:
        query = made_print(4).descriptors.vectors.astype(np.float32)
        assert library.search(query, 1, SPACE).clips == ("R000005",)
    assert "could not be written: Another process is writing" in caplog.text
    writer.close()
    assert found_in(folder) == ALL


def test_a_draft_that_a_killed_process_left_is_swept_away(folder: Path) -> None:
    (folder / "index" / "codes-9.draft").write_bytes(b"half a file")
    with Library.open(folder) as library:
        library.remove("R000003")
    assert [path.name for path in (folder / "index").iterdir()] == ["codes-0"]


def test_a_library_that_outgrows_exact_search_goes_on_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_codes_early(monkeypatch)
    with Library.open(tmp_path / "library", create=True) as library:
        for seed in range(10):
            library.add(made_print(seed), made_facts(seed))
            query = made_print(seed).descriptors.vectors.astype(np.float32)
            hits = library.search(query, 1, SPACE)
            assert hits.clips == (f"R{seed + 1:06d}",)
            assert hits.searched == seed + 1


def test_removal_and_addition_in_a_coded_library_keep_the_rest_found(folder: Path) -> None:
    with Library.open(folder) as library:
        query = made_print(2).descriptors.vectors.astype(np.float32)
        assert library.search(query, 1, SPACE).clips == ("R000003",)
        library.remove("R000003")
        library.add(made_print(20), made_facts(20))
        assert "R000003" not in library.search(query, 5, SPACE).clips
        query = made_print(20).descriptors.vectors.astype(np.float32)
        assert library.search(query, 1, SPACE).clips == ("R000011",)
    with Library.open(folder) as library:
        assert library.search(query, 1, SPACE).clips == ("R000011",)
