import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashing.align.temporal_lines import (
    CANDIDATE_SPEEDS,
    MIN_SEGMENT_S,
    correlate_frames,
    find_lines,
)
from hashing.imaging.warping import make_grid, scaling_matrix
from hashing.types import CorrelationMatrix
from tests.hashing.films import resized
from tests.made import scene

STEP_S = 0.1


def correlated(
    pieces: list[tuple[float, float, float, float]],
    query_s: float = 10.0,
    reference_s: float = 16.0,
    seed: int = 1,
) -> CorrelationMatrix:
    """Noise, with lines: (start, end of the query, slope, reference moment at the start)."""
    rng = np.random.default_rng(seed)
    tq, tr = np.arange(0, query_s, STEP_S), np.arange(0, reference_s, STEP_S)
    values = rng.normal(0.05, 0.08, (len(tq), len(tr)))
    for start, end, slope, at in pieces:
        for row in np.flatnonzero((tq >= start - 1e-9) & (tq < end - 1e-9)):
            away = np.abs(tr - (at + slope * (tq[row] - start)))
            values[row] = np.maximum(values[row], 0.9 * np.exp(-((away / 0.12) ** 2)))
    return CorrelationMatrix(tq, tr, values.clip(-1, 1).astype(np.float32))


@given(
    st.floats(0.0, 4.0), st.floats(3.0, 5.5), st.floats(0.5, 2.0), st.floats(0, 4), st.integers(0)
)
@settings(max_examples=15)
def test_a_planted_line_is_located(
    start: float, length: float, speed: float, at: float, seed: int
) -> None:
    lines = find_lines(correlated([(start, start + length, speed, at)], seed=seed % 1000))
    line = max(lines, key=lambda line: line.end - line.start)
    assert (line.start, line.end) == pytest.approx((start, start + length), abs=0.35)
    assert not line.reversed
    # one and a half samples at one end of a short line tilt it by so much
    assert line.speed == pytest.approx(speed, abs=max(0.06 * speed, 1.5 * STEP_S / length))
    middle = start + length / 2
    assert line.reference_time(middle) == pytest.approx(at + speed * length / 2, abs=0.2)


@pytest.mark.parametrize("speed", [0.5, 1.0, 1.6])
def test_a_line_that_runs_backwards_is_located_as_reversed(speed: float) -> None:
    (line,) = find_lines(correlated([(1.0, 7.0, -speed, 12.0)]))
    assert line.reversed
    assert line.speed == pytest.approx(speed, rel=0.05)
    assert line.reference_time(4.0) == pytest.approx(12.0 - 3 * speed, abs=0.2)


@given(st.floats(-2.0, 3.0))
@settings(max_examples=10)
def test_shifting_the_query_shifts_its_line(shift: float) -> None:
    (plain,) = find_lines(correlated([(3.0, 6.0, 1.0, 5.0)]))
    (moved,) = find_lines(correlated([(3.0 + shift, 6.0 + shift, 1.0, 5.0)]))
    assert moved.start - plain.start == pytest.approx(shift, abs=0.25)
    assert moved.reference_time(4.5 + shift) == pytest.approx(plain.reference_time(4.5), abs=0.15)


def test_two_pieces_in_another_order_are_two_lines_in_the_query_s_order() -> None:
    lines = find_lines(correlated([(0.0, 4.0, 1.0, 9.0), (4.0, 9.0, 1.0, 1.0)]))
    assert [line.start for line in lines] == sorted(line.start for line in lines)
    long = [line for line in lines if line.end - line.start > 2]
    assert len(long) == 2
    assert [line.reference_time(line.start) for line in long] == pytest.approx([9.0, 1.0], abs=0.4)


@pytest.mark.parametrize("seed", range(4))
def test_pure_noise_has_no_line(seed: int) -> None:
    assert find_lines(correlated([], seed=seed)) == []


def test_a_line_never_stands_still() -> None:
    """Where one reference moment is like everything, no line may settle on it."""
    correlations = correlated([])
    correlations.values[:, 40] = 0.8
    for line in find_lines(correlations):
        assert CANDIDATE_SPEEDS[0] <= line.speed <= CANDIDATE_SPEEDS[-1]


def test_a_still_is_placed_at_the_timestamp_that_agrees_best() -> None:
    row = np.linspace(0, 0.4, 160, dtype=np.float32)[None]
    row[0, 57] = 0.95
    (line,) = find_lines(CorrelationMatrix(np.zeros(1), np.arange(160) * STEP_S, row))
    assert (line.start, line.end) == (0, 0)
    assert line.reference_time(0.0) == pytest.approx(5.7)


def test_a_still_reference_is_located_for_as_long_as_it_is_shown() -> None:
    column = np.full((100, 1), 0.05, np.float32)
    column[30:62] = 0.93
    (line,) = find_lines(CorrelationMatrix(np.arange(100) * STEP_S, np.zeros(1), column))
    assert (line.start, line.end) == pytest.approx((3.0, 6.2))


def test_a_still_reference_that_is_never_shown_has_no_line() -> None:
    column = np.full((100, 1), 0.1, np.float32)
    assert find_lines(CorrelationMatrix(np.arange(100) * STEP_S, np.zeros(1), column)) == []


def test_a_flash_is_too_short_for_a_line() -> None:
    length = MIN_SEGMENT_S - 3 * STEP_S
    assert find_lines(correlated([(4.0, 4.0 + length, 1.0, 5.0)])) == []


def tiny(first: float, count: int) -> np.ndarray:
    pictures = [scene(5, first + i * STEP_S, (128, 72)) for i in range(count)]
    return np.stack([p.mean(axis=2).astype(np.uint8) for p in pictures])


def test_the_same_timestamps_of_a_scene_correlate_best() -> None:
    times = np.arange(20) * STEP_S
    correlations = correlate_frames(
        times, tiny(0, 20), times, tiny(0, 20), np.eye(3), (512, 288), (512, 288)
    )
    assert correlations is not None
    assert (correlations.values.argmax(axis=1) == np.arange(20)).all()
    assert np.diag(correlations.values).min() > 0.98
    assert np.abs(correlations.values).max() < 1.001


def test_a_reference_that_is_hardly_visible_is_not_correlated() -> None:
    times = np.arange(3) * STEP_S
    away = np.array([[1, 0, 508.0], [0, 1, 284.0], [0, 0, 1]])
    correlations = correlate_frames(
        times, tiny(0, 3), times, tiny(0, 3), away, (512, 288), (512, 288)
    )
    assert correlations is None or correlations.values.shape == (3, 3)


def test_scaling_takes_pixel_centres_to_pixel_centres() -> None:
    matrix = scaling_matrix((320, 180), (160, 90))
    np.testing.assert_allclose(matrix @ [0.5, 0.5, 1], [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(matrix @ [318.5, 178.5, 1], [159, 89, 1], atol=1e-12)


def test_both_clips_land_on_the_same_cells_of_the_grid() -> None:
    """The reference shown at half size in the lower right of the query."""
    reference = scene(5, 0.0, (128, 72))
    query = np.zeros_like(reference)
    query[36:, 64:] = resized(reference, (64, 36))
    matrix = np.array([[0.5, 0, 64 - 0.25], [0, 0.5, 36 - 0.25], [0, 0, 1]])
    grid = make_grid(matrix, (128, 72), (128, 72))
    left, mask_q = grid.from_query(query.mean(axis=2).astype(np.uint8)[None])
    right, mask_r = grid.from_reference(reference.mean(axis=2).astype(np.uint8)[None])
    both = mask_q & mask_r
    assert both.mean() > 0.8
    assert np.corrcoef(left[0][both], right[0][both])[0, 1] > 0.9
