"""The verdict in messages: headline and reasons. Pure; every figure comes from outside.

A headline says only what was measured. Edits are differences from the known copy, never an order
of making, and "nothing found" is never "genuine".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from app.library.records import Clip
from app.verdict.combine_matches import principal
from app.verdict.dated_copies import Sighting, existed_by
from app.verdict.intervals import ranges, tolerance, total, uncovered, without
from app.verdict.relations import CheckedItem, Comparison, differences
from app.verdict.shortfalls import Shortfall
from app.verdict.terms import Relation
from hashing.edit_types import NO_EDITING, EditType
from hashing.message import Message, Param
from hashing.types import Match, Span

MOST_DIFFERENCES = 3  # in a headline
MOST_CLIPS = 3  # in a sentence
NO_SAME_FOOTAGE = Message("reason-sound-alone")
MOST_OF_IT = 0.9  # of an item, from which it is spoken of as a whole
# Copies changed in these ways are the likeliest to be missed. What each rests on is in
# benchmarks/README.md; where a type is measured to be found reliably, its line goes.
WEAK_EDITS: tuple[str, ...] = (
    "weak-small-inset",
    "weak-tight-crop",
    "weak-short",
    "weak-odd-angle",
    "weak-filmed-screen",
)


@dataclass(frozen=True, slots=True)
class Searched:
    """What the item was compared with.

    clips: searched. skipped: described in another space, so not searched; skipped_clips: their
    ids, as far as the caller knows them. seconds: of footage searched. earliest, latest: first
    and last date of the clips searched, as entered. digest: of the library's clips and their
    dates, hexadecimal; None where it was no library, or by an older version.
    """

    clips: int
    skipped: int = 0
    seconds: float = 0.0
    earliest: str | None = None
    latest: str | None = None
    skipped_clips: tuple[str, ...] = ()
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this run was able to notice."""

    edit_types: frozenset[EditType] = frozenset(EditType)
    sound: bool = True  # the item's sound was described and could be compared
    weak_edits: tuple[str, ...] = WEAK_EDITS  # ids of messages


@dataclass(frozen=True, slots=True)
class KnownSound:
    """A range of the item whose sound is that of a clip."""

    clip: Clip
    query: Span
    reference: Span
    correlation: float  # -1..1

    @property
    def title(self) -> str:
        return self.clip.title or self.clip.name

    def message(self, name: str | Message) -> Message:
        """What was heard. name: what to call the clip."""
        return Message(
            "reason-sound-known",
            {
                "query": ranges([self.query]),
                "reference": ranges([self.reference]),
                "clip": name,
                "correlation": score_text(self.correlation),
            },
        )


def headline(
    item: CheckedItem,
    relation: Relation,
    undecided: str | None,
    comparisons: Sequence[Comparison],
    searched: Searched,
    sounds: Sequence[KnownSound] = (),
    shortfalls: Sequence[Shortfall] = (),
    first: Sighting | None = None,
) -> Message:
    """One line, the verdict first.

    sounds: heard where no match was accepted. first: the earliest date of what was accepted.
    """
    best = principal(comparisons)
    if best is None:
        return _open_headline(item, undecided, comparisons, searched, sounds, shortfalls)
    name: dict[str, Param] = {"clip": best.title}
    if relation == "exact":
        return Message("verdict-exact", name)
    if best.match.shared_material and relation in ("composite", "edited", "excerpt"):
        return Message("verdict-shared", name | {"ranges": ranges(best.covered)})
    if relation == "composite":
        return _joined_headline(comparisons, best)
    if not best.main and best.known_share is not None:
        return _contains_headline(best, best.known_share, first)
    if not best.main and best.relation == "edited":
        split = any(edit.type is EditType.SPLIT_SCREEN for edit in best.match.edits)
        return Message("verdict-split-screen" if split else "verdict-inset", name)
    where: dict[str, Param] = {"ranges": ranges(best.covered)}
    if relation == "edited":
        params = name | {"differences": _differences(best)}
        if _is_part(item, best):
            return Message("verdict-edited-part", params | where)
        return Message("verdict-edited", params)
    if relation == "longer":
        return Message("verdict-longer", name | where)
    if relation == "excerpt":
        if item.info.kind == "still":
            at = best.match.segments[0].reference.start
            return Message("verdict-frame", name | {"at": at})
        return Message("verdict-excerpt", name)
    return Message("verdict-copy", name)


def _open_headline(
    item: CheckedItem,
    undecided: str | None,
    comparisons: Sequence[Comparison],
    searched: Searched,
    sounds: Sequence[KnownSound],
    shortfalls: Sequence[Shortfall],
) -> Message:
    near = [comparison for comparison in comparisons if comparison.relation == "undecided"]
    if undecided is None or not near:
        clips: dict[str, Param] = {"count": searched.clips}
        if not sounds and shortfalls:
            return Message("verdict-none-incomplete", clips | {"failed": len(shortfalls)})
        if not sounds:
            return Message("verdict-none", clips)
        whole = total(sound.query for sound in sounds) >= MOST_OF_IT * (item.duration_s or 0.0)
        return Message("verdict-none-sound" if whole else "verdict-none-some-sound", clips)
    name: dict[str, Param] = {"clip": near[0].title}
    if undecided == "same_scene_other_recording":
        return Message("verdict-other-recording", name)
    if undecided == "too_little":
        return Message("verdict-too-little", name)
    if undecided == "conflicting":
        return Message("verdict-conflicting", {"clips": _named(near)})
    return Message("verdict-weak-match", name)


def _contains_headline(best: Comparison, share: float, first: Sighting | None) -> Message:
    """Of footage that is not what the item mainly shows: how much of the frame, since when."""
    contains: dict[str, Param] = {"clip": best.title, "share": share}
    if first is None or first.comparison.clip.id != best.clip.id:
        return Message("verdict-contains", contains)
    return Message("verdict-contains-known", contains | {"by": existed_by(first.date)})


def _joined_headline(comparisons: Sequence[Comparison], best: Comparison) -> Message:
    parts = [
        comparison
        for comparison in comparisons
        if comparison.accepted and comparison.relation == "composite"
    ]
    if len(parts) > 1:
        return Message("verdict-joined", {"count": len(parts), "clips": _named(parts)})
    joined: dict[str, Param] = {"clip": best.title, "ranges": ranges(best.covered)}
    changed = _differences(best)
    if changed:
        return Message("verdict-joined-edited", joined | {"differences": changed})
    return Message("verdict-joined-other", joined)


def _is_part(item: CheckedItem, comparison: Comparison) -> bool:
    """True where the clip explains only some of a video."""
    if not item.duration_s:
        return False
    rest = without(uncovered(comparison.covered, item.duration_s), item.blank)
    return any(span.length > tolerance(item.duration_s) for span in rest)


def _phrase(kind: EditType, match: Match) -> Message:
    """What a headline says of an edit; of one frame shown throughout, that it is a still."""
    one_frame = all(segment.reference.length == 0 for segment in match.segments)
    if kind is EditType.FROZEN and one_frame:
        return Message("edit-phrase-held")
    return Message(kind.phrase_id)


def _differences(comparison: Comparison) -> tuple[Message, ...]:
    """ "cropped, mirrored and with on-screen text"."""
    kinds = [kind for kind in differences(comparison.match) if kind not in NO_EDITING]
    kinds.sort(key=lambda kind: kind.headline_rank)
    phrases = [_phrase(kind, comparison.match) for kind in kinds]
    if len(phrases) > MOST_DIFFERENCES:
        more = Message("edits-more", {"count": len(phrases) - MOST_DIFFERENCES + 1})
        phrases = [*phrases[: MOST_DIFFERENCES - 1], more]
    return tuple(phrases)


def _named(comparisons: Sequence[Comparison]) -> tuple[Message, ...]:
    names = [
        Message("clip-quoted", {"clip": comparison.title})
        for comparison in comparisons[:MOST_CLIPS]
    ]
    if len(comparisons) > MOST_CLIPS:
        names.append(Message("clips-more", {"count": len(comparisons) - MOST_CLIPS}))
    return tuple(names)


def reasons(
    comparisons: Sequence[Comparison], notes: Sequence[Message], sounds: Sequence[KnownSound] = ()
) -> tuple[Message, ...]:
    """What the verdict rests on: each accepted clip with its ranges, then what dates say, and
    where sound is known from."""
    messages: list[Message] = []
    for comparison in comparisons:
        if comparison.opposed:
            ruled_out = _named_clip(comparison) | {"query": ranges(comparison.covered)}
            messages.append(Message("reason-opposed", ruled_out))
        elif comparison.accepted:
            messages.append(_because(_explained(comparison), comparison))
        elif comparison.relation == "undecided":
            messages.append(_because(Message("reason-undecided", scored(comparison)), comparison))
    heard = [
        sound.message(Message("clip-labelled", _label(sound.title, sound.clip))) for sound in sounds
    ]
    heard += [NO_SAME_FOOTAGE] if heard else []
    return tuple(_once([*messages, *notes, *heard]))


def _once(messages: Sequence[Message]) -> list[Message]:
    return [message for at, message in enumerate(messages) if message not in messages[:at]]


def score_text(score: float) -> str:
    """Two places, cut off and not rounded: nothing but certainty reads 1.00."""
    return f"{floor(score * 100 + 1e-9) / 100:.2f}"


def _because(finding: Message, comparison: Comparison) -> Message:
    """A finding of the verdict with what it rests on, where that is said."""
    if not comparison.match.reasons:
        return finding
    return Message("reason-with-grounds", {"finding": finding, "grounds": comparison.match.reasons})


def _label(title: str, clip: Clip) -> dict[str, Param]:
    return {"clip": title, "clip_id": clip.id}


def _named_clip(comparison: Comparison) -> dict[str, Param]:
    return _label(comparison.title, comparison.clip)


def scored(comparison: Comparison) -> dict[str, Param]:
    """Parameters that name a clip and the score of its match."""
    return _named_clip(comparison) | {"score": score_text(comparison.match.score)}


def _explained(comparison: Comparison) -> Message:
    if comparison.relation == "exact":
        return Message("reason-exact", _named_clip(comparison))
    spans = [segment.reference for segment in comparison.match.segments]
    if total(comparison.covered) > 0:
        where: dict[str, Param] = {"query": ranges(comparison.covered), "reference": ranges(spans)}
        return Message("reason-match", scored(comparison) | where)
    if spans and spans[0].start:
        return Message("reason-frame-at", scored(comparison) | {"at": spans[0].start})
    return Message("reason-frame", scored(comparison))
