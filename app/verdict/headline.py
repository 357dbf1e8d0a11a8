"""The verdict in sentences: headline and reasons. Pure; every figure comes from outside.

A headline says only what was measured. Edits are differences from the known copy, never an order
of making, and "nothing found" is never "genuine".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from app.library.records import Clip
from app.text.formatting import clock
from app.verdict.combine import principal
from app.verdict.intervals import clocks, total
from app.verdict.relations import CheckedItem, Held, differences
from app.verdict.terms import Relation
from hashing.edit_types import NO_EDITING, EditType
from hashing.types import Span

DIFFERENCE: dict[str, str] = {
    "crop": "cropped",
    "mirror": "mirrored",
    "rotate": "rotated",
    "stretch": "stretched",
    "zoom_pan": "with a moving crop",
    "letterbox": "with bars above and below",
    "pillarbox": "with bars at the sides",
    "blurred_background": "on a blurred background",
    "screen_recording": "recorded from a screen",
    "split_screen": "in a split screen",
    "inset": "set into a larger picture",
    "text": "with text over it",
    "logo": "with a logo over it",
    "sticker": "with stickers over it",
    "censor": "with areas made unrecognisable",
    "overlay": "with something laid over it",
    "inset_over": "with another picture laid over it",
    "grayscale": "without colour",
    "colour_shift": "with other colours",
    "brightness": "with other brightness",
    "speed": "at another speed",
    "frame_rate": "at another frame rate",
    "reordered": "with pieces in another order or left out",
    "frozen": "with frozen pictures",
    "frames_dropped": "with pictures dropped",
    "reversed": "played backwards",
    "tamper_removed": "with something missing from the scene",
    "tamper_added": "with something more in the scene",
    "tamper": "with a part of the scene changed",
    "audio_replaced": "with other sound",
    "audio_muted": "without its sound",
    "audio_shifted": "with its sound shifted",
    "audio_added": "with sound that the known copy has not",
}
MOST_DIFFERENCES = 3  # in a headline
MOST_CLIPS = 3  # in a sentence
NO_SAME_FOOTAGE = "The same sound under other pictures does not make it the same footage"
MOST_OF_IT = 0.9  # of an item, from which it is spoken of as a whole
# Copies changed in these ways are the likeliest to be missed. What each rests on is in
# benchmarks/README.md; where a type is measured to be found reliably, its line goes.
WEAK_EDITS: tuple[str, ...] = (
    "shown as a small picture inside another",
    "cropped to less than about a quarter of the picture",
    "shorter than about two seconds",
    "rotated by an odd angle",
    "filmed from a screen at a slant",
)


@dataclass(frozen=True, slots=True)
class Searched:
    """What the item was held against.

    clips: searched. skipped: described in another space, so not searched; skipped_clips: their
    ids, as far as the caller knows them. seconds: of footage searched. earliest, latest: first
    and last date of the clips searched, as entered.
    """

    clips: int
    skipped: int = 0
    seconds: float = 0.0
    earliest: str | None = None
    latest: str | None = None
    skipped_clips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this run was able to notice."""

    edit_types: frozenset[EditType] = frozenset(EditType)
    sound: bool = True  # the item's sound was described and could be compared
    weak_edits: tuple[str, ...] = WEAK_EDITS


@dataclass(frozen=True, slots=True)
class KnownSound:
    """A stretch of the item whose sound is that of a clip."""

    clip: Clip
    query: Span
    reference: Span
    correlation: float  # -1..1

    @property
    def title(self) -> str:
        return self.clip.title or self.clip.name

    def told(self, name: str) -> str:
        """What was heard. name: what to call the clip."""
        return (
            f"The sound of {clocks([self.query])} is that of {name} at "
            f"{clocks([self.reference])} (correlation {told_score(self.correlation)}); its picture "
            "was not matched there"
        )


def headline(
    item: CheckedItem,
    relation: Relation,
    undecided: str | None,
    held: Sequence[Held],
    searched: Searched,
    sounds: Sequence[KnownSound] = (),
) -> str:
    """One line, the verdict first. sounds: heard where no match was accepted."""
    best = principal(held)
    if best is None:
        return _open_headline(item, undecided, held, searched, sounds)
    name = f"'{best.title}'"
    if relation == "exact":
        return f"The very same file as {name}"
    if relation == "composite":
        return _joined_headline(held, best)
    if not best.main and best.relation == "edited":
        return f"Known footage {name} {_as_part(best)}"
    part = f", in {clocks(best.covered)}" if _is_part(item, best) else ""
    if relation == "edited":
        return f"Same footage as {name}, {_differences(best)}{part}"
    if relation == "longer":
        where = clocks(best.covered)
        return f"Holds footage of {name}, in {where}, and more: it may be the fuller original"
    if relation == "excerpt":
        if item.info.kind == "still":
            moment = best.match.segments[0].reference.start
            return f"A picture from {name}, at {clock(moment)}"
        return f"A piece of {name}"
    return f"Same footage as {name}"


def _open_headline(
    item: CheckedItem,
    undecided: str | None,
    held: Sequence[Held],
    searched: Searched,
    sounds: Sequence[KnownSound],
) -> str:
    near = [one for one in held if one.relation == "undecided"]
    if undecided is None or not near:
        clips = f"{searched.clips:,} known clip{'' if searched.clips == 1 else 's'}"
        if sounds:
            whole = total(one.query for one in sounds) >= MOST_OF_IT * (item.duration_s or 0.0)
            part = "its sound" if whole else "some of its sound"
            return (
                f"No copy found among {clips}, but {part} is known: "
                "neither says whether the footage is genuine"
            )
        return f"No copy found among {clips}: this does not mean that the footage is genuine"
    name = f"'{near[0].title}'"
    return "Undecided: " + {
        "same_scene_other_recording": f"looks like the scene of {name} from another camera or at "
        "another time; no copy was found",
        "too_little": f"too little to tell whether this is {name}",
        "conflicting": f"{_named(near)} explain the same stretch and cannot both be right",
    }.get(undecided, f"weak signs of {name}; a person must look")


def _joined_headline(held: Sequence[Held], best: Held) -> str:
    parts = [one for one in held if one.accepted and one.relation == "composite"]
    if len(parts) > 1:
        return f"Joined from {len(parts)} known clips: {_named(parts)}"
    return f"Footage of '{best.title}' joined to other footage, in {clocks(best.covered)}"


def _as_part(best: Held) -> str:
    if any(edit.type is EditType.SPLIT_SCREEN for edit in best.match.edits):
        return "is shown beside other pictures in a split screen"
    return "is shown as a picture inside this one"


def _is_part(item: CheckedItem, one: Held) -> bool:
    """True where the clip explains only some of a video."""
    return bool(item.duration_s) and one.covered != (Span(0.0, item.duration_s or 0.0),)


def _differences(one: Held) -> str:
    """ "cropped, mirrored and with text over it"."""
    found = [name for name in differences(one.match) if name not in NO_EDITING]
    found.sort(key=lambda kind: kind.headline_rank)
    told = [DIFFERENCE.get(name, f"with another difference ({name})") for name in found]
    if len(told) > MOST_DIFFERENCES:
        told = [
            *told[: MOST_DIFFERENCES - 1],
            f"{len(told) - MOST_DIFFERENCES + 1} more differences",
        ]
    return _listed(told)


def _named(held: Sequence[Held]) -> str:
    names = [f"'{one.title}'" for one in held[:MOST_CLIPS]]
    if len(held) > MOST_CLIPS:
        names.append(f"{len(held) - MOST_CLIPS} more")
    return _listed(names)


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def reasons(
    held: Sequence[Held], notes: Sequence[str], sounds: Sequence[KnownSound] = ()
) -> tuple[str, ...]:
    """What the verdict rests on: each accepted clip with its stretches, then what dates say, and
    where sound is known from."""
    told: list[str] = []
    for one in held:
        if one.opposed:
            told.append(
                f"{labelled(one)} was accepted for {clocks(one.covered)} too, and is not the same "
                "recording as the other clip accepted there"
            )
        elif one.accepted:
            told.append(_because(_explained(one), one))
        elif one.relation == "undecided":
            told.append(_because(f"{labelled(one)}: score {told_score(one.match.score)}", one))
    heard = [one.told(f"'{one.title}' ({one.clip.id})") for one in sounds]
    heard += [NO_SAME_FOOTAGE] if heard else []
    return tuple(dict.fromkeys([*told, *notes, *heard]))


def told_score(score: float) -> str:
    """Two places, cut off and not rounded: nothing but certainty is told as 1.00."""
    return f"{floor(score * 100 + 1e-9) / 100:.2f}"


def _because(finding: str, one: Held) -> str:
    return "; ".join([finding, *one.match.reasons])


def labelled(one: Held) -> str:
    return f"'{one.title}' ({one.clip.id})"


def _explained(one: Held) -> str:
    if one.relation == "exact":
        return f"{labelled(one)} has the same SHA-256: every byte is the same"
    spans = [segment.reference for segment in one.match.segments]
    if total(one.covered) == 0:
        where = f"the moment {clock(spans[0].start)} of " if spans and spans[0].start else ""
        return f"The picture matches {where}{labelled(one)}, score {told_score(one.match.score)}"
    return (
        f"{clocks(one.covered)} of the item matches {clocks(spans)} of {labelled(one)}, "
        f"score {told_score(one.match.score)}"
    )
