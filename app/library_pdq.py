"""Near-exact search over the PDQ hashes of all clips, loaded when first asked for."""

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.index_pdq import PdqIndex
from app.library_clips import clip_id
from app.library_pack import unpack_times
from app.library_schema import fingerprints, read_counter
from hashing.types import PDQ_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class PdqHits:
    """Pairs of a query hash and a stored one, by query and then nearest first: all (H,)."""

    clips: tuple[str, ...]  # ids, each once
    query: NDArray[np.int64]
    clip_index: NDArray[np.int64]  # into `clips`
    row: NDArray[np.int64]  # of that clip's Descriptors
    time: NDArray[np.float64]  # s
    distance: NDArray[np.int32]  # bits, 0..256


class PdqSearch:
    """All hashes of pictures that are not flat, as of the last change of the library."""

    def __init__(self) -> None:
        self._seen = (-1, -1)
        self._index = PdqIndex(np.empty((0, PDQ_BYTES), np.uint8))
        self._owner = np.empty(0, np.int64)  # (N,) clip number
        self._row = np.empty(0, np.int32)  # (N,)

    def search(
        self, connection: sa.Connection, pdq: NDArray[np.uint8], max_distance: int
    ) -> PdqHits:
        self._catch_up(connection)
        query, place, distance = self._index.within(pdq, max_distance)
        numbers, clip_index = np.unique(self._owner[place], return_inverse=True)
        row = self._row[place].astype(np.int64)
        time = np.empty(len(row))
        for index, number in enumerate(numbers.tolist()):
            mine = clip_index == index
            time[mine] = _times(connection, number)[row[mine]]
        names = tuple(clip_id(number) for number in numbers.tolist())
        return PdqHits(names, query, clip_index, row, time, distance)

    def _catch_up(self, connection: sa.Connection) -> None:
        now = read_counter(connection, "removals"), read_counter(connection, "next_vector")
        if now == self._seen:
            return
        hashes, owners, places = [], [], []
        query = sa.select(fingerprints.c.clip, fingerprints.c.pdq, fingerprints.c.flat)
        for number, pdq, flat_bits in connection.execute(query):
            table = np.frombuffer(pdq, np.uint8).reshape(-1, PDQ_BYTES)
            flat = np.unpackbits(np.frombuffer(flat_bits, np.uint8), count=len(table))
            rows = np.flatnonzero(flat == 0)
            hashes.append(table[rows])
            owners.append(np.full(len(rows), number))
            places.append(rows)
        self._index = PdqIndex(np.concatenate([np.empty((0, PDQ_BYTES), np.uint8), *hashes]))
        self._owner = np.concatenate([np.empty(0, np.int64), *owners])
        self._row = np.concatenate([np.empty(0, np.int32), *places]).astype(np.int32)
        self._seen = now


def _times(connection: sa.Connection, number: int) -> NDArray[np.float64]:
    found = connection.execute(sa.select(fingerprints.c.times).where(fingerprints.c.clip == number))
    return unpack_times(found.scalar_one())
