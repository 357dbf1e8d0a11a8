"""`firstseen reproduce`: do a check again, and name what differs from its report."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import (
    AsJson,
    LibraryPlace,
    Progress,
    settings_of,
    start_decoding,
)
from app.cli.printing import print_json, print_lines, warn_unsandboxed
from app.errors import UsageError, cause_of
from app.messages.catalogue import plain, render, text
from hashing.message import Message

if TYPE_CHECKING:
    from app.report.report import Report
    from app.report.report_differences import Differences

MAX_REPORT_BYTES = 64 << 20  # 1 000 times the largest report of the benchmarks

ReportFile = Annotated[Path, typer.Argument(metavar="REPORT", help=plain("help-reproduce-report"))]
ItemFile = Annotated[Path | None, typer.Option("--file", help=plain("help-reproduce-file"))]


def reproduce(
    report: ReportFile,
    file: ItemFile = None,
    library: LibraryPlace = None,
    *,
    as_json: AsJson = False,
    progress: Progress = None,
) -> None:
    """Check the item of a report again with its claim, and name what differs."""
    before = _read_report(report)
    item = file or report.with_name(before.item.name)
    _expect_same_bytes(item, before)
    settings = settings_of(library=library)
    start_decoding(settings)
    from app import verify
    from app.cli.progress_bars import bars_wanted, item_bar
    from app.error_codes import EXIT_DIFFERS
    from app.library.library import Library
    from app.report.report_differences import differences
    from app.verdict.claim import parse_claim

    claim = parse_claim(*_claim_of(before))
    with Library.open(settings.library, read_only=True) as clips:
        clips.load_index()
        warn_unsandboxed(settings)
        with item_bar(show=bars_wanted(requested=progress)) as on_progress:
            after = verify.check_item(item, claim, clips, settings, on_progress)
    found = differences(before, after)
    if as_json:
        print_json(_as_json(found))
    else:
        print_lines(_lines(found))
    if found.outcome:
        raise typer.Exit(EXIT_DIFFERS)


def _read_report(path: Path) -> "Report":
    """Raises UsageError, ReportNotUnderstood."""
    from app.report.parse import report_from_json

    try:
        with path.open("rb") as file:
            content = file.read(MAX_REPORT_BYTES)
        return report_from_json(json.loads(content))
    except OSError as error:
        raise UsageError(
            Message("error-cannot-read", {"path": str(path), "reason": cause_of(error)})
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(Message("error-no-report", {"path": str(path)})) from error


def _expect_same_bytes(item: Path, report: "Report") -> None:
    """Raises UsageError where the file is absent or has other bytes than the report's item."""
    import hashlib

    try:
        with item.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(Message("error-reproduce-file", {"path": str(item)})) from error
    if sha256 != report.item.sha256:
        known = report.item.sha256 or "-"
        raise UsageError(
            Message("error-other-file", {"path": str(item), "sha256": sha256, "expected": known})
        )


def _claim_of(report: "Report") -> tuple[str | None, str | None]:
    """Date and place as entered; as a report of an older version repeats them."""
    if report.conditions is not None:
        return report.conditions.claimed_date, report.conditions.claimed_place
    claim = report.claim
    date, place = (claim.date, claim.place) if claim else (None, None)
    return date.claimed if date else None, place.claimed if place else None


def _lines(found: "Differences") -> list[str]:
    outcome = "reproduce-outcome-differs" if found.outcome else "reproduce-outcome-same"
    done = "reproduce-conditions-differ" if found.conditions else "reproduce-conditions-same"
    return [
        text(outcome),
        *(f"  {render(message)}" for message in found.outcome),
        text(done),
        *(f"  {render(message)}" for message in found.conditions),
    ]


def _as_json(found: "Differences") -> dict[str, object]:
    from app.messages import wire

    return {
        "same_outcome": not found.outcome,
        **{
            name: [{"text": render(each), "message": wire.to_json(each)} for each in messages]
            for name, messages in (("outcome", found.outcome), ("conditions", found.conditions))
        },
    }
