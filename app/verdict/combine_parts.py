"""The verdict on an item of several parts: the main part's, with what its other parts show. Pure.

Fields of the main part stay what they are without the others. Where only another part matched,
the headline names that part, and the main part stays in `unmatched`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.verdict.claim_check import ClaimedDate, RangesOfPart
from app.verdict.relations import Comparison
from app.verdict.shortfalls import NOT_COMPARED, Shortfall, not_compared
from app.verdict.verdict import Verdict
from hashing.message import Message, Param
from hashing.search.candidates import SearchThresholds
from hashing.types import Fingerprint, Part, PreviewFrames, Span


@dataclass(frozen=True, slots=True, eq=False)
class CheckedPart:
    """A part of an item beside its main one, and what became of its check.

    verdict, fingerprint: None where it was not checked; `reason` then says why. proposed: what a
    clip has to reach to be compared with it.
    """

    part: Part
    verdict: Verdict | None = None
    fingerprint: Fingerprint | None = None
    reason: Message | None = None
    proposed: SearchThresholds | None = None

    @property
    def duration_s(self) -> float | None:
        """As measured, else as the file states it."""
        measured = self.fingerprint.info.duration_s if self.fingerprint is not None else None
        return measured if measured is not None else self.part.duration_s

    @property
    def preview(self) -> PreviewFrames | None:
        """For evidence frames."""
        return self.fingerprint.preview if self.fingerprint is not None else None

    @property
    def problems(self) -> tuple[Message | str, ...]:
        """Of reading the part."""
        return self.fingerprint.problems if self.fingerprint is not None else ()

    @property
    def checked(self) -> bool:
        return self.verdict is not None

    @property
    def unmatched(self) -> tuple[Span, ...]:
        return self.verdict.unmatched if self.verdict is not None else ()


def combine_parts(
    main: Verdict, parts: Sequence[CheckedPart], missed: Sequence[Shortfall] = ()
) -> Verdict:
    """One verdict with one match a clip; what belongs to another part carries its id.

    missed: what of the file's parts could not be listed.
    """
    combined = main
    for part in parts:
        if part.verdict is not None:
            combined = _with_part(combined, part, part.verdict)
    combined = _with_shortfalls(combined, [*main.shortfalls, *_in_parts(parts), *missed])
    return replace(combined, limits=(*combined.limits, *_unchecked(parts)))


def _in_parts(parts: Sequence[CheckedPart]) -> list[Shortfall]:
    """What was not compared with the parts of an item."""
    return [
        Shortfall(Message("shortfall-in-part", {"part": part.part.label, "what": shortfall.what}))
        for part in parts
        if part.verdict is not None
        for shortfall in part.verdict.shortfalls
    ]


def _with_shortfalls(verdict: Verdict, shortfalls: Sequence[Shortfall]) -> Verdict:
    """The verdict with these in place of those of one part alone."""
    more = not_compared(shortfalls)
    others = [limit for limit in verdict.limits if limit.id != NOT_COMPARED]
    limits = (*others, *more) if verdict.matched else (*more, *others)
    return replace(verdict, limits=limits, shortfalls=tuple(shortfalls))


def _unchecked(parts: Sequence[CheckedPart]) -> list[Message]:
    return [
        Message("limit-part-unchecked", {"part": part.part.label, "reason": part.reason or ""})
        for part in parts
        if not part.checked
    ]


def _with_part(combined: Verdict, part: CheckedPart, other: Verdict) -> Verdict:
    label = part.part.label
    of_part = [_of_part(comparison, part.part.id) for comparison in other.comparisons]
    comparisons = _merged(combined.comparisons, of_part)
    combined = replace(
        combined, comparisons=comparisons, date=_date(combined.date, other.date, part.part)
    )
    says_more = other.undecided is not None and combined.relation == "none"
    if not other.matched and not says_more:
        return combined
    reasons = [
        Message("reason-in-part", {"part": label, "reason": reason}) for reason in other.reasons
    ]
    combined = replace(combined, reasons=(*combined.reasons, *reasons))
    if combined.matched:
        return combined
    unmatched = Message("limit-main-unmatched", {"part": label})
    return replace(
        combined,
        relation=other.relation,
        undecided=other.undecided,
        headline=Message("verdict-in-part", {"part": label, "headline": other.headline}),
        limits=(unmatched, *other.limits),
        first_seen=combined.first_seen or other.first_seen,
        place=other.place or combined.place,
    )


def _of_part(comparison: Comparison, part: str) -> Comparison:
    """The same with every segment and edit named as the part's; nothing of the main part's time."""
    match = replace(
        comparison.match,
        segments=tuple(replace(segment, part=part) for segment in comparison.match.segments),
        edits=tuple(replace(edit, part=part) for edit in comparison.match.edits),
    )
    return replace(comparison, match=match, covered=(), main=(), coverage_query=0.0)


def _merged(
    comparisons: Sequence[Comparison], others: Sequence[Comparison]
) -> tuple[Comparison, ...]:
    """One match a clip over all parts: accepted ones first, the main part's before the others."""
    by_clip = {comparison.clip.id: comparison for comparison in comparisons}
    for other in others:
        mine = by_clip.get(other.clip.id)
        if mine is None:
            if other.accepted or other.relation == "undecided":
                by_clip[other.clip.id] = other
        elif mine.accepted and other.accepted:
            by_clip[other.clip.id] = _joined(mine, other)
        elif other.accepted or (other.relation == "undecided" and mine.relation == "none"):
            by_clip[other.clip.id] = other
    ranked = list(by_clip.values())
    return tuple(
        sorted(
            ranked,
            key=lambda comparison: (not comparison.accepted, comparison.relation != "undecided"),
        )
    )


def _joined(mine: Comparison, other: Comparison) -> Comparison:
    match = replace(
        mine.match,
        segments=(*mine.match.segments, *other.match.segments),
        edits=(*mine.match.edits, *other.match.edits),
    )
    reference = max(mine.coverage_reference, other.coverage_reference)
    return replace(mine, match=match, coverage_reference=reference)


def _date(mine: ClaimedDate | None, other: ClaimedDate | None, part: Part) -> ClaimedDate | None:
    """A claim that another part contradicts is contradicted in part; else the main part's word."""
    if mine is None or other is None:
        return mine
    if other.finding not in ("contradicted", "partly_contradicted"):
        return mine
    parts = (*mine.parts, RangesOfPart(part.id, other.query))
    if mine.finding in ("contradicted", "partly_contradicted"):
        return replace(mine, parts=parts)
    params: dict[str, Param] = {"part": part.label, "reason": other.reason, "main": mine.reason}
    reason = Message("claim-in-part", params)
    return ClaimedDate(mine.claimed, "partly_contradicted", (), reason, parts)
