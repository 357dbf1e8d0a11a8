"""The searchable vectors: one row each, since a search reads single ones of millions.

Every function works inside a transaction that its caller began.
"""

import json
import sqlite3
import zlib

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.library.packing import PACKED_VECTOR, pack_vectors, unpack_vectors
from app.library.schema import read_counter, vectors, write_counter
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
        connection.exec_driver_sql(
            "INSERT INTO vectors (id, row, time, vector, checksum) VALUES (?, ?, ?, ?, ?)",
            [
                (first + at, int(row), float(frames.times[row]), vector, zlib.crc32(vector))
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
    rows = connection.exec_driver_sql(
        "SELECT id, vector, checksum FROM vectors WHERE id >= ? AND id < ? ORDER BY id",
        (first, stop),
    ).all()
    ids = np.array([row[0] for row in rows], np.int64)
    return ids, unpack_vectors(b"".join([_undamaged(row[1], row[2]) for row in rows]))


def pick_vectors(connection: sa.Connection, ids: Ids) -> Vectors:
    """(N, 512) vectors of these ids, which ascend and do not repeat.

    One that is damaged or gone is all zero, which a vector never is.
    """
    rows = (
        _raw(connection)
        .execute(
            "SELECT vector, checksum, id FROM vectors "
            "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(ids.tolist()),),
        )
        .fetchall()
    )
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
    rows = _raw(connection).execute(
        "SELECT id, row, time FROM vectors WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids.tolist()),),
    )
    return {identifier: (row, time) for identifier, row, time in rows}


def vector_ranges(connection: sa.Connection, space: str, since: int = 0) -> NDArray[np.int64]:
    """(C, 3) first vector id, number of vectors, clip number; of a space's clips, ascending.

    since: without clips whose first vector id is lower. Clips without vectors are left out.
    """
    rows = _raw(connection).execute(
        "SELECT first_vector, vectors, clips.id FROM clips JOIN spaces ON spaces.id = clips.space "
        "WHERE spaces.name = ? AND vectors > 0 AND first_vector >= ? ORDER BY first_vector",
        (space, since),
    )
    return np.array(rows.fetchall(), np.int64).reshape(-1, 3)


def _raw(connection: sa.Connection) -> sqlite3.Connection:
    """The driver's own connection, since SQLAlchemy's rows cost more than reading them does."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
