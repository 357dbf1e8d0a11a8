"""What a library knows of one clip beside its fingerprint: records, no behaviour."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hashing.types import Kind, Seconds

type AppearanceKind = Literal["captured", "published", "archived", "attested", "ingested"]


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
class TextEdit:
    """One change of what is known of a clip. field: a text's column, or "appearance"."""

    field: str
    before: str | None
    after: str | None
    entered_by: str
    at: str


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip of a library. What nobody entered is None."""

    id: str  # "R000123", stable, never given to another clip
    name: str  # original file name, without its folder
    sha256: str  # of the original file, 64 hex digits
    bytes: int  # size of the original file
    kind: Kind
    duration_s: Seconds | None  # None for a still
    width: int  # of the upright picture, pixels
    height: int
    title: str | None
    place: str | None
    event: str | None
    language: str | None
    rights: str | None
    notes: str | None
    space: str  # what the vectors are; two spaces never compare
    sampling: str  # how often pictures were taken; recorded, never an obstacle
    appearances: tuple[Appearance, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """What a library holds.

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
class Added:
    """What an addition did. `new` is False where the library held these very bytes before."""

    clip_id: str
    new: bool
    appearances: tuple[Appearance, ...]  # written now
    filled: tuple[str, ...] = ()  # context columns that were empty before


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """The nearest stored vectors of each query vector, best first.

    Where a query has fewer than k: clip_index -1, vector -1, cosine -inf. In a large library,
    cosines well below the tenth best are estimates, low by up to a sixth.
    """

    clips: tuple[str, ...]  # ids, each once
    clip_index: NDArray[np.int64]  # (N, k) into `clips`
    vector: NDArray[np.int64]  # (N, k) for `Library.places`
    cosine: NDArray[np.float32]  # (N, k)
    searched: int  # clips of the space that was asked for
    skipped: int  # clips of other spaces


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What intake knows of the original file."""

    name: str  # without its folder
    sha256: str  # 64 hex digits
    bytes: int
