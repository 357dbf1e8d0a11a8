"""The search index of one descriptor space, brought up to date before each search."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.library.clip_rows import clip_ids, last_clip_number
from app.library.index.code_cache import BLOCK_SIZE, CodeFile, encode_range
from app.library.index.vector_index import (
    EXACT_LIMIT,
    NO_VECTOR,
    CodedIndex,
    Codes,
    ExactIndex,
    best_of,
    encode,
)
from app.library.records import Hits
from app.library.schema import read_counter
from app.library.vector_rows import (
    Ids,
    Vectors,
    damaged_among,
    pick_vectors,
    read_locations,
    vector_ranges,
)

READ_AT_ONCE = 8 * BLOCK_SIZE  # vectors
SEARCHED_AT_ONCE = 256  # query vectors; an hour of footage has thousands


@dataclass(frozen=True, slots=True, eq=False)
class HitLocations:
    """Where in their clips the vectors of Hits lie: row -1 and time NaN where there is none."""

    row: NDArray[np.int64]  # (N, k) of the clip's Descriptors
    time: NDArray[np.float64]  # (N, k) s


class LiveIndex:
    """Answers for the state of the library at the start of the caller's transaction."""

    def __init__(self, code_file: CodeFile, space: str) -> None:
        self._code_file = code_file
        self._space = space
        self._state = (-1, -1, -1)  # removals, next vector id, last clip, when it was last updated
        self._counts = (0, 0)  # clips of this space, of others
        self._ranges = np.empty((0, 3), np.int64)  # first vector id, count, clip number
        self._index: ExactIndex | CodedIndex = ExactIndex()
        self._connection: sa.Connection | None = None
        self._damaged: set[int] = set()  # ids of vectors that were read and are damaged
        self.damaged = False  # some block of the code file was not intact

    def search(self, connection: sa.Connection, queries: Vectors, k: int) -> Hits:
        """The k nearest vectors of each query. queries: (N, 512), unit length."""
        self._connection = connection
        self._update(connection)
        blocks = [self._index.search(block, k) for block in _query_blocks(queries)]
        ids = np.concatenate([block_ids for block_ids, _ in blocks])
        cosines = np.concatenate([block_cosines for _, block_cosines in blocks])
        self._connection = None
        owner = np.searchsorted(self._ranges[:, 0], ids, side="right") - 1
        numbers = np.where(ids == NO_VECTOR, 0, self._numbers()[owner])
        clips_hit, index = np.unique(numbers[ids != NO_VECTOR], return_inverse=True)
        clip_index = np.full(ids.shape, NO_VECTOR, np.int64)
        clip_index[ids != NO_VECTOR] = index
        searched, skipped = self._counts
        return Hits(
            clips=clip_ids(clips_hit.tolist()),
            clip_index=clip_index,
            vector=ids,
            cosine=cosines,
            searched=searched,
            skipped=skipped,
            damaged=self._damaged_clips(),
        )

    def _damaged_clips(self) -> tuple[str, ...]:
        """The clips of damaged vectors that are still there."""
        return _owners(self._ranges, np.array(sorted(self._damaged), np.int64))

    def load(self, connection: sa.Connection) -> None:
        """Do what the first search would do before it searches."""
        self._update(connection)

    def _numbers(self) -> NDArray[np.int64]:
        return self._ranges[:, 2] if len(self._ranges) else np.zeros(1, np.int64)

    def _count_clips(self, connection: sa.Connection) -> tuple[int, int]:
        """Clips of this space, and of others."""
        rows = connection.execute(
            sa.text(
                "SELECT spaces.name = :name, count(*) "
                "FROM clips JOIN spaces ON spaces.id = clips.space GROUP BY 1"
            ),
            {"name": self._space},
        )
        counts = {bool(is_own): int(number) for is_own, number in rows}
        return counts.get(True, 0), counts.get(False, 0)

    def _update(self, connection: sa.Connection) -> None:
        """Bring ranges and index to the state that the transaction sees."""
        state = (
            read_counter(connection, "removals"),
            read_counter(connection, "next_vector"),
            last_clip_number(connection),
        )
        if state == self._state:
            return
        self._counts = self._count_clips(connection)
        removals, next_vector, _ = self._state
        if next_vector < 0:
            self._ranges = vector_ranges(connection, self._space)
            self._build(connection)
        else:
            new = vector_ranges(connection, self._space, since=next_vector)
            old = self._ranges
            if removals != state[0]:
                old = self._drop_removed(connection)
            self._ranges = np.concatenate([old, new])
            self._append(connection, new)
        self._state = state

    def _drop_removed(self, connection: sa.Connection) -> NDArray[np.int64]:
        """Drop removed vectors from the index. Returns the ranges that are left."""
        present = vector_ranges(connection, self._space)
        remaining = np.isin(self._ranges[:, 0], present[:, 0])
        self._index.remove(_ids(self._ranges[~remaining]))
        return self._ranges[remaining]

    def _append(self, connection: sa.Connection, new: NDArray[np.int64]) -> None:
        if isinstance(self._index, ExactIndex):
            if len(self._index) + new[:, 1].sum() > EXACT_LIMIT:
                self._build(connection)
                return
            for ids, vectors in _read_ranges(connection, new):
                self._index.add(ids, self._note_damage(ids, vectors))
        else:
            for ids, vectors in _read_ranges(connection, new):
                self._index.add(ids, encode(self._note_damage(ids, vectors)))

    def _build(self, connection: sa.Connection) -> None:
        if self._ranges[:, 1].sum() <= EXACT_LIMIT:
            self._index = ExactIndex()
            self._append(connection, self._ranges)
            return
        coded = CodedIndex(self._fetch)
        coded.add_all(self._present_codes(connection))
        self._index = coded

    def _present_codes(self, connection: sa.Connection) -> Iterator[tuple[Ids, Codes]]:
        """Ids and codes of the space's vectors alone: blocks have gaps, and other spaces' codes."""
        ids = _ids(self._ranges)
        for first, codes in self._all_codes(connection):
            in_block = ids[np.searchsorted(ids, first) : np.searchsorted(ids, first + len(codes))]
            yield in_block, codes[in_block - first]

    def _all_codes(self, connection: sa.Connection) -> Iterator[tuple[int, Codes]]:
        """First vector id and codes of every block, then of vectors that wait for a full block."""
        for block in self._code_file.read(connection, self._note_damage):
            self.damaged |= not block.intact
            yield block.first, block.codes
        stop = read_counter(connection, "next_vector")
        for first in range(self._code_file.coded_until(connection), stop, BLOCK_SIZE):
            count = min(BLOCK_SIZE, stop - first)
            yield first, encode_range(connection, first, count, self._note_damage)

    def _fetch(self, ids: Ids) -> Vectors:
        assert self._connection is not None
        return self._note_damage(ids, pick_vectors(self._connection, ids))

    def _note_damage(self, ids: Ids, vectors: Vectors) -> Vectors:
        self._damaged.update(ids[damaged_among(vectors)].tolist())
        return vectors


def _owners(ranges: NDArray[np.int64], ids: Ids) -> tuple[str, ...]:
    """The clips, each once, whose ranges (C, 3) hold these vector ids."""
    if not len(ids) or not len(ranges):
        return ()
    owner = np.searchsorted(ranges[:, 0], ids, side="right") - 1
    inside = (owner >= 0) & (ids < ranges[owner, 0] + ranges[owner, 1])
    return clip_ids(np.unique(ranges[owner[inside], 2]).tolist())


def main_space(connection: sa.Connection) -> str | None:
    """The descriptor space of most clips; None in an empty library."""
    name: str | None = connection.exec_driver_sql(
        "SELECT spaces.name FROM clips JOIN spaces ON spaces.id = clips.space "
        "GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    ).scalar()
    return name


def locate(connection: sa.Connection, ids: Ids) -> HitLocations:
    """Rows and times of vectors (N, k); none for NO_VECTOR and for those removed since."""
    row, time = np.full(ids.shape, NO_VECTOR, np.int64), np.full(ids.shape, np.nan)
    locations = read_locations(connection, np.unique(ids[ids != NO_VECTOR]))
    for position, identifier in np.ndenumerate(ids):
        if int(identifier) in locations:
            row[position], time[position] = locations[int(identifier)]
    return HitLocations(row, time)


def search_since(
    connection: sa.Connection, queries: Vectors, k: int, space: str, clip: int
) -> Hits:
    """The k nearest vectors of each query among clips with a higher number than `clip`.

    queries: (N, 512), unit length. Every cosine is computed, a few thousand vectors at once.
    """
    ranges = vector_ranges(connection, space)
    ranges = ranges[ranges[:, 2] > clip]
    ids = np.full((len(queries), k), NO_VECTOR, np.int64)
    cosines = np.full((len(queries), k), -np.inf, np.float32)
    damaged = np.empty(0, np.int64)
    for batch_ids, vectors in _read_ranges(connection, ranges):
        damaged = np.concatenate([damaged, batch_ids[damaged_among(vectors)]])
        for first in range(0, len(queries), SEARCHED_AT_ONCE):
            rows = slice(first, first + SEARCHED_AT_ONCE)
            batch = queries[rows] @ vectors.T  # (n, M)
            all_ids = np.concatenate([ids[rows], np.broadcast_to(batch_ids, batch.shape)], axis=1)
            all_cosines = np.concatenate([cosines[rows], batch], axis=1)
            ids[rows], cosines[rows] = best_of(all_ids, all_cosines, k)
    owner = np.searchsorted(ranges[:, 0], ids, side="right") - 1
    is_hit = ids != NO_VECTOR
    clips_hit, index = np.unique(ranges[owner[is_hit], 2], return_inverse=True)
    clip_index = np.full(ids.shape, NO_VECTOR, np.int64)
    clip_index[is_hit] = index
    return Hits(
        clip_ids(clips_hit.tolist()),
        clip_index,
        ids,
        cosines,
        len(ranges),
        0,
        _owners(ranges, damaged),
    )


def vectors_since(
    connection: sa.Connection, space: str, clip: int
) -> Iterator[tuple[Vectors, NDArray[np.intp]]]:
    """Vectors of the clips with a higher number than `clip`, in batches of some thousand.

    (M, 512), whole clips one after the other, and (C,) the row at which each clip begins.
    """
    ranges = vector_ranges(connection, space)
    ranges = ranges[ranges[:, 2] > clip]
    batch = np.cumsum(ranges[:, 1]) // READ_AT_ONCE
    for number in np.unique(batch):
        some = ranges[batch == number]
        starts = np.cumsum(some[:, 1]) - some[:, 1]
        yield pick_vectors(connection, _ids(some)), starts.astype(np.intp)


def _query_blocks(queries: Vectors) -> list[Vectors]:
    """Queries in blocks of SEARCHED_AT_ONCE, one block where there are none."""
    starts = range(0, max(1, len(queries)), SEARCHED_AT_ONCE)
    return [queries[first : first + SEARCHED_AT_ONCE] for first in starts]


def _ids(ranges: NDArray[np.int64]) -> Ids:
    """All vector ids of ranges (C, 3), ascending."""
    counts = ranges[:, 1]
    starts = np.repeat(ranges[:, 0] - (np.cumsum(counts) - counts), counts)
    return starts + np.arange(counts.sum(), dtype=np.int64)


def _read_ranges(
    connection: sa.Connection, ranges: NDArray[np.int64]
) -> Iterator[tuple[Ids, Vectors]]:
    """Ids and vectors of ranges, in batches; vectors of other spaces may lie between them."""
    ids = _ids(ranges)
    for start in range(0, len(ids), READ_AT_ONCE):
        batch = ids[start : start + READ_AT_ONCE]
        yield batch, pick_vectors(connection, batch)
