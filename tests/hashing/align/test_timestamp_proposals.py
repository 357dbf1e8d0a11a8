import numpy as np
import pytest

from hashing.align import timestamp_proposals
from hashing.align.timestamp_proposals import best_cosine, find_similarities, propose_timestamps
from hashing.types import Descriptors

EVERY_S = 0.5


def described(directions: list[int], flat: tuple[int, ...] = ()) -> Descriptors:
    """One row each EVERY_S; rows of one direction are the same, of two directions unlike."""
    n = len(directions)
    rng = np.random.default_rng(1)
    vectors = rng.normal(0, 0.01, (n, 512))
    vectors[np.arange(n), directions] += 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    flags = np.zeros(n, bool)
    flags[list(flat)] = True
    zero = np.zeros((n, 32), np.uint8)
    times = np.arange(n) * EVERY_S
    return Descriptors(times, vectors.astype(np.float16), zero, zero[:, 0], zero[:, :8], flags)


def test_flat_rows_are_like_nothing() -> None:
    query, reference = described([1, 2, 3], flat=(1,)), described([2, 1], flat=(1,))
    similarities = find_similarities(query, reference)
    assert similarities.best[1] == -1
    assert similarities.best[0] < 0.5, "its like is flat in the other clip"
    assert similarities.columns.shape == (3, 2)
    assert best_cosine(query, described([2, 1], flat=(0, 1))) == -1


def test_clips_compared_in_parts_are_as_similar_as_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    query, reference = described(list(range(40, 5, -1))), described(list(range(50)), flat=(20,))
    whole, best = find_similarities(query, reference), best_cosine(query, reference)
    monkeypatch.setattr(timestamp_proposals, "MAX_COSINES_AT_ONCE", 200)
    parts = find_similarities(query, reference)
    np.testing.assert_allclose(parts.best, whole.best, atol=1e-6)
    np.testing.assert_array_equal(parts.best_column, whole.best_column)
    np.testing.assert_allclose(parts.weights.max(axis=1), whole.weights.max(axis=1), atol=1e-6)
    assert best_cosine(query, reference) == pytest.approx(best)


@pytest.mark.parametrize("shift", [0, 4, 11])
def test_timestamps_of_a_copy_lie_on_its_line(shift: int) -> None:
    reference = described(list(range(30)))
    query = described(list(range(shift, shift + 12)))
    best = propose_timestamps(find_similarities(query, reference))[0]
    for tq, tr in best.pairs:
        assert tr - tq == pytest.approx(shift * EVERY_S, abs=EVERY_S)


def test_timestamps_of_a_reversed_copy_run_backwards() -> None:
    reference = described(list(range(30)))
    query = described(list(range(20, 5, -1)))
    best = propose_timestamps(find_similarities(query, reference))[0]
    for tq, tr in best.pairs:
        assert tq + tr == pytest.approx(20 * EVERY_S, abs=EVERY_S)


def test_the_timestamp_most_alike_is_proposed_for_a_single_shared_row() -> None:
    reference = described(list(range(30)))
    query = described([*range(100, 106), 17, *range(106, 112)])
    sets = propose_timestamps(find_similarities(query, reference))
    assert any((6 * EVERY_S, 17 * EVERY_S) in proposal.pairs for proposal in sets)


def test_a_still_is_tried_at_timestamps_apart_from_each_other() -> None:
    reference = described([1, 1, 1, 2, 2, 2, 3, 3, 3])
    still = described([2])
    sets = propose_timestamps(find_similarities(still, reference))
    timestamps = [proposal.pairs[0][1] for proposal in sets]
    assert timestamps[0] in (1.5, 2.0, 2.5)
    assert min(abs(a - b) for i, a in enumerate(timestamps) for b in timestamps[:i]) >= 1.0


def test_flat_clips_have_nothing_to_propose() -> None:
    query, reference = described([1, 2], flat=(0, 1)), described([1, 2])
    sets = propose_timestamps(find_similarities(query, reference))
    assert all(not proposal.pairs for proposal in sets)


def test_a_short_copy_in_a_long_query_is_proposed_by_its_own_most_similar_rows() -> None:
    """Of equal parts of the whole query, only one shows the copy."""
    reference = described(list(range(20)))
    query = described([*range(100, 220), *range(4, 16), *range(220, 340)])
    start = 120 * EVERY_S
    proposals = propose_timestamps(find_similarities(query, reference))
    assert any(
        len(proposal.pairs) == 3
        and all(tq - start == pytest.approx(tr - 4 * EVERY_S) for tq, tr in proposal.pairs)
        for proposal in proposals
    )
