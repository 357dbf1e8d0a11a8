"""What an evidence sheet is made of: small encoded pictures and the timestamps they show."""

from dataclasses import dataclass
from typing import Literal

from hashing.message import Message
from hashing.types import Box, Seconds, Span

type Faces = Literal["redacted", "shown"]
type Side = Literal["item", "known"]

MAX_PICTURE_BYTES = 400_000  # 480 pixels of noise at our JPEG quality stay well below
MAX_STRIP = 24  # frames of one match to step through
MAX_PARTS = 1000  # rectangles that a person may give for one match


@dataclass(frozen=True, slots=True)
class FramePart:
    """A rectangle of one clip's frames, for some time or always."""

    side: Side
    box: Box  # 0..1
    span: Span | None = None  # of that clip; None: in every frame

    def __post_init__(self) -> None:
        x0, y0, x1, y1 = self.box
        if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
            raise ValueError(f"a part of a frame is x0 < x1 and y0 < y1 in 0..1, not {self.box}")

    def covers(self, time_s: Seconds) -> bool:
        """Whether the frame of that time has this rectangle."""
        return self.span is None or self.span.start <= time_s <= self.span.end


@dataclass(frozen=True, slots=True)
class Redaction:
    """What a person blanks by hand, beside the faces that are detected.

    kept: on a side that has any, everything else is blanked.
    """

    blanked: tuple[FramePart, ...] = ()
    kept: tuple[FramePart, ...] = ()

    def __post_init__(self) -> None:
        if len(self.blanked) + len(self.kept) > MAX_PARTS:
            raise ValueError(f"at most {MAX_PARTS} parts can be blanked or kept by hand")


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
    """Where one edit is visible in the item."""

    edit: int  # index into the match's edits
    query_s: Seconds
    picture: bytes

    def __post_init__(self) -> None:
        _check_picture(self.picture)


@dataclass(frozen=True, slots=True)
class EvidenceSheet:
    """The pictures that let a person check one match.

    strip: frames to step through, in the item's order; () where none was asked for.
    """

    pairs: tuple[Pair, ...]
    thumbnails: tuple[Thumbnail, ...]
    faces: Faces
    detector: str | None  # None where none was used
    faces_filled: int  # places filled in the pictures shown; false alarms among them
    pictures_filled: int  # pictures filled whole, because faces could not be detected
    problems: tuple[Message, ...] = ()
    strip: tuple[Pair, ...] = ()
    by_hand: bool = False  # a person blanked more than the faces detected

    def __post_init__(self) -> None:
        if len(self.strip) > MAX_STRIP:
            raise ValueError(f"a strip of {len(self.strip)} frames, at most {MAX_STRIP} expected")


def _check_picture(picture: bytes | None) -> None:
    if picture is None:
        return
    if len(picture) > MAX_PICTURE_BYTES:
        raise ValueError(f"a picture of {len(picture)} bytes, at most {MAX_PICTURE_BYTES} expected")
    if not picture.startswith(b"\xff\xd8\xff"):
        raise ValueError("a picture of an evidence sheet is a JPEG")
