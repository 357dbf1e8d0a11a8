"""The search index of one descriptor space, kept in step with the library's rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.library.clip_rows import clip_ids, last_clip
from app.library.index.code_cache import BLOCK_SIZE, CodeFile, encode_range
from app.library.index.vector_index import (
    EXACT_LIMIT,
    NOBODY,
    CodedIndex,
    Codes,
    ExactIndex,
    best_of,
    encode,
)
from app.library.records import Hits
from app.library.schema import read_counter
from app.library.vector_rows import Ids, Vectors, pick_vectors, read_places, vector_ranges

READ_AT_ONCE = 8 * BLOCK_SIZE  # vectors


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where in their clips the vectors of Hits stand: row -1 and time NaN where nothing does."""

    row: NDArray[np.int64]  # (N, k) of the clip's Descriptors
    time: NDArray[np.float64]  # (N, k) s


class LiveIndex:
    """Answers as the library stood when the transaction at hand began."""

    def __init__(self, code_file: CodeFile, space: str) -> None:
        self._code_file = code_file
        self._space = space
        self._seen = (-1, -1, -1)  # removals, next vector id, last clip
        self._counts = (0, 0)  # clips of this space, of others
        self._ranges = np.empty((0, 3), np.int64)  # first vector id, count, clip number
        self._index: ExactIndex | CodedIndex = ExactIndex()
        self._connection: sa.Connection | None = None
        self.damaged = False  # the code file held blocks that were not believed

    def search(self, connection: sa.Connection, queries: Vectors, k: int) -> Hits:
        """queries: (N, 512), unit length."""
        self._connection = connection
        self._catch_up(connection)
        ids, cosines = self._index.search(queries, k)
        self._connection = None
        owner = np.searchsorted(self._ranges[:, 0], ids, side="right") - 1
        numbers = np.where(ids == NOBODY, 0, self._numbers()[owner])
        held, place = np.unique(numbers[ids != NOBODY], return_inverse=True)
        clip_index = np.full(ids.shape, NOBODY, np.int64)
        clip_index[ids != NOBODY] = place
        searched, skipped = self._counts
        return Hits(
            clips=clip_ids(held.tolist()),
            clip_index=clip_index,
            vector=ids,
            cosine=cosines,
            searched=searched,
            skipped=skipped,
        )

    def load(self, connection: sa.Connection) -> None:
        """What the first search would do before it searches."""
        self._catch_up(connection)

    def _numbers(self) -> NDArray[np.int64]:
        return self._ranges[:, 2] if len(self._ranges) else np.zeros(1, np.int64)

    def _count_clips(self, connection: sa.Connection) -> tuple[int, int]:
        """Clips of this space, and of others."""
        found = connection.exec_driver_sql(
            "SELECT spaces.name = ?, count(*) FROM clips JOIN spaces ON spaces.id = clips.space "
            "GROUP BY 1",
            (self._space,),
        )
        counts = {bool(mine): int(number) for mine, number in found}
        return counts.get(True, 0), counts.get(False, 0)

    def _catch_up(self, connection: sa.Connection) -> None:
        """Bring ranges and index to where the transaction stands."""
        now = (
            read_counter(connection, "removals"),
            read_counter(connection, "next_vector"),
            last_clip(connection),
        )
        if now == self._seen:
            return
        self._counts = self._count_clips(connection)
        removals, next_vector, _ = self._seen
        if next_vector < 0:
            self._ranges = vector_ranges(connection, self._space)
            self._build(connection)
        else:
            news = vector_ranges(connection, self._space, since=next_vector)
            old = self._ranges
            if removals != now[0]:
                old = self._forget(connection)
            self._ranges = np.concatenate([old, news])
            self._append(connection, news)
        self._seen = now

    def _forget(self, connection: sa.Connection) -> NDArray[np.int64]:
        """Drop what is gone from the index; the ranges that are left."""
        present = vector_ranges(connection, self._space)
        left = np.isin(self._ranges[:, 0], present[:, 0])
        self._index.remove(_ids(self._ranges[~left]))
        return self._ranges[left]

    def _append(self, connection: sa.Connection, news: NDArray[np.int64]) -> None:
        if isinstance(self._index, ExactIndex):
            if len(self._index) + news[:, 1].sum() > EXACT_LIMIT:
                self._build(connection)
                return
            for ids, vectors in _read_ranges(connection, news):
                self._index.add(ids, vectors)
        else:
            for ids, vectors in _read_ranges(connection, news):
                self._index.add(ids, encode(vectors))

    def _build(self, connection: sa.Connection) -> None:
        if self._ranges[:, 1].sum() <= EXACT_LIMIT:
            self._index = ExactIndex()
            self._append(connection, self._ranges)
            return
        coded = CodedIndex(self._fetch)
        coded.add_all(self._present_codes(connection))
        self._index = coded

    def _present_codes(self, connection: sa.Connection) -> Iterator[tuple[Ids, Codes]]:
        """Ids and codes of the space's vectors: blocks hold gaps, and other spaces' too."""
        ids = _ids(self._ranges)
        for first, codes in self._all_codes(connection):
            some = ids[np.searchsorted(ids, first) : np.searchsorted(ids, first + len(codes))]
            yield some, codes[some - first]

    def _all_codes(self, connection: sa.Connection) -> Iterator[tuple[int, Codes]]:
        """First vector id and codes of every block, then of what waits for a block."""
        for block in self._code_file.read(connection):
            self.damaged |= not block.believed
            yield block.first, block.codes
        stop = read_counter(connection, "next_vector")
        for first in range(self._code_file.coded_until(connection), stop, BLOCK_SIZE):
            yield first, encode_range(connection, first, min(BLOCK_SIZE, stop - first))

    def _fetch(self, ids: Ids) -> Vectors:
        assert self._connection is not None
        return pick_vectors(self._connection, ids)


def main_space(connection: sa.Connection) -> str | None:
    """The descriptor space of most clips; None in an empty library."""
    found: str | None = connection.exec_driver_sql(
        "SELECT spaces.name FROM clips JOIN spaces ON spaces.id = clips.space "
        "GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    ).scalar()
    return found


def places_of(connection: sa.Connection, ids: Ids) -> Places:
    """ids: (N, k), NOBODY among them; those removed since are nowhere too."""
    row, time = np.full(ids.shape, NOBODY, np.int64), np.full(ids.shape, np.nan)
    found = read_places(connection, np.unique(ids[ids != NOBODY]))
    for place, identifier in np.ndenumerate(ids):
        if int(identifier) in found:
            row[place], time[place] = found[int(identifier)]
    return Places(row, time)


def search_since(
    connection: sa.Connection, queries: Vectors, k: int, space: str, clip: int
) -> Hits:
    """The k nearest vectors of each query among clips with a higher number than `clip`.

    queries: (N, 512), unit length. Every cosine is computed, some thousand vectors at once.
    """
    ranges = vector_ranges(connection, space)
    ranges = ranges[ranges[:, 2] > clip]
    ids = np.full((len(queries), k), NOBODY, np.int64)
    cosines = np.full((len(queries), k), -np.inf, np.float32)
    for some, vectors in _read_ranges(connection, ranges):
        found = queries @ vectors.T  # (N, M)
        both = np.concatenate([ids, np.broadcast_to(some, found.shape)], axis=1)
        ids, cosines = best_of(both, np.concatenate([cosines, found], axis=1), k)
    owner = np.searchsorted(ranges[:, 0], ids, side="right") - 1
    there = ids != NOBODY
    held, place = np.unique(ranges[owner[there], 2], return_inverse=True)
    clip_index = np.full(ids.shape, NOBODY, np.int64)
    clip_index[there] = place
    return Hits(clip_ids(held.tolist()), clip_index, ids, cosines, len(ranges), 0)


def vectors_since(
    connection: sa.Connection, space: str, clip: int
) -> Iterator[tuple[Vectors, NDArray[np.intp]]]:
    """Vectors of the clips with a higher number than `clip`, some thousand at once.

    (M, 512), whole clips one after the other, and (C,) where in them each clip begins.
    """
    ranges = vector_ranges(connection, space)
    ranges = ranges[ranges[:, 2] > clip]
    batch = np.cumsum(ranges[:, 1]) // READ_AT_ONCE
    for number in np.unique(batch):
        some = ranges[batch == number]
        starts = np.cumsum(some[:, 1]) - some[:, 1]
        yield pick_vectors(connection, _ids(some)), starts.astype(np.intp)


def _ids(ranges: NDArray[np.int64]) -> Ids:
    """All vector ids of ranges (C, 3), ascending."""
    counts = ranges[:, 1]
    starts = np.repeat(ranges[:, 0] - (np.cumsum(counts) - counts), counts)
    return starts + np.arange(counts.sum(), dtype=np.int64)


def _read_ranges(
    connection: sa.Connection, ranges: NDArray[np.int64]
) -> Iterator[tuple[Ids, Vectors]]:
    """Vectors of ranges, a few thousand at once; other spaces may lie between them."""
    ids = _ids(ranges)
    for start in range(0, len(ids), READ_AT_ONCE):
        some = ids[start : start + READ_AT_ONCE]
        yield some, pick_vectors(connection, some)
