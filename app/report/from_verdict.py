"""What was judged of an item -> its report. Pure; nothing is judged here."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.library.records import OWN_ENTRIES, Appearance
from app.messages.catalogue import checked
from app.metadata.types import Credentials, Fields, Finding
from app.report.report import (
    Conditions,
    EarliestCopy,
    Report,
    ReportedAppearance,
    ReportedClaim,
    ReportedClip,
    ReportedItem,
    ReportedMatch,
    ReportedPart,
    ReportedVerdict,
    StatedBy,
)
from app.verdict.combine_parts import CheckedPart
from app.verdict.dated_copies import Sighting
from app.verdict.headline import Searched
from app.verdict.relations import Comparison
from app.verdict.verdict import Verdict
from hashing.message import Message, verbatim
from hashing.types import MediaInfo, Segment


def report_on(
    name: str,
    sha256: str | None = None,
    bytes: int | None = None,
    info: MediaInfo | None = None,
    verdict: Verdict | None = None,
    searched: Searched | None = None,
    *,
    metadata: Fields | None = None,
    findings: tuple[Finding, ...] = (),
    credentials: Credentials | None = None,
    problems: Iterable[Message | str] = (),
    parts: Iterable[CheckedPart] = (),
    timings_s: Mapping[str, float] | None = None,
    method: Mapping[str, str] | None = None,
    conditions: Conditions | None = None,
) -> Report:
    """The report on one item. name: of its file, without its folder."""
    return Report(
        item=ReportedItem(name, sha256, bytes, info),
        verdict=_verdict(verdict) if verdict else None,
        claim=ReportedClaim(verdict.date, verdict.place) if verdict and verdict.claimed else None,
        first_seen=_earliest(verdict.first_seen) if verdict and verdict.first_seen else None,
        unmatched=verdict.unmatched if verdict else (),
        matches=tuple(_match(match) for match in verdict.comparisons) if verdict else (),
        searched=searched,
        metadata=metadata or {},
        findings=findings,
        credentials=credentials,
        problems=_messages(problems),
        timings_s=timings_s or {},
        method=method or {},
        parts=tuple(_part(part) for part in parts),
        conditions=conditions,
    )


def _part(part: CheckedPart) -> ReportedPart:
    return ReportedPart(
        id=part.part.id,
        kind=part.part.kind,
        label=checked(part.part.label),
        duration_s=part.duration_s,
        checked=part.checked,
        reason=checked(part.reason) if part.reason else None,
        unmatched=part.unmatched,
    )


def unreadable(
    name: str,
    problem: Message | str,
    *,
    sha256: str | None = None,
    bytes: int | None = None,
    problems: Iterable[Message | str] = (),
) -> Report:
    """The report on an item of which nothing could be judged."""
    return Report(ReportedItem(name, sha256, bytes), problems=_messages((problem, *problems)))


def _messages(problems: Iterable[Message | str]) -> tuple[Message, ...]:
    """Problems of what was judged, with their ids; a text that has none stays as it is.

    Those of a file come out of the sandbox, so an id that the catalogue lacks is only a text.
    """
    return tuple(
        verbatim(problem) if isinstance(problem, str) else checked(problem) for problem in problems
    )


def _verdict(verdict: Verdict) -> ReportedVerdict:
    return ReportedVerdict(
        relation=verdict.relation,
        undecided=verdict.undecided,
        headline=verdict.headline,
        reasons=verdict.reasons,
        limits=verdict.limits,
    )


def _earliest(first: Sighting) -> EarliestCopy:
    return EarliestCopy(first.clip.id, reported(first.appearance))


def _match(compared: Comparison) -> ReportedMatch:
    clip, match = compared.clip, compared.match
    return ReportedMatch(
        clip=ReportedClip(
            id=clip.id,
            name=clip.name,
            title=clip.title,
            place=clip.place,
            kind=clip.kind,
            duration_s=clip.duration_s,
            sha256=clip.sha256,
        ),
        appearances=tuple(reported(appearance) for appearance in clip.appearances),
        accepted=compared.accepted,
        score=match.score,
        relation=compared.relation,
        coverage_query=compared.coverage_query,
        coverage_reference=compared.coverage_reference,
        segments=_in_order(match.segments),
        edits=match.edits,
        audio=match.audio,
        main_picture=match.main_picture,
        frame_shares=match.frame_shares,
        shared_material=match.shared_material,
        found_by=match.found_by,
        reasons=match.reasons,
    )


def _in_order(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """In the item's order, with plain numbers only: NumPy's integers are no parameter of a text."""
    return tuple(
        replace(
            segment,
            mirrored=None if segment.mirrored is None else bool(segment.mirrored),
            inliers=None if segment.inliers is None else int(segment.inliers),
        )
        for segment in sorted(
            segments, key=lambda segment: (segment.part or "", segment.query, segment.reference)
        )
    )


def reported(appearance: Appearance) -> ReportedAppearance:
    """A publication record, with whose word its date is."""
    return ReportedAppearance(
        kind=appearance.kind,
        date=appearance.date,
        source_url=appearance.source_url,
        publisher=appearance.publisher,
        entered_by=appearance.entered_by,
        stated_by=stated_by(appearance),
    )


def stated_by(appearance: Appearance) -> StatedBy | None:
    """Whose word the date of an appearance is.

    A capture date with a source, a publisher or a name is a person's entry. One without any was
    added by an earlier version, of a file, or by a person who did not say who: None.
    """
    if appearance.kind == "ingested":
        return "firstseen"
    if appearance.kind != "captured":
        return "person"
    if appearance.entered_by == OWN_ENTRIES:
        return "file"
    named = appearance.entered_by or appearance.publisher or appearance.source_url
    return "person" if named else None
