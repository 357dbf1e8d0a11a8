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
from app.verdict.relations import CheckedItem, Held
from app.verdict.shortfalls import Shortfall, not_compared
from app.verdict.terms import Relation
from hashing.edit_types import EditType
from hashing.message import Message, Param
from hashing.types import Span

NO_NEAR_MISS = 0.05  # scores below this are told of no clip


def limits(
    item: CheckedItem,
    relation: Relation,
    undecided: str | None,
    held: Sequence[Held],
    first: Sighting | None,
    unmatched: Sequence[Span],
    searched: Searched,
    able: Capabilities,
    shortfalls: Sequence[Shortfall] = (),
) -> tuple[Message, ...]:
    """What this verdict does not mean, the gravest first."""
    accepted = [one for one in held if one.accepted]
    missed = not_compared(shortfalls)
    if relation == "none":
        told = _limits_of_none(held, searched, able)
    elif relation == "undecided":
        told = _limits_of_undecided(undecided)
    else:
        told = _limits_of_match(relation, accepted, first)
        if unmatched and item.info.kind == "video":
            told.append(Message("limit-unmatched", {"ranges": ranges(unmatched)}))
    told = [*told, *missed] if accepted else [*missed, *told]
    blank = _blank(item, accepted)
    if blank and relation not in ("none", "exact"):
        told.append(Message("limit-blank", {"ranges": ranges(blank)}))
    if item.gaps:
        told.append(Message("limit-undecoded", {"ranges": ranges(item.gaps)}))
    if searched.skipped:
        told.append(_skipped(searched))
    return tuple(told)


def _blank(item: CheckedItem, accepted: Sequence[Held]) -> tuple[Span, ...]:
    """What is black or featureless in the item, beside what matched."""
    covered = [span for one in accepted for span in one.covered]
    blank = without(item.blank, covered)
    return tuple(span for span in blank if span.length > tolerance(item.duration_s))


def _skipped(searched: Searched) -> Message:
    ids: list[str | Message] = [*searched.skipped_clips[:MOST_CLIPS]]
    if not ids:
        return Message("limit-skipped", {"count": searched.skipped})
    if searched.skipped > len(ids):
        ids.append(Message("clips-more", {"count": searched.skipped - len(ids)}))
    return Message("limit-skipped-named", {"count": searched.skipped, "clips": tuple(ids)})


def _limits_of_none(held: Sequence[Held], searched: Searched, able: Capabilities) -> list[Message]:
    told = [Message("limit-none"), _how_much(searched)]
    near = [
        one for one in held if one.match.score >= NO_NEAR_MISS and one.match.found_by == "picture"
    ][:MOST_CLIPS]
    if near:
        closest = tuple(Message("limit-closest-clip", scored(one)) for one in near)
        told.append(Message("limit-closest", {"clips": closest}))
    if able.weak_edits:
        weak = tuple(Message(id) for id in able.weak_edits)
        told.append(Message("limit-often-missed", {"edits": weak}))
    return told


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
    """How much footage was searched, at a glance."""
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
    relation: Relation, accepted: Sequence[Held], first: Sighting | None
) -> list[Message]:
    told = [
        Message("limit-match"),
        Message("limit-no-date" if first is None else "limit-earliest-known"),
    ]
    if first is not None and first.appearance.kind == "ingested":
        told.append(Message("limit-only-added"))
    if relation == "longer":
        told.append(Message("limit-longer"))
    if relation == "composite":
        told.append(Message("limit-composite"))
    if any(one.relation in ("edited", "composite") for one in accepted):
        told.append(Message("limit-differences"))
    if accepted and not any(one.main for one in accepted):
        told.append(Message("limit-not-main"))
    return told


def of_sound(held: Sequence[Held], sounds: Sequence[KnownSound]) -> tuple[Message, ...]:
    """What sound that is known from a clip does not mean."""
    named = any(span.clip for one in held for span in one.match.audio.spans)
    return (Message("limit-sound"),) if sounds or named else ()


def unable(able: Capabilities, item: CheckedItem) -> tuple[Message, ...]:
    """What this run could not have noticed."""
    told = []
    missing = [kind for kind in EditType if kind not in able.edit_types | {EditType.TRIM}]
    if missing:
        names = tuple(Message(kind.name_id) for kind in missing)
        told.append(Message("limit-not-looked-for", {"edits": names}))
    if item.info.audio_codec is not None and not able.sound:
        told.append(Message("limit-no-sound"))
    return tuple(told)
