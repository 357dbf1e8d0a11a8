import numpy as np
import pytest

from hashing.search.candidates import (
    MAX_WINDOW_ROWS,
    CandidateThreshold,
    SearchThresholds,
    meets_threshold,
    rank_candidates,
    rank_region_candidates,
    select_query_rows,
    split_into_windows,
)
from hashing.types import Candidate, Descriptors, RegionDescriptors
from tests.app.library.library_made import unit_vectors

CLIPS = [f"R{i:06d}" for i in range(30)]


def described(flat: list[bool]) -> Descriptors:
    n = len(flat)
    return Descriptors(
        times=np.arange(n, dtype=np.float64),
        vectors=np.zeros((n, 512), np.float16),
        pdq=np.zeros((n, 32), np.uint8),
        pdq_quality=np.zeros(n, np.uint8),
        phash=np.zeros((n, 8), np.uint8),
        flat=np.array(flat),
    )


def hits(rows: list[dict[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Each row's clips with their cosines, best first, as an index gives them."""
    index = np.full((len(rows), len(CLIPS)), -1, np.int64)
    cosine = np.full((len(rows), len(CLIPS)), -1, np.float32)
    for row, row_hits in enumerate(rows):
        order = sorted(row_hits.items(), key=lambda item: -item[1])
        for place, (clip, value) in enumerate(order):
            index[row, place], cosine[row, place] = clip, value
    return index, cosine


def rank(index: np.ndarray, cosine: np.ndarray, most: int) -> list[Candidate]:
    vectors = np.zeros((len(index), 512), np.float32)
    return rank_candidates(vectors, CLIPS, index, cosine, most)[0]


def test_flat_rows_are_never_searched() -> None:
    assert select_query_rows(described([True, False, True, False])).tolist() == [1, 3]
    assert len(select_query_rows(described([True, True]))) == 0


def test_a_long_item_is_searched_with_a_row_a_second_in_windows_of_minutes() -> None:
    rows = select_query_rows(described([False] * 7200))
    assert len(rows) == 7200
    windows = split_into_windows(len(rows))
    assert [window.start for window in windows[1:]] == [window.stop for window in windows[:-1]]
    assert (windows[0].start, windows[-1].stop) == (0, 7200)
    assert max(window.stop - window.start for window in windows) <= MAX_WINDOW_ROWS
    assert split_into_windows(MAX_WINDOW_ROWS) == [slice(0, MAX_WINDOW_ROWS)]
    assert split_into_windows(0) == [slice(0, 0)]


def two_hours(shown: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Hits of 7,200 rows in which chance is ever different, and clips that ten rows show each.

    shown: the clip that is shown from a second on.
    """
    rng = np.random.default_rng(5)
    rows: list[dict[int, float]] = []
    for second in range(7200):
        row = dict(zip(range(20), rng.uniform(0.05, 0.24, 20).tolist(), strict=True))
        rows.append(row | {clip: 0.5 for start, clip in shown.items() if 0 <= second - start < 10})
    return hits(rows)


def test_ten_seconds_in_two_hours_rank_before_what_chance_finds_anywhere() -> None:
    candidates = rank(*two_hours({10: 25, 3600: 26, 7189: 27}), most=8)
    assert {candidate.clip for candidate in candidates[:3]} == {CLIPS[25], CLIPS[26], CLIPS[27]}
    assert len(candidates) == 8


def test_of_a_compilation_all_clips_are_candidates_not_just_the_first_eight() -> None:
    shown = {200 * number: number for number in range(20)}
    candidates = rank(*two_hours(shown), most=8)
    assert {candidate.clip for candidate in candidates} >= set(CLIPS[:20])


def test_a_picture_that_is_like_everything_finds_nothing_special() -> None:
    """A row with high cosines to all clips says less than one with a lower cosine to one clip."""
    everything = {clip: 0.70 - 0.001 * clip for clip in range(20)}
    special = {25: 0.55, **dict.fromkeys(range(10, 20), 0.05)}
    index, cosine = hits([everything, special])
    assert rank(index, cosine, 5)[0].clip == CLIPS[25]


def test_a_clip_found_by_many_rows_comes_before_one_found_by_a_lucky_row() -> None:
    background = dict.fromkeys(range(10, 20), 0.1)
    index, cosine = hits([{1: 0.5, **background}] * 3 + [{2: 0.6, **background}])
    assert next(candidate.clip for candidate in rank(index, cosine, 2)) == CLIPS[1]


def test_clips_come_best_first_with_their_best_cosine_and_no_more_than_asked() -> None:
    index, cosine = hits([{clip: 0.9 - 0.02 * clip for clip in range(20)}] * 3)
    candidates = rank(index, cosine, 3)
    assert [candidate.clip for candidate in candidates] == CLIPS[:3]
    assert [candidate.score for candidate in candidates] == sorted(
        (candidate.score for candidate in candidates), reverse=True
    )
    assert abs(candidates[0].cosine - 0.9) < 1e-6


def test_a_clip_with_several_hits_in_a_row_counts_once() -> None:
    index = np.array([[4, 4, 4, 7]])
    cosine = np.array([[0.8, 0.7, 0.6, 0.5]], np.float32)
    candidates = rank(index, cosine, 5)
    assert sorted(candidate.clip for candidate in candidates) == sorted(
        {candidate.clip for candidate in candidates}
    )


def test_nothing_stored_finds_nothing() -> None:
    assert rank(np.full((3, 0), -1), np.zeros((3, 0), np.float32), 5) == []
    index, cosine = hits([{}, {}])
    assert rank(index, cosine, 5) == []


def test_a_window_is_located_with_its_moments_the_best_first() -> None:
    boxes = np.array([[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1]])
    index, cosine = hits([{3: 0.5}, {3: 0.8}, {3: 0.3, 5: 0.2}])
    times = np.zeros(index.shape)
    times[0, 0], times[1, 0], times[2, 0] = 11.0, 12.0, 99.0
    views = RegionDescriptors(boxes, np.array([1.0, 2.0, 2.0]), np.zeros((3, 512), np.float32))
    candidates, _ = rank_region_candidates(views, CLIPS, index, times, cosine, 5)
    assert candidates[0].clip == CLIPS[3]
    assert candidates[0].region == (0, 0, 0.5, 0.5)
    assert candidates[0].timestamps == ((2.0, 12.0), (1.0, 11.0))


def nearest(query: np.ndarray, clips: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Every stored vector of every clip, best first: (N, K) clip numbers and cosines."""
    owner = np.repeat(np.arange(len(clips)), [len(rows_of_clip) for rows_of_clip in clips])
    cosine = query @ np.concatenate(clips).T
    order = np.argsort(-cosine, axis=1)
    return owner[order], np.take_along_axis(cosine, order, axis=1)


def near(rng: np.random.Generator, towards: np.ndarray, share: float) -> np.ndarray:
    """(6, 512) of unit length, the first rows more or less like `towards`."""
    made = unit_vectors(rng, 6)
    made[: len(towards)] += share * towards
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("known", [3, 20])
def test_who_would_be_a_candidate_of_a_search_made_now_reaches_the_bar_of_an_earlier_one(
    seed: int, known: int
) -> None:
    rng = np.random.default_rng(seed)
    query = unit_vectors(rng, 5)
    clips = [near(rng, query[:2], 0.2 * (candidate % 3)) for candidate in range(known)]
    names = [f"R{candidate:06d}" for candidate in range(known + 1)]
    index, cosine = nearest(query, clips)
    views = RegionDescriptors(np.zeros((5, 4)), np.zeros(5), query)
    _, before = rank_candidates(query, names, index, cosine, 8)
    _, windows = rank_region_candidates(views, names, index, 0.0 * index, cosine, 6)
    reached = []
    for share in (0.0, 0.1, 0.3, 0.6, 1.0):
        later = near(rng, query[:3], share)
        index, cosine = nearest(query, [*clips, later])
        names_ranked = [
            candidate.clip for candidate in rank_candidates(query, names, index, cosine, 8)[0]
        ]
        parts, _ = rank_region_candidates(views, names, index, 0.0 * index, cosine, 6)
        start = np.zeros(1, np.intp)
        assert meets_threshold(before[0], later, start) or names[known] not in names_ranked
        assert meets_threshold(windows, later, start) or names[known] not in [
            candidate.clip for candidate in parts
        ]
        reached.append(meets_threshold(before[0], later, start))
    assert reached[-1]
    if known == 20:
        assert not reached[0]


def test_a_later_clip_that_one_window_shows_reaches_its_bar() -> None:
    rng = np.random.default_rng(8)
    query = unit_vectors(rng, 3 * MAX_WINDOW_ROWS)
    index, cosine = nearest(query, [unit_vectors(rng, 6) for _ in range(12)])
    _, bars = rank_candidates(query, CLIPS, index, cosine, 8)
    later = near(rng, query[600:603], 1.0)
    start = np.zeros(1, np.intp)
    assert [meets_threshold(bar, later, start) for bar in bars] == [False, False, True]
    assert SearchThresholds(bars, None).is_met(later, start)
    assert not SearchThresholds(bars[:2], None).is_met(later, start)


def test_of_several_clips_each_is_measured_by_itself() -> None:
    rng = np.random.default_rng(3)
    query = unit_vectors(rng, 3)
    high = CandidateThreshold(query.astype(np.float16), np.zeros(3, np.float32), 3, 0.5)
    halves = [near(rng, np.array([query[0] * 9, query[1] * 9]), 1.0), near(rng, 9 * query[2:], 1.0)]
    both = np.concatenate(halves)
    assert not meets_threshold(high, both, np.array([0, 1, 6]))  # a row in each
    assert meets_threshold(high, both, np.array([0]))
    assert not meets_threshold(high, both[:0], np.zeros(0, np.intp))
    assert not meets_threshold(
        CandidateThreshold(high.vectors[:0], high.background_cosine[:0], 3, -np.inf),
        both,
        np.array([0, 6]),
    )
