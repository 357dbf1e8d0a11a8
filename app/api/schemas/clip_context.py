"""The wire format of what is known of clips: context, its changes, and checks that matched."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from app.api.schemas.clips import ClipOut
from app.api.schemas.wire_record import Wire
from app.library.records import Clip, ContextChange, Stats

MAX_TEXT_CHARS = 10_000

type Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
# The document describes less than is accepted: times and weeks are too.
type Date = Annotated[
    str,
    Field(max_length=40, examples=["2019-06-12"]),
    WithJsonSchema(
        {
            "description": "ISO 8601, of any precision.",
            "anyOf": [
                {"type": "string", "format": "date", "pattern": "^(19|20)"},
                {"type": "string", "pattern": "^(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?$"},
            ],
            "examples": ["2019-06-12"],
        }
    ),
]


# ---- evidence frames


# ---- decisions


# ---- alerts


# ---- the library


class ContextIn(Wire):
    """Texts to change; null clears one, and those not named stay."""

    title: Text | None = None
    place: Text | None = None
    event: Text | None = None
    language: Text | None = None
    rights: Text | None = None
    notes: Text | None = None

    def texts_to_write(self) -> dict[str, str | None]:
        """The texts that were named; blank ones are None."""
        texts = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: text.strip() or None if text else None for name, text in texts.items()}


class NewClip(ContextIn):
    """The context of an item that becomes a clip. A claim about it is not used."""

    source_url: Text | None = None
    publisher: Text | None = None
    captured: Date | None = None
    published: Date | None = None
    archived: Date | None = None
    attested: Date | None = None


class AppearanceIn(Wire):
    """A dated sighting of a clip. `ingested` is written by the service alone."""

    kind: Literal["captured", "published", "archived", "attested"]
    date: Date
    source_url: Text | None = None
    publisher: Text | None = None

    def columns(self) -> dict[str, str]:
        """As columns of a context CSV."""
        columns = {self.kind: self.date, "source_url": self.source_url, "publisher": self.publisher}
        return {name: text.strip() for name, text in columns.items() if text and text.strip()}


class EditOut(Wire):
    """One change. `field` is a text's name, or "appearance"."""

    field: str
    before: str | None
    after: str | None
    entered_by: str
    at: str

    @classmethod
    def of(cls, edit: ContextChange) -> "EditOut":
        return cls(
            field=edit.field,
            before=edit.before,
            after=edit.after,
            entered_by=edit.entered_by,
            at=edit.at,
        )


class ClipDetailOut(ClipOut):
    """A clip, and every change of its context, newest first."""

    edits: list[EditOut]

    @classmethod
    def of(cls, clip: Clip, edits: list[ContextChange]) -> "ClipDetailOut":
        fields = ClipOut.from_clip(clip).model_dump()
        return cls(**fields, edits=[EditOut.of(edit) for edit in edits])


class ClipCheckOut(Wire):
    """A check that matched a clip."""

    id: str
    name: str
    created_at: str
    relation: str | None
    headline: str | None
    score: float | None


class ClipChecksOut(Wire):
    checks: list[ClipCheckOut]


class LibraryOut(Wire):
    """What the library holds."""

    clips: int
    seconds: float
    earliest: str | None
    latest: str | None
    bytes: int
    spaces: dict[str, int]

    @classmethod
    def of(cls, stats: Stats) -> "LibraryOut":
        return cls(
            clips=stats.clips,
            seconds=stats.seconds,
            earliest=stats.earliest,
            latest=stats.latest,
            bytes=stats.bytes,
            spaces=stats.spaces,
        )
