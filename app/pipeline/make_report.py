"""Put a report together from a verdict and what it was made from."""

from datetime import UTC, datetime

from app.library.records import FileFacts
from app.metadata.findings.findings import findings
from app.pipeline.conditions import conditions_of
from app.pipeline.read_item import ReadItem
from app.pipeline.step_clock import StepClock
from app.report.from_verdict import report_on
from app.report.report import Report
from app.settings import Settings
from app.verdict.claim import Claim
from app.verdict.combine_parts import CheckedPart
from app.verdict.headline import Searched
from app.verdict.verdict import Verdict
from app.version import VERSION
from hashing.message import Message


def make_report(
    item: FileFacts,
    read: ReadItem,
    verdict: Verdict,
    searched: Searched,
    claim: Claim | None,
    clock: StepClock,
    settings: Settings,
    parts: tuple[CheckedPart, ...] = (),
) -> Report:
    """The whole report; findings about the file's metadata are judged as of now."""
    now = datetime.now(UTC)
    claimed_date = claim.date if claim else None
    query, metadata = read.fingerprint, read.metadata
    return report_on(
        name=item.name,
        sha256=item.sha256,
        bytes=item.bytes,
        info=query.whole_info,
        verdict=verdict,
        searched=searched,
        metadata=metadata.fields,
        findings=findings(metadata, query.whole_info, claimed_date, now),
        credentials=metadata.credentials,
        problems=(
            *query.problems,
            *_problems(parts),
            *metadata.problems,
            *(shortfall.problem for shortfall in verdict.shortfalls),
        ),
        parts=parts,
        timings_s=clock.times(),
        method={"firstseen": VERSION, "space": query.space, "sampling": query.sampling},
        conditions=conditions_of(settings, claim, now),
    )


def _problems(parts: tuple[CheckedPart, ...]) -> list[Message]:
    return [
        Message("problem-of-part", {"part": part.part.label, "problem": problem})
        for part in parts
        for problem in part.problems
    ]
