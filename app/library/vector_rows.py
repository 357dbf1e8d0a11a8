"""The searchable vectors: one row each, since a search reads single ones of millions.

Every function works inside a transaction that its caller began.
"""

import zlib

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.database.rows_by_id import rows_by_id
from app.library.packing import PACKED_VECTOR, pack_vectors, unpack_vectors
from app.library.schema import clips, read_counter, spaces, vectors, write_counter
from hashing.types import Descriptors

type Ids = NDArray[np.int64]
type Vectors = NDArray[np.float32]

DAMAGED = bytes(PACKED_VECTOR)  # unpacks to zero


def insert_vectors(connection: sa.Connection, frames: Descriptors) -> tuple[int, int]:
    """Store the vectors of frames that are not flat. Returns their first id and their number."""
    rows = np.flatnonzero(~frames.flat)
    packed = pack_vectors(frames.vectors[rows])
    first = read_counter(connection, "next_vector")
    if len(rows):
        connection.execute(
            vectors.insert(),
            [
                {
                    "id": first + at,
                    "row": int(row),
                    "time": float(frames.times[row]),
                    "vector": vector,
                    "checksum": zlib.crc32(vector),
                }
                for at, (row, vector) in enumerate(
                    zip(rows, map(np.ndarray.tobytes, packed), strict=True)
                )
            ],
        )
        write_counter(connection, "next_vector", first + len(rows))
    return first, len(rows)


def delete_vectors(connection: sa.Connection, ids: range) -> None:
    """Remove vectors, whose ids are never used again, and count it for readers."""
    connection.execute(vectors.delete().where(vectors.c.id.between(ids.start, ids.stop - 1)))
    write_counter(connection, "removals", read_counter(connection, "removals") + 1)


def read_vectors(connection: sa.Connection, first: int, stop: int) -> tuple[Ids, Vectors]:
    """The vectors with ids first..stop-1, ascending: ids (N,) and vectors (N, 512).

    A damaged one is all zero, which a vector never is.
    """
    rows = connection.execute(
        sa.text(
            "SELECT id, vector, checksum FROM vectors WHERE id >= :first AND id < :stop ORDER BY id"
        ),
        {"first": first, "stop": stop},
    ).all()
    ids = np.array([row[0] for row in rows], np.int64)
    return ids, unpack_vectors(b"".join([_undamaged(row[1], row[2]) for row in rows]))


def pick_vectors(connection: sa.Connection, ids: Ids) -> Vectors:
    """(N, 512) vectors of these ids, which ascend and do not repeat.

    One that is damaged or gone is all zero, which a vector never is.
    """
    rows = rows_by_id(connection, vectors, ("vector", "checksum", "id"), ids)
    if len(rows) < len(ids):
        present = {row[2]: row for row in rows}
        rows = [present.get(identifier, (DAMAGED, None)) for identifier in ids.tolist()]
    return unpack_vectors(b"".join([_undamaged(row[0], row[1]) for row in rows]))


def damaged_among(vectors: Vectors) -> NDArray[np.bool_]:
    """(N,) True where a vector that was read is damaged."""
    return ~vectors.any(axis=1)


def _undamaged(vector: object, checksum: int | None) -> bytes:
    """The bytes of a vector, or DAMAGED in their place."""
    if not isinstance(vector, bytes) or len(vector) != PACKED_VECTOR:
        return DAMAGED
    return vector if checksum is None or zlib.crc32(vector) == checksum else DAMAGED


def read_locations(connection: sa.Connection, ids: Ids) -> dict[int, tuple[int, float]]:
    """Vector id -> its row in its clip's descriptors, and its time in seconds."""
    rows = rows_by_id(connection, vectors, ("id", "row", "time"), ids)
    return {identifier: (row, time) for identifier, row, time in rows}


def vector_ranges(connection: sa.Connection, space: str, since: int = 0) -> NDArray[np.int64]:
    """(C, 3) first vector id, number of vectors, clip number; of a space's clips, ascending.

    since: without clips whose first vector id is lower. Clips without vectors are left out.
    """
    rows = connection.execute(
        sa.select(clips.c.first_vector, clips.c.vectors, clips.c.id)
        .join(spaces, spaces.c.id == clips.c.space)
        .where(spaces.c.name == space, clips.c.vectors > 0, clips.c.first_vector >= since)
        .order_by(clips.c.first_vector)
    )
    return np.array([tuple(row) for row in rows], np.int64).reshape(-1, 3)
