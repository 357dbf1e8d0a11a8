"""What an evidence sheet is made of: small encoded pictures and the moments they show."""

from dataclasses import dataclass
from typing import Literal

from hashing.types import Seconds

type Faces = Literal["redacted", "shown"]

MAX_PICTURE_BYTES = 400_000  # 480 pixels of noise at our JPEG quality stay well below
MAX_STRIP = 24  # instants of one match to step through


@dataclass(frozen=True, slots=True)
class Pair:
    """The same instant in the item and in the known clip. Pictures are JPEG, <= 480 px a side."""

    segment: int  # index into the match's segments
    query_s: Seconds
    reference_s: Seconds
    query: bytes
    reference: bytes  # with the part that the item shows marked on it
    difference: bytes | None = None  # aligned; None where no alignment was measured
    difference_mean: float | None = None  # 0..1 of full brightness, where both have a picture
    aligned: bytes | None = None  # the known picture laid into the item's frame, mirror, turn
    # and crop undone, so that an eye compares by flipping; None as for the difference

    def __post_init__(self) -> None:
        for picture in (self.query, self.reference, self.difference, self.aligned):
            _check_picture(picture)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """Where one edit is seen in the item."""

    edit: int  # index into the match's edits
    query_s: Seconds
    picture: bytes

    def __post_init__(self) -> None:
        _check_picture(self.picture)


@dataclass(frozen=True, slots=True)
class EvidenceSheet:
    """The pictures that let a person check one match.

    strip: instants to step through, in the item's order; () where none was asked for.
    """

    pairs: tuple[Pair, ...]
    thumbnails: tuple[Thumbnail, ...]
    faces: Faces
    detector: str | None  # None where none was used
    faces_filled: int  # places filled in the pictures shown; false alarms among them
    pictures_filled: int  # pictures filled whole, because faces could not be looked for
    problems: tuple[str, ...] = ()
    strip: tuple[Pair, ...] = ()

    def __post_init__(self) -> None:
        if len(self.strip) > MAX_STRIP:
            raise ValueError(f"a strip of {len(self.strip)} instants, at most {MAX_STRIP} expected")


def _check_picture(picture: bytes | None) -> None:
    if picture is None:
        return
    if len(picture) > MAX_PICTURE_BYTES:
        raise ValueError(f"a picture of {len(picture)} bytes, at most {MAX_PICTURE_BYTES} expected")
    if not picture.startswith(b"\xff\xd8\xff"):
        raise ValueError("a picture of an evidence sheet is a JPEG")
