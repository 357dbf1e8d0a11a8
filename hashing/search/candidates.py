"""Nearest stored vectors of a query -> the clips worth comparing.

A cosine says little by itself: some frames resemble everything (Pizzi et al., CVPR 2022, normalise
scores for that reason). From the cosines of each query row the row's background is taken off: the
mean over the clips ranked after its best ones, which are hardly ever copies.

A short clip inside a long item matches few of its rows. So the rows are cut into windows of a
few minutes; each window ranks the clips by itself, and a clip's score is that of its best window.
An item of one window is ranked as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hashing.types import Box, Candidate, Descriptors, RegionDescriptors, Seconds

__all__ = [
    "NEIGHBOURS_PER_ROW",
    "CandidateThreshold",
    "RegionCandidate",
    "SearchThresholds",
    "rank_candidates",
    "rank_region_candidates",
    "select_query_rows",
    "split_into_windows",
]

NEIGHBOURS_PER_ROW = 128  # hits a query vector: a still clip can fill dozens of places by itself
BACKGROUND_RANKS = slice(3, 11)  # clips, after the best ones, that stand for "unlike"
BACKGROUND_WEIGHT = 0.8
BEST_ROWS = 3  # a clip's score is the mean of its best rows
MAX_UNTHINNED_ROWS = 40
TIMESTAMPS_PER_CANDIDATE = 3  # of a clip, at which a region is compared
ROW_SPACING_S = 1.0
MAX_WINDOW_ROWS = 240  # rows that are ranked together: 4 minutes and more; set by hand
MAX_WINDOW_CANDIDATES = 32  # clips of one window that are compared, at most: a compilation's
# from which a clip of a long item is compared beside the best ones: of 240 rows of other footage,
# 0.6 wrong clips a window reach it, and 52 of 55 edited copies do (66 development items)
MIN_CLEAR_SCORE = 0.22
MIN_SCORE_OF_BEST = (
    0.3  # of the best candidate's score, below which others are not compared; set by hand
)
MIN_COSINE = 0.12  # best cosine below which a clip is not compared; set by hand
COSINE_ROUNDING = 0.002  # of a cosine between vectors that are kept at half precision


@dataclass(frozen=True, slots=True, eq=False)
class CandidateThreshold:
    """The score at which a clip added after a search would have been among its candidates.

    As of the search: in a library that has grown since, the threshold would be higher.
    """

    vectors: NDArray[np.float16]  # (N, 512) that were searched with
    background_cosine: NDArray[np.float32]  # (N,) cosine of unlike clips, for each
    best_rows: int  # of which a clip's score is the mean
    min_score: float  # score; -inf where every clip is a candidate


@dataclass(frozen=True, slots=True, eq=False)
class SearchThresholds:
    """The thresholds of one search.

    whole: one for each window of the item. regions: None where whole frames were enough.
    """

    whole: tuple[CandidateThreshold, ...]
    regions: CandidateThreshold | None

    def is_met(self, vectors: NDArray[np.float32], starts: NDArray[np.intp]) -> bool:
        """Whether any of several clips is worth comparing; arguments as of `meets_threshold`."""
        thresholds = self.whole if self.regions is None else (*self.whole, self.regions)
        return any(meets_threshold(threshold, vectors, starts) for threshold in thresholds)


def meets_threshold(
    threshold: CandidateThreshold, vectors: NDArray[np.float32], starts: NDArray[np.intp]
) -> bool:
    """Whether any of several clips is worth comparing.

    vectors: (M, 512) unit vectors of all clips, clip after clip; starts: (C,) where each begins.
    """
    if not len(threshold.vectors) or not len(vectors):
        return False
    cosine = threshold.vectors.astype(np.float32) @ vectors.T  # (N, M)
    best = np.maximum.reduceat(cosine, starts, axis=1)  # (N, C)
    count = min(threshold.best_rows, len(best))
    score = np.sort(best - threshold.background_cosine[:, None], axis=0)[-count:].mean(
        axis=0
    )  # (C,)
    similar_enough = best.max(axis=0) >= MIN_COSINE - COSINE_ROUNDING
    return bool((similar_enough & (score >= threshold.min_score - COSINE_ROUNDING)).any())


def select_query_rows(descriptors: Descriptors) -> NDArray[np.intp]:
    """Indices of the rows to search with: not flat, and thinned in a longer query.

    Up to MAX_UNTHINNED_ROWS all of them; then about one a second.
    """
    rows = np.flatnonzero(~descriptors.flat)
    if len(rows) > MAX_UNTHINNED_ROWS:
        seconds = np.floor(descriptors.times[rows] / ROW_SPACING_S)
        rows = rows[np.unique(seconds, return_index=True)[1]]
    return rows


def split_into_windows(rows: int) -> list[slice]:
    """The windows of so many rows searched with: neighbours, of MAX_WINDOW_ROWS at most."""
    edges = np.linspace(0, rows, max(1, -(-rows // MAX_WINDOW_ROWS)) + 1).round().astype(int)
    return [slice(first, end) for first, end in pairwise(edges.tolist())]


def rank_candidates(
    vectors: NDArray[np.float32],
    clips: Sequence[str],
    clip_index: NDArray[np.int64],
    cosine: NDArray[np.float32],
    max_candidates: int,
) -> tuple[list[Candidate], tuple[CandidateThreshold, ...]]:
    """The clips with the best normalised rows, best first, and each window's threshold.

    At most `max_candidates` where the item is one window. Of several windows, each adds the clips
    that stand out clearly in it, so that a long item can have many. A later clip is worth comparing
    where it reaches the threshold of any window.

    vectors: (N, 512) that were searched with, in order of time; clip_index: (N, k) into `clips`, -1
    where there are fewer hits; cosine: (N, k), best first.
    """
    rows = _best_hit_per_clip(clip_index, cosine)
    windows = split_into_windows(len(rows))
    ranked = [_rank_all(clips, rows[window]) for window in windows]
    best = _best_of_windows(ranked)
    overall = _last_score(best, max_candidates)
    if len(windows) > 1:
        overall = min(overall, MIN_CLEAR_SCORE)
    accepted, thresholds = [], []
    for window, candidates in zip(windows, ranked, strict=True):
        count = max_candidates if len(windows) == 1 else MAX_WINDOW_CANDIDATES
        min_score = max(
            MIN_SCORE_OF_BEST * candidates[0].score if candidates else -np.inf,
            _last_score(candidates, count),
            overall,
        )
        accepted.append(
            [
                candidate
                for candidate in candidates[:count]
                if candidate.cosine >= MIN_COSINE and candidate.score >= min_score
            ]
        )
        background = _background_cosines(rows[window])
        thresholds.append(
            CandidateThreshold(vectors[window].astype(np.float16), background, BEST_ROWS, min_score)
        )
    return _best_of_windows(accepted), tuple(thresholds)


def _best_of_windows(ranked: list[list[Candidate]]) -> list[Candidate]:
    """Each clip with its best window's score, best first."""
    best: dict[str, Candidate] = {}
    for candidate in (candidate for window in ranked for candidate in window):
        earlier = best.get(candidate.clip)
        if earlier is None or candidate.score > earlier.score:
            best[candidate.clip] = candidate
    return sorted(best.values(), key=lambda candidate: (-candidate.score, candidate.clip))


def _last_score(ranked: list[Candidate], count: int) -> float:
    """Score of the last of the `count` best; -inf where there are fewer."""
    return ranked[count - 1].score if len(ranked) >= count else -np.inf


@dataclass(frozen=True, slots=True)
class RegionCandidate:
    """A clip worth comparing with one region of the query's frame."""

    clip: str
    score: float
    cosine: float
    region: Box
    timestamps: tuple[tuple[Seconds, Seconds], ...]  # (query, reference), the best first


def rank_region_candidates(
    regions: RegionDescriptors,
    clips: Sequence[str],
    clip_index: NDArray[np.int64],
    hit_times: NDArray[np.float64],
    cosine: NDArray[np.float32],
    max_candidates: int,
) -> tuple[list[RegionCandidate], CandidateThreshold]:
    """Rank clips by the region that finds each best, best first; and the threshold for later clips.

    regions: the N regions searched with; clip_index (into `clips`, -1 for no hit), hit_times (s)
    and cosine: (N, k), best first.
    """
    rows = _best_hit_per_clip(clip_index, cosine)
    by_clip: dict[int, list[tuple[float, float, int, float]]] = {}
    for at, row in enumerate(rows):
        for clip, value, timestamp in zip(
            row.clips.tolist(),
            row.cosine.tolist(),
            hit_times[at][row.hit_index].tolist(),
            strict=True,
        ):
            by_clip.setdefault(clip, []).append(
                (value - row.background_cosine, value, at, timestamp)
            )
    ranked = []
    for clip, entries in by_clip.items():
        entries.sort(reverse=True)
        score, value, at, _ = entries[0]
        if value < MIN_COSINE:
            continue
        region: Box = tuple(float(v) for v in regions.boxes[at])  # type: ignore[assignment]  # four
        same_region = [e for e in entries if (regions.boxes[e[2]] == regions.boxes[at]).all()]
        timestamps = tuple((float(regions.times[e[2]]), e[3]) for e in same_region)
        if len(timestamps) < TIMESTAMPS_PER_CANDIDATE:
            other_times = hit_times[at][clip_index[at] == clip].tolist()  # the best first
            timestamps += tuple(
                (float(regions.times[at]), t) for t in other_times[1:TIMESTAMPS_PER_CANDIDATE]
            )
        ranked.append(RegionCandidate(clips[clip], score, value, region, timestamps))
    ranked.sort(key=lambda candidate: (-candidate.score, candidate.clip))
    last_score = ranked[max_candidates - 1].score if len(ranked) >= max_candidates else -np.inf
    return ranked[:max_candidates], CandidateThreshold(
        regions.vectors.astype(np.float16), _background_cosines(rows), 1, last_score
    )


def _rank_all(clips: Sequence[str], rows: Sequence["_Row"]) -> list[Candidate]:
    """All clips that any row found, best first."""
    by_clip: dict[int, list[tuple[float, float]]] = {}
    for row in rows:
        for clip, value in zip(row.clips.tolist(), row.cosine.tolist(), strict=True):
            by_clip.setdefault(clip, []).append((value - row.background_cosine, value))
    out = []
    for clip, scores in by_clip.items():
        top = sorted((score for score, _ in scores), reverse=True)[:BEST_ROWS]
        # rows that did not find the clip at all count against it, so that one lucky row is not all
        score = sum(top) / min(BEST_ROWS, len(rows))
        out.append(Candidate(clips[clip], score, max(value for _, value in scores)))
    out.sort(key=lambda candidate: (-candidate.score, candidate.clip))
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """The best hit of each clip for one query vector."""

    clips: NDArray[np.int64]
    hit_index: NDArray[np.intp]  # of the hit in the row
    cosine: NDArray[np.float32]
    background_cosine: float  # cosine of unlike clips with this vector


def _best_hit_per_clip(clip_index: NDArray[np.int64], cosine: NDArray[np.float32]) -> list[_Row]:
    out = []
    for indices, values in zip(clip_index, cosine, strict=True):
        known = np.flatnonzero(indices >= 0)
        clips, first = np.unique(indices[known], return_index=True)
        hit_index = known[first]  # rows come best first: the first hit is a clip's best
        best = values[hit_index]
        background = np.sort(best)[::-1][BACKGROUND_RANKS]
        background_cosine = BACKGROUND_WEIGHT * float(background.mean()) if len(background) else 0.0
        out.append(_Row(clips, hit_index, best, background_cosine))
    return out


def _background_cosines(rows: Sequence[_Row]) -> NDArray[np.float32]:
    return np.array([row.background_cosine for row in rows], np.float32)
