"""The dated evidence that the accepted clips carry. Pure.

Only `published`, `archived`, `attested` and `ingested` say that a copy existed by a date.
`captured` is the file's own word: it is shown, and counts for nothing here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.dates import Interval, try_parse
from app.library.records import Appearance, AppearanceKind, Clip
from app.text.formatting import date_text
from app.verdict.relations import Held

COUNTING: frozenset[AppearanceKind] = frozenset({"published", "archived", "attested", "ingested"})
_ORDER: tuple[AppearanceKind, ...] = ("published", "archived", "attested", "ingested", "captured")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One appearance of one clip, with the instants that its date can mean."""

    held: Held
    appearance: Appearance
    date: Interval

    @property
    def clip(self) -> Clip:
        return self.held.clip


def sightings(held: Iterable[Held], kinds: Iterable[AppearanceKind] = COUNTING) -> list[Sighting]:
    """Readable dates of these kinds, the earliest latest-instant first.

    Ties: the more precise one, then published, archived, attested, ingested, then the better
    match.
    """
    wanted = frozenset(kinds)
    found = [
        Sighting(one, appearance, date)
        for one in held
        for appearance in one.clip.appearances
        if appearance.kind in wanted and (date := try_parse(appearance.date)) is not None
    ]
    return sorted(found, key=_rank)


def _rank(sighting: Sighting) -> tuple[float, float, int, float, str]:
    return (
        sighting.date.latest.timestamp(),
        -sighting.date.earliest.timestamp(),
        _ORDER.index(sighting.appearance.kind),
        -sighting.held.match.score,
        sighting.clip.id,
    )


def earliest_of(clip: Clip) -> Appearance | None:
    """The appearance by whose date a copy of this clip surely existed, the earliest such date."""
    dated = [
        (date.latest, _ORDER.index(seen.kind), seen)
        for seen in clip.appearances
        if seen.kind in COUNTING and (date := try_parse(seen.date)) is not None
    ]
    return min(dated, key=lambda one: one[:2])[2] if dated else None


def first_seen(accepted: Sequence[Held]) -> Sighting | None:
    """The earliest copy known to this library; of the main picture where anything shows it."""
    main = [one for one in accepted if one.main]
    found = sightings(main or accepted)
    return found[0] if found else None


def by(date: Interval) -> str:
    """A date as the object of "existed by": the end of it, where it is vaguer than a day."""
    vague = date.precision in ("year", "month", "week")
    return f"the end of {date.text}" if vague else date_text(date.text)


def source(appearance: Appearance) -> str:
    """ "published, https://…", with whoever is named best."""
    if appearance.kind == "ingested":
        return "added to this library"
    named = appearance.source_url or appearance.publisher
    if named is None and appearance.entered_by is not None:
        named = f"entered by {appearance.entered_by}"
    return appearance.kind if named is None else f"{appearance.kind}, {named}"


def date_notes(accepted: Sequence[Held], first: Sighting | None) -> list[str]:
    """What a reader of the first date must know: ties, vaguer dates, disagreements, the unread."""
    notes = [
        f"A date of {one.clip.id} cannot be read and was left out: {appearance.date!r}"
        for one in accepted
        for appearance in one.clip.appearances
        if try_parse(appearance.date) is None
    ]
    if first is None:
        return notes + _captured_notes(accepted)
    same = [one for one in accepted if bool(one.main) == bool(first.held.main)]
    for other in sightings(same):
        if other.appearance == first.appearance and other.clip == first.clip:
            continue
        named = f"{other.clip.id} ({source(other.appearance)}, {other.date.text})"
        if other.date.latest == first.date.latest:
            notes.append(f"As early as the first date: {named}")
        elif other.date.may_precede(first.date):
            notes.append(f"Possibly earlier, but less precisely dated: {named}")
    if not first.held.main:
        notes.append("The first date is that of footage set beside or inside another picture")
    elif any(one.accepted and not one.main for one in accepted):
        inset = sightings(one for one in accepted if not one.main)
        if inset and inset[0].date.latest < first.date.latest:
            notes.append(
                f"Footage set beside or inside the main picture was known earlier: "
                f"{inset[0].clip.id} ({source(inset[0].appearance)}, {inset[0].date.text})"
            )
    return notes + _captured_notes(accepted) + _disagreements(accepted)


def _captured_notes(accepted: Sequence[Held]) -> list[str]:
    return [
        f"The file of {one.clip.id} says that it was captured on {said.date.text}: its own word, "
        "which counts for nothing here"
        for one in accepted
        for said in sightings([one], ["captured"])[:1]
    ]


def _disagreements(accepted: Sequence[Held]) -> list[str]:
    """Clips said to be captured after a copy of them was already seen."""
    notes = []
    for one in accepted:
        for said in sightings([one], ["captured"]):
            seen = next(iter(sightings([one])), None)
            if seen is not None and seen.date.wholly_before(said.date):
                notes.append(
                    f"Dates of {one.clip.id} disagree: captured on {said.date.text}, though "
                    f"{source(seen.appearance)} by {by(seen.date)}; one of the two is wrong"
                )
    return notes
