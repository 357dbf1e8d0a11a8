"""What the dated evidence says of a claim. Pure.

The worst that this can do is to call a witness's real footage old. So nothing contradicts a
claimed date but an accepted match of the item's main picture, dated by something other than the
file's own word, and earlier even in the least favourable reading of both dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.dates import Interval, how_long_before
from app.verdict.dated_copies import Sighting, by, sightings, source
from app.verdict.intervals import clocks, filled, merged, total, uncovered, without
from app.verdict.relations import CheckedItem, Held
from app.verdict.terms import DateFinding
from hashing.types import Span


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
