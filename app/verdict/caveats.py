"""What a verdict does not mean, in sentences that fit this verdict and no other. Pure."""

from collections.abc import Sequence

from app.verdict.dated_copies import Sighting
from app.verdict.headline import (
    MOST_CLIPS,
    Capabilities,
    KnownSound,
    Searched,
    labelled,
    told_score,
)
from app.verdict.intervals import clocks
from app.verdict.relations import CheckedItem, Held
from app.verdict.terms import Relation
from hashing.edit_types import EditType
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
) -> tuple[str, ...]:
    """What this verdict does not mean, the gravest first."""
    accepted = [one for one in held if one.accepted]
    if relation == "none":
        told = _limits_of_none(held, searched, able)
    elif relation == "undecided":
        told = _limits_of_undecided(undecided)
    else:
        told = _limits_of_match(relation, accepted, first)
        if unmatched and item.info.kind == "video":
            told.append(
                f"{clocks(unmatched)} matched nothing in this library; that part may be new, or "
                "may be older footage that this library does not hold"
            )
    if item.gaps:
        told.append(f"{clocks(item.gaps)} of the item could not be decoded and was not checked")
    if searched.skipped:
        told.append(_skipped(searched))
    return tuple(told)


def _skipped(searched: Searched) -> str:
    ids = list(searched.skipped_clips[:MOST_CLIPS])
    if ids and searched.skipped > len(ids):
        ids.append(f"{searched.skipped - len(ids):,} more")
    named = f" ({', '.join(ids)})" if ids else ""
    return (
        f"{searched.skipped:,} clip{'' if searched.skipped == 1 else 's'} of this library{named} "
        "could not be searched, because they were described with another model; "
        "'firstseen library refresh' describes them anew"
    )


def _limits_of_none(held: Sequence[Held], searched: Searched, able: Capabilities) -> list[str]:
    told = [
        "Nothing found says nothing about whether the item is genuine, new, or shows what is "
        "said of it: only that this library holds no copy that firstseen recognised",
        _how_much(searched),
    ]
    near = [
        one for one in held if one.match.score >= NO_NEAR_MISS and one.match.found_by == "picture"
    ][:MOST_CLIPS]
    if near:
        named = "; ".join(f"{labelled(one)} at {told_score(one.match.score)}" for one in near)
        told.append(f"The closest, none of them close enough to be a copy (of at most 1): {named}")
    if able.weak_edits:
        told.append(f"Copies are missed most often where they are {', '.join(able.weak_edits)}")
    return told


def _how_much(searched: Searched) -> str:
    if not searched.clips:
        return "The library holds no clip that could be searched"
    hours = searched.seconds / 3600
    footage = f"{hours:,.1f} hours" if hours >= 1 else f"{searched.seconds:,.0f} seconds"
    clips = f"{searched.clips:,} clip{'' if searched.clips == 1 else 's'}"
    if searched.earliest is None or searched.latest is None:
        return f"Searched: {clips}, {footage} of footage, with no dates"
    dated = f"dated from {searched.earliest} to {searched.latest}"
    if searched.earliest == searched.latest:
        dated = f"all dated {searched.latest}"
    return f"Searched: {clips}, {footage} of footage, {dated}; nothing outside that was looked at"


def _limits_of_undecided(undecided: str | None) -> list[str]:
    told = {
        "weak_match": "The signs are too weak to call this a copy, or to rule it out: compare the "
        "pictures yourself",
        "same_scene_other_recording": "The same place or event from another camera or at another "
        "time is no copy; it may even support what is said of the item",
        "too_little": "There is too little picture to decide: a longer or clearer version may tell",
        "conflicting": "At least one of the clips named is wrong for this stretch, and firstseen "
        "cannot tell which: compare the pictures yourself",
    }
    kind = told[undecided] if undecided in told else told["weak_match"]
    return [kind, "Undecided contradicts no claim and confirms none"]


def _limits_of_match(
    relation: Relation, accepted: Sequence[Held], first: Sighting | None
) -> list[str]:
    told = [
        "It says that this footage was known, not who filmed it, what it shows, or whether the "
        "title, place and dates entered in the library are right",
        "The earliest copy known to this library need not be the first: older copies may exist "
        "elsewhere",
    ]
    if first is None:
        told[1] = "No date is known by which a copy existed; what files say of their own capture "
        told[1] += "is not counted"
    elif first.appearance.kind == "ingested":
        told.append(
            "The only date is that of adding the clip to this library: the footage may be much "
            "older"
        )
    if relation == "longer":
        told.append("The library's clip may itself be cut from this item or from a common original")
    if relation == "composite":
        told.append(
            "Each stretch has its own history: what is known of one says nothing of another"
        )
    if any(one.relation in ("edited", "composite") for one in accepted):
        told.append(
            "Differences are measured against the known copy and do not say which of the two was "
            "made first, or by whom; small ones may have been missed"
        )
    if accepted and not any(one.main for one in accepted):
        told.append("Nothing is known of the main picture: only of what is shown in or beside it")
    return told


def of_sound(held: Sequence[Held], sounds: Sequence[KnownSound]) -> tuple[str, ...]:
    """What sound that is known from a clip does not mean."""
    named = any(span.clip for one in held for span in one.match.audio.spans)
    if not sounds and not named:
        return ()
    return (
        "Sound is reused: one piece of music or one broadcast lies under thousands of clips that "
        "share nothing else, and which of two had it first is not known",
    )


def unable(able: Capabilities, item: CheckedItem) -> tuple[str, ...]:
    """What this run could not have noticed."""
    told = []
    missing = sorted(set(EditType) - able.edit_types - {EditType.TRIM})
    if missing:
        told.append(f"This run did not look for: {', '.join(missing)}")
    if item.info.audio_codec is not None and not able.sound:
        told.append("The sound was not compared")
    return tuple(told)
