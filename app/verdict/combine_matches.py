"""What the item is to all known clips together: which contradict each other, which
were joined, and which describes it best. Pure.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from app.verdict.intervals import common, total, without
from app.verdict.relations import Comparison
from app.verdict.terms import Relation
from hashing.types import Span

SHARED_S = 1.0  # two clips that share more of the item than a dissolve does show the same footage
SHARED_SHARE = 0.1  # … of the shorter one, where that is more
SHARED_MOST = 0.5  # … and half of the shorter one is always more

# of clips that explain the same range of the item, the least changed one describes it
_PLAINEST: tuple[Relation, ...] = ("exact", "copy", "excerpt", "longer", "edited", "composite")


def combine_matches(
    comparisons: Sequence[Comparison], unlike: Collection[tuple[str, str]] = ()
) -> tuple[Comparison, ...]:
    """All of them together: those in conflict stood down, those joined in time made composite.

    unlike: pairs of clip ids that were compared with each other and are not the same recording.
    Where both of such a pair were accepted for the same range of the item, one must be wrong,
    and neither is accepted.
    """
    opposed = _opposed(comparisons, {frozenset(pair) for pair in unlike})
    standing = [
        _stood_down(comparison) if comparison.clip.id in opposed else comparison
        for comparison in comparisons
    ]
    joined = {left.clip.id for left in standing for right in standing if _joined(left, right)}
    return tuple(
        replace(comparison, relation="composite")
        if comparison.clip.id in joined and comparison.relation != "exact"
        else comparison
        for comparison in standing
    )


def _opposed(comparisons: Sequence[Comparison], unlike: set[frozenset[str]]) -> set[str]:
    return {
        comparison.clip.id
        for comparison in comparisons
        for other in comparisons
        if frozenset({comparison.clip.id, other.clip.id}) in unlike
        and comparison.relation != "exact"
        and comparison.main
        and other.main
        and _share_footage(comparison.main, other.main)
    }


def _stood_down(comparison: Comparison) -> Comparison:
    """An accepted match that another accepted match rules out: left for a person to look at."""
    return replace(
        comparison,
        match=replace(comparison.match, decision="weak_match"),
        relation="undecided",
        main=(),
        opposed=True,
    )


def _share_footage(left: Sequence[Span], right: Sequence[Span]) -> bool:
    """True where two clips explain the same range, by more than a dissolve between them."""
    if any(span.length == 0 for span in left) and any(span.length == 0 for span in right):
        return True  # a still is one range, whichever clip explains it
    shorter = min(total(left), total(right))
    dissolve_s = min(max(SHARED_S, SHARED_SHARE * shorter), SHARED_MOST * shorter)
    return common(left, right) > dissolve_s


def _joined(left: Comparison, right: Comparison) -> bool:
    """True where each of two clips explains a range of the item that the other does not.

    Two that share a range as well are pieces of one longer recording, and nothing was joined.
    """
    if not (left.accepted and right.accepted) or _share_footage(left.covered, right.covered):
        return False
    alone = total(without(left.covered, right.covered)), total(without(right.covered, left.covered))
    return min(alone) > 0


def principal(comparisons: Sequence[Comparison]) -> Comparison | None:
    """The accepted clip that describes the item best.

    Main footage before inset, then the most of the item explained; of those that explain the
    same, the one that the item differs from least, then the best score.
    """
    accepted = [comparison for comparison in comparisons if comparison.accepted]
    if not accepted:
        return None
    exact = [comparison for comparison in accepted if comparison.relation == "exact"]
    rivals = exact or [comparison for comparison in accepted if comparison.main] or accepted
    most = max(comparison.coverage_query for comparison in rivals)
    rivals = [
        comparison for comparison in rivals if comparison.coverage_query >= most - SHARED_SHARE / 2
    ]
    return min(
        rivals,
        key=lambda comparison: (_PLAINEST.index(comparison.relation), -comparison.match.score),
    )


def relation_of_item(comparisons: Sequence[Comparison]) -> Relation:
    """Of the item as a whole: joined footage before the relation to the clip that explains most."""
    best = principal(comparisons)
    if best is None:
        open_question = any(comparison.relation == "undecided" for comparison in comparisons)
        return "undecided" if open_question else "none"
    if best.relation != "exact" and any(
        _joined(comparison, other)
        for comparison in comparisons
        for other in comparisons
        if comparison is not other
    ):
        return "composite"
    return best.relation
