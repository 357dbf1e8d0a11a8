"""Two sets of descriptors -> pairs of timestamps worth comparing.

The cosines of all described frames vote for lines t_ref = speed * t_query + offset (the Hough vote
of Douze et al., "An image-based approach to video copy detection", 2010), since the best cosines of
a copy lie on one. The most similar pairs are proposed as well: a line needs several rows, and a
short insertion has few.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hashing.align.temporal_lines import CANDIDATE_SPEEDS
from hashing.types import Descriptors, Seconds

__all__ = [
    "best_cosine",
]

VOTE_BIN_S = 0.5
WINDOW_S = 20.0  # of a long query, around its best row
MAX_WINDOWS = 2
SIMILAR_COSINE = 0.25  # of the best row's cosine, within which rows show the same clip
MAX_COSINES_AT_ONCE = 4_000_000  # of a matrix in memory: 17 minutes by 17, or 4 hours in parts
NEAREST_PER_ROW = 5
MIN_COPY_COSINE = 0.22  # 99.99 % of pairs of unlike frames lie below (SSCD, measured)


@dataclass(frozen=True, slots=True)
class TimestampPairs:
    """Pairs of timestamps that may show the same frame, and lie on one line if they do."""

    pairs: tuple[tuple[Seconds, Seconds], ...]  # (query, reference)
    support: float


def best_cosine(query: Descriptors, reference: Descriptors) -> float:
    """The highest cosine of any two frames, -1..1; -1 where all are flat."""
    best = [float(part.max(initial=-1.0)) for _, part in _cosine_parts(query, reference)]
    return max(best, default=-1.0)


def _cosine_parts(
    query: Descriptors, reference: Descriptors
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Rows of the query and their (n, Nr) cosines, as many at once as memory allows.

    -1 for flat frames, which never match.
    """
    rows = max(1, MAX_COSINES_AT_ONCE // max(1, len(reference.times)))
    vectors = reference.vectors.astype(np.float32).T
    for first in range(0, len(query.times), rows):
        part = slice(first, min(first + rows, len(query.times)))
        cosine = query.vectors[part].astype(np.float32) @ vectors
        cosine[query.flat[part]] = -1.0
        cosine[:, reference.flat] = -1.0
        yield part, cosine


@dataclass(frozen=True, slots=True, eq=False)
class Similarities:
    """The most similar described frames of a reference for each of a query: no (Nq, Nr) matrix."""

    query_times: NDArray[np.float64]  # (Nq,) s
    reference_times: NDArray[np.float64]  # (Nr,) s
    best: NDArray[np.float32]  # (Nq,) highest cosine of each row
    best_column: NDArray[np.intp]  # (Nq,)
    columns: NDArray[np.intp]  # (Nq, k) of the heaviest votes
    weights: NDArray[np.float32]  # (Nq, k) of those votes; 0 where there is none
    first_row: NDArray[np.float32]  # (Nr,) all cosines of the first row


def find_similarities(query: Descriptors, reference: Descriptors) -> Similarities:
    """Compare all described frames of two clips, a few thousand rows at a time."""
    count, keep = len(query.times), min(NEAREST_PER_ROW, len(reference.times))
    best, best_column = np.full(count, -1.0, np.float32), np.zeros(count, np.intp)
    columns, weights = np.zeros((count, keep), np.intp), np.zeros((count, keep), np.float32)
    first_row = np.full(len(reference.times), -1.0, np.float32)
    for part, cosine in _cosine_parts(query, reference):
        if part.start == 0:
            first_row = cosine[0].copy()
        if not keep:
            continue
        best[part], best_column[part] = cosine.max(axis=1), cosine.argmax(axis=1)
        row_median = np.clip(np.median(cosine, axis=1, keepdims=True), 0, None)
        votes = np.clip(cosine - MIN_COPY_COSINE, 0, None) * (
            0.2 + np.clip(cosine - row_median, 0, None)
        )
        columns[part] = np.argpartition(-votes, keep - 1, axis=1)[:, :keep]
        weights[part] = np.take_along_axis(votes, columns[part], axis=1)
    return Similarities(
        query.times, reference.times, best, best_column, columns, weights, first_row
    )


def propose_timestamps(
    similarities: Similarities, max_lines: int = 2, pairs_per_line: int = 3
) -> list[TimestampPairs]:
    """Sets of timestamp pairs: those on the best supported lines, then the most similar pairs."""
    times = similarities.query_times, similarities.reference_times
    if len(times[0]) == 1:
        return _propose_for_still(*times, similarities.first_row)
    on_lines = _propose_on_lines(similarities, max_lines, pairs_per_line)
    most_similar = _most_similar(similarities, pairs_per_line, 0, len(times[0]))
    return [
        *on_lines,
        *_most_similar_in_windows(similarities, pairs_per_line),
        *([most_similar] if most_similar.pairs else []),
    ]


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


def _most_similar(similarities: Similarities, pairs: int, first: int, stop: int) -> TimestampPairs:
    """The most similar pair in each of a few equal parts of the query's rows `first` to `stop`."""
    tq, tr, best = similarities.query_times, similarities.reference_times, similarities.best
    edges = np.linspace(first, stop, min(pairs, stop - first) + 1).astype(int)
    chosen = []
    for low, high in pairwise(edges):
        row = low + int(best[low:high].argmax())
        if best[row] > -1:
            chosen.append((float(tq[row]), float(tr[int(similarities.best_column[row])])))
    return TimestampPairs(tuple(chosen), float(best[first:stop].max(initial=0)))


def _most_similar_in_windows(similarities: Similarities, pairs: int) -> list[TimestampPairs]:
    """The most similar pairs around the best row of a query of several windows, and the next best.

    A known clip fills a small part of a long query: of equal parts of it all, one shows the clip.
    """
    tq, best = similarities.query_times, similarities.best.copy()
    if tq[-1] - tq[0] < 2 * WINDOW_S:
        return []
    out = []
    for _ in range(MAX_WINDOWS):
        row = int(best.argmax())
        if best[row] < MIN_COPY_COSINE:
            break
        # as long as similar rows go on, and at most a window to either side
        alike = (best > similarities.best[row] - SIMILAR_COSINE) & (
            np.abs(tq - tq[row]) <= WINDOW_S / 2
        )
        rows = np.flatnonzero(alike)
        out.append(_most_similar(similarities, pairs, int(rows[0]), int(rows[-1]) + 1))
        best[np.abs(tq - tq[row]) <= WINDOW_S] = -1
    return out


def _propose_on_lines(
    similarities: Similarities, max_lines: int, pairs_per_line: int
) -> list[TimestampPairs]:
    tq, tr = similarities.query_times, similarities.reference_times
    if len(tq) < 2 or len(tr) < 2:
        return []
    rows = np.repeat(np.arange(len(tq)), similarities.columns.shape[1])
    columns, values = similarities.columns.ravel(), similarities.weights.ravel()
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


@dataclass(frozen=True, slots=True)
class SupportedLine:
    """A line in time that descriptors vote for, and the part of the query in which they do."""

    slope: float
    offset: Seconds
    start: Seconds  # query
    end: Seconds


def support_lines(
    similarities: Similarities, start: Seconds, end: Seconds, max_lines: int, min_support: float
) -> list[SupportedLine]:
    """The lines that descriptors support in a part of the query, best first.

    min_support: votes that a line needs.
    """
    tq = similarities.query_times
    part = np.flatnonzero((tq >= start) & (tq < end))
    rows = np.repeat(part, similarities.columns.shape[1])
    columns, values = similarities.columns[part].ravel(), similarities.weights[part].ravel()
    times_q, times_r = tq[rows], similarities.reference_times[columns]
    out = []
    for _ in range(max_lines):
        good = values > 0
        if not good.any():
            break
        slope, offset, support = _vote_line(times_q[good], times_r[good], values[good])
        if support < min_support:
            break
        near = np.abs(times_r - slope * times_q - offset) <= VOTE_BIN_S
        voters = rows[near & good]
        if len(voters):
            # a row stands for the time until the next one
            until = float(tq[voters.max() + 1]) if voters.max() + 1 < len(tq) else end
            line_end = min(end, max(until, float(tq[voters.max()])))
            out.append(SupportedLine(slope, offset, float(tq[voters.min()]), line_end))
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
