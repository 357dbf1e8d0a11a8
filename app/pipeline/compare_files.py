"""Compare one file with another, each with all its parts, without a library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.evidence.evidence_sheet import EvidenceSheet
from app.intake import item as intake
from app.library.records import Clip, FileFacts
from app.pipeline.check_parts import describe_parts, list_parts
from app.pipeline.make_report import make_report
from app.pipeline.open_sandbox import open_sandbox
from app.pipeline.read_item import decode_limits, file_facts, part_facts, read_item
from app.pipeline.results import Checked, for_first_part
from app.pipeline.step_clock import StepClock
from app.progress import OnProgress, quiet
from app.report.report import Report
from app.sandbox.client import MediaSandbox
from app.sandbox.errors import SandboxKilled
from app.settings import Settings
from app.verdict.combine_parts import CheckedPart, combine_parts
from app.verdict.headline import Capabilities, Searched
from app.verdict.relations import CheckedItem
from app.verdict.verdict import Verdict, judge
from hashing.errors import DecodeError
from hashing.message import Message, verbatim
from hashing.types import DescribedPart, Fingerprint, Match, Part

WHOLE = Part("", "video", verbatim(""))  # stands for the main part of the other file


def compare_files(
    query_path: Path, reference_path: Path, settings: Settings, on_progress: OnProgress = quiet
) -> Report:
    """Report how the first file relates to the second. Raises as `compare`."""
    return compare(query_path, reference_path, settings, on_progress, with_sheets=False).report


def compare(
    query_path: Path,
    reference_path: Path,
    settings: Settings,
    on_progress: OnProgress = quiet,
    *,
    with_sheets: bool = True,
    unblurred: bool = False,
) -> Checked:
    """Compare two files; returns the report and the frames that show the match.

    unblurred: show faces.

    Raises IntakeError, DecodeError and SandboxError where either file cannot be read.
    """
    clock = StepClock()
    item = intake.from_path(query_path, settings.max_bytes)
    other = intake.from_path(reference_path, settings.max_bytes)
    with open_sandbox(other.path, settings) as sandbox:
        main = read_item(sandbox, other, settings, clock, on_progress).fingerprint
        references = [DescribedPart(WHOLE, main)]
        references += describe_parts(sandbox, other.path, settings, clock)
    facts = file_facts(item)
    with open_sandbox(item.path, settings) as sandbox:
        read = read_item(sandbox, item, settings, clock, on_progress)
        compared = _compare_with_each(sandbox, facts, read.fingerprint, other, references, clock)
        reference_of: dict[str | None, Fingerprint | None] = {None: compared.reference}
        parts: list[CheckedPart] = []
        listed, missed = list_parts(sandbox, decode_limits(settings))
        for part in listed:
            checked = CheckedPart(part, reason=part.reason)
            if part.reason is None:
                with open_sandbox(item.path, settings) as own:
                    checked, reference = _compare_part(
                        own, facts, part, other, references, clock, settings
                    )
                reference_of[part.id] = reference
            parts.append(checked)
        verdict = combine_parts(compared.verdict, parts, missed)
        verdict = replace(verdict, limits=(*verdict.limits, *_unread_parts(references)))
        sheets = {}
        if with_sheets:
            sheets = _sheets(sandbox, verdict, parts, reference_of, unblurred=unblurred)
    searched = Searched(clips=1, seconds=main.info.duration_s or 0.0)
    report = make_report(facts, read, verdict, searched, None, clock, settings, tuple(parts))
    return Checked(report, verdict, sheets)


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """The verdict on one part of the item, and the part of the other file that it is from."""

    verdict: Verdict
    reference: Fingerprint


def _compare_with_each(
    sandbox: MediaSandbox,
    facts: FileFacts,
    query: Fingerprint,
    other: intake.Item,
    references: Sequence[DescribedPart],
    clock: StepClock,
) -> _Compared:
    """Compare the sandbox's item with each part of the other file; that of the best match counts.

    An accepted match comes before others, and the main part's before another's.
    """
    best: tuple[tuple[bool, float], Match, DescribedPart, Fingerprint] | None = None
    for described in references:
        if described.fingerprint is None:
            continue
        with clock.during("verify"):
            match = sandbox.compare(described.fingerprint)
        rank = match.accepted, match.score
        if best is None or (rank > best[0] and not best[0][0]):
            best = rank, match, described, described.fingerprint
    assert best is not None  # the main part is always there
    _, match, described, reference = best
    named = file_facts(other)
    if described.part.id != WHOLE.id:
        named = part_facts(named, described.part)
    clip = _as_clip(named, reference)
    searched = Searched(clips=1, seconds=reference.info.duration_s or 0.0)
    able = Capabilities(sound=query.audio is not None)
    item = CheckedItem.of(facts.sha256, query)
    verdict = judge(item, [(clip, match)], None, searched, able)
    if match.accepted and described.part.id != WHOLE.id:
        limit = Message("limit-part-of-other", {"part": described.part.label})
        verdict = replace(verdict, limits=(limit, *verdict.limits))
    return _Compared(verdict, reference)


def _compare_part(
    sandbox: MediaSandbox,
    facts: FileFacts,
    part: Part,
    other: intake.Item,
    references: Sequence[DescribedPart],
    clock: StepClock,
    settings: Settings,
) -> tuple[CheckedPart, Fingerprint | None]:
    """One part of the item, compared; and the part of the other file that it is from."""
    try:
        with clock.during("describe"):
            query = sandbox.fingerprint_part(part, decode_limits(settings))
        own = part_facts(facts, part)
        compared = _compare_with_each(sandbox, own, query, other, references, clock)
    except (DecodeError, SandboxKilled) as error:
        return CheckedPart(part, reason=error.message), None
    return CheckedPart(part, compared.verdict, query), compared.reference


def _unread_parts(references: Sequence[DescribedPart]) -> list[Message]:
    """What of the other file was not compared."""
    return [
        Message(
            "limit-other-part-unchecked",
            {"part": described.part.label, "reason": described.part.reason or ""},
        )
        for described in references
        if described.fingerprint is None
    ]


def _sheets(
    sandbox: MediaSandbox,
    verdict: Verdict,
    parts: Sequence[CheckedPart],
    reference_of: Mapping[str | None, Fingerprint | None],
    *,
    unblurred: bool,
) -> dict[str, EvidenceSheet]:
    """Frames that show the accepted match, of the first part of the item that it is of."""
    sheets = {}
    for comparison in verdict.comparisons:
        match, part, query = for_first_part(comparison.match, parts)
        reference = reference_of.get(part)
        if comparison.accepted and reference is not None and reference.preview is not None:
            sheets[comparison.clip.id] = sandbox.evidence(
                reference.preview, match, query=query, unblurred=unblurred
            )
    return sheets


def _as_clip(item: FileFacts, fingerprint: Fingerprint) -> Clip:
    """A record for the second file, or a part of it, as if it were a clip of a library."""
    info = fingerprint.info
    return Clip(
        id="B",
        name=item.name,
        sha256=item.sha256,
        bytes=item.bytes,
        kind=info.kind,
        duration_s=info.duration_s,
        width=info.width,
        height=info.height,
        title=None,
        place=None,
        event=None,
        language=None,
        rights=None,
        notes=None,
        space=fingerprint.space,
        sampling=fingerprint.sampling,
        appearances=(),
    )
