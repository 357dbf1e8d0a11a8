"""Nearest stored vectors of a query -> the clips worth comparing.

A cosine says little by itself: some pictures are like everything (Pizzi et al., CVPR 2022,
normalise scores for that reason). Each query row is therefore measured against what it finds among
the clips that come after its best ones, which hardly ever are copies.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.types import Box, Candidate, Descriptors, Seconds, Views

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
    vectors: NDArray[np.float32],
    clips: Sequence[str],
    clip_index: NDArray[np.int64],
    cosine: NDArray[np.float32],
    most: int,
) -> tuple[list[Candidate], Bar]:
    """The clips with the best normalised rows, best first, and the bar for those that come later.

    vectors: (N, 512) that were searched with; clip_index: (N, k) into `clips`, -1 where there are
    fewer; cosine: (N, k), best first.
    """
    rows = _best_of_rows(clip_index, cosine)
    ranked = _ranked(clips, rows)
    sure = SURE_ENOUGH * ranked[0].score if ranked else -np.inf
    last = ranked[most - 1].score if len(ranked) >= most else -np.inf
    found = [one for one in ranked[:most] if one.cosine >= LEAST_COSINE and one.score >= sure]
    return found, Bar(vectors.astype(np.float16), _usual(rows), ROWS, max(sure, last))


@dataclass(frozen=True, slots=True)
class WindowCandidate:
    """A clip worth comparing with one window of the item's picture."""

    clip: str
    score: float
    cosine: float
    window: Box
    moments: tuple[tuple[Seconds, Seconds], ...]  # (query, reference), the best first


def window_candidates(
    views: Views,
    clips: Sequence[str],
    clip_index: NDArray[np.int64],
    hit_times: NDArray[np.float64],
    cosine: NDArray[np.float32],
    most: int,
) -> tuple[list[WindowCandidate], Bar]:
    """The same for windows of the picture: each clip with the window that finds it best.

    views: N windows that were searched with; clip_index, hit_times, cosine: (N, k).
    """
    rows = _best_of_rows(clip_index, cosine)
    found: dict[int, list[tuple[float, float, int, float]]] = {}
    for at, row in enumerate(rows):
        for clip, value, moment in zip(
            row.clips.tolist(), row.cosine.tolist(), hit_times[at][row.place].tolist(), strict=True
        ):
            found.setdefault(clip, []).append((value - row.usual, value, at, moment))
    ranked = []
    for clip, entries in found.items():
        entries.sort(reverse=True)
        score, value, at, _ = entries[0]
        if value < LEAST_COSINE:
            continue
        window: Box = tuple(float(v) for v in views.boxes[at])  # type: ignore[assignment]  # four
        same = [e for e in entries if (views.boxes[e[2]] == views.boxes[at]).all()]
        moments = tuple((float(views.times[e[2]]), e[3]) for e in same)
        if len(moments) < MOMENTS:
            others = hit_times[at][clip_index[at] == clip].tolist()  # the best first
            moments += tuple((float(views.times[at]), t) for t in others[1:MOMENTS])
        ranked.append(WindowCandidate(clips[clip], score, value, window, moments))
    ranked.sort(key=lambda one: (-one.score, one.clip))
    last = ranked[most - 1].score if len(ranked) >= most else -np.inf
    return ranked[:most], Bar(views.vectors.astype(np.float16), _usual(rows), 1, last)


def _ranked(clips: Sequence[str], rows: Sequence["_Row"]) -> list[Candidate]:
    """All of them, best first."""
    best: dict[int, list[tuple[float, float]]] = {}
    for row in rows:
        for clip, value in zip(row.clips.tolist(), row.cosine.tolist(), strict=True):
            best.setdefault(clip, []).append((value - row.usual, value))
    out = []
    for clip, found in best.items():
        top = sorted((score for score, _ in found), reverse=True)[:ROWS]
        # rows that did not find the clip at all count against it, so that one lucky row is not all
        score = sum(top) / min(ROWS, len(rows))
        out.append(Candidate(clips[clip], score, max(value for _, value in found)))
    out.sort(key=lambda one: (-one.score, one.clip))
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """What one query vector found: each clip's best hit."""

    clips: NDArray[np.int64]
    place: NDArray[np.intp]  # of the hit in the row
    cosine: NDArray[np.float32]
    usual: float  # cosine that is usual for this vector


def _best_of_rows(clip_index: NDArray[np.int64], cosine: NDArray[np.float32]) -> list[_Row]:
    out = []
    for indices, values in zip(clip_index, cosine, strict=True):
        known = np.flatnonzero(indices >= 0)
        found, first = np.unique(indices[known], return_index=True)
        place = known[first]  # rows come best first: the first hit is a clip's best
        best = values[place]
        after = np.sort(best)[::-1][BACKGROUND_RANKS]
        usual = BACKGROUND_WEIGHT * float(after.mean()) if len(after) else 0.0
        out.append(_Row(found, place, best, usual))
    return out


def _usual(rows: Sequence[_Row]) -> NDArray[np.float32]:
    return np.array([row.usual for row in rows], np.float32)
