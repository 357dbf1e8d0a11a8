"""READ FIRST: one item, from intake to report, top to bottom.

1. intake: the file's bytes are hashed and its type is told from its content; nothing parses it yet.
2. read: a locked process (the sandbox) probes the file, reads its metadata and describes it.
3. search: its descriptors propose clips of the library; each is then compared frame by frame.
4. judge: matches, known dates and the claim become a verdict in words.
5. report: one record, which every surface shows; evidence can follow while the sandbox lasts.

What a check shares with a later recheck, a comparison of two files and an addition to the library
stands in `app.pipeline`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.intake.item import from_path
from app.library.library import Library
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

__all__ = ["check", "check_item", "checking"]


def check_item(
    path: Path,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
    name: str | None = None,
) -> Report:
    """Follow one item from what the user handed us to a report they can check.

    name: what to call the item, where its name on disk is not its own.

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
) -> Checked:
    """The same, with the frames that show each accepted match.

    unblurred: faces are shown. strips: also make frames to step through.
    """
    with checking(path, claim, library, settings, on_progress, name) as judged:
        sheets = (
            judged.make_sheets(unblurred=unblurred, strips=strips, on_progress=on_progress)
            if with_sheets
            else {}
        )
    return Checked(judged.report, sheets)


@contextmanager
def checking(
    path: Path,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
    name: str | None = None,
) -> Iterator[Judged]:
    """The verdict as soon as it stands; its evidence can be made while this lasts."""
    clock = StepClock()
    item = from_path(path, settings.max_bytes, name)
    facts = file_facts(item)
    with open_sandbox(item.path, settings) as sandbox:
        read = read_item(sandbox, item, settings, clock, on_progress)
        query = read.fingerprint
        compared, searched, proposed = search_library(sandbox, query, library, clock, on_progress)
        audio = trace_audio(query, compared, library, clock)
        verdict = judge_matches(sandbox, facts, query, audio, claim, searched, library)
        report = make_report(facts, read, verdict, searched, claim, clock)
        yield Judged(report, query, read.metadata, proposed, sandbox, library)
