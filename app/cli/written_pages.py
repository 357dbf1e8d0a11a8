"""A report's page, written as HTML and as PDF."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import UsageError, cause_of
from app.messages.catalogue import plain
from hashing.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.evidence.evidence_sheet import EvidenceSheet
    from app.report.check_record import CheckRecord
    from app.report.report import Report

HtmlFile = Annotated[Path | None, typer.Option("--html", help=plain("help-check-html"))]
PdfFile = Annotated[Path | None, typer.Option("--pdf", help=plain("help-check-pdf"))]
KeepNames = Annotated[bool, typer.Option("--keep-names", help=plain("help-check-keep-names"))]


class PageNotWrittenError(UsageError):
    """A file could not be written; the message says why."""


def require_browser(pdf: Path | None) -> None:
    """Raises NotPrintedError where a PDF is wanted and nothing can make it, before any work."""
    if pdf is not None:
        from app.printing.chromium import require_browser as require

        require()


def write_pages(
    html: Path | None,
    pdf: Path | None,
    report: "Report",
    sheets: "Mapping[str, EvidenceSheet]",
    record: "CheckRecord",
    *,
    keep_names: bool,
) -> None:
    """Write what is wanted. Raises PageNotWrittenError, NotPrintedError."""
    if html is None and pdf is None:
        return
    from app.report.html import render
    from app.report.report import Shown

    page = render(report, sheets, Shown(names="kept" if keep_names else "withheld"), record)
    if html is not None:
        write_file(html, page.encode())
    if pdf is not None:
        from app.printing.chromium import print_page

        write_file(pdf, print_page(page))


def write_file(path: Path, content: bytes) -> None:
    """Raises PageNotWrittenError."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise PageNotWrittenError(
            Message("error-cannot-write", {"path": str(path), "reason": cause_of(error)})
        ) from error
