"""Nearest stored vectors of a query -> the clips worth comparing.

A cosine says little by itself: some pictures are like everything (Pizzi et al., CVPR 2022,
normalise scores for that reason). Each query row is therefore measured against what it finds among
the clips that come after its best ones, which hardly ever are copies.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.types import Box, Candidate, Descriptors, Seconds

NEIGHBOURS = 128  # hits a query vector: a still clip can fill dozens of places by itself
BACKGROUND_RANKS = slice(3, 11)  # clips, after the best ones, that stand for "unlike"
BACKGROUND_WEIGHT = 0.8
ROWS = 3  # a clip's score is the mean of its best rows
FEW_ROWS = 40
MOMENTS = 3  # of a clip, that a window is held against
THINNED_S = 1.0
MOST_ROWS = 240  # query vectors that are searched; more of a long item are thinned evenly
SURE_ENOUGH = 0.3  # share of the best candidate's score under which others are not looked at
LEAST_COSINE = 0.12  # under which a best row is not worth a look
ROUNDING = 0.002  # of a cosine between vectors that are kept at half precision


def query_rows(frames: Descriptors) -> NDArray[np.intp]:
    """Indices of the rows to search with: not flat, and thinned in a longer item.

    Up to FEW_ROWS all of them; then about one a second; then evenly down to MOST_ROWS.
    """
    rows = np.flatnonzero(~frames.flat)
    if len(rows) > FEW_ROWS:
        seconds = np.floor(frames.times[rows] / THINNED_S)
        rows = rows[np.unique(seconds, return_index=True)[1]]
    if len(rows) > MOST_ROWS:
        rows = rows[np.linspace(0, len(rows) - 1, MOST_ROWS).round().astype(int)]
    return rows


def candidates(
    clips: Sequence[str],
    clip_index: NDArray[np.int64],
    cosine: NDArray[np.float32],
    most: int,
) -> list[Candidate]:
    """The clips with the best normalised rows, best first.

    clip_index: (N, k) into `clips`, -1 where there are fewer; cosine: (N, k), best first.
    """
    out = _ranked(clips, clip_index, cosine)
    least = SURE_ENOUGH * out[0].score if out else 0.0
    return [one for one in out[:most] if one.cosine >= LEAST_COSINE and one.score >= least]


def _ranked(
    clips: Sequence[str], clip_index: NDArray[np.int64], cosine: NDArray[np.float32]
) -> list[Candidate]:
    """All of them, best first."""
    best: dict[int, list[tuple[float, float]]] = {}
    for indices, values in zip(clip_index, cosine, strict=True):
        found, first, usual = _best_of_row(indices, values)
        values_of = values[first]
        for clip, value in zip(found.tolist(), values_of.tolist(), strict=True):
            best.setdefault(clip, []).append((value - usual, value))
    out = []
    for clip, rows in best.items():
        top = sorted((score for score, _ in rows), reverse=True)[:ROWS]
        # rows that did not find the clip at all count against it, so that one lucky row is not all
        score = sum(top) / min(ROWS, len(clip_index))
        out.append(Candidate(clips[clip], score, max(value for _, value in rows)))
    out.sort(key=lambda one: (-one.score, one.clip))
    return out


def _best_of_row(
    indices: NDArray[np.int64], values: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.intp], float]:
    """Clips that a row found, where in it each one's best stands, and what is usual for the row."""
    known = np.flatnonzero(indices >= 0)
    found, first = np.unique(indices[known], return_index=True)
    best = known[first]  # rows come best first: the first hit is a clip's best
    after = np.sort(values[best])[::-1][BACKGROUND_RANKS]
    return found, best, BACKGROUND_WEIGHT * float(after.mean()) if len(after) else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Bar:
    """What a clip that comes later has to reach to be among the candidates of a search.

    It is that of the search's own time: a library that has grown since would ask for more.
    """

    vectors: NDArray[np.float16]  # (N, 512) that were searched with
    usual: NDArray[np.float32]  # (N,) cosine that is usual for each
    best_rows: int  # of which a clip's score is the mean
    least: float  # score; -inf where every clip is a candidate


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """Both of a search's bars. parts: of the picture; None where the whole was enough."""

    whole: Bar
    parts: Bar | None

    def reached(self, vectors: NDArray[np.float32], starts: NDArray[np.intp]) -> bool:
        """Whether any of several clips is worth a comparison, as `reaches` has them."""
        bars = (self.whole,) if self.parts is None else (self.whole, self.parts)
        return any(reaches(one, vectors, starts) for one in bars)


def bar(
    vectors: NDArray[np.float32],
    clips: Sequence[str],
    clip_index: NDArray[np.int64],
    cosine: NDArray[np.float32],
    most: int,
) -> Bar:
    """The bar of `candidates`. vectors: (N, 512), which found what the rest says."""
    ranked = _ranked(clips, clip_index, cosine)
    sure = SURE_ENOUGH * ranked[0].score if ranked else -np.inf
    last = ranked[most - 1].score if len(ranked) >= most else -np.inf
    return Bar(vectors.astype(np.float16), _usual(clip_index, cosine), ROWS, max(sure, last))


def window_bar(
    vectors: NDArray[np.float32],
    clip_index: NDArray[np.int64],
    cosine: NDArray[np.float32],
    most: int,
) -> Bar:
    """The bar of `window_candidates`."""
    usual = _usual(clip_index, cosine)
    scores: dict[int, float] = {}
    for indices, values, level in zip(clip_index, cosine, usual, strict=True):
        found, best, _ = _best_of_row(indices, values)
        for clip, value in zip(found.tolist(), values[best].tolist(), strict=True):
            scores[clip] = max(scores.get(clip, -np.inf), value - float(level))
    ranked = sorted(scores.values(), reverse=True)
    last = ranked[most - 1] if len(ranked) >= most else -np.inf
    return Bar(vectors.astype(np.float16), usual, 1, last)


def reaches(bar: Bar, vectors: NDArray[np.float32], starts: NDArray[np.intp]) -> bool:
    """Whether any of several clips is worth a comparison.

    vectors: (M, 512), those of all clips one after the other; starts: (C,) where each begins.
    """
    if not len(bar.vectors) or not len(vectors):
        return False
    cosine = bar.vectors.astype(np.float32) @ vectors.T  # (N, M)
    best = np.maximum.reduceat(cosine, starts, axis=1)  # (N, C)
    count = min(bar.best_rows, len(best))
    score = np.sort(best - bar.usual[:, None], axis=0)[-count:].mean(axis=0)  # (C,)
    alike = best.max(axis=0) >= LEAST_COSINE - ROUNDING
    return bool((alike & (score >= bar.least - ROUNDING)).any())


def _usual(clip_index: NDArray[np.int64], cosine: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = zip(clip_index, cosine, strict=True)
    return np.array([_best_of_row(*row)[2] for row in rows], np.float32)


@dataclass(frozen=True, slots=True)
class WindowCandidate:
    """A clip worth comparing with one window of the item's picture."""

    clip: str
    score: float
    cosine: float
    window: Box
    moments: tuple[tuple[Seconds, Seconds], ...]  # (query, reference), the best first


def window_candidates(
    boxes: NDArray[np.float64],
    times: NDArray[np.float64],
    clips: Sequence[str],
    clip_index: NDArray[np.int64],
    hit_times: NDArray[np.float64],
    cosine: NDArray[np.float32],
    most: int,
) -> list[WindowCandidate]:
    """The same for windows of the picture: each clip with the window that finds it best.

    boxes: (N, 4), times: (N,), of the described windows; clip_index, hit_times, cosine: (N, k).
    """
    found: dict[int, list[tuple[float, float, int, float]]] = {}
    for row, (indices, values) in enumerate(zip(clip_index, cosine, strict=True)):
        named, best, usual = _best_of_row(indices, values)
        for clip, value, moment in zip(named, values[best], hit_times[row][best], strict=True):
            entry = (float(value) - usual, float(value), row, float(moment))
            found.setdefault(int(clip), []).append(entry)
    out = []
    for clip, entries in found.items():
        entries.sort(reverse=True)
        score, value, row, _ = entries[0]
        window: Box = tuple(float(v) for v in boxes[row])  # type: ignore[assignment]  # four
        same = [e for e in entries if (boxes[e[2]] == boxes[row]).all()]
        moments_of = tuple((float(times[e[2]]), e[3]) for e in same)
        if len(moments_of) < MOMENTS:
            others = hit_times[row][clip_index[row] == clip].tolist()  # the best first
            moments_of += tuple((float(times[row]), t) for t in others[1:MOMENTS])
        out.append(WindowCandidate(clips[clip], score, value, window, moments_of))
    out.sort(key=lambda one: (-one.score, one.clip))
    return [one for one in out if one.cosine >= LEAST_COSINE][:most]
