"""The wire format of evidence frames, reveals, decisions, alerts, and of the library's changes."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema

from app.api.schemas.clips import ClipOut
from app.evidence.evidence_sheet import EvidenceSheet
from app.library.records import Clip, ContextChange, Stats
from app.store.alerts import Alert
from app.store.decisions import MAX_NOTE_CHARS, Choice, Decision, disputed_clips
from app.store.evidence_sheets import MESSAGES

MAX_TEXT_CHARS = 10_000
MAX_REASON_CHARS = 500

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


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# ---- evidence frames


type Json = dict[str, Any]


def _sheet_schema() -> Json:
    """EvidenceSheet as it is sent: images are paths, pairs have an index, problems are texts."""
    schema = TypeAdapter(EvidenceSheet).json_schema(mode="serialization")
    definitions = schema.pop("$defs")
    definitions["Pair"]["properties"] |= {"index": {"type": "integer"}}
    schema["properties"] |= {
        "problems": {"type": "array", "items": {"type": "string"}},
        MESSAGES: {"type": "array", "items": {"type": "object"}},
    }

    def sent(part: Any) -> Any:
        if isinstance(part, list):
            return [sent(inner) for inner in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return sent(definitions[part["$ref"].rpartition("/")[2]])
        if part.get("format") == "binary":
            return {"type": "string", "description": "The path of a JPEG."}
        return {name: sent(inner) for name, inner in part.items() if name != "default"}

    described: Json = sent(schema)
    return described


# The evidence frames of one match. Its fields are those of EvidenceSheet, listed nowhere else.
SheetOut = Annotated[Json, WithJsonSchema(_sheet_schema())]


class PicturesOut(Wire):
    """By clip id, once they are `ready`."""

    state: Literal["none", "pending", "ready"]
    matches: dict[str, SheetOut]


class RevealIn(Wire):
    """What to show of one item, and why."""

    faces: bool = False
    metadata: bool = False
    reason: str = Field(min_length=1, max_length=MAX_REASON_CHARS, examples=["compare the badge"])


class RevealOut(Wire):
    until: str


# ---- decisions


class DecisionIn(Wire):
    """What a person decides about the item and one clip."""

    clip: str = Field(max_length=40, examples=["R000001"])
    decision: Choice
    note: str = Field(default="", max_length=MAX_NOTE_CHARS)
    share_note: bool = Field(
        default=False, description="Show the note on every check of the same bytes."
    )


class DecisionOut(Wire):
    """One decision.

    On a check that the caller may not see, `check` is null and a note that is not shared is
    withheld.
    """

    id: str
    check: str | None
    clip: str
    decision: Choice
    note: str
    by: str
    mine: bool
    made_at: str
    withdrawn_at: str | None
    note_shared: bool
    note_withheld: bool

    @classmethod
    def of(cls, record: Decision, key: str, *, sees: bool) -> "DecisionOut":
        """sees: whether the caller may see every check."""
        visible = sees or record.check_visible_to(key)
        withheld = bool(record.note) and not (visible or record.note_shared)
        return cls(
            id=record.id,
            check=record.check if visible else None,
            clip=record.clip,
            decision=record.decision,
            note="" if withheld else record.note,
            by=record.by,
            mine=record.key == key,
            made_at=record.made_at,
            withdrawn_at=record.withdrawn_at,
            note_shared=record.note_shared,
            note_withheld=withheld,
        )


class DecisionsOut(Wire):
    """Newest first, withdrawn ones too. `disputed`: clips on which current decisions differ."""

    decisions: list[DecisionOut]
    disagree: bool
    disputed: list[str]

    @classmethod
    def of(cls, all_decisions: list[Decision], key: str, *, sees: bool) -> "DecisionsOut":
        clips = disputed_clips(all_decisions)
        fields = [DecisionOut.of(record, key, sees=sees) for record in all_decisions]
        return cls(decisions=fields, disagree=bool(clips), disputed=clips)


# ---- alerts


class AlertOut(Wire):
    """A new match of an earlier check, after the library grew.

    `claim_before`, `claim_after`: the finding on the claimed date until then, and now.
    """

    id: str
    check: str
    clip: str
    made_at: str
    seen_at: str | None
    headline: str
    claim_before: str | None
    claim_after: str | None
    item_name: str

    @classmethod
    def of(cls, record: Alert) -> "AlertOut":
        return cls(
            id=record.id,
            check=record.check,
            clip=record.clip,
            made_at=record.made_at,
            seen_at=record.seen_at,
            headline=record.headline,
            claim_before=record.claim_before,
            claim_after=record.claim_after,
            item_name=record.item_name,
        )


class AlertsOut(Wire):
    alerts: list[AlertOut]


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
