"""What a verdict does not mean, in messages that fit this verdict and no other. Pure."""

from collections.abc import Sequence

from app.verdict.dated_copies import Sighting
from app.verdict.headline import (
    MOST_CLIPS,
    Capabilities,
    KnownSound,
    Searched,
    scored,
)
from app.verdict.intervals import ranges, tolerance, without
from app.verdict.relations import CheckedItem, Comparison
from app.verdict.shortfalls import Shortfall, not_compared
from app.verdict.terms import Relation
from hashing.edit_types import EditType
from hashing.message import Message, Param
from hashing.types import Span

NO_NEAR_MISS = 0.05  # no clip with a score below this is reported


def limits(
    item: CheckedItem,
    relation: Relation,
    undecided: str | None,
    comparisons: Sequence[Comparison],
    first: Sighting | None,
    unmatched: Sequence[Span],
    searched: Searched,
    able: Capabilities,
    shortfalls: Sequence[Shortfall] = (),
) -> tuple[Message, ...]:
    """What this verdict does not mean, the gravest first."""
    accepted = [comparison for comparison in comparisons if comparison.accepted]
    missed = not_compared(shortfalls)
    if relation == "none":
        messages = _limits_of_none(comparisons, searched, able)
    elif relation == "undecided":
        messages = _limits_of_undecided(undecided)
    else:
        messages = _limits_of_match(relation, accepted, first)
        if unmatched and item.info.kind == "video":
            messages.append(Message("limit-unmatched", {"ranges": ranges(unmatched)}))
    messages = [*messages, *missed] if accepted else [*missed, *messages]
    blank = _blank(item, accepted)
    if blank and relation not in ("none", "exact"):
        messages.append(Message("limit-blank", {"ranges": ranges(blank)}))
    if item.gaps:
        messages.append(Message("limit-undecoded", {"ranges": ranges(item.gaps)}))
    if searched.skipped:
        messages.append(_skipped(searched))
    return tuple(messages)


def _blank(item: CheckedItem, accepted: Sequence[Comparison]) -> tuple[Span, ...]:
    """The caveat on what is black or featureless in the item, beside what matched."""
    covered = [span for comparison in accepted for span in comparison.covered]
    blank = without(item.blank, covered)
    return tuple(span for span in blank if span.length > tolerance(item.duration_s))


def _skipped(searched: Searched) -> Message:
    ids: list[str | Message] = [*searched.skipped_clips[:MOST_CLIPS]]
    if not ids:
        return Message("limit-skipped", {"count": searched.skipped})
    if searched.skipped > len(ids):
        ids.append(Message("clips-more", {"count": searched.skipped - len(ids)}))
    return Message("limit-skipped-named", {"count": searched.skipped, "clips": tuple(ids)})


def _limits_of_none(
    comparisons: Sequence[Comparison], searched: Searched, able: Capabilities
) -> list[Message]:
    messages = [Message("limit-none"), _how_much(searched)]
    near = [
        comparison
        for comparison in comparisons
        if comparison.match.score >= NO_NEAR_MISS and comparison.match.found_by == "picture"
    ][:MOST_CLIPS]
    if near:
        closest = tuple(Message("limit-closest-clip", scored(comparison)) for comparison in near)
        messages.append(Message("limit-closest", {"clips": closest}))
    if able.weak_edits:
        weak = tuple(Message(id) for id in able.weak_edits)
        messages.append(Message("limit-often-missed", {"edits": weak}))
    return messages


def _how_much(searched: Searched) -> Message:
    if not searched.clips:
        return Message("limit-searched-nothing")
    clips: dict[str, Param] = {"count": searched.clips, "footage": footage(searched.seconds)}
    if searched.earliest is None or searched.latest is None:
        return Message("limit-searched-undated", clips)
    if searched.earliest == searched.latest:
        return Message("limit-searched-one-date", clips | {"date": searched.latest})
    dated: dict[str, Param] = {"earliest": searched.earliest, "latest": searched.latest}
    return Message("limit-searched", clips | dated)


def footage(seconds: float) -> Message:
    """The footage that was searched, at a glance."""
    if seconds >= 7200:
        return Message("footage-hours", {"hours": round(seconds / 3600, 1)})
    if seconds >= 120:
        return Message("footage-minutes", {"minutes": round(seconds / 60)})
    return Message("footage-seconds", {"seconds": round(seconds)})


def _limits_of_undecided(undecided: str | None) -> list[Message]:
    kinds = {
        "same_scene_other_recording": "limit-other-recording",
        "too_little": "limit-too-little",
        "conflicting": "limit-conflicting",
    }
    kind = kinds.get(undecided or "", "limit-weak-match")
    return [Message(kind), Message("limit-undecided")]


def _limits_of_match(
    relation: Relation, accepted: Sequence[Comparison], first: Sighting | None
) -> list[Message]:
    messages = [
        Message("limit-match"),
        Message("limit-no-date" if first is None else "limit-earliest-known"),
    ]
    if first is not None and first.appearance.kind == "ingested":
        messages.append(Message("limit-only-added"))
    if relation == "longer":
        messages.append(Message("limit-longer"))
    if relation == "composite":
        messages.append(Message("limit-composite"))
    if any(comparison.relation in ("edited", "composite") for comparison in accepted):
        messages.append(Message("limit-differences"))
    if accepted and not any(comparison.main for comparison in accepted):
        messages.append(Message("limit-not-main"))
    return messages


def of_sound(
    comparisons: Sequence[Comparison], sounds: Sequence[KnownSound]
) -> tuple[Message, ...]:
    """What sound that is known from a clip does not mean."""
    named = any(span.clip for comparison in comparisons for span in comparison.match.audio.spans)
    return (Message("limit-sound"),) if sounds or named else ()


def unable(able: Capabilities, item: CheckedItem) -> tuple[Message, ...]:
    """What this run could not have noticed, as caveats."""
    messages = []
    missing = [kind for kind in EditType if kind not in able.edit_types | {EditType.TRIM}]
    if missing:
        names = tuple(Message(kind.name_id) for kind in missing)
        messages.append(Message("limit-not-looked-for", {"edits": names}))
    if item.info.audio_codec is not None and not able.sound:
        messages.append(Message("limit-no-sound"))
    return tuple(messages)
