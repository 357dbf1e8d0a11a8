"""The command line: parse, call, render. Heavy modules are imported by the command that needs them,
so that `firstseen --help` answers at once.

Results go to stdout, progress and complaints to stderr. Exit codes stand in app.errors.
"""

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from app.cli.audit_commands import audit_app
from app.cli.backup_commands import backup, prune, restore
from app.cli.bag_command import bag
from app.cli.desk_commands import desk_app
from app.cli.doctor import doctor
from app.cli.keys_commands import keys_app
from app.cli.library_commands import library_app
from app.cli.library_context import edit, export_clips
from app.cli.library_import import import_source
from app.cli.options import AsJson, LibraryPlace, Progress, settings_of, start_decoding
from app.cli.printing import complain, print_json, print_lines, warn_unsandboxed
from app.cli.report_command import report as report_command
from app.cli.reproduce_command import reproduce
from app.cli.service_store import DataOption
from app.cli.verify_and_repair import repair, verify
from app.cli.wipe import wipe
from app.cli.written_pages import HtmlFile, KeepNames, PdfFile, require_browser, write_pages
from app.messages.catalogue import plain, text
from hashing.errors import DecodeError, FirstseenError
from hashing.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.evidence.evidence_sheet import EvidenceSheet, FramePart, Redaction
    from app.intake.origin import Origin
    from app.progress import OnProgress
    from app.report.check_record import CheckRecord
    from app.report.report import Report
    from app.settings import Settings
    from app.verdict.claim import Claim

app = typer.Typer(
    name="firstseen",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=plain("help-firstseen"),
)
app.add_typer(library_app, name="library")
library_app.command("import", help=plain("help-library-import"))(import_source)
library_app.command(help=plain("help-library-edit"))(edit)
library_app.command("export", help=plain("help-library-export"))(export_clips)
library_app.command(help=plain("help-library-verify"))(verify)
library_app.command(help=plain("help-library-repair"))(repair)
app.add_typer(keys_app, name="keys")
app.add_typer(audit_app, name="audit")
app.add_typer(desk_app, name="desk")
app.command(help=plain("help-wipe"))(wipe)
app.command(help=plain("help-doctor"))(doctor)
# ids may begin with a hyphen
ID_COMMAND: Final = {"ignore_unknown_options": True}
app.command(help=plain("help-reproduce"))(reproduce)
app.command(help=plain("help-backup"))(backup)
app.command(help=plain("help-restore"))(restore)
app.command(help=plain("help-prune"))(prune)
app.command("bag", help=plain("help-bag"), context_settings=ID_COMMAND)(bag)
app.command("report", help=plain("help-report"), context_settings=ID_COMMAND)(report_command)


def _print_version(*, requested: bool) -> None:
    if requested:
        version()
        raise typer.Exit


@app.callback()
def _everywhere(
    *,
    version_wanted: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help=plain("help-show-version"),
        ),
    ] = False,
) -> None:
    pass


@app.command(help=plain("help-check"))
def check(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help=plain("help-check-path"),
        ),
    ],
    library: LibraryPlace = None,
    claimed_date: Annotated[
        str | None,
        typer.Option(help=plain("help-check-claimed-date")),
    ] = None,
    claimed_place: Annotated[
        str | None, typer.Option(help=plain("help-check-claimed-place"))
    ] = None,
    *,
    as_json: AsJson = False,
    html: HtmlFile = None,
    pdf: PdfFile = None,
    blank: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X0,Y0,X1,Y1",
            help=plain("help-check-blank"),
        ),
    ] = None,
    blank_all_but: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X0,Y0,X1,Y1",
            help=plain("help-check-blank-all-but"),
        ),
    ] = None,
    keep_names: KeepNames = False,
    progress: Progress = None,
) -> None:
    """Check one item against the library."""
    link = _is_link(path)
    file = Path(path) if link else _file(path)
    claim = _claim(claimed_date, claimed_place)
    page_wanted = html is not None or pdf is not None
    redaction = _redaction(blank or [], blank_all_but or [], page_wanted=page_wanted)
    _expect_page("error-keep-names-needs-html", given=keep_names, page_wanted=page_wanted)
    require_browser(pdf)
    settings = settings_of(library=library)
    start_decoding(settings)
    from app import verify
    from app.cli.progress_bars import bars_wanted, item_bar
    from app.library.library import Library
    from app.pipeline.unreadable import report_unread
    from app.report.report import with_origin

    sheets: Mapping[str, EvidenceSheet] = {}
    with Library.open(settings.library, read_only=True) as clips, ExitStack() as cleanup:
        clips.load_index()
        warn_unsandboxed(settings)
        with item_bar(show=bars_wanted(requested=progress)) as on_progress:
            name, origin = None, None
            try:
                if link:
                    file, name, origin = _fetched(path, cleanup, settings, on_progress)
                checked = verify.check(
                    file,
                    claim,
                    clips,
                    settings,
                    on_progress,
                    name,
                    with_sheets=page_wanted,
                    redaction=redaction,
                )
                report, sheets = checked.report, checked.sheets
            except FirstseenError as error:
                report = report_unread(file, error, settings, claim, name)
                origin = origin or getattr(error, "origin", None)
            if origin is not None:
                report = with_origin(report, origin)
    if page_wanted:
        write_pages(html, pdf, report, sheets, _record(report, claim), keep_names=keep_names)
    _finish(report, as_json=as_json)


@app.command(help=plain("help-compare"))
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help=plain("help-compare-a"))],
    b: Annotated[str, typer.Argument(metavar="B", help=plain("help-compare-b"))],
    *,
    as_json: AsJson = False,
    progress: Progress = None,
) -> None:
    """Compare one file with another, without a library."""
    item, reference = _file(a), _file(b)
    settings = settings_of()
    start_decoding(settings)
    from app.cli.progress_bars import bars_wanted, item_bar
    from app.error_codes import EXIT_UNREADABLE, exit_code
    from app.pipeline.compare_files import compare_files
    from app.pipeline.unreadable import report_unread

    warn_unsandboxed(settings)
    with item_bar(show=bars_wanted(requested=progress)) as on_progress:
        try:
            report = compare_files(item, reference, settings, on_progress)
        except FirstseenError as error:
            if exit_code(error) != EXIT_UNREADABLE:
                raise
            problem = Message(
                "error-not-compared",
                {"item": item.name, "reference": reference.name, "reason": error.message},
            )
            report = report_unread(item, DecodeError(problem), settings)
    _finish(report, as_json=as_json)


@app.command(help=plain("help-scan"))
def scan(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", exists=True, file_okay=False, help=plain("help-scan-folder")
        ),
    ],
    jsonl: Annotated[
        Path,
        typer.Option(metavar="OUT.jsonl", help=plain("help-scan-jsonl")),
    ],
    library: LibraryPlace = None,
    jobs: Annotated[
        int,
        typer.Option(min=1, max=64, help=plain("help-scan-jobs")),
    ] = 1,
    claims: Annotated[
        Path | None, typer.Option(metavar="CLAIMS.csv", help=plain("help-scan-claims"))
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--csv", metavar="OUT.csv", help=plain("help-scan-csv"))
    ] = None,
    *,
    progress: Progress = None,
) -> None:
    """Check every file of a folder; never stops for a bad one, and resumes where it was stopped."""
    settings = settings_of(library=library)
    start_decoding(settings)
    from app import verify
    from app.cli.claims_csv import ClaimsTable, read_claims
    from app.cli.progress_bars import bars_wanted, item_bars
    from app.cli.scan import FolderEntry, Outcome, ReportFile, find_items, summary_lines
    from app.cli.scan import scan as scan_items
    from app.cli.scan_table import write_table
    from app.error_codes import EXIT_UNREADABLE
    from app.library.library import Library
    from app.pipeline.unreadable import report_unread
    from app.progress import quiet
    from app.report.from_verdict import unreadable
    from app.report.report_json import to_json

    said = read_claims(claims) if claims is not None else ClaimsTable({})
    own = [path for path in (jsonl, claims, table) if path is not None]
    items = [
        replace(item, claim=said.claim_for(item.relative))
        for item in find_items(folder)
        if not any(_is_same_file(item.path, path) for path in own)
    ]
    for name in said.unused_files([item.relative for item in items]):
        complain(text("cli-claim-unused", name=name))
    with Library.open(settings.library, read_only=True) as clips, ReportFile(jsonl) as reports:
        clips.load_index()
        warn_unsandboxed(settings)
        with item_bars(len(items), show=bars_wanted(requested=progress)) as (on_item, on_progress):
            outcomes: list[tuple[FolderEntry, Outcome]] = []

            stages = on_progress if jobs == 1 else quiet  # several at once would be mixed up

            def check_entry(item: FolderEntry) -> dict[str, Any]:
                on_item(item.relative, len(outcomes), len(items))
                if item.problem is not None:
                    return to_json(unreadable(item.path.name, item.problem))
                try:
                    report = verify.check_item(item.path, item.claim, clips, settings, stages)
                except FirstseenError as error:
                    report = report_unread(item.path, error, settings, item.claim)
                return to_json(report)

            for outcome in scan_items(items, reports, check_entry, jobs):
                outcomes.append(outcome)
    if table is not None:
        write_table(jsonl, [item.relative for item in items], table)
    print_lines(summary_lines(outcomes))
    if any(outcome.relation is None for _, outcome in outcomes):
        raise typer.Exit(EXIT_UNREADABLE)


@app.command(help=plain("help-serve"))
def serve(
    library: LibraryPlace = None,
    data: DataOption = None,
    host: Annotated[str | None, typer.Option(help=plain("help-serve-host"))] = None,
    port: Annotated[int | None, typer.Option(help=plain("help-serve-port"))] = None,
    *,
    unsafe_decoding: Annotated[
        bool | None,
        typer.Option("--unsafe-decoding", help=plain("help-serve-unsafe-decoding")),
    ] = None,
) -> None:
    """Run the service, for this machine only unless another address is given."""
    settings = settings_of(
        library=library, data=data, host=host, port=port, unsafe_decoding=unsafe_decoding
    )
    from app.api.app import serve as run

    run(settings)


@app.command(help=plain("help-version"))
def version() -> None:
    """Print the version."""
    from app.version import VERSION

    print_lines([f"firstseen {VERSION}"])


def _is_link(text: str) -> bool:
    from app.intake.item import LINK

    return LINK.match(text) is not None


def _fetched(
    url: str, cleanup: ExitStack, settings: "Settings", on_progress: "OnProgress"
) -> tuple[Path, str, "Origin"]:
    """Fetch the file of a link, until `cleanup` is closed; returns path, name and origin."""
    from tempfile import TemporaryDirectory

    from app.fetch.fetch import check_link, fetch

    check_link(url, settings)  # a refused link needs no warning
    complain(text("cli-fetching"))
    folder = Path(cleanup.enter_context(TemporaryDirectory(prefix="firstseen-")))
    fetched = fetch(url, folder, settings, on_progress)
    return fetched.path, fetched.name, fetched.origin


def _file(path: str) -> Path:
    """The path of a file argument. Raises LinkRefusedError for a link, UsageError for a folder."""
    from app.errors import UsageError
    from app.intake.item import refuse_link

    refuse_link(path)
    if Path(path).is_dir():
        raise UsageError(Message("error-is-folder", {"path": str(path)}))
    return Path(path)


def _claim(date: str | None, place: str | None) -> "Claim | None":
    from app.dates import DateNotUnderstoodError
    from app.errors import UsageError
    from app.verdict.claim import ClaimNotUnderstoodError, parse_claim

    try:
        return parse_claim(date, place)
    except DateNotUnderstoodError as error:
        raise UsageError(
            Message("error-option", {"option": "--claimed-date", "problem": error.message})
        ) from error
    except ClaimNotUnderstoodError as error:
        raise UsageError(
            Message("error-option", {"option": "--claimed-place", "problem": error.message})
        ) from error


def _redaction(
    blank: list[str], blank_all_but: list[str], *, page_wanted: bool
) -> "Redaction | None":
    """What a person blanks by hand in the item. Raises UsageError."""
    from app.evidence.evidence_sheet import Redaction

    if not blank and not blank_all_but:
        return None
    _expect_page("error-blank-needs-html", given=True, page_wanted=page_wanted)
    return Redaction(
        tuple(_frame_part("--blank", text) for text in blank),
        tuple(_frame_part("--blank-all-but", text) for text in blank_all_but),
    )


def _expect_page(problem: str, *, given: bool, page_wanted: bool) -> None:
    """Raises UsageError where an option for the page was given, and no page is written.

    problem: the id of what it says.
    """
    from app.errors import UsageError

    if given and not page_wanted:
        raise UsageError(Message(problem))


def _frame_part(option: str, text: str) -> "FramePart":
    from app.errors import UsageError
    from app.evidence.evidence_sheet import FramePart

    try:
        x0, y0, x1, y1 = (float(part) for part in text.split(","))
        return FramePart("item", (x0, y0, x1, y1))
    except ValueError as error:
        raise UsageError(Message("error-frame-part", {"option": option, "text": text})) from error


def _finish(report: "Report", *, as_json: bool) -> None:
    """Print the report, and exit with EXIT_UNREADABLE where the item could not be read."""
    from app.error_codes import EXIT_UNREADABLE

    if as_json:
        from app.report.report_json import to_json

        print_json(to_json(report))
    else:
        from app.report.terminal import console_for, show

        show(report, console_for(sys.stdout))
    if not report.readable:
        raise typer.Exit(EXIT_UNREADABLE)


def _record(report: "Report", claim: "Claim | None") -> "CheckRecord":
    """When the check was done, and the claim as entered: a check of the command line has no id."""
    from datetime import UTC, datetime

    from app.report.check_record import CheckRecord

    done = report.conditions
    date, place = (claim.date, claim.place) if claim else (None, None)
    return CheckRecord(
        done.checked_at if done else datetime.now(UTC).isoformat(timespec="seconds"),
        claimed_date=date.text if date else None,
        claimed_place=place,
    )


def _is_same_file(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
