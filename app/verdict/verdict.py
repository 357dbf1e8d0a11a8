"""Evidence and claim to a verdict. Pure: nothing is read, nothing is asked of a clock.

The worst that this can do is to call a witness's real footage old. So nothing contradicts a
claim but an accepted match of what the item mainly shows, dated by something other than the file's
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
from app.verdict.combine_matches import combine_matches, relation_of_item
from app.verdict.dated_copies import Sighting, date_notes, first_seen
from app.verdict.headline import Capabilities, KnownSound, Searched, headline, reasons
from app.verdict.intervals import uncovered
from app.verdict.relations import CheckedItem, Comparison, relate
from app.verdict.shortfalls import Shortfall
from app.verdict.terms import Relation, Undecided
from hashing.message import Message
from hashing.types import Match, Span

NEAR_MISSES = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the item is to what is known, and what that means for the claim.

    comparisons: exactly one a clip; accepted ones first, best first, then up to 20 near misses,
    those that leave the question open before the others.
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
    comparisons: tuple[Comparison, ...]
    shortfalls: tuple[Shortfall, ...] = ()

    @property
    def matched(self) -> bool:
        return self.relation not in ("none", "undecided")

    @property
    def claimed(self) -> bool:
        return self.date is not None or self.place is not None


def judge(
    item: CheckedItem,
    matches: Sequence[tuple[Clip, Match]],
    claim: Claim | None,
    searched: Searched,
    able: Capabilities | None = None,
    unlike: Collection[tuple[str, str]] = (),
    sounds: Sequence[KnownSound] = (),
    shortfalls: Sequence[Shortfall] = (),
) -> Verdict:
    """The verdict on one item.

    matches: one match a clip, accepted or not, in any order.
    unlike: pairs of clip ids known not to be the same recording as one another.
    sounds: clips whose sound is heard where no match was accepted; it decides nothing.
    shortfalls: what was not compared; a verdict that it might have changed says so.

    Raises ValueError where a clip comes twice.
    """
    ids = [clip.id for clip, _ in matches]
    if len(set(ids)) < len(ids):
        raise ValueError("expected one match a clip, got several for one")
    able = able or Capabilities()
    comparisons = _ranked(
        combine_matches([relate(item, clip, match) for clip, match in matches], unlike)
    )
    accepted = [comparison for comparison in comparisons if comparison.accepted]
    relation = relation_of_item(comparisons)
    undecided = _undecided(comparisons) if relation == "undecided" else None
    shortfalls = tuple(
        shortfall for at, shortfall in enumerate(shortfalls) if shortfall not in shortfalls[:at]
    )
    first = first_seen(accepted)
    unmatched = _unmatched(item, accepted)
    return Verdict(
        relation=relation,
        undecided=undecided,
        headline=headline(
            item, relation, undecided, comparisons, searched, sounds, shortfalls, first
        ),
        reasons=reasons(comparisons, date_notes(accepted, first), sounds),
        limits=limits(
            item, relation, undecided, comparisons, first, unmatched, searched, able, shortfalls
        )
        + of_sound(comparisons, sounds)
        + unable(able, item),
        date=check_date(item, comparisons, claim.date) if claim and claim.date else None,
        place=check_place(comparisons, claim.place) if claim and claim.place else None,
        first_seen=first,
        unmatched=unmatched,
        comparisons=comparisons,
        shortfalls=shortfalls,
    )


def _ranked(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    ranked = sorted(
        comparisons,
        key=lambda comparison: (
            not comparison.accepted,
            comparison.relation != "undecided",
            -comparison.match.score,
            comparison.clip.id,
        ),
    )
    accepted = sum(comparison.accepted for comparison in ranked)
    return tuple(ranked[: accepted + NEAR_MISSES])


def _undecided(comparisons: Sequence[Comparison]) -> Undecided:
    """The kind of the best open match, unless accepted ones rule each other out."""
    if any(comparison.opposed for comparison in comparisons):
        return "conflicting"
    decision = next(
        comparison.match.decision
        for comparison in comparisons
        if comparison.relation == "undecided"
    )
    if decision == "same_scene_other_recording" or decision == "too_little":
        return decision
    return "weak_match"


def _unmatched(item: CheckedItem, accepted: Sequence[Comparison]) -> tuple[Span, ...]:
    if any(comparison.relation == "exact" for comparison in accepted) or item.duration_s is None:
        return ()
    covered = [span for comparison in accepted for span in comparison.covered]
    return comparable(item, uncovered(covered, item.duration_s))
