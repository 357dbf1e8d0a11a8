"""The tables of a library. Older ones are brought up to date by `migrations.py`.

A library is a folder with `library.db` (everything that matters) and `index/` (codes that can
always be made again from it). The SQLite header carries `APPLICATION_ID`, so that no other
database is taken for a library, and the schema's version as `user_version`.
"""

import sqlalchemy as sa
from sqlalchemy import Column, Float, ForeignKey, LargeBinary, Table

from app.database.checksums import SEALED, checksum_column
from app.database.column_types import Integer, Text
from app.database.format import migrations_table

APPLICATION_ID = 0x46534C42  # "FSLB"
SCHEMA_VERSION = 4

metadata = sa.MetaData()

migrations = migrations_table(metadata)

# next_vector: the id of the next vector; ids are never used twice. removals: how often vectors were
# removed, so that readers notice. index_generation: number of the present index file.
counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

spaces = Table(
    "spaces",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

clips = Table(
    "clips",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", LargeBinary(32), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("duration_s", Float),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("title", Text),
    Column("place", Text),
    Column("event", Text),
    Column("language", Text),
    Column("rights", Text),
    Column("notes", Text),
    Column("space", ForeignKey("spaces.id"), nullable=False),
    Column("sampling", Text, nullable=False),
    Column("first_vector", Integer, nullable=False),
    Column("vectors", Integer, nullable=False),  # searchable ones: those of flat frames are not
    sqlite_autoincrement=True,  # an id is never given to another clip
)

appearances = Table(
    "appearances",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("clip", ForeignKey("clips.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("date", Text, nullable=False),
    Column("source_url", Text),
    Column("publisher", Text),
    Column("entered_by", Text),
)

# Changes of a clip's context after it was added: appended, never overwritten. Since version 2.
context_changes = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("clip", ForeignKey("clips.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("field", Text, nullable=False),  # a text's column, or "appearance"
    Column("before", Text),
    Column("after", Text),
    Column("entered_by", Text, nullable=False),
    Column("at", Text, nullable=False),
)

# One redacted JPEG a clip, made when first asked for. Since version 2.
thumbnails = Table(
    "thumbnails",
    metadata,
    Column("clip", ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("jpeg", LargeBinary, nullable=False),
    checksum_column(),
)

# Apart from `clips`, so that lists and statistics read few pages. The checksum, which all blobs
# have since version 4, covers FIXED_IN_CLIPS as well.
fingerprints = Table(
    "fingerprints",
    metadata,
    Column("clip", ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "info", Text, nullable=False, info=SEALED
    ),  # JSON of what `clips` does not hold of MediaInfo
    Column("problems", Text, nullable=False, info=SEALED),  # JSON: gaps and problems
    Column("times", LargeBinary, nullable=False),
    Column("flat", LargeBinary, nullable=False),  # one bit per frame
    Column("flat_vectors", LargeBinary, nullable=False),  # stored, never searched
    Column("pdq", LargeBinary, nullable=False),
    Column("pdq_quality", LargeBinary, nullable=False),
    Column("phash", LargeBinary, nullable=False),
    Column("timeline_times", LargeBinary, nullable=False),
    Column("timeline_change", LargeBinary, nullable=False),
    Column("audio_bands", LargeBinary),
    Column("audio_hop_s", Float, info=SEALED),
    Column("audio_start_s", Float, info=SEALED),
    Column("audio_space", Text, info=SEALED),
    checksum_column(),
)

# What of a row of `clips` belongs to its fingerprint, and never changes without it.
FIXED_IN_CLIPS = (
    "sha256",
    "bytes",
    "kind",
    "duration_s",
    "width",
    "height",
    "sampling",
    "first_vector",
    "vectors",
)

# Codes by which audio is searched, those of hashing/audio/audio_codes.py at this version.
# Apart from `fingerprints`, so that a search reads nothing else. Since version 3.
audio_codes = Table(
    "sound_codes",
    metadata,
    Column("clip", ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("space", Text, nullable=False),  # of the audio print: two never compare
    Column("times", LargeBinary, nullable=False),  # float32 seconds
    Column("codes", LargeBinary, nullable=False),
    checksum_column(),
)

# One row per vector, since a search reads a few thousand single ones out of millions.
vectors = Table(
    "vectors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("row", Integer, nullable=False),  # in the clip's Descriptors
    Column("time", Float, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    checksum_column(),  # CRC-32 of the vector alone: a search computes it for thousands
)

pictures = Table(
    "pictures",
    metadata,
    Column("clip", ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("codec", Text, nullable=False, info=SEALED),
    Column("width", Integer, nullable=False, info=SEALED),
    Column("height", Integer, nullable=False, info=SEALED),
    Column("times", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    checksum_column(),
)

# Clips of which something stored is known to be damaged. Since version 4.
damage = Table(
    "damage",
    metadata,
    Column("clip", ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("what", Text, nullable=False),  # names of DamagedPart, space between
    Column("found_at", Text, nullable=False),
    Column("set_aside", Integer, nullable=False),  # 1: searched no more, until it is described anew
)

SEALED_TABLES = (fingerprints, pictures, audio_codes, thumbnails, vectors)

# The blocks of the index file; one is used only where its checksum agrees.
index_blocks = Table(
    "index_blocks",
    metadata,
    Column("first_vector", Integer, primary_key=True),
    Column("vectors", Integer, nullable=False),
    Column("position", Integer, nullable=False),  # row in the file
    Column("checksum", Integer, nullable=False),  # CRC-32 of the codes
)


def read_counter(connection: sa.Connection, name: str) -> int:
    """The value of one row of `counters`."""
    query = sa.select(counters.c.value).where(counters.c.name == name)
    return int(connection.execute(query).scalar_one())


def write_counter(connection: sa.Connection, name: str, value: int) -> None:
    """Set the value of one row of `counters`."""
    connection.execute(counters.update().where(counters.c.name == name).values(value=value))
