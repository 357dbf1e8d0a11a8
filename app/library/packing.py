"""Pack arrays as compact bytes, and unpack them.

Vectors keep 12 bits per component, in 2047ths of the vector's largest component: the error of a
cosine is below 1e-4 (that of float16 is 1e-5), for three quarters of the bytes. No scale is stored,
since vectors are of unit length. Times keep whole microseconds, luma changes float16. All else is
exact.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

from hashing.types import VECTOR_SIZE

LEVELS = 2047  # the largest 12-bit magnitude
PACKED_VECTOR = VECTOR_SIZE + VECTOR_SIZE // 2  # bytes: high 8 bits of each, then low 4 bits
_MICROSECONDS, _EXACT = b"u", b"x"


def pack_vectors(vectors: NDArray[np.float16] | NDArray[np.float32]) -> NDArray[np.uint8]:
    """(N, 512) of unit length -> (N, 768) uint8, one row per vector."""
    wide = vectors.astype(np.float32)
    largest = np.abs(wide).max(axis=1, initial=np.finfo(np.float16).tiny)
    whole = np.rint(wide * (LEVELS / largest)[:, None]).astype(np.int16)  # (N, 512)
    low = (whole & 15).astype(np.uint8)
    packed = np.empty((len(wide), PACKED_VECTOR), np.uint8)
    packed[:, :VECTOR_SIZE] = (whole >> 4).astype(np.int8).view(np.uint8)
    packed[:, VECTOR_SIZE:] = low[:, 0::2] | (low[:, 1::2] << 4)
    return packed


def unpack_vectors(packed: bytes) -> NDArray[np.float32]:
    """The concatenated rows of `pack_vectors` -> (N, 512) float32, unit length; zero stays zero."""
    rows = np.frombuffer(packed, np.uint8).reshape(-1, PACKED_VECTOR)
    low = rows[:, VECTOR_SIZE:]
    vectors = np.empty((len(rows), VECTOR_SIZE), np.float32)
    np.multiply(rows[:, :VECTOR_SIZE].view(np.int8), np.float32(16), out=vectors)
    vectors[:, 0::2] += low & 15
    vectors[:, 1::2] += low >> 4
    norms = np.sqrt(np.einsum("nd,nd->n", vectors, vectors))
    vectors /= np.maximum(norms, 1)[:, None]
    return vectors


def pack_times(times: NDArray[np.float64]) -> bytes:
    """(N,) s, strictly increasing: whole microseconds, or exact where those would collide."""
    wide = np.ascontiguousarray(times, np.float64)
    ticks = np.rint(np.clip(wide, -1e12, 1e12) * 1e6).astype(np.int64)
    near = np.abs(ticks / 1e6 - wide).max(initial=0) <= 1e-6
    if near and (np.diff(ticks) > 0).all():
        # second differences of a steady frame rate are nearly all -1, 0 or 1
        return _MICROSECONDS + _compress(np.diff(ticks, n=2, prepend=[0, 0]))
    return _EXACT + _compress(wide.view(np.int64))


def unpack_times(packed: bytes) -> NDArray[np.float64]:
    """(N,) s, what `pack_times` was given, within a microsecond."""
    whole = _decompress(packed[1:], np.dtype(np.int64))
    if packed[:1] == _EXACT:
        return whole.view(np.float64)
    return np.cumsum(np.cumsum(whole)) / 1e6


def pack_change(change: NDArray[np.float32]) -> bytes:
    """(M,) 0..255 as float16: three digits suffice to separate still from moving."""
    return _compress(change.astype(np.float16))


def unpack_change(packed: bytes) -> NDArray[np.float32]:
    return _decompress(packed, np.dtype(np.float16)).astype(np.float32)


def pack_bands(bands: NDArray[np.uint8]) -> bytes:
    """(T, B) uint8 as each band's changes from hop to hop, which are mostly small."""
    steps = np.diff(bands.T, axis=1, prepend=np.uint8(0))  # (B, T), modulo 256
    width = int(bands.shape[1])
    return width.to_bytes(2, "little") + zlib.compress(steps.tobytes(), 9)


def unpack_bands(packed: bytes) -> NDArray[np.uint8]:
    """(T, B) uint8, exactly what `pack_bands` was given."""
    bands = int.from_bytes(packed[:2], "little")
    steps = np.frombuffer(zlib.decompress(packed[2:]), np.uint8).reshape(bands, -1)
    return np.ascontiguousarray(np.cumsum(steps, axis=1, dtype=np.uint8).T)


def _compress(array: NDArray[np.generic]) -> bytes:
    """Deflate the first bytes of all items, then the second bytes, and so on, which are alike."""
    item = array.dtype.itemsize
    planes = np.ascontiguousarray(array).view(np.uint8).reshape(-1, item).T
    return zlib.compress(np.ascontiguousarray(planes).tobytes(), 6)


def _decompress[Item: np.generic](packed: bytes, dtype: np.dtype[Item]) -> NDArray[Item]:
    planes = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(dtype.itemsize, -1)
    return np.ascontiguousarray(planes.T).view(dtype).ravel()
