"""`firstseen report`: the report of a check of the service, as terminal text or as a file."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import AsJson, LibraryPlace
from app.cli.printing import complain, print_json
from app.cli.service_store import DataOption, open_service_store
from app.cli.written_pages import (
    HtmlFile,
    KeepNames,
    PdfFile,
    require_browser,
    write_file,
    write_pages,
)
from app.messages.catalogue import plain, text
from hashing.message import Message

if TYPE_CHECKING:
    from app.report.report import Report

MediaReviewFile = Annotated[
    Path | None, typer.Option("--media-review", help=plain("help-report-media-review"))
]
CheckId = Annotated[str, typer.Argument(metavar="CHECK", help=plain("help-report-check"))]


def report(
    check: CheckId,
    library: LibraryPlace = None,
    data: DataOption = None,
    *,
    as_json: AsJson = False,
    html: HtmlFile = None,
    pdf: PdfFile = None,
    media_review: MediaReviewFile = None,
    keep_names: KeepNames = False,
) -> None:
    """The newest report of a check, for others: names of files, pages and people withheld."""
    require_browser(pdf)
    from app.errors import UsageError
    from app.report.parse import report_from_json
    from app.report.report import Shown
    from app.report.report_json import to_json
    from app.report.report_redaction import for_others
    from app.store import audit_log, checks, evidence_sheets, reports
    from app.store.record_of_check import record_of_check

    shown = Shown(names="kept" if keep_names else "withheld")
    with open_service_store(library, data) as store, store.writing() as connection:
        found = checks.find(connection, check)
        stored = reports.load_newest(connection, check)
        if stored is None:
            raise UsageError(Message("error-no-report-yet", {"state": found.state}))
        record = record_of_check(connection, found)
        sheets = evidence_sheets.load(connection, check)
        detail = " ".join(["page", *["names"] * keep_names])
        audit_log.append_entry(connection, audit_log.CLI, "report.export", check, detail)
    complete = report_from_json(stored.report)
    write_pages(html, pdf, complete, sheets, record, keep_names=keep_names)
    if media_review is not None:
        _write_draft(media_review, for_others(complete, shown))
    if as_json:
        print_json(to_json(for_others(complete, shown), record.as_shown(shown)))
    elif html is None and pdf is None and media_review is None:
        from app.report.terminal import console_for, show

        show(for_others(complete, shown), console_for(sys.stdout))


def _write_draft(path: Path, report: "Report") -> None:
    """Write the JSON-LD, and say what is left for a person to complete."""
    from app.report.media_review import TO_COMPLETE, draft

    write_file(path, (json.dumps(draft(report), indent=2, allow_nan=False) + "\n").encode())
    complain(text("cli-media-review", path=str(path), properties=", ".join(TO_COMPLETE)))
