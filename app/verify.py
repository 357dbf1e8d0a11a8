"""READ FIRST: one item, from intake to report, top to bottom.

1. intake: the file's bytes are hashed and its type is detected from its content, without parsing.
2. read: a locked process (the sandbox) probes the file, reads its metadata and fingerprints it.
3. search: its descriptors find candidate clips in the library; each is compared frame by frame.
4. judge: matches, known dates and the claim become a verdict.
5. report: one record, which every surface shows; evidence frames follow while the sandbox runs.

What a check shares with a later recheck, a comparison of two files and an addition to the library
is in `app.pipeline`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.evidence.evidence_sheet import Redaction
from app.intake.item import from_path
from app.library.library import Library
from app.pipeline.check_parts import check_parts
from app.pipeline.find_matches import search_library
from app.pipeline.judge_matches import judge_matches, trace_audio
from app.pipeline.make_report import make_report
from app.pipeline.open_sandbox import open_sandbox
from app.pipeline.read_item import file_facts, read_item
from app.pipeline.results import Checked, Judged
from app.pipeline.step_clock import StepClock
from app.progress import OnProgress, quiet
from app.report.report import Report
from app.settings import Settings
from app.verdict.claim import Claim
from app.verdict.combine_parts import combine_parts

__all__ = ["check", "check_item", "start_check"]


def check_item(
    path: Path,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
    name: str | None = None,
) -> Report:
    """Check one item; returns the report without evidence frames.

    name: of the item in the report, where its name on disk is not its own.

    Raises IntakeError, DecodeError and SandboxError where the item cannot be read at all.
    """
    return check(path, claim, library, settings, on_progress, name, with_sheets=False).report


def check(
    path: Path,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
    name: str | None = None,
    *,
    with_sheets: bool = True,
    unblurred: bool = False,
    strips: bool = False,
    redaction: Redaction | None = None,
) -> Checked:
    """Check one item; returns the report and the evidence frames of each accepted match.

    unblurred: faces are shown. strips: also make frames to step through. redaction: what a
    person blanks by hand. Raises as `check_item`.
    """
    with start_check(path, claim, library, settings, on_progress, name) as judged:
        sheets = (
            judged.make_sheets(
                unblurred=unblurred, strips=strips, redaction=redaction, on_progress=on_progress
            )
            if with_sheets
            else {}
        )
    return Checked(judged.report, judged.verdict, sheets)


@contextmanager
def start_check(
    path: Path,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
    name: str | None = None,
) -> Iterator[Judged]:
    """Check one item; evidence frames can be made until the context ends.

    Raises as `check_item`.
    """
    clock = StepClock()
    item = from_path(path, settings.max_bytes, name)
    facts = file_facts(item)
    with open_sandbox(item.path, settings) as sandbox:
        read = read_item(sandbox, item, settings, clock, on_progress)
        query = read.fingerprint
        search = search_library(sandbox, query, library, clock, on_progress)
        audio = trace_audio(query, search, library, clock)
        verdict = judge_matches(sandbox, facts, query, audio, claim, search.searched, library)
        parts, missed = check_parts(
            sandbox, item.path, facts, claim, library, settings, clock, on_progress
        )
        verdict = combine_parts(verdict, parts, missed)
        report = make_report(facts, read, verdict, search.searched, claim, clock, settings, parts)
        yield Judged(
            report, verdict, query, read.metadata, search.proposed, sandbox, library, parts
        )
