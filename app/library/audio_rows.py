"""Codes of the clips' sound: stored with each clip, read from first to last by a search.

Every function works inside a transaction that its caller began. A search keeps nothing, so nothing
goes stale; it holds at most CHUNK_BYTES of codes at once, whatever the size of the library.
"""

from collections.abc import Iterator

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.library.hamming_index import nearest
from app.library.schema import sound_codes
from hashing.audio.simhash import CODE_BYTES, NEAR, SoundCodes, SoundHits, library_codes
from hashing.types import AudioPrint

CHUNK_BYTES = 8_000_000  # of codes; with their moments and the copies made, less than 32 MB
NEIGHBOURS = 16  # of each block; what more clips share than that is well known anyhow


def insert_codes(connection: sa.Connection, number: int, audio: AudioPrint) -> None:
    """Store the codes of a clip's sound; no row where none of it can be told from other sound."""
    made = library_codes(audio)
    if len(made.times):
        connection.execute(
            sound_codes.insert().values(
                clip=number,
                space=audio.space,
                times=made.times.astype(np.float32).tobytes(),
                codes=made.codes.tobytes(),
            )
        )


def delete_codes(connection: sa.Connection, number: int) -> None:
    connection.execute(sound_codes.delete().where(sound_codes.c.clip == number))


def search_sound(connection: sa.Connection, wanted: SoundCodes, space: str) -> SoundHits:
    """The nearest stored blocks of each block, NEIGHBOURS at most, those farther than NEAR out."""
    count = len(wanted.times)
    distance = np.zeros((count, 0), np.int32)
    clip, time = np.zeros((count, 0), np.int64), np.zeros((count, 0), np.float32)
    for clips, times, table in _chunks(connection, space) if count else ():
        bits, row = nearest(wanted.codes, table, NEIGHBOURS)  # (Q, K)
        distance = np.concatenate([distance, bits], axis=1)
        order = np.argsort(distance, axis=1, kind="stable")[:, :NEIGHBOURS]  # first added, first
        distance = np.take_along_axis(distance, order, axis=1)
        clip = np.take_along_axis(np.concatenate([clip, clips[row]], axis=1), order, axis=1)
        time = np.take_along_axis(np.concatenate([time, times[row]], axis=1), order, axis=1)
    near = distance <= NEAR
    query = np.broadcast_to(wanted.times[:, None], near.shape)
    return SoundHits(query[near], clip[near], time[near].astype(np.float64), distance[near])


def _chunks(
    connection: sa.Connection, space: str
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.uint8]]]:
    """Clip numbers (N,), moments (N,) and codes (N, 32), in the order of the clips."""
    rows = connection.exec_driver_sql(
        "SELECT clip, times, codes FROM sound_codes WHERE space = ? ORDER BY clip", (space,)
    )
    held: list[tuple[int, bytes, bytes]] = []
    size = 0
    for number, times, codes in rows:
        held.append((number, times, codes))
        size += len(codes)
        if size >= CHUNK_BYTES:
            yield _joined(held)
            held, size = [], 0
    if held:
        yield _joined(held)


def _joined(
    rows: list[tuple[int, bytes, bytes]],
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.uint8]]:
    counts = [len(codes) // CODE_BYTES for _, _, codes in rows]
    return (
        np.repeat(np.array([number for number, _, _ in rows], np.int64), counts),
        np.frombuffer(b"".join([times for _, times, _ in rows]), np.float32),
        np.frombuffer(b"".join([codes for _, _, codes in rows]), np.uint8).reshape(-1, CODE_BYTES),
    )
