"""The dated evidence that the accepted clips carry. Pure.

Only `published`, `archived`, `attested` and `ingested` say that a copy existed by a date.
`captured` is the file's own word: it is shown, and counts for nothing here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.dates import Interval, try_parse
from app.library.records import Appearance, AppearanceKind, Clip
from app.verdict.relations import Comparison
from hashing.message import Message, Param

COUNTING: frozenset[AppearanceKind] = frozenset({"published", "archived", "attested", "ingested"})
_ORDER: tuple[AppearanceKind, ...] = ("published", "archived", "attested", "ingested", "captured")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One appearance of one clip, with the range of times that its date can mean."""

    comparison: Comparison
    appearance: Appearance
    date: Interval

    @property
    def clip(self) -> Clip:
        return self.comparison.clip


def sightings(
    comparisons: Iterable[Comparison], kinds: Iterable[AppearanceKind] = COUNTING
) -> list[Sighting]:
    """Readable dates of these kinds, ordered by the latest time that they can mean.

    Ties: the more precise one, then published, archived, attested, ingested, then the better
    match.
    """
    wanted = frozenset(kinds)
    dated = [
        Sighting(comparison, appearance, date)
        for comparison in comparisons
        for appearance in comparison.clip.appearances
        if appearance.kind in wanted and (date := try_parse(appearance.date)) is not None
    ]
    return sorted(dated, key=_rank)


def _rank(sighting: Sighting) -> tuple[float, float, int, float, str]:
    return (
        sighting.date.latest.timestamp(),
        -sighting.date.earliest.timestamp(),
        _ORDER.index(sighting.appearance.kind),
        -sighting.comparison.match.score,
        sighting.clip.id,
    )


def earliest_of(clip: Clip) -> Appearance | None:
    """The appearance by whose date a copy of this clip surely existed, the earliest such date."""
    dated = [
        (date.latest, _ORDER.index(appearance.kind), appearance)
        for appearance in clip.appearances
        if appearance.kind in COUNTING and (date := try_parse(appearance.date)) is not None
    ]
    return min(dated, key=lambda row: row[:2])[2] if dated else None


def first_seen(accepted: Sequence[Comparison]) -> Sighting | None:
    """The earliest copy known to this library; of the main footage where any clip shows it."""
    main = [comparison for comparison in accepted if comparison.main]
    return next(iter(sightings(main or accepted)), None)


def existed_by(date: Interval) -> Message:
    """The date of a copy as the object of "existed by": its end, where it is vaguer than a day."""
    vague = date.precision in ("year", "month", "week")
    return Message("date-end" if vague else "date", {"date": date.text})


def source(appearance: Appearance) -> Message:
    """The source of a copy's date: "published, https://…", with whoever is named best."""
    if appearance.kind == "ingested":
        return Message("source-added")
    named = appearance.source_url or appearance.publisher
    if named is not None:
        return Message("source-named", {"kind": appearance.kind, "source": named})
    if appearance.entered_by is not None:
        entered = {"kind": appearance.kind, "name": appearance.entered_by}
        return Message("source-entered", {**entered})
    return Message("source-plain", {"kind": appearance.kind})


def _dated(sighting: Sighting) -> dict[str, Param]:
    return {
        "clip_id": sighting.clip.id,
        "source": source(sighting.appearance),
        "date": sighting.date.text,
    }


def date_notes(accepted: Sequence[Comparison], first: Sighting | None) -> list[Message]:
    """What a reader of the first date must know: ties, vaguer dates, disagreements, the unread."""
    notes = [
        Message("reason-date-unread", {"clip_id": comparison.clip.id, "date": appearance.date})
        for comparison in accepted
        for appearance in comparison.clip.appearances
        if try_parse(appearance.date) is None
    ]
    if first is None:
        return notes + _captured_notes(accepted)
    same = [
        comparison
        for comparison in accepted
        if bool(comparison.main) == bool(first.comparison.main)
    ]
    for other in sightings(same):
        if other.appearance == first.appearance and other.clip == first.clip:
            continue
        if other.date.latest == first.date.latest:
            notes.append(Message("reason-date-tied", _dated(other)))
        elif other.date.may_precede(first.date):
            notes.append(Message("reason-date-vaguer", _dated(other)))
    if not first.comparison.main:
        notes.append(Message("reason-first-date-inset"))
    elif any(comparison.accepted and not comparison.main for comparison in accepted):
        inset = sightings(comparison for comparison in accepted if not comparison.main)
        if inset and inset[0].date.latest < first.date.latest:
            notes.append(Message("reason-inset-older", _dated(inset[0])))
    return notes + _captured_notes(accepted) + _disagreements(accepted)


def _captured_notes(accepted: Sequence[Comparison]) -> list[Message]:
    return [
        Message("reason-captured", {"clip_id": comparison.clip.id, "date": said.date.text})
        for comparison in accepted
        for said in sightings([comparison], ["captured"])[:1]
    ]


def _disagreements(accepted: Sequence[Comparison]) -> list[Message]:
    """Clips said to be captured after a copy of them already existed."""
    notes = []
    for comparison in accepted:
        for said in sightings([comparison], ["captured"]):
            counting = next(iter(sightings([comparison])), None)
            if counting is not None and counting.date.wholly_before(said.date):
                disagreeing: dict[str, Param] = {
                    "clip_id": comparison.clip.id,
                    "captured": said.date.text,
                    "source": source(counting.appearance),
                    "by": existed_by(counting.date),
                }
                notes.append(Message("reason-dates-disagree", disagreeing))
    return notes
