"""Report on an item that cannot be checked: its hash, and its metadata where that is readable."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.error_codes import EXIT_UNREADABLE, exit_code
from app.intake import item as intake
from app.metadata.findings.findings import findings
from app.metadata.trust_anchors import load_trust_anchors
from app.metadata.types import Metadata
from app.pipeline.open_sandbox import open_sandbox
from app.pipeline.read_item import decode_limits
from app.report.from_verdict import unreadable
from app.report.report import Report
from app.sandbox.errors import SandboxError
from app.settings import Settings
from app.verdict.claim import Claim
from hashing.errors import FirstseenError
from hashing.types import MediaInfo


def report_unread(
    path: Path,
    error: FirstseenError,
    settings: Settings,
    claim: Claim | None = None,
    name: str | None = None,
) -> Report:
    """The report on an item whose check ended with this error: the reason, and no verdict.

    name: of the item, where its name on disk is another.

    Raises the error itself where something else than the item failed.
    """
    if exit_code(error) != EXIT_UNREADABLE:
        raise error
    item, is_media = _item(path, error, settings, name)
    if item is None:
        return unreadable(name or intake.readable_name(path), error.message)
    report = unreadable(item.name, error.message, sha256=item.sha256, bytes=item.bytes)
    failed = error.task if isinstance(error, SandboxError) else None
    return _add_metadata(report, item, settings, claim, failed) if is_media else report


def _item(
    path: Path, error: FirstseenError, settings: Settings, name: str | None
) -> tuple[intake.Item | None, bool]:
    """The item where intake could read it, and whether its content may be media."""
    try:
        if isinstance(error, intake.NotMedia):
            raise error
        return intake.from_path(path, settings.max_bytes, name), True
    except intake.NotMedia as not_media:
        return not_media.item, False
    except FirstseenError:
        return None, False


def _add_metadata(
    report: Report,
    item: intake.Item,
    settings: Settings,
    claim: Claim | None,
    failed: str | None,
) -> Report:
    """Add what a new process can read of the file's facts and metadata.

    failed: the task that ended the first process, which is not tried again.
    Raises UsageError for an unusable list of trust anchors.
    """
    anchors = load_trust_anchors(settings.trust_anchors)
    info: MediaInfo | None = None
    metadata: Metadata | None = None
    # the report already says why the item cannot be read; what else fails adds nothing
    with (
        contextlib.suppress(FirstseenError),
        open_sandbox(item.path, settings) as sandbox,
    ):
        if failed != "metadata":
            metadata = sandbox.metadata(item.media_type, anchors)
        if failed != "probe":
            info = sandbox.probe(decode_limits(settings))
    if metadata is None:
        return report
    claimed_date = claim.date if claim else None
    return replace(
        report,
        item=replace(report.item, info=info),
        metadata=metadata.fields,
        findings=findings(metadata, info, claimed_date, datetime.now(UTC)),
        credentials=metadata.credentials,
    )
