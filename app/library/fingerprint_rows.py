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
from numpy.typing import NDArray
from sqlalchemy.exc import NoResultFound, OperationalError

from app.database.checksums import is_intact, sealed
from app.library import packing
from app.library.audio_rows import delete_codes, insert_codes
from app.library.errors import ClipDamaged
from app.library.schema import FIXED_IN_CLIPS, clips, fingerprints, pictures, spaces
from app.library.vector_rows import damaged_among, delete_vectors, read_vectors
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


def insert_fingerprint(
    connection: sa.Connection, clip: sa.RowMapping, fingerprint: Fingerprint
) -> None:
    """Store all of a fingerprint but its searchable vectors. clip: its row of `clips`."""
    number = clip["id"]
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
    connection.execute(fingerprints.insert().values(sealed(fingerprints, row, fixed_values(clip))))
    if audio is not None:
        insert_codes(connection, number, audio)
    if (preview := fingerprint.preview) is not None:
        connection.execute(
            pictures.insert().values(
                sealed(
                    pictures,
                    {
                        "clip": number,
                        "codec": preview.codec,
                        "width": preview.width,
                        "height": preview.height,
                        "times": packing.pack_times(preview.times),
                        "data": preview.data,
                    },
                )
            )
        )


def fixed_values(clip: sa.RowMapping) -> tuple[object, ...]:
    """What the checksum of a fingerprint covers of its clip's row."""
    return tuple(clip[name] for name in FIXED_IN_CLIPS)


@contextmanager
def damage_as_error(number: int) -> Iterator[None]:
    """Raise whatever unpacking damaged bytes raises as ClipDamaged."""
    try:
        yield
    except (zlib.error, ValueError, LookupError, TypeError, OverflowError, NoResultFound) as error:
        raise ClipDamaged(f"R{number:06d}") from error
    except OperationalError as error:
        if "UTF-8" in str(error.orig):  # a text that is none
            raise ClipDamaged(f"R{number:06d}") from error
        raise


def read_fingerprint(
    connection: sa.Connection,
    clip: sa.RowMapping,
    *,
    with_preview: bool = True,
    with_vectors: bool = True,
) -> Fingerprint:
    """A clip's fingerprint, within the precision that `packing` states. Raises ClipDamaged.

    clip: its row of `clips`. with_preview: with its preview frames, by far the largest part.
    with_vectors: else the searchable ones are zero.
    """
    number = clip["id"]
    with damage_as_error(number):
        row = _row(connection, clip)
        defects = json.loads(row.problems)
        return Fingerprint(
            info=MediaInfo(**{name: clip[name] for name in INFO_IN_CLIPS}, **json.loads(row.info)),
            space=space_name(connection, clip["space"]),
            sampling=clip["sampling"],
            descriptors=_read_descriptors(connection, clip, row, with_vectors=with_vectors),
            timeline=Timeline(
                packing.unpack_times(row.timeline_times), packing.unpack_change(row.timeline_change)
            ),
            preview=read_pictures(connection, number) if with_preview else None,
            audio=_audio_of(row),
            gaps=tuple(Span(*gap) for gap in defects["gaps"]),
            problems=tuple(map(_problem, defects["problems"])),
        )


def _problem_json(problem: Message | str) -> object:
    return wire.to_json(problem) if isinstance(problem, Message) else problem


def _problem(written: Any) -> Message | str:
    """A text where it was stored before problems had ids."""
    return wire.from_json(written) if isinstance(written, dict) else str(written)


def _row(connection: sa.Connection, clip: sa.RowMapping) -> sa.Row[Any]:
    """A clip's row of `fingerprints`. Raises ValueError where it is damaged."""
    query = sa.select(fingerprints).where(fingerprints.c.clip == clip["id"])
    row = connection.execute(query).one()
    if not is_intact(fingerprints, row._mapping, fixed_values(clip)):
        raise ValueError("another checksum than the stored one")
    return row


def _read_descriptors(
    connection: sa.Connection, clip: sa.RowMapping, row: sa.Row[Any], *, with_vectors: bool
) -> Descriptors:
    times = packing.unpack_times(row.times)
    flat = np.unpackbits(np.frombuffer(row.flat, np.uint8), count=len(times)).astype(np.bool_)
    table = np.zeros((len(times), VECTOR_SIZE), np.float16)
    if with_vectors:
        table[~flat] = read_own_vectors(connection, clip)
    table[flat] = packing.unpack_vectors(row.flat_vectors)
    return Descriptors(
        times=times,
        vectors=table,
        pdq=np.frombuffer(row.pdq, np.uint8).reshape(-1, PDQ_BYTES),
        pdq_quality=np.frombuffer(row.pdq_quality, np.uint8),
        phash=np.frombuffer(row.phash, np.uint8).reshape(-1, PHASH_BYTES),
        flat=flat,
    )


def read_own_vectors(connection: sa.Connection, clip: sa.RowMapping) -> NDArray[np.float32]:
    """A clip's searchable vectors. Raises ValueError where one is damaged."""
    first = clip["first_vector"]
    ids, vectors = read_vectors(connection, first, first + clip["vectors"])
    if len(ids) != clip["vectors"] or damaged_among(vectors).any():
        raise ValueError("damaged vectors")
    return vectors


def read_pictures(connection: sa.Connection, number: int) -> PreviewFrames | None:
    row = connection.execute(sa.select(pictures).where(pictures.c.clip == number)).one_or_none()
    if row is None:
        return None
    if not is_intact(pictures, row._mapping):
        raise ValueError("another checksum than the stored one")
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


def read_audio(connection: sa.Connection, clip: sa.RowMapping) -> AudioFingerprint | None:
    """A clip's audio fingerprint alone; None where it has none. Raises ClipDamaged.

    clip: its row of `clips`.
    """
    with damage_as_error(clip["id"]):
        return _audio_of(_row(connection, clip))


def read_all_audio(connection: sa.Connection) -> Iterator[tuple[int, AudioFingerprint]]:
    """Number and audio fingerprint of every clip with audio, one clip in memory at a time."""
    for number in connection.scalars(
        sa.select(fingerprints.c.clip).where(fingerprints.c.audio_bands.is_not(None))
    ).all():
        clip = connection.execute(sa.select(clips).where(clips.c.id == number)).one()
        audio = read_audio(connection, clip._mapping)
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
