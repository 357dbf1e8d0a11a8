"""The wire format of clips and health."""

from dataclasses import asdict
from typing import Literal

from app.api.schemas.wire_record import Wire
from app.library.records import Appearance, Clip


class AppearanceOut(Wire):
    kind: Literal["captured", "published", "archived", "attested", "ingested"]
    date: str
    source_url: str | None
    publisher: str | None
    entered_by: str | None
    n: int | None  # by which it can be removed

    @classmethod
    def from_appearance(cls, appearance: Appearance) -> "AppearanceOut":
        return cls(
            kind=appearance.kind,
            date=appearance.date,
            source_url=appearance.source_url,
            publisher=appearance.publisher,
            entered_by=appearance.entered_by,
            n=appearance.number,
        )


class ClipOut(Wire):
    """One clip of the library with its context."""

    id: str
    name: str
    sha256: str
    bytes: int
    kind: Literal["video", "still"]
    duration_s: float | None
    width: int
    height: int
    title: str | None
    place: str | None
    event: str | None
    language: str | None
    rights: str | None
    notes: str | None
    space: str
    sampling: str
    appearances: list[AppearanceOut]

    @classmethod
    def from_clip(cls, clip: Clip) -> "ClipOut":
        appearance = [AppearanceOut.from_appearance(appearance) for appearance in clip.appearances]
        return cls.model_validate({**asdict(clip), "appearances": appearance})


class AddedOut(Wire):
    clip: ClipOut
    new: bool  # false: the library had an identical file already


class ClipsOut(Wire):
    """A page of clips; `next` is the `after` of the next page, null on the last."""

    clips: list[ClipOut]
    next: str | None


class HealthOut(Wire):
    status: Literal["ok", "library_unusable"]
    version: str
    clips: int | None
    damaged_clips: int = 0  # of which something stored is known to be damaged
    set_aside_clips: int = 0  # damaged, and not searched any more
    damaged_rows: int | None = None  # of checks, by the last `desk verify`; null: not readable
    set_aside_rows: int | None = None  # of checks, damaged and not used any more
    detail: str | None = None
