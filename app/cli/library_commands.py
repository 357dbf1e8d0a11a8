"""`firstseen library …`: add clips, list, show and remove them, export their hashes."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.options import AsJson, LibraryPlace, Progress, settings_of, start_decoding
from app.cli.printing import complain, print_json, print_lines, warn_unsandboxed
from app.messages import wire
from app.messages.catalogue import plain, text
from app.text.command_line import command_line
from hashing.errors import FirstseenError
from hashing.message import Message

if TYPE_CHECKING:
    from app.imports.statements import ImportEntry, ImportSource
    from app.library.context_csv import Context
    from app.library.library import Library
    from app.library.records import Addition
    from app.settings import Settings

library_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=plain("help-library"))

ClipId = Annotated[str, typer.Argument(metavar="ID", help=plain("help-option-clip-id"))]


class HashFormat(StrEnum):
    """Formats of `library hashes`."""

    PDQ = "pdq"
    CSV = "csv"


@library_app.command(help=plain("help-library-add"))
def add(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help=plain("help-add-paths"))],
    library: LibraryPlace = None,
    context: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help=plain("help-library-add-context")),
    ] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help=plain("help-library-add-quick"))] = False,
    as_json: AsJson = False,
    progress: Progress = None,
) -> None:
    """Add clips to the library. An identical file is not added again, and the output says so."""
    settings = settings_of(library=library)
    start_decoding(settings)
    from app.library.context_csv import ContextTable, read_context

    table = read_context(context) if context else ContextTable([])
    results = _add_files(
        _files(paths), table.context_for, settings, quick=quick, as_json=as_json, progress=progress
    )
    for name in table.unused_files():
        complain(text("cli-context-unused", name=name))
    if as_json:
        print_json([result.to_json() for result in results])
    _exit_unreadable(if_any=any(result.problem for result in results))


def _add_files(
    files: "Sequence[_File]",
    context_for: "Callable[[Path], Context]",
    settings: "Settings",
    *,
    quick: bool,
    as_json: bool,
    progress: bool | None,
) -> "list[_AddResult]":
    """Add each file with its context; a line each is printed, with bars at the end."""
    from app.cli.progress_bars import bars_wanted, item_bars
    from app.library.library import Library
    from app.pipeline.add_clip import add_clip
    from app.store.audit_log import CLI
    from app.store.audited_changes import AuditedChange, addition_entries, existing_store

    show_bars = bars_wanted(requested=progress)
    results: list[_AddResult] = []
    with Library.open(settings.library, create=True) as opened, existing_store(settings) as store:
        warn_unsandboxed(settings)
        with item_bars(len(files), show=show_bars) as (on_item, on_progress):

            def add_file(file: _File) -> "Addition":
                change = AuditedChange(store, CLI, "clip.add")
                added = add_clip(
                    file.path,
                    opened,
                    settings,
                    context_for(file.path),
                    quick=quick,
                    on_progress=on_progress,
                    before_storing=change.begin,
                )
                change.end(*addition_entries(added))
                return added

            for file in files:
                on_item(file.path.name, len(results), len(files))
                results.append(_try_to_add(file, add_file))
                if not as_json and not show_bars:
                    print_lines([_result_line(results[-1])])
    if show_bars and not as_json:
        print_lines([_result_line(result) for result in results])
    return results


@library_app.command("import", help=plain("help-library-import"))
def import_source(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help=plain("help-import-source"))],
    library: LibraryPlace = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=plain("help-import-dry-run"))] = False,
    quick: Annotated[bool, typer.Option("--quick", help=plain("help-library-add-quick"))] = False,
    as_json: AsJson = False,
    progress: Progress = None,
) -> None:
    """Add what another tool saved, with the dates and sources that it states."""
    settings = settings_of(library=library)
    from app.imports.sources import read_source

    read = read_source(source)
    entries = {entry.path: entry for entry in read.entries}
    results: list[_AddResult] = []
    if not dry_run:
        start_decoding(settings)
        results = _add_files(
            [_File(path) for path in entries],
            lambda path: entries[path].context,
            settings,
            quick=quick,
            as_json=as_json,
            progress=progress,
        )
    if as_json:
        print_json(
            {
                "kind": read.kind,
                "files": [_entry_json(entry) for entry in entries.values()],
                "results": [result.to_json() for result in results],
                "passed_over": [
                    {"name": passed.name, **_message_json("reason", passed.reason)}
                    for passed in read.passed_over
                ],
            }
        )
    else:
        _print_import(read, list(entries.values()), results, dry_run=dry_run)
    _exit_unreadable(if_any=any(result.problem for result in results))


def _print_import(
    read: "ImportSource",
    entries: "Sequence[ImportEntry]",
    results: "Sequence[_AddResult]",
    *,
    dry_run: bool,
) -> None:
    """What would be added, what was left out and why, and a line of totals."""
    lines = []
    for entry in entries:
        if dry_run:
            dates = ", ".join(appearance.date for appearance in entry.context.appearances)
            lines.append(text("cli-import-would-add", file=str(entry.path), dates=dates or "-"))
        lines += [
            text("cli-import-left-out", file=str(entry.path), reason=reason)
            for reason in entry.left_out
        ]
    lines += [
        text("cli-add-passed-over", file=passed.name, reason=passed.reason)
        for passed in read.passed_over
    ]
    counts = {
        "kind": read.kind,
        "files": len(entries),
        "new": sum(bool(result.new) for result in results),
        "changed": sum(result.new is False and bool(result.entered) for result in results),
        "failed": sum(result.problem is not None for result in results),
        "passed": len(read.passed_over),
    }
    print_lines([*lines, text("cli-import-dry" if dry_run else "cli-import-done", **counts)])


def _entry_json(entry: "ImportEntry") -> dict[str, Any]:
    return {
        "file": str(entry.path),
        "title": entry.context.title,
        "notes": entry.context.notes,
        "appearances": [
            {
                "kind": appearance.kind,
                "date": appearance.date,
                "source_url": appearance.source_url,
                "publisher": appearance.publisher,
            }
            for appearance in entry.context.appearances
        ],
        "left_out": [str(reason) for reason in entry.left_out],
        "left_out_messages": [wire.to_json(reason) for reason in entry.left_out],
    }


@library_app.command(help=plain("help-library-refresh"))
def refresh(
    library: LibraryPlace = None, *, as_json: AsJson = False, progress: Progress = None
) -> None:
    """Describe clips again that were added with an older model, so that they can be searched."""
    settings = settings_of(library=library)
    from app.cli.progress_bars import bars_wanted, item_bars
    from app.library.library import Library
    from app.pipeline.add_clip import clips_to_refresh, refresh_clip

    show_bars = bars_wanted(requested=progress)
    problems: list[Message | None] = []
    with Library.open(settings.library) as opened:
        warn_unsandboxed(settings)
        clips = clips_to_refresh(opened, settings)
        with item_bars(len(clips), show=show_bars) as (on_item, on_progress):
            for clip in clips:
                on_item(clip.name, len(problems), len(clips))
                problem = None
                try:
                    refresh_clip(clip, opened, settings, on_progress)
                except FirstseenError as error:
                    problem = _problem_of_file(error)
                problems.append(problem)
    if as_json:
        results = [
            {"id": clip.id, "name": clip.name, **_message_json("problem", problem)}
            for clip, problem in zip(clips, problems, strict=True)
        ]
        print_json(results)
    else:
        lines = [
            text("cli-clip-problem", id=clip.id, name=clip.name, problem=problem)
            if problem is not None
            else text("cli-clip-described", id=clip.id, name=clip.name)
            for clip, problem in zip(clips, problems, strict=True)
        ]
        print_lines(lines or [text("cli-all-searchable")])
    _exit_unreadable(if_any=any(problem is not None for problem in problems))


@library_app.command("list", help=plain("help-library-list"))
def list_clips(library: LibraryPlace = None, *, as_json: AsJson = False) -> None:
    """Every clip of the library, a line each."""
    from app.report.clip_text import clip_json, line, list_header

    clips = _read(library, lambda opened: opened.clips())
    if as_json:
        print_json([clip_json(clip) for clip in clips])
        return
    if sys.stdout.isatty() and clips:  # a program that reads the lines wants no header
        print_lines([list_header()])
    print_lines([line(clip) for clip in clips])


@library_app.command(help=plain("help-library-show"))
def show(clip_id: ClipId, library: LibraryPlace = None, *, as_json: AsJson = False) -> None:
    """All that is known of one clip, with the perceptual hashes of its frames."""
    from app.report.clip_text import clip_json, sheet
    from app.report.frame_hashes import frame_hashes, hashes_json, sheet_lines

    clip, fingerprint = _read(
        library, lambda opened: (opened.clip(clip_id), opened.load(clip_id, with_preview=False))
    )
    hashes = frame_hashes(fingerprint.descriptors)
    if as_json:
        print_json({**clip_json(clip), "hashes": hashes_json(hashes)})
        return
    options = ("--library", library) if library is not None else ()
    print_lines(
        [*sheet(clip), *sheet_lines(hashes, command_line("library", "hashes", clip.id, *options))]
    )


@library_app.command("hashes", help=plain("help-library-hashes"))
def export_hashes(
    clip_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID...]", help=plain("help-hashes-clips")),
    ] = None,
    export_format: Annotated[
        HashFormat,
        typer.Option(
            "--format",
            help=plain("help-library-hashes-export-format"),
        ),
    ] = HashFormat.PDQ,
    library: LibraryPlace = None,
) -> None:
    """Print the perceptual hashes of clips' frames, for other tools."""
    settings = settings_of(library=library)
    from app.library.library import Library
    from app.report.frame_hashes import csv_header, csv_lines, frame_hashes, pdq_lines

    left_out = 0
    with Library.open(settings.library, read_only=True) as opened:
        ids = [opened.clip(clip_id).id for clip_id in dict.fromkeys(clip_ids or ())]
        if export_format is HashFormat.CSV:
            print_lines([csv_header()])
        for clip_id in ids or [clip.id for clip in opened.clips()]:
            hashes = frame_hashes(opened.load(clip_id, with_preview=False).descriptors)
            if export_format is HashFormat.CSV:
                print_lines(csv_lines(clip_id, hashes))
                continue
            lines = pdq_lines(hashes)
            left_out += len(hashes) - len(lines)
            print_lines(lines)
    if left_out:
        complain(text("cli-hashes-left-out", count=left_out))


@library_app.command(help=plain("help-library-remove"))
def remove(
    clip_ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help=plain("help-option-clip-id"))
    ],
    library: LibraryPlace = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Remove clips from the library. The original files are not touched."""
    settings = settings_of(library=library)
    from app.library.library import Library
    from app.store.audit_log import CLI
    from app.store.audited_changes import AuditedChange, existing_store

    with Library.open(settings.library) as opened, existing_store(settings) as store:
        clips = [opened.clip(clip_id) for clip_id in dict.fromkeys(clip_ids)]
        for clip in clips:
            change = AuditedChange(store, CLI, "clip.remove", clip.id)
            change.begin()
            opened.remove(clip.id)
            change.end(("clip.remove", clip.id))
    if as_json:
        print_json([{"id": clip.id, "name": clip.name} for clip in clips])
    else:
        print_lines([text("cli-clip-removed", id=clip.id, name=clip.name) for clip in clips])


@library_app.command("stats", help=plain("help-library-stats"))
def show_stats(library: LibraryPlace = None, *, as_json: AsJson = False) -> None:
    """How many clips the library has, of which length and dates."""
    from app.report.clip_text import totals

    stats = _read(library, lambda opened: opened.stats())
    if as_json:
        print_json(asdict(stats))
    else:
        print_lines(totals(stats))


def _read[T](library: str | None, read: "Callable[[Library], T]") -> T:
    """Read from a library that is open for reading only."""
    settings = settings_of(library=library)
    from app.library.library import Library

    with Library.open(settings.library, read_only=True) as opened:
        return read(opened)


@dataclass(frozen=True, slots=True)
class _File:
    """A file to add. from_folder: it was found in a folder, and not named itself."""

    path: Path
    from_folder: bool = False
    problem: Message | None = None


def _files(paths: list[str]) -> list[_File]:
    """Each file once; folders are searched with all below them."""
    from app.cli.scan import find_items
    from app.intake.item import refuse_link

    files: dict[Path, _File] = {}
    for path in paths:
        refuse_link(path)
        if Path(path).is_dir():
            for item in find_items(Path(path)):
                files.setdefault(item.path, _File(item.path, True, item.problem))
        else:
            files[Path(path)] = _File(Path(path))
    return list(files.values())


@dataclass(frozen=True, slots=True)
class _AddResult:
    """The outcome of adding one file."""

    file: str
    id: str | None = None
    new: bool | None = None  # false: the library had an identical file already
    entered: tuple[Message, ...] = ()  # dates and texts that the context added
    repaired: bool = False  # what was stored was damaged, and the file was described anew
    parts: tuple[str, ...] = ()  # clips that further parts of the file became
    passed_over: Message | None = None  # why a file of a folder is no footage
    problem: Message | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields; messages as texts, problems with id and parameters too."""
        return {
            **asdict(self),
            "entered": [str(message) for message in self.entered],
            **_message_json("passed_over", self.passed_over),
            **_message_json("problem", self.problem),
        }


def _try_to_add(file: _File, add_file: "Callable[[_File], Addition]") -> _AddResult:
    """Add one file. Raises errors that are not about the file.

    A text or a list among the footage of a folder is passed over, and is no failure.
    """
    from app.intake.item import NotMedia

    path = str(file.path)
    if file.problem is not None:
        return _AddResult(path, problem=file.problem)
    try:
        added = add_file(file)
    except NotMedia as error:
        if file.from_folder:
            return _AddResult(path, passed_over=error.message)
        return _AddResult(path, problem=_problem_of_file(error))
    except FirstseenError as error:
        return _AddResult(path, problem=_problem_of_file(error))
    dates = (
        Message("entered-date", {"kind": appearance.kind, "date": appearance.date})
        for appearance in added.appearances
    )
    texts = (Message("entered-text", {"column": column}) for column in added.filled)
    entered = (*dates, *texts)
    return _AddResult(path, added.clip_id, added.new, entered, added.repaired, added.parts)


def _message_json(name: str, message: Message | None) -> dict[str, Any]:
    """A message as its English text and, beside it, as `id` and `params`; both null for None."""
    if message is None:
        return {name: None, f"{name}_message": None}
    return {name: str(message), f"{name}_message": wire.to_json(message)}


def _problem_of_file(error: FirstseenError) -> Message:
    """Why a file could not be read. Raises the error itself where it is not about the file."""
    from app.error_codes import EXIT_UNREADABLE, exit_code

    if exit_code(error) != EXIT_UNREADABLE:
        raise error
    return error.message


def _exit_unreadable(*, if_any: bool) -> None:
    from app.error_codes import EXIT_UNREADABLE

    if if_any:
        raise typer.Exit(EXIT_UNREADABLE)


def _result_line(result: _AddResult) -> str:
    if result.problem is not None:
        return text("cli-add-failed", file=result.file, problem=result.problem)
    if result.passed_over is not None:
        return text("cli-add-passed-over", file=result.file, reason=result.passed_over)
    clip = result.id or ""
    if result.new and result.parts:
        parts = ", ".join(result.parts)
        return text("cli-add-added-parts", id=clip, file=result.file, parts=parts)
    if result.new:
        return text("cli-add-added", id=clip, file=result.file)
    if result.repaired:
        return text("cli-add-repaired", clip_id=clip, file=result.file)
    if not result.entered:
        return text("cli-add-known", id=clip, file=result.file)
    entered = ", ".join(map(str, result.entered))
    return text("cli-add-entered", id=clip, file=result.file, entered=entered)
