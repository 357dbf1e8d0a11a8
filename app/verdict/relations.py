"""What the item is to one known clip. Pure.

The relations are those of the report, the first that applies: `exact`, `composite`, `edited`,
`longer`, `excerpt`, `copy`; `undecided` and `none` where nothing was accepted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.library.records import Clip
from app.verdict.intervals import filled, merged, tolerance, total, uncovered, without
from app.verdict.terms import Relation
from hashing.edit_types import BESIDE_OTHER_FOOTAGE, NO_EDITING, EditType
from hashing.explain.audio_edits import TYPES
from hashing.types import (
    AudioFinding,
    Descriptors,
    Fingerprint,
    Match,
    MediaInfo,
    Segment,
    Span,
)

WHOLE_CLIP_SHARE = (
    0.9  # of the comparable part of a clip, from which the item may be the fuller original
)
SURE_SPEED = 0.05  # off by this much is no error of measurement, whether or not an edit says so


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """What the verdict needs to know of the item.

    gaps: ranges that would not decode. blank: ranges of black, fades or featureless
    frames, which are never allowed to match.
    """

    sha256: str
    info: MediaInfo
    gaps: tuple[Span, ...] = ()
    blank: tuple[Span, ...] = ()

    @classmethod
    def of(cls, sha256: str, query: Fingerprint) -> "CheckedItem":
        blank = blank_spans(query.descriptors, query.info.duration_s)
        return cls(sha256, query.info, query.gaps, blank)

    @property
    def duration_s(self) -> float | None:
        """0 for a still; None for a video that does not say."""
        return 0.0 if self.info.kind == "still" else self.info.duration_s


@dataclass(frozen=True, slots=True)
class Comparison:
    """One clip compared with the item, and what the item is to it.

    covered: the ranges of the item that show the clip, boundary error taken out.
    main: those of them where it is what the item mainly shows, not an inset beside other footage.
    coverage: shares of both durations, 0..1.
    """

    clip: Clip
    match: Match
    relation: Relation
    covered: tuple[Span, ...]
    main: tuple[Span, ...]
    coverage_query: float
    coverage_reference: float
    opposed: bool = False  # was accepted until another accepted match ruled it out

    @property
    def known_share(self) -> float | None:
        """Share of the item's frame that shows the clip, 0..1, over the match; None: not known."""
        shares = self.match.frame_shares
        seconds = sum(share.query.length for share in shares)
        if seconds == 0:
            return None
        return sum(share.known * share.query.length for share in shares) / seconds

    @property
    def accepted(self) -> bool:
        return self.match.accepted

    @property
    def title(self) -> str:
        return self.clip.title or self.clip.name


def blank_spans(frames: Descriptors, duration_s: float | None) -> tuple[Span, ...]:
    """The time for which flat frames stand, each until the next described frame."""
    if duration_s is None or not len(frames.times):
        return ()
    ends = [*(float(time) for time in frames.times[1:]), max(duration_s, float(frames.times[-1]))]
    return merged(
        Span(float(start), end)
        for start, end, flat in zip(frames.times, ends, frames.flat, strict=True)
        if flat
    )


def relate(item: CheckedItem, clip: Clip, match: Match) -> Comparison:
    """One match with its relation, as if the clip were the only one."""
    if clip.sha256 == item.sha256:
        match = _same_bytes(item, match)
    query = [segment.query for segment in match.segments]
    reference = [segment.reference for segment in match.segments]
    covered = filled(query, item.duration_s)
    return Comparison(
        clip=clip,
        match=match,
        relation=_relation(item, clip, match),
        covered=covered,
        main=_main(match, covered) if match.accepted else (),
        coverage_query=_share(query, item.duration_s),
        coverage_reference=_share(reference, _clip_duration(clip)),
    )


def _same_bytes(item: CheckedItem, match: Match) -> Match:
    """The same bytes are the same frames: nothing that was estimated can say otherwise."""
    whole = Span(0.0, item.duration_s or 0.0)
    identity = Segment(
        query=whole,
        reference=whole,
        score=1.0,
        speed=1.0 if whole.length else None,
        visible=(0.0, 0.0, 1.0, 1.0),
        homography=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        mirrored=False,
    )
    return replace(
        match,
        decision="accepted",
        score=1.0,
        segments=(identity,),
        edits=(),
        audio=AudioFinding("kept", 0.0) if item.info.audio_codec else AudioFinding("absent"),
        main_picture=True,
        measured_join=False,
        reasons=(),
    )


def _main(match: Match, covered: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in which the known footage is what the item mainly shows.

    By what the frame was measured to be made of; by the edits only where that is not known, as of
    reports and stills.
    """
    if not match.main_picture:
        return ()
    if match.frame_shares:
        return without(covered, [share.query for share in match.frame_shares if not share.is_main])
    beside = [edit for edit in match.edits if edit.type in BESIDE_OTHER_FOOTAGE]
    if any(edit.query is None for edit in beside):
        return ()
    return without(covered, [edit.query for edit in beside if edit.query is not None])


def _relation(item: CheckedItem, clip: Clip, match: Match) -> Relation:
    if match.decision == "none":
        return "none"
    if not match.accepted:
        return "undecided"
    if clip.sha256 == item.sha256:
        return "exact"
    if match.measured_join:
        return "composite"
    if is_edited(match):
        return "edited"
    if _shows_more(item, match) and _contains_whole_clip(item, clip, match):
        return "longer"
    return "excerpt" if _is_piece(item, clip, match) else "copy"


def is_edited(match: Match) -> bool:
    """True where a difference was measured that no plain re-upload makes, sound included.

    Other footage that fills more of the frame is one, whether or not an edit names it.
    """
    beside_other = bool(match.frame_shares) and not match.main_picture
    return beside_other or any(kind not in NO_EDITING for kind in differences(match))


def differences(match: Match) -> tuple[EditType, ...]:
    """The edit types that a match carries, whether as an edit, in its sound or in its segments."""
    types = [edit.type for edit in match.edits]
    states = (match.audio.state, *(span.state for span in match.audio.spans))
    types += [TYPES[state] for state in states if state in TYPES]
    for segment in match.segments:
        types += [EditType.MIRROR] if segment.mirrored else []
        types += [EditType.REVERSED] if segment.reversed else []
        if segment.speed is not None and abs(segment.speed - 1) >= SURE_SPEED:
            types.append(EditType.SPEED)
    return tuple(dict.fromkeys(types))


def _shows_more(item: CheckedItem, match: Match) -> bool:
    """True where the item shows something, blank frames aside, that the clip does not explain."""
    if item.duration_s is None:
        return False
    rest = uncovered([segment.query for segment in match.segments], item.duration_s)
    shown = without(rest, [*item.gaps, *item.blank])
    return any(span.length > tolerance(item.duration_s) for span in shown)


def _contains_whole_clip(item: CheckedItem, clip: Clip, match: Match) -> bool:
    """Whether nearly all of the clip is in the item, what cannot be compared aside."""
    duration_s = _clip_duration(clip)
    if not duration_s:
        return True
    shown = total(segment.reference for segment in match.segments)
    blank = without(item.blank, [segment.query for segment in match.segments])
    return shown >= WHOLE_CLIP_SHARE * (duration_s - total(blank))


def _is_piece(item: CheckedItem, clip: Clip, match: Match) -> bool:
    """True where the clip shows something that the item does not.

    A clip that opens in black is not matched there, and nor is its copy: as much of the clip as
    is blank in the item is taken to be the same black.
    """
    duration_s = _clip_duration(clip)
    if clip.kind == "still" or duration_s is None:
        return False
    rest = uncovered([segment.reference for segment in match.segments], duration_s)
    blank = without(item.blank, [segment.query for segment in match.segments])
    return bool(rest) and total(rest) > total(blank) + tolerance(duration_s)


def _clip_duration(clip: Clip) -> float | None:
    return 0.0 if clip.kind == "still" else clip.duration_s


def _share(spans: Sequence[Span], duration_s: float | None) -> float:
    """Share of a timeline, 0..1; a still is covered or not; of an unknown length, of what is known.

    A video that a still shows one frame of is covered to no share at all.
    """
    if not spans:
        return 0.0
    if duration_s is None:
        duration_s = max(span.end for span in spans)
    return min(1.0, total(spans) / duration_s) if duration_s > 0 else 1.0
