"""`firstseen library …`: add clips, list, show and remove them, export their hashes."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.add_files import (
    add_files,
    exit_unreadable,
    find_files,
    message_json,
    problem_of_file,
)
from app.cli.options import AsJson, LibraryPlace, Progress, settings_of, start_decoding
from app.cli.printing import complain, print_json, print_lines, warn_unsandboxed
from app.messages.catalogue import plain, text
from app.text.command_line import command_line
from hashing.errors import FirstseenError
from hashing.message import Message

if TYPE_CHECKING:
    from app.library.library import Library

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
    results = add_files(
        find_files(paths),
        table.context_for,
        settings,
        quick=quick,
        as_json=as_json,
        progress=progress,
    )
    for name in table.unused_files():
        complain(text("cli-context-unused", name=name))
    if as_json:
        print_json([result.to_json() for result in results])
    exit_unreadable(if_any=any(result.problem for result in results))


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
                    problem = problem_of_file(error)
                problems.append(problem)
    if as_json:
        results = [
            {"id": clip.id, "name": clip.name, **message_json("problem", problem)}
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
    exit_unreadable(if_any=any(problem is not None for problem in problems))


@library_app.command("list", help=plain("help-library-list"))
def list_clips(
    library: LibraryPlace = None,
    containing: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", help=plain("help-list-text"))
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help=plain("help-list-year"))] = None,
    place: Annotated[str | None, typer.Option("--place", help=plain("help-list-place"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The clips of the library, or those that the filters select, a line each."""
    from app.library.listing import Filter
    from app.report.clip_text import clip_json, line, list_header

    clip_filter = Filter(containing, year, place)
    clips = _read(
        library,
        lambda opened: (
            opened.clips()
            if clip_filter == Filter()
            else opened.page(clip_filter, None, sys.maxsize)
        ),
    )
    if as_json:
        print_json([clip_json(clip) for clip in clips])
        return
    if sys.stdout.isatty() and clips:  # a program that reads the lines wants no header
        print_lines([list_header()])
    print_lines([line(clip) for clip in clips])


@library_app.command(help=plain("help-library-show"))
def show(clip_id: ClipId, library: LibraryPlace = None, *, as_json: AsJson = False) -> None:
    """All that is known of one clip, with the perceptual hashes of its frames."""
    from app.report.clip_text import change_lines, clip_detail_json, sheet
    from app.report.frame_hashes import frame_hashes, hashes_json, sheet_lines

    clip, changes, fingerprint = _read(
        library,
        lambda opened: (
            opened.clip(clip_id),
            opened.context_changes(clip_id),
            opened.load(clip_id, with_preview=False),
        ),
    )
    hashes = frame_hashes(fingerprint.descriptors)
    if as_json:
        print_json({**clip_detail_json(clip, changes), "hashes": hashes_json(hashes)})
        return
    options = ("--library", library) if library is not None else ()
    print_lines(
        [
            *sheet(clip),
            *change_lines(changes),
            *sheet_lines(hashes, command_line("library", "hashes", clip.id, *options)),
        ]
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
