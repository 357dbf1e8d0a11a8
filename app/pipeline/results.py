"""Results of a check: a report, its evidence frames, and what both were made from."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from app.evidence.evidence_sheet import EvidenceSheet, Redaction
from app.library.library import Library
from app.metadata.types import Metadata
from app.pipeline.failed_comparison import COMPARISON_ERRORS
from app.progress import OnProgress, quiet
from app.report.report import Report
from app.sandbox.client import MediaSandbox
from app.sandbox.errors import SandboxKilled
from app.verdict.combine_parts import CheckedPart
from app.verdict.relations import Comparison
from app.verdict.verdict import Verdict
from hashing.search.candidates import SearchThresholds
from hashing.types import Fingerprint, Match, PreviewFrames

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """A report, the verdict it reports, and its evidence frames by clip id."""

    report: Report
    verdict: Verdict
    sheets: Mapping[str, EvidenceSheet] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A finished report and what it was made from. The open sandbox can still make evidence."""

    report: Report
    verdict: Verdict
    query: Fingerprint
    metadata: Metadata
    proposed: SearchThresholds
    _sandbox: MediaSandbox
    _library: Library
    parts: tuple[CheckedPart, ...] = ()

    @property
    def matches_to_show(self) -> tuple[Comparison, ...]:
        """The matches that evidence frames can be made of."""
        return tuple(match for match in self.verdict.comparisons if _is_shown(match))

    def make_sheets(
        self,
        *,
        unblurred: bool = False,
        strips: bool = False,
        redaction: Redaction | None = None,
        on_progress: OnProgress = quiet,
    ) -> dict[str, EvidenceSheet]:
        """Evidence by clip id.

        unblurred: show faces. strips: also make frames to step through. redaction: what a person
        blanks by hand.
        """
        return make_sheets(
            self._sandbox,
            self.matches_to_show,
            self._library,
            unblurred=unblurred,
            strips=strips,
            redaction=redaction,
            on_progress=on_progress,
            parts=self.parts,
        )


def make_sheets(
    sandbox: MediaSandbox,
    matches: Sequence[Comparison],
    library: Library,
    *,
    unblurred: bool,
    strips: bool,
    redaction: Redaction | None,
    on_progress: OnProgress,
    parts: Sequence[CheckedPart] = (),
) -> dict[str, EvidenceSheet]:
    """Evidence of each match whose clip has preview frames, by clip id.

    A match whose frames cannot be made has none; the others have theirs.
    """
    sheets = {}
    for done, match in enumerate(matches):
        on_progress("pictures", done / len(matches))
        shown, _, preview = for_first_part(match.match, parts)
        try:
            reference = library.load(match.clip.id).preview
            if reference is None:
                continue
            sheets[match.clip.id] = sandbox.evidence(
                reference,
                shown,
                query=preview,
                unblurred=unblurred,
                strip=strips,
                redaction=redaction,
            )
        except COMPARISON_ERRORS as error:
            log.warning("no frames could be made", extra={"reason": type(error).__name__})
            with suppress(SandboxKilled):
                sandbox.revive()
    return sheets


def for_first_part(
    match: Match, parts: Sequence[CheckedPart]
) -> tuple[Match, str | None, PreviewFrames | None]:
    """The match limited to one part, the main part if it matched; that part's id and its preview
    frames.

    Id and frames are None for the main part: the sandbox has its frames.
    """
    ids = {segment.part for segment in match.segments}
    part = None if None in ids or not ids else sorted(filter(None, ids))[0]
    preview = next((other.preview for other in parts if other.part.id == part), None)
    segments = tuple(segment for segment in match.segments if segment.part == part)
    edits = tuple(edit for edit in match.edits if edit.part == part)
    return replace(match, segments=segments, edits=edits), part, preview


def _is_shown(match: Comparison) -> bool:
    return bool(match.match.segments) and (match.accepted or match.relation == "undecided")
