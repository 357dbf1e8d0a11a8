"""Records of the library: what it knows about a clip beside its fingerprint, and its answers."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hashing.types import Kind, Seconds

type AppearanceKind = Literal["captured", "published", "archived", "attested", "ingested"]


OWN_ENTRIES = "firstseen"  # who entered what firstseen itself writes into a library


@dataclass(frozen=True, slots=True)
class Appearance:
    """One dated sighting of a clip.

    `captured` is the file's own word; `published`, `archived` and `attested` are a person's
    entries; `ingested` is written by firstseen alone, from its own clock.
    """

    kind: AppearanceKind
    date: str  # ISO 8601 of any precision, as entered
    source_url: str | None = None
    publisher: str | None = None
    entered_by: str | None = None
    number: int | None = field(default=None, compare=False)  # of its row; None before it has one


@dataclass(frozen=True, slots=True)
class ContextChange:
    """One change of a clip's context, and who made it. field: a text's column, or "appearance"."""

    field: str
    before: str | None
    after: str | None
    entered_by: str
    at: str


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip of a library; None for what nobody entered."""

    id: str  # "R000123", stable, never given to another clip
    name: str  # original file name, without its folder
    sha256: str  # of the original file, 64 hex digits
    bytes: int  # size of the original file
    kind: Kind
    duration_s: Seconds | None  # None for a still
    width: int  # pixels, rotation applied
    height: int
    title: str | None
    place: str | None
    event: str | None
    language: str | None
    rights: str | None
    notes: str | None
    space: str  # descriptor space of the vectors; two spaces are never compared
    sampling: str  # how densely frames were described; clips of any sampling are compared
    appearances: tuple[Appearance, ...]


# what is stored of a clip: frames' hashes, audio and times; preview frames; searchable vectors;
# codes of the audio; the picture of lists
type DamagedPart = Literal["fingerprint", "preview", "vectors", "sound", "thumbnail"]


@dataclass(frozen=True, slots=True)
class DamagedClip:
    """A clip of which something stored is damaged. set_aside: it is not searched any more."""

    id: str
    name: str
    parts: tuple[DamagedPart, ...]
    set_aside: bool = False


@dataclass(frozen=True, slots=True)
class Stats:
    """Totals of a library.

    earliest, latest: days of `published`, `archived`, `attested` and `ingested` appearances as
    entered, so a year alone sorts before its days; None in an empty library.
    """

    clips: int
    seconds: Seconds
    earliest: str | None
    latest: str | None
    bytes: int  # on disk, index included
    spaces: dict[str, int]  # clips in each descriptor space


@dataclass(frozen=True, slots=True)
class Addition:
    """What was written. new: False where the library had a file of the same bytes already.

    parts: ids of the new clips that further parts of the file became.
    """

    clip_id: str
    new: bool
    appearances: tuple[Appearance, ...]  # written by this addition
    filled: tuple[str, ...] = ()  # context columns that were empty before
    corrected: tuple[ContextChange, ...] = ()  # texts and dates that were replaced
    repaired: bool = False  # what was stored was damaged, and the file was described anew
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """The nearest stored vectors of each query vector, best first.

    Where a query has fewer than k: clip_index -1, vector -1, cosine -inf. In a large library,
    cosines well below the tenth best are estimates, low by up to a sixth.
    """

    clips: tuple[str, ...]  # ids, each once
    clip_index: NDArray[np.int64]  # (N, k) into `clips`
    vector: NDArray[np.int64]  # (N, k) vector ids, for `Library.locate`
    cosine: NDArray[np.float32]  # (N, k)
    searched: int  # clips of the query's space
    skipped: int  # clips of other spaces
    damaged: tuple[str, ...] = ()  # ids of clips with vectors that are damaged, as far as read


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Facts about the original file."""

    name: str  # without its folder
    sha256: str  # 64 hex digits
    bytes: int
