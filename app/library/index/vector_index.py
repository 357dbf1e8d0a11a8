"""Nearest vectors by cosine: exact for a small library, short codes for a large one.

A code is 2 bits a component (128 bytes a vector): the vector is turned by a fixed orthogonal
matrix, after which every component is nearly normal whatever the descriptor, so one codebook made
for the normal distribution serves all libraries. Nothing is trained, no code ever goes stale, and
adding a vector costs the same in any library. Codes are scanned by FAISS's fast scan (André et al.
2015); the best are ranked again by their true vectors, as many as the codes' own error asks for.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from hashing.types import VECTOR_SIZE

type Ids = NDArray[np.int64]
type Vectors = NDArray[np.float32]
type Codes = NDArray[np.uint8]

CODE_BYTES = VECTOR_SIZE // 4
EXACT_LIMIT = 20_000  # vectors; below it every cosine is computed
PART_SIZE = 250_000  # vectors in one scanned part, which bounds the copy made while loading
PACKERS = 2  # threads that bring codes into the scan's order
NOBODY = -1

# A true cosine c is seen through codes as (1 - D) c, give or take sqrt(D (1 - D) / 512), where
# D = 0.1076 is the codebook's mean squared error for a component of variance 1.
SHRINKAGE = 0.8924
CODE_ERROR = 0.0137
TRUSTED_ERRORS = 2.0  # a true neighbour that codes misplace by more may be given up: 1 in 44

SURE = 10  # places of an answer that are those of the true cosines, but for 1 in 100
FIRST_LOOK = 32
MOST_IN_THE_WAY = 500  # the vectors of a few removed clips; more are seldom all near one query

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


class VectorIndex(Protocol):
    """What every index does. Ids are the caller's, ascending as they are added."""

    def __len__(self) -> int: ...

    def remove(self, ids: Ids) -> None:
        """Never answer with these again."""

    def search(self, queries: Vectors, k: int) -> tuple[Ids, Vectors]:
        """The k nearest of each query, best first: ids and cosines, both (Q, k).

        queries: (Q, 512), unit length. Where there are fewer than k, NOBODY and -inf. Beyond the
        first SURE places, cosines well below theirs may be estimates, low by up to a sixth.
        """


class ExactIndex:
    """Every cosine. Holds all vectors as float32."""

    def __init__(self) -> None:
        self._ids = np.empty(0, np.int64)
        self._vectors = np.empty((0, VECTOR_SIZE), np.float32)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        self._ids = np.concatenate([self._ids, ids])
        self._vectors = np.concatenate([self._vectors, vectors])

    def remove(self, ids: Ids) -> None:
        kept = ~np.isin(self._ids, ids)
        self._ids, self._vectors = self._ids[kept], self._vectors[kept]

    def search(self, queries: Vectors, k: int) -> tuple[Ids, Vectors]:
        cosines = queries @ self._vectors.T  # (Q, N)
        return best_of(np.broadcast_to(self._ids, cosines.shape), cosines, k)


class CodedIndex:
    """Codes in memory; true vectors are fetched for the few that matter.

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
        """Much at once, in pieces of any size below PART_SIZE."""
        with ThreadPoolExecutor(PACKERS) as pool:
            packing = [pool.submit(_Part, ids, codes) for ids, codes in _joined(pieces)]
            self._parts += [part.result() for part in packing]

    def remove(self, ids: Ids) -> None:
        held = np.concatenate([part.ids for part in self._parts]) if self._parts else ids[:0]
        self._removed = np.union1d(self._removed, ids[np.isin(ids, held)])

    def search(self, queries: Vectors, k: int) -> tuple[Ids, Vectors]:
        ids, guesses = self._scan(queries, max(k, self._breadth()) + self._in_the_way())
        first = np.broadcast_to(np.arange(ids.shape[1]) < FIRST_LOOK, ids.shape)
        cosines = self._look(queries, ids, guesses, first)
        worst = best_of(ids, np.where(first, cosines, -np.inf), SURE)[1][:, -1:]
        hopeful = guesses >= SHRINKAGE * worst - TRUSTED_ERRORS * CODE_ERROR
        return best_of(ids, self._look(queries, ids, cosines, hopeful & ~first), k)

    def _breadth(self) -> int:
        """How many codes to look at again, at most.

        Among unlike vectors the number within the codes' error of the best grows slowly with the
        library; measured on isotropic noise, the worst case.
        """
        return 150 + len(self) // 12_000

    def _in_the_way(self) -> int:
        """Places that removed vectors may take until the index is loaded anew."""
        return min(len(self._removed), MOST_IN_THE_WAY)

    def _scan(self, queries: Vectors, breadth: int) -> tuple[Ids, Vectors]:
        """By codes alone: (Q, breadth) ids and estimated cosines, best first."""
        turned = np.ascontiguousarray(queries @ rotation())
        found = [part.scan(turned, breadth) for part in self._parts]
        nothing = np.empty((len(queries), 0))
        ids = np.concatenate([nothing.astype(np.int64), *(ids for ids, _ in found)], axis=1)
        guesses = np.concatenate([nothing.astype(np.float32), *(some for _, some in found)], axis=1)
        if len(self._removed):
            guesses[np.isin(ids, self._removed)] = -np.inf
        ids[np.isneginf(guesses)] = NOBODY
        return best_of(ids, guesses, breadth)

    def _look(
        self, queries: Vectors, ids: Ids, cosines: Vectors, where: NDArray[np.bool_]
    ) -> Vectors:
        """The cosines, with the true ones at `where`: all (Q, breadth)."""
        row, column = np.nonzero(where & (ids != NOBODY))
        wanted, place = np.unique(ids[row, column], return_inverse=True)
        looked = cosines.copy()
        if len(wanted):
            vectors = self._fetch(wanted)
            looked[row, column] = np.einsum("nd,nd->n", vectors[place], queries[row])
        return looked


def _joined(pieces: Iterable[tuple[Ids, Codes]]) -> Iterator[tuple[Ids, Codes]]:
    """The same in pieces of nearly PART_SIZE."""
    waiting: list[tuple[Ids, Codes]] = []
    count = 0
    for ids, codes in pieces:
        if waiting and count + len(ids) > PART_SIZE:
            yield np.concatenate([held[0] for held in waiting]), np.vstack([h[1] for h in waiting])
            waiting, count = [], 0
        waiting.append((ids, codes))
        count += len(ids)
    if waiting:
        yield np.concatenate([held[0] for held in waiting]), np.vstack([h[1] for h in waiting])


class _Part:
    """Up to PART_SIZE codes, in the order that the fast scan wants."""

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

    def scan(self, turned: Vectors, breadth: int) -> tuple[Ids, Vectors]:
        guesses, places = self._scanner.search(turned, min(breadth, len(self.ids)))
        guesses[places < 0] = -np.inf
        return np.where(places < 0, NOBODY, self.ids[places]), guesses


def best_of(ids: Ids, scores: Vectors, k: int) -> tuple[Ids, Vectors]:
    """The k highest of each row, best first, padded with NOBODY and -inf: (Q, k) twice."""
    if scores.shape[1] > k:
        some = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        ids, scores = np.take_along_axis(ids, some, 1), np.take_along_axis(scores, some, 1)
    order = np.argsort(-scores, axis=1, kind="stable")
    ids, scores = np.take_along_axis(ids, order, 1), np.take_along_axis(scores, order, 1)
    missing = ((0, 0), (0, k - scores.shape[1]))
    ids = np.pad(ids, missing, constant_values=NOBODY)
    return np.where(np.isneginf(np.pad(scores, missing, constant_values=-np.inf)), NOBODY, ids), (
        np.pad(scores, missing, constant_values=-np.inf)
    )


def encode(vectors: Vectors) -> Codes:
    """Codes (N, 128) of unit vectors (N, 512): a nibble for each pair of components, low first."""
    codes: Codes = quantizer().compute_codes(vectors @ rotation())
    return codes


def decode(codes: Codes) -> Vectors:
    """(N, 512) turned vectors that the codes stand for."""
    nibbles = np.stack([codes & 15, codes >> 4], axis=2).reshape(len(codes), -1)
    return CODEBOOK[nibbles].reshape(len(codes), -1) / np.float32(np.sqrt(VECTOR_SIZE))


@cache
def quantizer() -> faiss.ProductQuantizer:
    """The same codebook for every pair of components."""
    product = faiss.ProductQuantizer(VECTOR_SIZE, 2 * CODE_BYTES, 4)
    centroids = np.tile(CODEBOOK / np.float32(np.sqrt(VECTOR_SIZE)), (2 * CODE_BYTES, 1, 1))
    faiss.copy_array_to_vector(centroids.ravel(), product.centroids)
    return product


@cache
def rotation() -> Vectors:
    """An orthogonal (512, 512) matrix, the same on every machine: signs and Hadamard, twice."""
    hadamard = np.ones((1, 1), np.float32)
    while len(hadamard) < VECTOR_SIZE:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    signs = np.random.Generator(np.random.PCG64(2022)).integers(0, 2, (2, VECTOR_SIZE)) * 2.0 - 1
    first, second = signs.astype(np.float32)
    turned: Vectors = (first[:, None] * hadamard * second) @ hadamard / np.float32(VECTOR_SIZE)
    return turned
