"""Nearest stored vectors of a query -> the clips worth comparing.

A cosine says little by itself: some pictures are like everything (Pizzi et al., CVPR 2022, normalise
scores for that reason). Each query row is therefore measured against what it finds among the clips
that come after its best ones, which hardly ever are copies.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hashing.types import Candidate, Descriptors

NEIGHBOURS = 128  # hits a query vector: a still clip can fill dozens of places by itself
BACKGROUND_RANKS = slice(3, 11)  # clips, after the best ones, that stand for "unlike"
BACKGROUND_WEIGHT = 0.8
ROWS = 3  # a clip's score is the mean of its best rows
MOST_ROWS = 240  # query vectors that are searched; more of a long item are thinned evenly
LEAST_COSINE = 0.12  # under which a best row is not worth a look


def query_rows(frames: Descriptors) -> NDArray[np.intp]:
    """Indices of the rows to search with: not flat, and evenly thinned in a long item."""
    rows = np.flatnonzero(~frames.flat)
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
    return [one for one in out if one.cosine >= LEAST_COSINE][:most]
