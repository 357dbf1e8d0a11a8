"""Two long clips under a known transform -> lines in time, without the matrix of all frames.

Copied footage lies on diagonals of that matrix, and similar descriptors say on which. The query is
cut into overlapping windows of two minutes; in each, the votes of the descriptors propose lines.
Only around those are frames correlated, in blocks of bounded size, so that the cost grows with the
length of the query and not with the product of both lengths. What two windows find of one line is
kept once. Pairs of clips of some minutes do without: the matrix of all their frames is one block.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hashing.align.temporal_lines import (
    MAX_CORRELATED_CELLS,
    MIN_SEGMENT_S,
    correlate_frames,
    find_lines,
)
from hashing.align.timestamp_proposals import Similarities, SupportedLine, support_lines
from hashing.describe.frame_cache import MAX_WHOLE_FRAMES, FrameCache
from hashing.imaging.homography import Matrix
from hashing.types import CorrelationMatrix, Line, Seconds, Span

WINDOW_S = 120.0  # of the query
MARGIN_S = 15.0  # of the query on either side of a window, and of what descriptors vote for
REFERENCE_MARGIN_S = 22.0  # on either side of a line: jump cuts are searched 20 s away
MAX_LINES_PER_WINDOW = 3
MIN_SUPPORT = 0.3  # votes of a line; frames of two copies with a cosine of 0.4 give it; set by hand
MAX_BLOCK_FRAMES = 3000  # of the query and of the reference in a block: 5 minutes
STILL_BLOCK_FRAMES = 3000  # of a video that are correlated with a still at a time
MIN_REMAINDER_S = 0.3  # of a line that another one overlaps


def is_long_pair(query: FrameCache, reference: FrameCache) -> bool:
    """Whether two videos are too long for the matrix of all their frames."""
    frames = len(query.times), len(reference.times)
    return min(frames) > 1 and (
        max(frames) > MAX_WHOLE_FRAMES or frames[0] * frames[1] > MAX_CORRELATED_CELLS
    )


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """A part of the matrix of all frames: indices of query and reference frames, [first, end)."""

    query: tuple[int, int]
    reference: tuple[int, int]


class SparseCorrelations:
    """Correlations of two long clips under one transform, computed where they are asked for."""

    def __init__(self, query: FrameCache, reference: FrameCache, matrix: Matrix) -> None:
        """matrix: reference pixels -> query pixels."""
        self._query, self._reference, self._matrix = query, reference, matrix

    def find_lines(
        self, similarities: Similarities, pairs: Iterable[tuple[Seconds, Seconds]]
    ) -> tuple[Line, ...]:
        """The lines in all blocks that descriptors or the timestamp pairs propose, in order.

        pairs: (query, reference) timestamps at which the transform was measured.
        """
        lines: list[Line] = []
        for block in self._propose_blocks(similarities, list(pairs)):
            correlations = self.correlate(block)
            if correlations is not None:
                lines += find_lines(correlations)
        return resolve_overlaps(lines)

    def around(self, line: Line) -> Iterable[tuple[Line, CorrelationMatrix]]:
        """Pieces of a line, each with the correlations of the block around it."""
        count = max(1, round((line.end - line.start) / WINDOW_S))
        edges = np.linspace(line.start, line.end, count + 1).tolist()
        for start, end in pairwise(edges):
            piece = replace(line, start=start, end=end)
            correlations = self.near(Span(start, end), [piece])
            if correlations is not None:
                yield piece, correlations

    def near(self, part: Span, lines: Iterable[Line]) -> CorrelationMatrix | None:
        """Correlations of a part of the query with the reference frames near lines.

        None where there are too few frames or too little is visible.
        """
        rows = np.arange(*_index_range(self._query.times, part.start, part.end))
        wanted = np.zeros(len(self._reference.times), bool)
        for line in lines:
            low, high = sorted((line.reference_time(part.start), line.reference_time(part.end)))
            wanted |= (self._reference.times >= low - REFERENCE_MARGIN_S) & (
                self._reference.times <= high + REFERENCE_MARGIN_S
            )
        columns = np.flatnonzero(wanted)[: 2 * MAX_BLOCK_FRAMES]
        return self._correlate(rows, columns)

    def correlate(self, block: Block) -> CorrelationMatrix | None:
        """Correlations of one block; None where too little is visible."""
        return self._correlate(np.arange(*block.query), np.arange(*block.reference))

    def _correlate(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> CorrelationMatrix | None:
        if min(len(rows), len(columns)) < 2:
            return None
        return correlate_frames(
            self._query.times[rows],
            self._query.thumbnails_at(rows),
            self._reference.times[columns],
            self._reference.thumbnails_at(columns),
            self._matrix,
            self._query.size,
            self._reference.size,
            self._query.caption_bars,
        )

    def _propose_blocks(
        self, similarities: Similarities, pairs: list[tuple[Seconds, Seconds]]
    ) -> list[Block]:
        """Blocks in order of the query's time."""
        tq, tr = self._query.times, self._reference.times
        lines = [SupportedLine(1.0, time_r - time_q, time_q, time_q) for time_q, time_r in pairs]
        for start in np.arange(tq[0], tq[-1], WINDOW_S).tolist():
            window = start - MARGIN_S, start + WINDOW_S + MARGIN_S
            lines += support_lines(similarities, *window, MAX_LINES_PER_WINDOW, MIN_SUPPORT)
        blocks: set[Block] = set()
        for line in lines:
            start, end = line.start - MARGIN_S, line.end + MARGIN_S
            query = _index_range(tq, start, end)
            reference = _index_range(tr, *_reference_range(line.slope, line.offset, start, end))
            if min(query[1] - query[0], reference[1] - reference[0]) > 1:
                blocks.add(Block(query, reference))
        return _without_contained(blocks)


def correlate_with_still(
    query: FrameCache, reference: FrameCache, matrix: Matrix
) -> CorrelationMatrix | None:
    """Correlate a still with all frames of a video, or two stills; either may be the query.

    None where too little is visible.
    """
    parts = []
    for first in range(0, max(len(query.times), len(reference.times)), STILL_BLOCK_FRAMES):
        rows = np.arange(len(query.times))[first : first + STILL_BLOCK_FRAMES]
        columns = np.arange(len(reference.times))[first : first + STILL_BLOCK_FRAMES]
        rows = rows if len(rows) else np.zeros(1, np.intp)
        columns = columns if len(columns) else np.zeros(1, np.intp)
        part = correlate_frames(
            query.times[rows],
            query.thumbnails_at(rows),
            reference.times[columns],
            reference.thumbnails_at(columns),
            matrix,
            query.size,
            reference.size,
            query.caption_bars,
        )
        if part is None:
            return None
        parts.append(part.values)
    axis = 0 if len(query.times) > 1 else 1
    return CorrelationMatrix(query.times, reference.times, np.concatenate(parts, axis=axis))


def resolve_overlaps(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Lines that do not overlap in the query, in its order; of two that do, the stronger stays.

    The weaker one keeps what lies beside it: its windows share some of the query.
    """
    out: list[Line] = []
    for line in sorted(lines, key=_strength, reverse=True):
        pieces = [line]
        for stronger in out:
            pieces = [rest for piece in pieces for rest in _line_parts_outside(piece, stronger)]
        out += [
            piece
            for piece in pieces
            if piece.end - piece.start >= MIN_SEGMENT_S or _continues_any(piece, out)
        ]
    return tuple(sorted(out, key=lambda line: line.start))


def _strength(line: Line) -> float:
    return line.correlation * (line.end - line.start) * (1.0 + max(0.0, line.contrast))


def _line_parts_outside(line: Line, stronger: Line) -> list[Line]:
    """The parts of a line, between two long videos, before and after another one."""
    if line.end <= stronger.start or line.start >= stronger.end:
        return [line]
    parts = (line.start, min(line.end, stronger.start)), (max(line.start, stronger.end), line.end)
    return [
        replace(line, start=start, end=end)
        for start, end in parts
        if end - start >= MIN_REMAINDER_S
    ]


def _continues_any(piece: Line, lines: list[Line]) -> bool:
    """Whether a short piece goes on from one of the lines of a long video, or leads to it."""
    return any(
        piece.reversed == line.reversed
        and (
            abs(piece.start - line.end) < MIN_REMAINDER_S
            or abs(line.start - piece.end) < MIN_REMAINDER_S
        )
        and abs(piece.reference_time(piece.start) - line.reference_time(piece.start))
        < MIN_REMAINDER_S
        for line in lines
    )


def _index_range(times: NDArray[np.float64], start: Seconds, end: Seconds) -> tuple[int, int]:
    """The frames of a range of time, MAX_BLOCK_FRAMES at most: [first, end)."""
    first, last = np.searchsorted(times, (start, end)).tolist()
    return first, min(last, first + MAX_BLOCK_FRAMES)


def _reference_range(
    slope: float, offset: Seconds, start: Seconds, end: Seconds
) -> tuple[Seconds, Seconds]:
    """Reference timestamps of a line over a part of the query, with a margin."""
    low, high = sorted((slope * start + offset, slope * end + offset))
    return low - REFERENCE_MARGIN_S, high + REFERENCE_MARGIN_S


def _without_contained(blocks: Iterable[Block]) -> list[Block]:
    """Blocks in order, without those that lie in another one."""
    out: list[Block] = []
    for block in sorted(blocks, key=lambda block: (block.query[0], -block.query[1])):
        if not any(_contains(other, block) for other in out):
            out.append(block)
    return out


def _contains(outer: Block, inner: Block) -> bool:
    return all(
        out[0] <= own[0] and own[1] <= out[1]
        for out, own in ((outer.query, inner.query), (outer.reference, inner.reference))
    )
