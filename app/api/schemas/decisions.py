"""The wire format of decisions about an item and a clip."""

from pydantic import Field

from app.api.schemas.wire_record import Wire
from app.store.decisions import MAX_NOTE_CHARS, Choice, Decision, disputed_clips


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
