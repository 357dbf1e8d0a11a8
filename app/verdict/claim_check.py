"""What the dated evidence says of a claim. Pure.

The worst that this can do is to call a witness's real footage old. So nothing contradicts a
claimed date but an accepted match of what the item mainly shows, dated by something other than the
file's own word, and earlier even in the least favourable reading of both dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.dates import Interval, time_between
from app.verdict.dated_copies import Sighting, existed_by, sightings, source
from app.verdict.intervals import filled, merged, ranges, tolerance, total, uncovered, without
from app.verdict.relations import CheckedItem, Comparison
from app.verdict.terms import DateFinding
from hashing.message import Message, Param
from hashing.types import Span


@dataclass(frozen=True, slots=True)
class RangesOfPart:
    """Ranges of another part of the item than its main one, in that part's own time.

    part: its id.
    """

    part: str
    query: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ClaimedDate:
    """What the known copies say of the claimed date, and of which ranges of the item.

    query: of the main part. parts: of those others that contradict the claim.
    """

    claimed: str
    finding: DateFinding
    query: tuple[Span, ...]
    reason: Message
    parts: tuple[RangesOfPart, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimedPlace:
    """The claimed place beside the places that the library's owner entered; never a finding."""

    claimed: str
    known: tuple[str, ...]
    reason: Message


def check_date(
    item: CheckedItem, comparisons: Sequence[Comparison], claim: Interval
) -> ClaimedDate:
    """Whether a copy of what the item mainly shows existed before the claimed date.

    A range is contradicted where the latest time of a counting appearance lies before the
    earliest time of the claim. Nothing but an accepted match of what the item mainly shows counts.
    """
    accepted = [comparison for comparison in comparisons if comparison.accepted]
    sightings_of_main = sightings(
        comparison
        for comparison in accepted
        if comparison.main and not comparison.match.shared_material
    )
    if not sightings_of_main:
        reason = _why_not_checkable(item, comparisons, accepted, claim)
        return ClaimedDate(claim.text, "not_checkable", (), reason)
    earlier = [sighting for sighting in sightings_of_main if sighting.date.wholly_before(claim)]
    if not earlier:
        spans = filled(
            (span for sighting in sightings_of_main for span in sighting.comparison.main),
            item.duration_s,
        )
        reason = _why_not_contradicted(item, sightings_of_main, spans, claim)
        return ClaimedDate(claim.text, "not_contradicted", spans, reason)
    spans = filled(
        (span for sighting in earlier for span in sighting.comparison.main), item.duration_s
    )
    rest = _rest(item, earlier, spans)
    finding: DateFinding = "contradicted" if rest == () else "partly_contradicted"
    return ClaimedDate(claim.text, finding, spans, _why_contradicted(earlier, spans, rest, claim))


def _rest(
    item: CheckedItem, earlier: Sequence[Sighting], spans: Sequence[Span]
) -> tuple[Span, ...] | None:
    """What the finding on a claim leaves out; None where the item's length is not known."""
    if any(sighting.comparison.relation == "exact" for sighting in earlier):
        return ()
    if item.duration_s is None:
        return None
    return comparable(item, uncovered(spans, item.duration_s))


def _why_contradicted(
    earlier: Sequence[Sighting],
    spans: Sequence[Span],
    rest: tuple[Span, ...] | None,
    claim: Interval,
) -> Message:
    """One clause a clip that adds a range, the earliest date first."""
    shown: list[tuple[Sighting, tuple[Span, ...]]] = []
    left = merged(spans)
    for sighting in earlier:
        remaining = without(left, sighting.comparison.main)
        if not shown or total(left) - total(remaining) > 0:
            shown.append((sighting, sighting.comparison.main))
        left = remaining
    if len(shown) == 1:
        reason = _existed("claim-contradicted", shown[0][0], claim)
        if rest != ():
            reason = replace(
                reason,
                id="claim-contradicted-part",
                params=reason.params | {"ranges": ranges(spans)},
            )
    else:
        copies = (
            _existed("claim-copy", first, claim, ranges=ranges(main)) for first, main in shown
        )
        reason = Message("claim-contradicted-several", {"copies": tuple(copies)})
    if rest:
        reason = Message("claim-rest-open", {"reason": reason, "ranges": ranges(rest)})
    return reason


def _existed(id: str, sighting: Sighting, claim: Interval, **more: Param) -> Message:
    params: dict[str, Param] = {
        "by": existed_by(sighting.date),
        "source": source(sighting.appearance),
        "gap": time_between(sighting.date, claim),
    }
    return Message(id, params | more)


def comparable(item: CheckedItem, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans without what is black or featureless: that can be compared with nothing."""
    if not item.blank:
        return tuple(spans)
    shown = without(spans, item.blank)
    return tuple(span for span in shown if span.length > tolerance(item.duration_s))


def _why_not_checkable(
    item: CheckedItem,
    comparisons: Sequence[Comparison],
    accepted: Sequence[Comparison],
    claim: Interval,
) -> Message:
    if not accepted:
        undecided = any(comparison.relation == "undecided" for comparison in comparisons)
        return Message("claim-no-sure-match" if undecided else "claim-no-match")
    main = [comparison for comparison in accepted if comparison.main]
    if not main:
        return _why_only_inset(accepted, claim)
    shared = [comparison for comparison in main if comparison.match.shared_material]
    dated = sightings(shared)
    if not dated:
        return Message("claim-no-date")
    spans = filled((span for comparison in shared for span in comparison.main), item.duration_s)
    params: dict[str, Param] = {
        "ranges": ranges(spans),
        "by": existed_by(dated[0].date),
        "source": source(dated[0].appearance),
    }
    return Message("claim-only-shared", params)


def _why_only_inset(accepted: Sequence[Comparison], claim: Interval) -> Message:
    """Other footage fills more of the frame; the known part may still be older than claimed."""
    earlier = [sighting for sighting in sightings(accepted) if sighting.date.wholly_before(claim)]
    share = earlier[0].comparison.known_share if earlier else None
    if share is None:
        return Message("claim-only-inset")
    return _existed("claim-inset-older", earlier[0], claim, share=share)


def _why_not_contradicted(
    item: CheckedItem, sightings_of_main: Sequence[Sighting], spans: Sequence[Span], claim: Interval
) -> Message:
    best = sightings_of_main[0]
    later = claim.wholly_before(best.date)
    reason = Message(
        "claim-copy-later" if later else "claim-copy-not-surely-earlier",
        {"by": existed_by(best.date), "source": source(best.appearance)},
    )
    rest = comparable(item, uncovered(spans, item.duration_s)) if item.duration_s else ()
    if rest:
        reason = Message("claim-rest-undated", {"reason": reason, "ranges": ranges(rest)})
    return Message("claim-not-confirmed", {"reason": reason})


def check_place(comparisons: Sequence[Comparison], claimed: str) -> ClaimedPlace:
    """The places entered for the clips that the item mainly shows, best match first."""
    accepted = [comparison for comparison in comparisons if comparison.accepted and comparison.main]
    known = tuple(
        dict.fromkeys(comparison.clip.place for comparison in accepted if comparison.clip.place)
    )
    if known:
        reason = Message("claim-places")
    elif accepted:
        reason = Message("claim-no-place")
    else:
        reason = Message("claim-place-no-match")
    return ClaimedPlace(claimed, known, reason)
