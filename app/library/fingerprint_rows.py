"""Store fingerprints as rows, and read them back.

Every function works inside a transaction that its caller began.
"""

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from app.library import packing
from app.library.audio_rows import delete_codes, insert_codes
from app.library.errors import ClipDamaged
from app.library.schema import fingerprints, pictures, spaces
from app.library.vector_rows import delete_vectors, read_vectors
from app.messages import wire
from hashing.message import Message
from hashing.types import (
    PDQ_BYTES,
    VECTOR_SIZE,
    AudioFingerprint,
    Descriptors,
    Fingerprint,
    MediaInfo,
    PreviewFrames,
    Span,
    Timeline,
)

PHASH_BYTES = 8
INFO_IN_CLIPS = ("kind", "width", "height", "duration_s")
AUDIO_COLUMNS = (
    fingerprints.c.audio_bands,
    fingerprints.c.audio_hop_s,
    fingerprints.c.audio_start_s,
    fingerprints.c.audio_space,
)


def insert_fingerprint(connection: sa.Connection, number: int, fingerprint: Fingerprint) -> None:
    """Store all of a fingerprint but its searchable vectors."""
    frames, audio = fingerprint.descriptors, fingerprint.audio
    info = {
        name: value for name, value in asdict(fingerprint.info).items() if name not in INFO_IN_CLIPS
    }
    row: dict[str, object] = {
        "clip": number,
        "info": json.dumps(info),
        "problems": json.dumps(
            {
                "gaps": [(gap.start, gap.end) for gap in fingerprint.gaps],
                "problems": [_problem_json(problem) for problem in fingerprint.problems],
            }
        ),
        "times": packing.pack_times(frames.times),
        "flat": np.packbits(frames.flat).tobytes(),
        "flat_vectors": packing.pack_vectors(frames.vectors[frames.flat]).tobytes(),
        "pdq": frames.pdq.tobytes(),
        "pdq_quality": frames.pdq_quality.tobytes(),
        "phash": frames.phash.tobytes(),
        "timeline_times": packing.pack_times(fingerprint.timeline.times),
        "timeline_change": packing.pack_change(fingerprint.timeline.change),
    }
    if audio is not None:
        row |= {
            "audio_bands": packing.pack_bands(audio.bands),
            "audio_hop_s": audio.hop_s,
            "audio_start_s": audio.start_s,
            "audio_space": audio.space,
        }
    connection.execute(fingerprints.insert().values(row))
    if audio is not None:
        insert_codes(connection, number, audio)
    if (preview := fingerprint.preview) is not None:
        connection.execute(
            pictures.insert().values(
                clip=number,
                codec=preview.codec,
                width=preview.width,
                height=preview.height,
                times=packing.pack_times(preview.times),
                data=preview.data,
            )
        )


@contextmanager
def damage_as_error(number: int) -> Iterator[None]:
    """Raise whatever unpacking damaged bytes raises as ClipDamaged."""
    try:
        yield
    except (zlib.error, ValueError, LookupError, TypeError, OverflowError, NoResultFound) as error:
        raise ClipDamaged(f"R{number:06d}") from error


def read_fingerprint(
    connection: sa.Connection, clip: sa.RowMapping, *, with_preview: bool = True
) -> Fingerprint:
    """A clip's fingerprint, within the precision that `packing` states. Raises ClipDamaged.

    clip: its row of `clips`. with_preview: with its preview frames, by far the largest part.
    """
    number = clip["id"]
    with damage_as_error(number):
        row = connection.execute(sa.select(fingerprints).where(fingerprints.c.clip == number)).one()
        defects = json.loads(row.problems)
        return Fingerprint(
            info=MediaInfo(**{name: clip[name] for name in INFO_IN_CLIPS}, **json.loads(row.info)),
            space=space_name(connection, clip["space"]),
            sampling=clip["sampling"],
            descriptors=_read_descriptors(connection, clip, row),
            timeline=Timeline(
                packing.unpack_times(row.timeline_times), packing.unpack_change(row.timeline_change)
            ),
            preview=_read_pictures(connection, number) if with_preview else None,
            audio=_audio_of(row),
            gaps=tuple(Span(*gap) for gap in defects["gaps"]),
            problems=tuple(map(_problem, defects["problems"])),
        )


def _problem_json(problem: Message | str) -> object:
    return wire.to_json(problem) if isinstance(problem, Message) else problem


def _problem(written: Any) -> Message | str:
    """A text where it was stored before problems had ids."""
    return wire.from_json(written) if isinstance(written, dict) else str(written)


def _read_descriptors(
    connection: sa.Connection, clip: sa.RowMapping, row: sa.Row[Any]
) -> Descriptors:
    times = packing.unpack_times(row.times)
    flat = np.unpackbits(np.frombuffer(row.flat, np.uint8), count=len(times)).astype(np.bool_)
    first = clip["first_vector"]
    _, stored = read_vectors(connection, first, first + clip["vectors"])
    table = np.empty((len(times), VECTOR_SIZE), np.float16)
    table[~flat] = stored
    table[flat] = packing.unpack_vectors(row.flat_vectors)
    return Descriptors(
        times=times,
        vectors=table,
        pdq=np.frombuffer(row.pdq, np.uint8).reshape(-1, PDQ_BYTES),
        pdq_quality=np.frombuffer(row.pdq_quality, np.uint8),
        phash=np.frombuffer(row.phash, np.uint8).reshape(-1, PHASH_BYTES),
        flat=flat,
    )


def _read_pictures(connection: sa.Connection, number: int) -> PreviewFrames | None:
    row = connection.execute(sa.select(pictures).where(pictures.c.clip == number)).one_or_none()
    if row is None:
        return None
    return PreviewFrames(
        row.codec, row.width, row.height, packing.unpack_times(row.times), row.data
    )


def _audio_of(row: sa.Row[*tuple[Any, ...]]) -> AudioFingerprint | None:
    if row.audio_bands is None:
        return None
    return AudioFingerprint(
        bands=packing.unpack_bands(row.audio_bands),
        hop_s=row.audio_hop_s,
        start_s=row.audio_start_s,
        space=row.audio_space,
    )


def read_audio(connection: sa.Connection, number: int) -> AudioFingerprint | None:
    """A clip's audio fingerprint alone; None where it has none, or there is no such clip.

    Raises ClipDamaged.
    """
    row = connection.execute(
        sa.select(*AUDIO_COLUMNS).where(fingerprints.c.clip == number)
    ).one_or_none()
    with damage_as_error(number):
        return _audio_of(row) if row is not None else None


def read_all_audio(connection: sa.Connection) -> Iterator[tuple[int, AudioFingerprint]]:
    """Number and audio fingerprint of every clip with audio, one clip in memory at a time."""
    number = 0
    while True:
        query = sa.select(sa.func.min(fingerprints.c.clip)).where(
            fingerprints.c.clip > number, fingerprints.c.audio_bands.is_not(None)
        )
        next_number = connection.scalar(query)
        if next_number is None:
            return
        number = int(next_number)
        audio = read_audio(connection, number)
        if audio is not None:
            yield number, audio


def delete_fingerprint(connection: sa.Connection, clip: sa.RowMapping) -> range:
    """Remove a clip's fingerprint and vectors. Returns the ids of those vectors.

    clip: its row of `clips`, which stays.
    """
    number = clip["id"]
    vector_ids = range(clip["first_vector"], clip["first_vector"] + clip["vectors"])
    delete_vectors(connection, vector_ids)
    connection.execute(fingerprints.delete().where(fingerprints.c.clip == number))
    connection.execute(pictures.delete().where(pictures.c.clip == number))
    delete_codes(connection, number)
    return vector_ids


def space_number(connection: sa.Connection, name: str) -> int:
    """The number of a descriptor space, which gets one when it is first used."""
    number = connection.scalar(sa.select(spaces.c.id).where(spaces.c.name == name))
    if number is None:
        insertion = spaces.insert().values(name=name).returning(spaces.c.id)
        number = connection.execute(insertion).scalar_one()
    return int(number)


def space_name(connection: sa.Connection, number: int) -> str:
    """The name of a descriptor space."""
    return str(connection.scalar(sa.select(spaces.c.name).where(spaces.c.id == number)))
