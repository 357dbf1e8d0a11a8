"""The report: one frozen record of all that is known of one item. Pure.

Every surface shows this record. `from_verdict` makes it of what was judged, `report_json` writes
it as the JSON of the contract, `parse` reads that JSON back, and `terminal` and `html` render it.
What was not measured is None. Sentences are messages of the catalogue; one that was written before
it had an id is `verbatim`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from app.intake.origin import Origin
from app.library.records import AppearanceKind
from app.metadata.types import Credentials, Fields, Finding
from app.verdict.claim_check import ClaimedDate, ClaimedPlace
from app.verdict.headline import Searched
from app.verdict.terms import Relation, Undecided
from hashing.message import Message
from hashing.types import (
    AudioFinding,
    Edit,
    FrameShare,
    Kind,
    Match,
    MediaInfo,
    Seconds,
    Segment,
    Span,
)

SCHEMA = "firstseen.report/1"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a rendering for others holds back. by: who chose to show more, or None.

    names: of files and pages. item: whether the file itself goes with it, as in a bag.
    """

    faces: Literal["redacted", "shown"] = "redacted"
    identifying_metadata: Literal["withheld", "shown"] = "withheld"
    by: str | None = None
    names: Literal["withheld", "kept"] = "withheld"
    item: Literal["withheld", "included"] = "withheld"


@dataclass(frozen=True, slots=True)
class ReportedItem:
    """What was checked.

    name: file name as it was handed over, without its folder. url, final_url, fetched_at: of an
    item that came of a link: as it was given, what gave the file, when fetching began.
    """

    name: str
    sha256: str | None = None
    bytes: int | None = None
    info: MediaInfo | None = None
    url: str | None = None
    final_url: str | None = None
    fetched_at: datetime | None = None

    @property
    def duration_s(self) -> Seconds | None:
        return self.info.duration_s if self.info else None


@dataclass(frozen=True, slots=True)
class ReportedPart:
    """What the file shows beside its main picture: a further track, an attached video.

    reason: why it was not checked. unmatched: ranges of its own time.
    """

    id: str
    kind: str
    label: Message
    duration_s: Seconds | None
    checked: bool
    reason: Message | None = None
    unmatched: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportedVerdict:
    """The verdict on the item as a whole."""

    relation: Relation
    undecided: Undecided | None
    headline: Message
    reasons: tuple[Message, ...] = ()
    limits: tuple[Message, ...] = ()

    @property
    def matched(self) -> bool:
        return self.relation not in ("none", "undecided")


@dataclass(frozen=True, slots=True)
class ReportedClaim:
    """What was said of the item, beside what is known."""

    date: ClaimedDate | None = None
    place: ClaimedPlace | None = None


type StatedBy = Literal["file", "person", "firstseen"]


@dataclass(frozen=True, slots=True)
class ReportedAppearance:
    """One publication record of a clip.

    stated_by: whose word the date is: what the file's metadata states, what a person entered, or
    firstseen's own clock. None where the library does not tell.
    """

    kind: AppearanceKind
    date: str
    source_url: str | None = None
    publisher: str | None = None
    entered_by: str | None = None
    stated_by: StatedBy | None = None


@dataclass(frozen=True, slots=True)
class EarliestCopy:
    """The earliest copy known to this library. clip: its id."""

    clip: str
    appearance: ReportedAppearance


@dataclass(frozen=True, slots=True)
class ReportedClip:
    """One known clip. kind, duration_s and sha256 are None in reports of older versions."""

    id: str
    name: str
    title: str | None = None
    place: str | None = None
    kind: Kind | None = None
    duration_s: Seconds | None = None
    sha256: str | None = None  # of its file

    @property
    def label(self) -> str:
        """Its title, or its file name where it has none."""
        return self.title or self.name or self.id


@dataclass(frozen=True, slots=True)
class ReportedMatch:
    """The item compared with one known clip. coverage: shares of both durations, 0..1."""

    clip: ReportedClip
    appearances: tuple[ReportedAppearance, ...]
    accepted: bool
    score: float
    relation: Relation
    coverage_query: float | None
    coverage_reference: float | None
    segments: tuple[Segment, ...] = ()
    edits: tuple[Edit, ...] = ()
    audio: AudioFinding = field(default_factory=AudioFinding)
    main_picture: bool = True
    frame_shares: tuple[FrameShare, ...] = ()
    shared_material: bool = False
    found_by: Literal["picture", "sound"] = "picture"
    reasons: tuple[Message, ...] = ()

    def to_match(self) -> Match:
        """The match again, as far as evidence frames are made of it."""
        return Match(
            score=self.score,
            decision="accepted" if self.accepted else "weak_match",
            segments=self.segments,
            edits=self.edits,
        )


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a check was done with: the same again should give the same outcome.

    checked_at: ISO 8601 in UTC. claimed_date, claimed_place: as entered. commit, code_sha256: of
    the program. settings: those that can change an outcome, by name.
    """

    checked_at: str
    version: str
    commit: str | None = None
    code_sha256: str | None = None
    model_sha256: str | None = None
    claimed_date: str | None = None
    claimed_place: str | None = None
    settings: Mapping[str, str | float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known of one item.

    verdict: None where the item could not be read; then `problems` says why. matches: one a clip,
    accepted ones first. metadata, findings: what the file's metadata states, and what of it
    deserves attention. shown: set in what is made for others. conditions: None in reports of
    older versions, and of what could not be read.
    """

    item: ReportedItem
    verdict: ReportedVerdict | None = None
    claim: ReportedClaim | None = None
    first_seen: EarliestCopy | None = None
    unmatched: tuple[Span, ...] = ()
    matches: tuple[ReportedMatch, ...] = ()
    searched: Searched | None = None
    metadata: Fields = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    credentials: Credentials | None = None
    problems: tuple[Message, ...] = ()
    timings_s: Mapping[str, float] = field(default_factory=dict)
    method: Mapping[str, str] = field(default_factory=dict)
    shown: Shown | None = None
    parts: tuple[ReportedPart, ...] = ()
    conditions: Conditions | None = None

    @property
    def readable(self) -> bool:
        """False where there is no verdict because the item could not be read."""
        return self.verdict is not None

    @property
    def accepted(self) -> tuple[ReportedMatch, ...]:
        return tuple(match for match in self.matches if match.accepted)


def with_origin(report: Report, origin: Origin) -> Report:
    """The same of an item that came of a link, with what fetching means and what it left out."""
    item = replace(
        report.item, url=origin.url, final_url=origin.final_url, fetched_at=origin.fetched_at
    )
    problems = (*report.problems, *origin.problems)
    if report.verdict is None:
        return replace(report, item=item, problems=(*problems, *origin.limits))
    verdict = replace(report.verdict, limits=(*report.verdict.limits, *origin.limits))
    return replace(report, item=item, verdict=verdict, problems=problems)
