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
    best: dict[int, list[tuple[float, float]]] = {}
    for indices, values in zip(clip_index, cosine, strict=True):
        known = indices >= 0
        found, first = np.unique(indices[known], return_index=True)
        values_of = values[known][first]  # rows come best first: the first hit is a clip's best
        order = np.sort(values_of)[::-1]
        after = order[BACKGROUND_RANKS]
        usual = BACKGROUND_WEIGHT * float(after.mean()) if len(after) else 0.0
        for clip, value in zip(found.tolist(), values_of.tolist(), strict=True):
            best.setdefault(clip, []).append((value - usual, value))
    out = []
    for clip, rows in best.items():
        top = sorted((score for score, _ in rows), reverse=True)[:ROWS]
        # rows that did not find the clip at all count against it, so that one lucky row is not all
        score = sum(top) / min(ROWS, len(clip_index))
        out.append(Candidate(clips[clip], score, max(value for _, value in rows)))
    out.sort(key=lambda one: (-one.score, one.clip))
    least = SURE_ENOUGH * out[0].score if out else 0.0
    return [one for one in out[:most] if one.cosine >= LEAST_COSINE and one.score >= least]


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
        known = indices >= 0
        named, first = np.unique(indices[known], return_index=True)
        best = values[known][first]
        after = np.sort(best)[::-1][BACKGROUND_RANKS]
        usual = BACKGROUND_WEIGHT * float(after.mean()) if len(after) else 0.0
        moments = hit_times[row][known][first]
        for clip, value, moment in zip(named, best, moments, strict=True):
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
