"""Who had what checked when, and what people decided: what a page says beside the report.

A check of the command line has no id, nobody's name and no decisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.report.report import Shown


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """What a person decided about the item and one clip. Times are ISO 8601 in UTC.

    by: the name of the key; None where it is withheld. note: only one that its author shares.
    """

    clip: str
    decision: Literal["same_footage", "same_event", "different", "cannot_tell"]
    by: str | None
    made_at: str
    withdrawn_at: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One check. claimed_date, claimed_place: as they were entered."""

    checked_at: str
    id: str | None = None
    asked_at: str | None = None
    by: str | None = None
    claimed_date: str | None = None
    claimed_place: str | None = None
    decisions: Sequence[RecordedDecision] = ()

    def as_shown(self, shown: Shown) -> "CheckRecord":
        """The same without the names of people, unless names are kept."""
        if shown.names == "kept":
            return self
        decisions = tuple(replace(decision, by=None) for decision in self.decisions)
        return replace(self, by=None, decisions=decisions)
