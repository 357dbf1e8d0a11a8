"""Nearest vectors by cosine: exact for a small library, by short codes for a large one.

A code is 2 bits per component (128 bytes per vector). The vector is rotated by a fixed orthogonal
matrix, after which every component is nearly normal whatever the descriptor, so one codebook for
the normal distribution serves all libraries. Nothing is trained, no code goes stale, and adding a
vector costs the same in any library. FAISS's fast scan (André et al. 2015) ranks the codes; the
best are ranked again by their true vectors, as many as the codes' error calls for.

FAISS's IndexRaBitQFastScan with an IndexRefineFlat is built on the same idea, untrained rotated
codes with a known error. It was not compared with these codes yet, neither in recall nor in size.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import faiss
import numpy as np
from numpy.typing import NDArray

from hashing.types import VECTOR_SIZE

type Ids = NDArray[np.int64]
type Vectors = NDArray[np.float32]
type Codes = NDArray[np.uint8]

CODE_BYTES = VECTOR_SIZE // 4
EXACT_LIMIT = 20_000  # vectors; up to it every cosine is computed
PART_SIZE = 250_000  # vectors in one scanned part; limits the copy made while loading
PACKING_THREADS = 2  # which arrange codes for the scan
NO_VECTOR = -1

# The estimate of a cosine c from codes has mean (1 - D) c and standard deviation
# sqrt(D (1 - D) / 512), D = 0.1076 being the codebook's mean squared error at variance 1.
SHRINKAGE = 0.8924  # 1 - D
CODE_ERROR = 0.0137  # that standard deviation
MAX_ERRORS = 2.0  # standard deviations by which a true neighbour may be underrated; 1 in 44 is more

EXACT_PLACES = 10  # first places of an answer that true cosines decide, but for 1 in 100
FIRST_RERANKED = 32  # codes whose true vectors are read first, to see how good the best are
MAX_REMOVED = 500  # places for removed vectors: those of a few clips, seldom all near one query

# The 16 points that represent a two-dimensional standard normal best, in the sense of mean
# squared error; Lloyd's algorithm on two million samples.
CODEBOOK = np.array(
    [
        (-0.4411, -0.7818), (-0.0001, -0.0047), (0.8906, 0.0003), (-0.4414, 0.7702),
        (-0.9532, -0.0020), (-1.4497, -1.1670), (-0.3078, -1.8539), (0.4816, -0.8306),
        (1.0060, -1.7336), (1.7515, -0.6549), (1.7470, 0.6638), (0.4793, 0.8270),
        (0.9991, 1.7303), (-0.3003, 1.8416), (-1.4411, 1.1842), (-2.0047, 0.0129),
    ],
    np.float32,
)  # fmt: skip


class ExactIndex:
    """Computes every cosine. Holds all vectors as float32. Ids are the caller's, ascending."""

    def __init__(self) -> None:
        self._ids = np.empty(0, np.int64)
        self._vectors = np.empty((0, VECTOR_SIZE), np.float32)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """ids: (N,), vectors: (N, 512), unit length."""
        self._ids = np.concatenate([self._ids, ids])
        self._vectors = np.concatenate([self._vectors, vectors])

    def remove(self, ids: Ids) -> None:
        """Never answer with these again."""
        remaining = ~np.isin(self._ids, ids)
        self._ids, self._vectors = self._ids[remaining], self._vectors[remaining]

    def search(self, queries: Vectors, k: int) -> tuple[Ids, Vectors]:
        """The k nearest vectors of each query, best first: ids and cosines, both (Q, k).

        queries: (Q, 512), unit length. Where there are fewer than k, NO_VECTOR and -inf.
        """
        cosines = queries @ self._vectors.T  # (Q, N)
        return best_of(np.broadcast_to(self._ids, cosines.shape), cosines, k)


class CodedIndex:
    """Holds codes in memory; reads the true vectors of the best. Ids are the caller's, ascending.

    fetch: ids, ascending and without repeats -> their true vectors (N, 512).
    """

    def __init__(self, fetch: Callable[[Ids], Vectors]) -> None:
        self._fetch = fetch
        self._parts: list[_Part] = []
        self._removed = np.empty(0, np.int64)

    def __len__(self) -> int:
        return sum(len(part.ids) for part in self._parts) - len(self._removed)

    def add(self, ids: Ids, codes: Codes) -> None:
        """ids: (N,), codes: (N, 128) of `encode`."""
        if self._parts and len(self._parts[-1].ids) + len(ids) <= PART_SIZE:
            self._parts[-1].extend(ids, codes)
        else:
            self._parts.append(_Part(ids, codes))

    def add_all(self, pieces: Iterable[tuple[Ids, Codes]]) -> None:
        """Add much at once, in pieces of any size below PART_SIZE."""
        with ThreadPoolExecutor(PACKING_THREADS) as pool:
            packing = [pool.submit(_Part, ids, codes) for ids, codes in _regroup(pieces)]
            self._parts += [part.result() for part in packing]

    def remove(self, ids: Ids) -> None:
        """Never answer with these again."""
        present = np.concatenate([part.ids for part in self._parts]) if self._parts else ids[:0]
        self._removed = np.union1d(self._removed, ids[np.isin(ids, present)])

    def search(self, queries: Vectors, k: int) -> tuple[Ids, Vectors]:
        """The k nearest vectors of each query, best first: ids and cosines, both (Q, k).

        queries: (Q, 512), unit length. Where there are fewer than k, NO_VECTOR and -inf. Beyond the
        first EXACT_PLACES, cosines well below theirs may be estimates, low by up to a sixth.
        """
        ids, estimates = self._scan(queries, max(k, self._breadth()) + self._removed_places())
        first = np.broadcast_to(np.arange(ids.shape[1]) < FIRST_RERANKED, ids.shape)
        cosines = self._rerank(queries, ids, estimates, first)
        worst = best_of(ids, np.where(first, cosines, -np.inf), EXACT_PLACES)[1][:, -1:]
        contenders = estimates >= SHRINKAGE * worst - MAX_ERRORS * CODE_ERROR
        return best_of(ids, self._rerank(queries, ids, cosines, contenders & ~first), k)

    def _breadth(self) -> int:
        """How many codes may be ranked again, at most.

        Among dissimilar vectors the number within the codes' error of the best grows slowly with
        the library; measured on isotropic noise, the worst case.
        """
        return 150 + len(self) // 12_000

    def _removed_places(self) -> int:
        """Places that removed vectors may take until the index is loaded again."""
        return min(len(self._removed), MAX_REMOVED)

    def _scan(self, queries: Vectors, breadth: int) -> tuple[Ids, Vectors]:
        """By codes alone: (Q, breadth) ids and estimated cosines, best first."""
        rotated = np.ascontiguousarray(queries @ rotation())
        scans = [part.scan(rotated, breadth) for part in self._parts]
        empty = np.empty((len(queries), 0))
        ids = np.concatenate([empty.astype(np.int64), *(part_ids for part_ids, _ in scans)], axis=1)
        estimates = np.concatenate([empty.astype(np.float32), *(part for _, part in scans)], axis=1)
        if len(self._removed):
            estimates[np.isin(ids, self._removed)] = -np.inf
        ids[np.isneginf(estimates)] = NO_VECTOR
        return best_of(ids, estimates, breadth)

    def _rerank(
        self, queries: Vectors, ids: Ids, cosines: Vectors, where: NDArray[np.bool_]
    ) -> Vectors:
        """The cosines with the true ones at `where`: all (Q, breadth)."""
        row, column = np.nonzero(where & (ids != NO_VECTOR))
        vector_ids, position = np.unique(ids[row, column], return_inverse=True)
        reranked = cosines.copy()
        if len(vector_ids):
            vectors = self._fetch(vector_ids)
            reranked[row, column] = np.einsum("nd,nd->n", vectors[position], queries[row])
        return reranked


def _regroup(pieces: Iterable[tuple[Ids, Codes]]) -> Iterator[tuple[Ids, Codes]]:
    """The same vectors in pieces of nearly PART_SIZE."""
    waiting: list[tuple[Ids, Codes]] = []
    count = 0
    for ids, codes in pieces:
        if waiting and count + len(ids) > PART_SIZE:
            yield _concatenate(waiting)
            waiting, count = [], 0
        waiting.append((ids, codes))
        count += len(ids)
    if waiting:
        yield _concatenate(waiting)


def _concatenate(pieces: list[tuple[Ids, Codes]]) -> tuple[Ids, Codes]:
    return np.concatenate([ids for ids, _ in pieces]), np.vstack([codes for _, codes in pieces])


class _Part:
    """Up to PART_SIZE codes, arranged for the fast scan."""

    def __init__(self, ids: Ids, codes: Codes) -> None:
        self.ids = ids
        plain = faiss.IndexPQ(VECTOR_SIZE, 2 * CODE_BYTES, 4, faiss.METRIC_INNER_PRODUCT)
        plain.pq = quantizer()
        faiss.copy_array_to_vector(codes.ravel(), plain.codes)
        plain.ntotal, plain.is_trained = len(codes), True
        self._scanner = faiss.IndexPQFastScan(plain)  # type: ignore[arg-type] # overloaded in C++

    def extend(self, ids: Ids, codes: Codes) -> None:
        self.ids = np.concatenate([self.ids, ids])
        self._scanner.add(decode(codes))  # a centroid is its own nearest: the same code again

    def scan(self, rotated: Vectors, breadth: int) -> tuple[Ids, Vectors]:
        """Ids and estimated cosines of the best codes, both (Q, breadth) or narrower."""
        estimates, rows = self._scanner.search(rotated, min(breadth, len(self.ids)))
        estimates[rows < 0] = -np.inf
        return np.where(rows < 0, NO_VECTOR, self.ids[rows]), estimates


def best_of(ids: Ids, scores: Vectors, k: int) -> tuple[Ids, Vectors]:
    """The k highest of each row, best first, padded with NO_VECTOR and -inf: (Q, k) twice."""
    if scores.shape[1] > k:
        best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        ids, scores = np.take_along_axis(ids, best, 1), np.take_along_axis(scores, best, 1)
    order = np.argsort(-scores, axis=1, kind="stable")
    ids, scores = np.take_along_axis(ids, order, 1), np.take_along_axis(scores, order, 1)
    missing = ((0, 0), (0, k - scores.shape[1]))
    ids = np.pad(ids, missing, constant_values=NO_VECTOR)
    scores = np.pad(scores, missing, constant_values=-np.inf)
    return np.where(np.isneginf(scores), NO_VECTOR, ids), scores


def encode(vectors: Vectors) -> Codes:
    """Unit vectors (N, 512) -> codes (N, 128): 4 bits per pair of components, low half first."""
    codes: Codes = quantizer().compute_codes(vectors @ rotation())
    return codes


def decode(codes: Codes) -> Vectors:
    """Codes (N, 128) -> the rotated vectors (N, 512) that they stand for."""
    nibbles = np.stack([codes & 15, codes >> 4], axis=2).reshape(len(codes), -1)
    return CODEBOOK[nibbles].reshape(len(codes), -1) / np.float32(np.sqrt(VECTOR_SIZE))


@cache
def quantizer() -> faiss.ProductQuantizer:
    """FAISS's quantizer with CODEBOOK for every pair of components."""
    product = faiss.ProductQuantizer(VECTOR_SIZE, 2 * CODE_BYTES, 4)
    centroids = np.tile(CODEBOOK / np.float32(np.sqrt(VECTOR_SIZE)), (2 * CODE_BYTES, 1, 1))
    faiss.copy_array_to_vector(centroids.ravel(), product.centroids)
    return product


@cache
def rotation() -> Vectors:
    """An orthogonal (512, 512) matrix, the same on every machine: Hadamard and signs, twice."""
    hadamard = np.ones((1, 1), np.float32)
    while len(hadamard) < VECTOR_SIZE:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    signs = np.random.Generator(np.random.PCG64(2022)).integers(0, 2, (2, VECTOR_SIZE)) * 2.0 - 1
    first, second = signs.astype(np.float32)
    matrix: Vectors = (first[:, None] * hadamard * second) @ hadamard / np.float32(VECTOR_SIZE)
    return matrix
