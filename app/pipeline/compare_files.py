"""Compare one file with another, without a library."""

from pathlib import Path

from app.intake import item as intake
from app.library.records import Clip
from app.pipeline.make_report import make_report
from app.pipeline.open_sandbox import open_sandbox
from app.pipeline.read_item import file_facts, read_item
from app.pipeline.results import Checked
from app.pipeline.step_clock import StepClock
from app.progress import OnProgress, quiet
from app.report.report import Report
from app.settings import Settings
from app.verdict.headline import Capabilities, Searched
from app.verdict.relations import CheckedItem
from app.verdict.verdict import judge
from hashing.types import Fingerprint


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
        reference = read_item(sandbox, other, settings, clock, on_progress).fingerprint
    clip = _as_clip(other, reference)
    with open_sandbox(item.path, settings) as sandbox:
        read = read_item(sandbox, item, settings, clock, on_progress)
        with clock.during("verify"):
            match = sandbox.compare(reference)
        checked_item = CheckedItem.of(item.sha256, read.fingerprint)
        searched = Searched(clips=1, seconds=reference.info.duration_s or 0.0)
        able = Capabilities(sound=read.fingerprint.audio is not None)
        verdict = judge(checked_item, [(clip, match)], None, searched, able)
        sheets = {}
        if with_sheets and match.accepted and reference.preview is not None:
            sheets[clip.id] = sandbox.evidence(reference.preview, match, unblurred=unblurred)
    report = make_report(file_facts(item), read, verdict, searched, None, clock)
    return Checked(report, verdict, sheets)


def _as_clip(item: intake.Item, fingerprint: Fingerprint) -> Clip:
    """A record for the second file, as if it were a clip of a library."""
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
