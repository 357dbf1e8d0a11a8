"""Fingerprints as rows, and rows as fingerprints.

Every function works inside a transaction that its caller began.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import sqlalchemy as sa

from app.library import packing as pack
from app.library.audio_rows import delete_codes, insert_codes
from app.library.schema import fingerprints, pictures, spaces
from app.library.vector_rows import delete_vectors, read_vectors
from hashing.types import (
    PDQ_BYTES,
    VECTOR_SIZE,
    AudioPrint,
    Descriptors,
    Fingerprint,
    MediaInfo,
    Pictures,
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


def insert_fingerprint(connection: sa.Connection, number: int, print_: Fingerprint) -> None:
    """Everything but the searchable vectors."""
    frames, audio = print_.frames, print_.audio
    info = {name: value for name, value in asdict(print_.info).items() if name not in INFO_IN_CLIPS}
    row: dict[str, Any] = {
        "clip": number,
        "info": json.dumps(info),
        "problems": json.dumps(
            {"gaps": [(g.start, g.end) for g in print_.gaps], "problems": print_.problems}
        ),
        "times": pack.pack_times(frames.times),
        "flat": np.packbits(frames.flat).tobytes(),
        "flat_vectors": pack.pack_vectors(frames.vectors[frames.flat]).tobytes(),
        "pdq": frames.pdq.tobytes(),
        "pdq_quality": frames.pdq_quality.tobytes(),
        "phash": frames.phash.tobytes(),
        "timeline_times": pack.pack_times(print_.timeline.times),
        "timeline_change": pack.pack_change(print_.timeline.change),
    }
    if audio is not None:
        row |= {
            "audio_bands": pack.pack_bands(audio.bands),
            "audio_hop_s": audio.hop_s,
            "audio_start_s": audio.start_s,
            "audio_space": audio.space,
        }
    connection.execute(fingerprints.insert().values(row))
    if audio is not None:
        insert_codes(connection, number, audio)
    if print_.pictures is not None:
        kept = print_.pictures
        connection.execute(
            pictures.insert().values(
                clip=number,
                codec=kept.codec,
                width=kept.width,
                height=kept.height,
                times=pack.pack_times(kept.times),
                data=kept.data,
            )
        )


def read_fingerprint(
    connection: sa.Connection, clip: sa.RowMapping, with_pictures: bool
) -> Fingerprint:
    """What was stored, within the precision that library_pack states."""
    number = clip["id"]
    row = connection.execute(sa.select(fingerprints).where(fingerprints.c.clip == number)).one()
    troubles = json.loads(row.problems)
    return Fingerprint(
        info=MediaInfo(**{name: clip[name] for name in INFO_IN_CLIPS}, **json.loads(row.info)),
        space=space_name(connection, clip["space"]),
        sampling=clip["sampling"],
        frames=_descriptors(connection, clip, row),
        timeline=Timeline(
            pack.unpack_times(row.timeline_times), pack.unpack_change(row.timeline_change)
        ),
        pictures=_pictures(connection, number) if with_pictures else None,
        audio=_audio(row),
        gaps=tuple(Span(*gap) for gap in troubles["gaps"]),
        problems=tuple(troubles["problems"]),
    )


def _descriptors(connection: sa.Connection, clip: sa.RowMapping, row: sa.Row[Any]) -> Descriptors:
    times = pack.unpack_times(row.times)
    flat = np.unpackbits(np.frombuffer(row.flat, np.uint8), count=len(times)).astype(np.bool_)
    first = clip["first_vector"]
    _, stored = read_vectors(connection, first, first + clip["vectors"])
    table = np.empty((len(times), VECTOR_SIZE), np.float16)
    table[~flat] = stored
    table[flat] = pack.unpack_vectors(row.flat_vectors)
    return Descriptors(
        times=times,
        vectors=table,
        pdq=np.frombuffer(row.pdq, np.uint8).reshape(-1, PDQ_BYTES),
        pdq_quality=np.frombuffer(row.pdq_quality, np.uint8),
        phash=np.frombuffer(row.phash, np.uint8).reshape(-1, PHASH_BYTES),
        flat=flat,
    )


def _pictures(connection: sa.Connection, number: int) -> Pictures | None:
    row = connection.execute(sa.select(pictures).where(pictures.c.clip == number)).one_or_none()
    if row is None:
        return None
    return Pictures(row.codec, row.width, row.height, pack.unpack_times(row.times), row.data)


def _audio(row: sa.Row[*tuple[Any, ...]]) -> AudioPrint | None:
    if row.audio_bands is None:
        return None
    return AudioPrint(
        bands=pack.unpack_bands(row.audio_bands),
        hop_s=row.audio_hop_s,
        start_s=row.audio_start_s,
        space=row.audio_space,
    )


def read_sound(connection: sa.Connection, number: int) -> AudioPrint | None:
    """The clip's sound alone; None where it has none, or there is no such clip."""
    row = connection.execute(
        sa.select(*AUDIO_COLUMNS).where(fingerprints.c.clip == number)
    ).one_or_none()
    return _audio(row) if row is not None else None


def stored_sounds(connection: sa.Connection) -> Iterator[tuple[int, AudioPrint]]:
    """Every clip that has a sound, one at a time."""
    number = 0
    while True:
        later = sa.select(sa.func.min(fingerprints.c.clip)).where(
            fingerprints.c.clip > number, fingerprints.c.audio_bands.is_not(None)
        )
        found = connection.scalar(later)
        if found is None:
            return
        number = int(found)
        audio = read_sound(connection, number)
        if audio is not None:
            yield number, audio


def delete_fingerprint(connection: sa.Connection, clip: sa.RowMapping) -> range:
    """Remove all that was described of a clip. Returns the vector ids that are gone.

    clip: its row of `clips`, which stays.
    """
    number = clip["id"]
    gone = range(clip["first_vector"], clip["first_vector"] + clip["vectors"])
    delete_vectors(connection, gone)
    connection.execute(fingerprints.delete().where(fingerprints.c.clip == number))
    connection.execute(pictures.delete().where(pictures.c.clip == number))
    delete_codes(connection, number)
    return gone


def space_number(connection: sa.Connection, name: str) -> int:
    """The number of a descriptor space, which it is given when first met."""
    found = connection.scalar(sa.select(spaces.c.id).where(spaces.c.name == name))
    if found is None:
        new = spaces.insert().values(name=name).returning(spaces.c.id)
        found = connection.execute(new).scalar_one()
    return int(found)


def space_name(connection: sa.Connection, number: int) -> str:
    return str(connection.scalar(sa.select(spaces.c.name).where(spaces.c.id == number)))
