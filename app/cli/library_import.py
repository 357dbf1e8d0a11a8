"""`firstseen library import`: add what another tool saved, with its dates."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.add_files import (
    AddResult,
    ToAdd,
    add_files,
    entered_messages,
    exit_unreadable,
    message_json,
    result_line,
)
from app.cli.options import (
    AsJson,
    LibraryPlace,
    Progress,
    settings_of,
    start_decoding,
)
from app.cli.printing import print_json, print_lines
from app.messages import wire
from app.messages.catalogue import plain, text
from hashing.message import Message

if TYPE_CHECKING:
    from app.imports.statements import ClipStatement, ImportEntry, ImportSource
    from app.settings import Settings


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
    results: list[AddResult] = []
    if entries and not dry_run:
        start_decoding(settings)
        results = add_files(
            [ToAdd(path) for path in entries],
            lambda path: entries[path].context,
            settings,
            quick=quick,
            as_json=as_json,
            progress=progress,
        )
    if read.known and not dry_run:
        results += _correct_known(read.known, settings, as_json=as_json)
    if as_json:
        print_json(
            {
                "kind": read.kind,
                "files": [_entry_json(entry) for entry in entries.values()],
                "results": [result.to_json() for result in results],
                "passed_over": [
                    {"name": passed.name, **message_json("reason", passed.reason)}
                    for passed in read.passed_over
                ],
            }
        )
    else:
        _print_import(read, list(entries.values()), results, dry_run=dry_run)
    exit_unreadable(if_any=any(result.problem for result in results))


def _print_import(
    read: "ImportSource",
    entries: "Sequence[ImportEntry]",
    results: "Sequence[AddResult]",
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
    if dry_run:
        lines += [text("cli-import-would-correct", file=each.name) for each in read.known]
    lines += [
        text("cli-add-passed-over", file=passed.name, reason=passed.reason)
        for passed in read.passed_over
    ]
    counts = {
        "kind": read.kind,
        "files": len(entries) + len(read.known),
        "new": sum(bool(result.new) for result in results),
        "changed": sum(result.new is False and bool(result.entered) for result in results),
        "failed": sum(result.problem is not None for result in results),
        "passed": len(read.passed_over) + sum(bool(result.passed_over) for result in results),
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


def _correct_known(
    statements: "Sequence[ClipStatement]", settings: "Settings", *, as_json: bool
) -> list[AddResult]:
    """Enter and correct what a table states of clips that the library has."""
    from app.library.library import Library
    from app.store.audit_log import CLI
    from app.store.audited_changes import AuditedChange, addition_entries, existing_store

    results = []
    with Library.open(settings.library) as opened, existing_store(settings) as store:
        for statement in statements:
            clip = opened.find_by_sha256(statement.sha256)
            if clip is None:
                problem = Message("import-no-clip")
                results.append(AddResult(statement.name, passed_over=problem))
            else:
                change = AuditedChange(store, CLI, "clip.change", clip.id)
                change.begin()
                added = opened.add_context(clip.id, statement.context, correct=True)
                change.end(*addition_entries(added))
                entered = entered_messages(added)
                results.append(AddResult(statement.name, clip.id, new=False, entered=entered))
            if not as_json:
                print_lines([result_line(results[-1])])
    return results
