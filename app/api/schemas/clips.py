"""The wire format of clips and health, and nothing else."""

from dataclasses import asdict
from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.library.records import Appearance, Clip


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AppearanceOut(Wire):
    kind: Literal["captured", "published", "archived", "attested", "ingested"]
    date: str
    source_url: str | None
    publisher: str | None
    entered_by: str | None
    n: int | None  # by which it can be taken back

    @classmethod
    def from_appearance(cls, seen: Appearance) -> "AppearanceOut":
        return cls(
            kind=seen.kind,
            date=seen.date,
            source_url=seen.source_url,
            publisher=seen.publisher,
            entered_by=seen.entered_by,
            n=seen.number,
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
        seen = [AppearanceOut.from_appearance(one) for one in clip.appearances]
        return cls.model_validate({**asdict(clip), "appearances": seen})


class AddedOut(Wire):
    clip: ClipOut
    new: bool  # false: the library held these very bytes already


class ClipsOut(Wire):
    """A page of clips; `next` is the `after` of the next page, null on the last."""

    clips: list[ClipOut]
    next: str | None


class HealthOut(Wire):
    status: Literal["ok", "library_unusable"]
    version: str
    clips: int | None
    detail: str | None = None
