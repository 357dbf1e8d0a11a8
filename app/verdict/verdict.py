"""Evidence and claim to a verdict. Pure: nothing is read, nothing is asked of a clock.

The worst that this can do is to call a witness's real footage old. So nothing contradicts a
claim but an accepted match of the item's main picture, dated by something other than the file's
own word, and earlier even in the least favourable reading of both dates.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.library.records import Clip
from app.verdict.caveats import limits, of_sound, unable
from app.verdict.claim import Claim
from app.verdict.claim_check import (
    ClaimedDate,
    ClaimedPlace,
    check_date,
    check_place,
    comparable,
)
from app.verdict.combine import relation_of_item, settle
from app.verdict.dated_copies import Sighting, date_notes, first_seen
from app.verdict.headline import Capabilities, KnownSound, Searched, headline, reasons
from app.verdict.intervals import uncovered
from app.verdict.relations import CheckedItem, Held, hold
from app.verdict.shortfalls import Shortfall
from app.verdict.terms import Relation, Undecided
from hashing.message import Message
from hashing.types import Match, Span

NEAR_MISSES = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the item is to what is known, and what that means for the claim.

    held: exactly one a clip; accepted ones first, best first, then up to 20 near misses, those
    that leave the question open before the others.
    unmatched: spans of the item for which nothing was accepted, what is black or featureless left
    out; () where its length is not known.
    """

    relation: Relation
    undecided: Undecided | None
    headline: Message
    reasons: tuple[Message, ...]
    limits: tuple[Message, ...]
    date: ClaimedDate | None
    place: ClaimedPlace | None
    first_seen: Sighting | None
    unmatched: tuple[Span, ...]
    held: tuple[Held, ...]
    shortfalls: tuple[Shortfall, ...] = ()

    @property
    def matched(self) -> bool:
        return self.relation not in ("none", "undecided")

    @property
    def claimed(self) -> bool:
        return self.date is not None or self.place is not None


def judge(
    item: CheckedItem,
    found: Sequence[tuple[Clip, Match]],
    claim: Claim | None,
    searched: Searched,
    able: Capabilities | None = None,
    unlike: Collection[tuple[str, str]] = (),
    sounds: Sequence[KnownSound] = (),
    shortfalls: Sequence[Shortfall] = (),
) -> Verdict:
    """The verdict on one item.

    found: one match a clip, accepted or not, in any order.
    unlike: pairs of clip ids known not to be the same recording as one another.
    sounds: clips whose sound is heard where no match was accepted; it decides nothing.
    shortfalls: what was not compared; a verdict that it might have changed says so.

    Raises ValueError where a clip comes twice.
    """
    ids = [clip.id for clip, _ in found]
    if len(set(ids)) < len(ids):
        raise ValueError("expected one match a clip, got several for one")
    able = able or Capabilities()
    held = _ranked(settle([hold(item, clip, match) for clip, match in found], unlike))
    accepted = [one for one in held if one.accepted]
    relation = relation_of_item(held)
    undecided = _undecided(held) if relation == "undecided" else None
    shortfalls = tuple(one for at, one in enumerate(shortfalls) if one not in shortfalls[:at])
    first = first_seen(accepted)
    unmatched = _unmatched(item, accepted)
    return Verdict(
        relation=relation,
        undecided=undecided,
        headline=headline(item, relation, undecided, held, searched, sounds, shortfalls, first),
        reasons=reasons(held, date_notes(accepted, first), sounds),
        limits=limits(item, relation, undecided, held, first, unmatched, searched, able, shortfalls)
        + of_sound(held, sounds)
        + unable(able, item),
        date=check_date(item, held, claim.date) if claim and claim.date else None,
        place=check_place(held, claim.place) if claim and claim.place else None,
        first_seen=first,
        unmatched=unmatched,
        held=held,
        shortfalls=shortfalls,
    )


def _ranked(held: Sequence[Held]) -> tuple[Held, ...]:
    ranked = sorted(
        held,
        key=lambda one: (
            not one.accepted,
            one.relation != "undecided",
            -one.match.score,
            one.clip.id,
        ),
    )
    accepted = sum(one.accepted for one in ranked)
    return tuple(ranked[: accepted + NEAR_MISSES])


def _undecided(held: Sequence[Held]) -> Undecided:
    """The kind of the best open match, unless accepted ones rule each other out."""
    if any(one.opposed for one in held):
        return "conflicting"
    decision = next(one.match.decision for one in held if one.relation == "undecided")
    if decision == "same_scene_other_recording" or decision == "too_little":
        return decision
    return "weak_match"


def _unmatched(item: CheckedItem, accepted: Sequence[Held]) -> tuple[Span, ...]:
    if any(one.relation == "exact" for one in accepted) or item.duration_s is None:
        return ()
    covered = [span for one in accepted for span in one.covered]
    return comparable(item, uncovered(covered, item.duration_s))
