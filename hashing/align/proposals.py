"""Two sets of descriptors -> pairs of timestamps worth comparing.

The cosines of all described frames vote for lines t_ref = speed * t_query + offset (the Hough vote
of Douze et al., "An image-based approach to video copy detection", 2010), since the best cosines of
a copy lie on one. The most similar pairs are proposed as well: a line needs several rows, and a
short insertion has few.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hashing.align.temporal import CANDIDATE_SPEEDS
from hashing.types import Descriptors, Seconds

__all__ = [
    "cosine_matrix",
]

VOTE_BIN_S = 0.5
MIN_COPY_COSINE = 0.22  # 99.99 % of pairs of unlike frames lie below (SSCD, measured)


@dataclass(frozen=True, slots=True)
class TimestampPairs:
    """Pairs of timestamps that may show the same frame, and lie on one line if they do."""

    pairs: tuple[tuple[Seconds, Seconds], ...]  # (query, reference)
    support: float


def cosine_matrix(query: Descriptors, reference: Descriptors) -> NDArray[np.float32]:
    """(Nq, Nr) cosines, -1..1; -1 for flat frames, which never match."""
    cosine = query.vectors.astype(np.float32) @ reference.vectors.astype(np.float32).T
    cosine[query.flat] = -1.0
    cosine[:, reference.flat] = -1.0
    return cosine


def propose_timestamps(
    query: Descriptors,
    reference: Descriptors,
    cosine: NDArray[np.float32],
    max_lines: int = 2,
    pairs_per_line: int = 3,
) -> list[TimestampPairs]:
    """Sets of timestamp pairs: those on the best supported lines, then the most similar pairs.

    cosine: (Nq, Nr), of `cosine_matrix`.
    """
    if len(query.times) == 1:
        return _propose_for_still(query.times, reference.times, cosine[0])
    on_lines = _propose_on_lines(query.times, reference.times, cosine, max_lines, pairs_per_line)
    most_similar = _most_similar(query.times, reference.times, cosine, pairs_per_line)
    return [*on_lines, *([most_similar] if most_similar.pairs else [])]


def _propose_for_still(
    tq: NDArray[np.float64],
    tr: NDArray[np.float64],
    cosine: NDArray[np.float32],
    max_proposals: int = 4,
) -> list[TimestampPairs]:
    """The likeliest timestamps of a video for a still, a second apart, each as a set of its own."""
    out: list[TimestampPairs] = []
    taken = np.zeros(len(tr), bool)
    for column in np.argsort(-cosine):
        if cosine[column] <= -1 or len(out) == max_proposals:
            break
        if not taken[column]:
            out.append(TimestampPairs(((float(tq[0]), float(tr[column])),), float(cosine[column])))
            taken |= np.abs(tr - tr[column]) < 1.0
    return out


def _most_similar(
    tq: NDArray[np.float64], tr: NDArray[np.float64], cosine: NDArray[np.float32], pairs: int
) -> TimestampPairs:
    """The most similar pair in each of a few equal parts of the query."""
    best = cosine.max(axis=1)
    edges = np.linspace(0, len(best), min(pairs, len(best)) + 1).astype(int)
    chosen = []
    for low, high in pairwise(edges):
        row = low + int(best[low:high].argmax())
        if best[row] > -1:
            chosen.append((float(tq[row]), float(tr[int(cosine[row].argmax())])))
    return TimestampPairs(tuple(chosen), float(best.max(initial=0)))


def _propose_on_lines(
    tq: NDArray[np.float64],
    tr: NDArray[np.float64],
    cosine: NDArray[np.float32],
    max_lines: int,
    pairs_per_line: int,
) -> list[TimestampPairs]:
    if len(tq) < 2 or len(tr) < 2:
        return []
    row_median = np.clip(np.median(cosine, axis=1, keepdims=True), 0, None)
    weights = np.clip(cosine - MIN_COPY_COSINE, 0, None) * (
        0.2 + np.clip(cosine - row_median, 0, None)
    )
    keep = min(5, weights.shape[1])
    top = np.argpartition(-weights, keep - 1, axis=1)[:, :keep]
    rows, columns = np.repeat(np.arange(len(tq)), keep), top.ravel()
    values = weights[rows, columns]
    out = []
    for _ in range(max_lines):
        good = values > 0
        if good.sum() < 2:
            break
        slope, offset, support = _vote_line(tq[rows[good]], tr[columns[good]], values[good])
        near = good & (np.abs(tr[columns] - slope * tq[rows] - offset) <= VOTE_BIN_S)
        if not near.any():
            break
        out.append(
            TimestampPairs(
                _spread_over_line(tq, rows[near], values[near], tr, slope, offset, pairs_per_line),
                support,
            )
        )
        values = np.where(near, 0, values)
    return out


def _vote_line(
    tq: NDArray[np.float64], tr: NDArray[np.float64], values: NDArray[np.float32]
) -> tuple[float, Seconds, float]:
    best = (1.0, 0.0, -1.0)
    for slope in np.concatenate([CANDIDATE_SPEEDS[::2], [1.0], -CANDIDATE_SPEEDS[::2], [-1.0]]):
        offsets = tr - slope * tq
        low = offsets.min() - VOTE_BIN_S
        bins = ((offsets - low) / (VOTE_BIN_S / 2)).astype(int)
        votes = np.bincount(bins, values, minlength=bins.max() + 3)
        smooth = votes[:-2] + 2 * votes[1:-1] + votes[2:]
        peak = int(smooth.argmax())
        # most copies run in real time, and ties are frequent where little moves
        value = float(smooth[peak]) * (1.15 if slope == 1.0 else 1.0)
        if value > best[2]:
            best = (float(slope), float(low + (peak + 1.5) * VOTE_BIN_S / 2), value)
    return best


def _spread_over_line(
    tq: NDArray[np.float64],
    rows: NDArray[np.intp],
    values: NDArray[np.float32],
    tr: NDArray[np.float64],
    slope: float,
    offset: Seconds,
    pairs: int,
) -> tuple[tuple[Seconds, Seconds], ...]:
    """Timestamp pairs on a line, spread over the rows that support it, the best of each part."""
    order = np.unique(rows)
    strength = {int(r): float(values[rows == r].max()) for r in order}
    chosen = []
    for part in np.array_split(order, min(pairs, len(order))):
        row = max((int(r) for r in part), key=lambda r: strength[r])
        reference_time = float(np.clip(slope * tq[row] + offset, tr[0], tr[-1]))
        chosen.append((float(tq[row]), reference_time))
    return tuple(chosen)
