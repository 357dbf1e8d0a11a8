"""What someone says of an item: when it was filmed, and where. Parsing only, no judgement."""

from dataclasses import dataclass

from app.dates import Interval, parse_date
from hashing.errors import ExplainedError
from hashing.message import Message

LONGEST_PLACE = 500  # characters


class ClaimNotUnderstoodError(ExplainedError, ValueError):
    """A claim that cannot be checked as written; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Claim:
    """At least one of a date and a place. The place is shown beside what is known, never judged."""

    date: Interval | None = None
    place: str | None = None

    def __post_init__(self) -> None:
        if self.date is None and self.place is None:
            raise ValueError("a claim has a date or a place")


def parse_claim(date: str | None, place: str | None) -> Claim | None:
    """The claim that was typed in; None where both are absent or blank.

    Raises DateNotUnderstoodError (app.dates) or ClaimNotUnderstoodError.
    """
    said_date = date.strip() if date else ""
    said_place = " ".join(place.split()) if place else ""
    if len(said_place) > LONGEST_PLACE:
        raise ClaimNotUnderstoodError(
            Message("error-place-too-long", {"max": LONGEST_PLACE, "length": len(said_place)})
        )
    if not said_date and not said_place:
        return None
    return Claim(
        date=parse_date(said_date) if said_date else None,
        place=said_place or None,
    )
