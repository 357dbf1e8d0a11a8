"""The dated evidence that the accepted clips carry, and what it says of a claimed date. Pure.

Only `published`, `archived`, `attested` and `ingested` say that a copy existed by a date.
`captured` is the file's own word: it is shown, and counts for nothing here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.clips import Appearance, AppearanceKind, Clip
from app.dates import Interval, how_long_before, try_parse
from app.relations import CheckedItem, Held
from app.stretches import clocks, filled, merged, total, uncovered, without
from hashing.types import Span

COUNTING: frozenset[AppearanceKind] = frozenset({"published", "archived", "attested", "ingested"})
_ORDER: tuple[AppearanceKind, ...] = ("published", "archived", "attested", "ingested", "captured")

type DateFinding = Literal[
    "contradicted", "partly_contradicted", "not_contradicted", "not_checkable"
]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One appearance of one clip, with the instants that its date can mean."""

    held: Held
    appearance: Appearance
    date: Interval

    @property
    def clip(self) -> Clip:
        return self.held.clip


@dataclass(frozen=True, slots=True)
class ClaimedDate:
    """What the known copies say of the claimed date, and of which stretches of the item."""

    claimed: str
    finding: DateFinding
    query: tuple[Span, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimedPlace:
    """The claimed place beside the places that the library's owner entered; never a finding."""

    claimed: str
    known: tuple[str, ...]
    reason: str


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


def check_date(item: CheckedItem, held: Sequence[Held], claim: Interval) -> ClaimedDate:
    """Whether a copy of what the item mainly shows existed before the claimed date.

    A stretch is contradicted where the latest instant of a counting appearance lies before the
    earliest instant of the claim. Nothing but an accepted match of the main picture counts.
    """
    accepted = [one for one in held if one.accepted]
    found = sightings(one for one in accepted if one.main)
    if not found:
        return ClaimedDate(claim.text, "not_checkable", (), _why_not_checkable(held, accepted))
    earlier = [sighting for sighting in found if sighting.date.wholly_before(claim)]
    if not earlier:
        spans = filled((span for sighting in found for span in sighting.held.main), item.duration_s)
        reason = _why_not_contradicted(item, found, spans, claim)
        return ClaimedDate(claim.text, "not_contradicted", spans, reason)
    spans = filled((span for sighting in earlier for span in sighting.held.main), item.duration_s)
    rest = _rest(item, earlier, spans)
    finding: DateFinding = "contradicted" if rest == () else "partly_contradicted"
    return ClaimedDate(claim.text, finding, spans, _why_contradicted(earlier, spans, rest, claim))


def _rest(
    item: CheckedItem, earlier: Sequence[Sighting], spans: Sequence[Span]
) -> tuple[Span, ...] | None:
    """What the finding leaves out; None where the item's length is not known."""
    if any(sighting.held.relation == "exact" for sighting in earlier):
        return ()
    if item.duration_s is None:
        return None
    return uncovered(spans, item.duration_s)


def _why_contradicted(
    earlier: Sequence[Sighting],
    spans: Sequence[Span],
    rest: tuple[Span, ...] | None,
    claim: Interval,
) -> str:
    """One clause a clip that adds a stretch, the earliest date first."""
    shown: list[tuple[Sighting, tuple[Span, ...]]] = []
    left = merged(spans)
    for sighting in earlier:
        remaining = without(left, sighting.held.main)
        if not shown or total(left) - total(remaining) > 0:
            shown.append((sighting, sighting.held.main))
        left = remaining
    if len(shown) == 1:
        of = "" if rest == () else f" of {clocks(spans)}"
        text = f"A copy{of} {_existed(shown[0][0], claim)}"
    else:
        clauses = [f"of {clocks(main)} {_existed(seen, claim)}" for seen, main in shown]
        text = f"Copies {'; '.join(clauses)}"
    if rest:
        text += f". For {clocks(rest)} nothing known speaks against the claimed date"
    return text


def _existed(sighting: Sighting, claim: Interval) -> str:
    return (
        f"existed by {by(sighting.date)} ({source(sighting.appearance)}), "
        f"{how_long_before(sighting.date, claim)} the claimed date"
    )


def _why_not_checkable(held: Sequence[Held], accepted: Sequence[Held]) -> str:
    if not held or not accepted:
        undecided = any(one.relation == "undecided" for one in held)
        return (
            "No match is sure enough to hold the claimed date against"
            if undecided
            else "Nothing in this library matched, so there is nothing to hold the claimed date "
            "against"
        )
    if not any(one.main for one in accepted):
        return (
            "Known footage was found only as a picture beside or inside another one; its date "
            "says nothing about the rest of the picture"
        )
    return (
        "No date is known by which a copy existed: what a file says of its own capture "
        "contradicts nothing"
    )


def _why_not_contradicted(
    item: CheckedItem, found: Sequence[Sighting], spans: Sequence[Span], claim: Interval
) -> str:
    best = found[0]
    known = f"{by(best.date)} ({source(best.appearance)})"
    if claim.wholly_before(best.date):
        text = (
            f"The earliest dated copy known to this library existed by {known}, after the "
            "claimed date"
        )
    else:
        text = (
            f"The earliest dated copy known to this library existed by {known}; with the "
            "precision and time zones of both dates, that need not be before the claimed date"
        )
    rest = uncovered(spans, item.duration_s) if item.duration_s is not None else ()
    if rest:
        text += f". For {clocks(rest)} no dated copy is known"
    return f"{text}. This does not confirm the claimed date"


def check_place(held: Sequence[Held], claimed: str) -> ClaimedPlace:
    """The places entered for the clips that the item mainly shows, best match first."""
    accepted = [one for one in held if one.accepted and one.main]
    known = tuple(dict.fromkeys(one.clip.place for one in accepted if one.clip.place))
    if known:
        reason = (
            "Places as entered in the library for the matched clips; firstseen does not judge "
            "whether they agree"
        )
    elif accepted:
        reason = "No place was entered in the library for the matched clips"
    else:
        reason = "No clip of this library matched the main picture, so no place is known"
    return ClaimedPlace(claimed, known, reason)


def by(date: Interval) -> str:
    """A date as the object of "existed by": the end of it, where it is vaguer than a day."""
    vague = date.precision in ("year", "month", "week")
    return f"the end of {date.text}" if vague else date.text


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
