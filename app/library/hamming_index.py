"""The nearest binary codes by Hamming distance, exhaustively, with FAISS."""

import faiss
import numpy as np
from numpy.typing import NDArray


def nearest(
    codes: NDArray[np.uint8], table: NDArray[np.uint8], k: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """(Q, bytes) codes, (N, bytes) table -> (Q, K) bits that differ, nearest first, and rows.

    K is k, or N where that is less.
    """
    distances, rows = faiss.knn_hamming(
        np.ascontiguousarray(codes), np.ascontiguousarray(table), min(k, len(table))
    )
    return distances, rows
