"""What the item is to all known clips together: which stand, which were joined, which one tells
most. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from app.verdict.intervals import common, total, without
from app.verdict.relations import Held
from app.verdict.terms import Relation
from hashing.types import Span

SHARED_S = 1.0  # two clips that share more of the item than a dissolve does show the same footage
SHARED_SHARE = 0.1  # … of the shorter one, where that is more
SHARED_MOST = 0.5  # … and half of the shorter one is always more

# of clips that explain the same stretch of the item, the least changed one describes it
_PLAINEST: tuple[Relation, ...] = ("exact", "copy", "excerpt", "longer", "edited", "composite")


def settle(held: Sequence[Held], unlike: Collection[tuple[str, str]] = ()) -> tuple[Held, ...]:
    """All of them together: those in conflict stood down, those joined in time made composite.

    unlike: pairs of clip ids that were held against each other and are not the same recording.
    Where both of such a pair were accepted for the same stretch of the item, one must be wrong,
    and neither is accepted.
    """
    opposed = _opposed(held, {frozenset(pair) for pair in unlike})
    standing = [_stood_down(one) if one.clip.id in opposed else one for one in held]
    joined = {one.clip.id for one in standing for other in standing if _joined(one, other)}
    return tuple(
        replace(one, relation="composite")
        if one.clip.id in joined and one.relation != "exact"
        else one
        for one in standing
    )


def _opposed(held: Sequence[Held], unlike: set[frozenset[str]]) -> set[str]:
    return {
        one.clip.id
        for one in held
        for other in held
        if frozenset({one.clip.id, other.clip.id}) in unlike
        and one.relation != "exact"
        and one.main
        and other.main
        and _share_footage(one.main, other.main)
    }


def _stood_down(one: Held) -> Held:
    """An accepted match that another accepted match rules out: left for a person to look at."""
    return replace(
        one,
        match=replace(one.match, decision="weak_match"),
        relation="undecided",
        main=(),
        opposed=True,
    )


def _share_footage(left: Sequence[Span], right: Sequence[Span]) -> bool:
    """True where two clips explain the same stretch, by more than a dissolve between them."""
    if any(span.length == 0 for span in left) and any(span.length == 0 for span in right):
        return True  # a still is one stretch, whoever explains it
    shorter = min(total(left), total(right))
    dissolve_s = min(max(SHARED_S, SHARED_SHARE * shorter), SHARED_MOST * shorter)
    return common(left, right) > dissolve_s


def _joined(one: Held, other: Held) -> bool:
    """True where each of two clips explains a stretch of the item that the other does not.

    Two that share a stretch as well are pieces of one longer recording, and nothing was joined.
    """
    if not (one.accepted and other.accepted) or _share_footage(one.covered, other.covered):
        return False
    alone = total(without(one.covered, other.covered)), total(without(other.covered, one.covered))
    return min(alone) > 0


def principal(held: Sequence[Held]) -> Held | None:
    """The accepted clip that describes the item best.

    Main picture before inset, then the most of the item explained; of those that explain the
    same, the one that the item differs from least, then the best score.
    """
    accepted = [one for one in held if one.accepted]
    if not accepted:
        return None
    exact = [one for one in accepted if one.relation == "exact"]
    rivals = exact or [one for one in accepted if one.main] or accepted
    most = max(one.coverage_query for one in rivals)
    rivals = [one for one in rivals if one.coverage_query >= most - SHARED_SHARE / 2]
    return min(rivals, key=lambda one: (_PLAINEST.index(one.relation), -one.match.score))


def relation_of_item(held: Sequence[Held]) -> Relation:
    """Of the item as a whole: joined footage before the relation to the clip that explains most."""
    best = principal(held)
    if best is None:
        open_question = any(one.relation == "undecided" for one in held)
        return "undecided" if open_question else "none"
    if best.relation != "exact" and any(
        _joined(one, other) for one in held for other in held if one is not other
    ):
        return "composite"
    return best.relation
