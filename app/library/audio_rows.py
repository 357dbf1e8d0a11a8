"""Codes of the clips' audio: stored with each clip, all read by every search.

Every function works inside a transaction that its caller began. A search keeps nothing between
calls and holds at most CHUNK_BYTES of codes at once, whatever the size of the library.
"""

from collections.abc import Iterator

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.database.checksums import is_intact, sealed
from app.library.hamming_index import nearest
from app.library.schema import audio_codes
from hashing.audio.audio_codes import (
    CODE_BYTES,
    MAX_CODE_DISTANCE,
    AudioCodeHits,
    AudioCodes,
    library_codes,
)
from hashing.types import AudioFingerprint

CHUNK_BYTES = 8_000_000  # of codes; with their timestamps and copies less than 32 MB
NEIGHBOURS = 16  # stored blocks per block of the query, the nearest


def insert_codes(connection: sa.Connection, number: int, audio: AudioFingerprint) -> None:
    """Store the codes of a clip's audio; no row where no block of it is distinctive."""
    codes = library_codes(audio)
    if len(codes.times):
        connection.execute(
            audio_codes.insert().values(
                sealed(
                    audio_codes,
                    {
                        "clip": number,
                        "space": audio.space,
                        "times": codes.times.astype(np.float32).tobytes(),
                        "codes": codes.codes.tobytes(),
                    },
                )
            )
        )


def delete_codes(connection: sa.Connection, number: int) -> None:
    """Remove the codes of a clip's audio."""
    connection.execute(audio_codes.delete().where(audio_codes.c.clip == number))


def search_audio(
    connection: sa.Connection, query: AudioCodes, space: str
) -> tuple[AudioCodeHits, list[int]]:
    """The stored blocks nearest to each block of a query; and clips whose codes are damaged.

    At most NEIGHBOURS per block of the query, none farther than MAX_CODE_DISTANCE bits.
    """
    damaged: list[int] = []
    count = len(query.times)
    distance = np.zeros((count, 0), np.int32)
    clip, time = np.zeros((count, 0), np.int64), np.zeros((count, 0), np.float32)
    for clips, times, table in _chunks(connection, space, damaged) if count else ():
        bits, row = nearest(query.codes, table, NEIGHBOURS)  # (Q, K)
        distance = np.concatenate([distance, bits], axis=1)
        order = np.argsort(distance, axis=1, kind="stable")[
            :, :NEIGHBOURS
        ]  # of equals the first added
        distance = np.take_along_axis(distance, order, axis=1)
        clip = np.take_along_axis(np.concatenate([clip, clips[row]], axis=1), order, axis=1)
        time = np.take_along_axis(np.concatenate([time, times[row]], axis=1), order, axis=1)
    near = distance <= MAX_CODE_DISTANCE
    query_times = np.broadcast_to(query.times[:, None], near.shape)
    hits = AudioCodeHits(
        query_times[near], clip[near], time[near].astype(np.float64), distance[near]
    )
    return hits, damaged


def _chunks(
    connection: sa.Connection, space: str, damaged: list[int]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.uint8]]]:
    """Clip numbers (N,), times (N,) s and codes (N, 32), in the order of the clips.

    Clips whose codes are damaged are left out, and added to `damaged`.
    """
    rows = connection.execute(
        sa.select(audio_codes).where(audio_codes.c.space == space).order_by(audio_codes.c.clip)
    )
    waiting: list[tuple[int, bytes, bytes]] = []
    size = 0
    for row in rows:
        if not are_codes_intact(row._mapping):
            damaged.append(row.clip)
            continue
        number, times, codes = row.clip, row.times, row.codes
        waiting.append((number, times, codes))
        size += len(codes)
        if size >= CHUNK_BYTES:
            yield _concatenate(waiting)
            waiting, size = [], 0
    if waiting:
        yield _concatenate(waiting)


def are_codes_intact(row: sa.RowMapping) -> bool:
    """False where a row of codes is damaged, as far as can be told without a checksum."""
    count, left = divmod(len(row["codes"]), CODE_BYTES)
    return not left and len(row["times"]) == 4 * count and is_intact(audio_codes, row)


def _concatenate(
    rows: list[tuple[int, bytes, bytes]],
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.uint8]]:
    counts = [len(codes) // CODE_BYTES for _, _, codes in rows]
    return (
        np.repeat(np.array([number for number, _, _ in rows], np.int64), counts),
        np.frombuffer(b"".join([times for _, times, _ in rows]), np.float32),
        np.frombuffer(b"".join([codes for _, _, codes in rows]), np.uint8).reshape(-1, CODE_BYTES),
    )
