import hypothesis.extra.numpy as made
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.library import packing as pack
from tests.app.library.library_made import unit_vectors

MOMENTS = st.lists(st.floats(0, 1e7, allow_nan=False), unique=True).map(
    lambda times: np.array(sorted(times), np.float64)
)


@given(seed=st.integers(0, 2**32), count=st.integers(0, 20), peak=st.floats(0, 5))
def test_vectors_keep_their_direction_to_a_ten_thousandth(
    seed: int, count: int, peak: float
) -> None:
    rng = np.random.default_rng(seed)
    vectors = unit_vectors(rng, count)
    if count:
        vectors[:, seed % 512] += np.float32(peak)  # far from evenly spread, too
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    stored = pack.unpack_vectors(pack.pack_vectors(vectors).tobytes())
    other = unit_vectors(rng, 1)[0]
    np.testing.assert_allclose(stored @ other, vectors @ other, atol=1e-3)
    np.testing.assert_allclose((stored * vectors).sum(axis=1), 1, atol=1e-4 * (1 + peak**2))


def test_a_cosine_of_usual_vectors_errs_by_less_than_a_ten_thousandth() -> None:
    vectors = unit_vectors(np.random.default_rng(5), 400)
    stored = pack.unpack_vectors(pack.pack_vectors(vectors).tobytes())
    assert np.abs(stored @ vectors.T - vectors @ vectors.T).max() < 3e-4
    assert np.std(stored @ vectors.T - vectors @ vectors.T) < 1e-4


def test_a_zero_vector_stays_zero() -> None:
    stored = pack.unpack_vectors(pack.pack_vectors(np.zeros((2, 512), np.float32)).tobytes())
    assert not stored.any()


@given(MOMENTS)
def test_times_come_back_within_a_microsecond_and_in_order(times: NDArray[np.float64]) -> None:
    stored = pack.unpack_times(pack.pack_times(times))
    assert stored.dtype == np.float64
    np.testing.assert_allclose(stored, times, rtol=0, atol=1e-6)
    assert (np.diff(stored) > 0).all()


@pytest.mark.parametrize("rate", [25, 29.97, 60])
def test_a_steady_frame_rate_takes_under_half_a_byte_a_picture(rate: float) -> None:
    assert len(pack.pack_times(np.arange(6000) / rate)) < 3000


@given(made.arrays(np.float32, st.integers(0, 50), elements=st.floats(0, 255, width=32)))
def test_luma_changes_keep_three_digits(change: NDArray[np.float32]) -> None:
    stored = pack.unpack_change(pack.pack_change(change))
    assert stored.dtype == np.float32
    np.testing.assert_allclose(stored, change, rtol=1e-3, atol=1e-7)


@given(made.arrays(np.uint8, st.tuples(st.integers(0, 40), st.integers(1, 30))))
def test_sound_bands_come_back_bit_for_bit(bands: NDArray[np.uint8]) -> None:
    stored = pack.unpack_bands(pack.pack_bands(bands))
    assert stored.dtype == np.uint8
    np.testing.assert_array_equal(stored, bands)
