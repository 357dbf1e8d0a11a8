"""`firstseen library …`: what is known, and how it is kept."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.options import (
    AsJson,
    LibraryFolder,
    Progress,
    complain,
    print_json,
    print_lines,
    settings_of,
    start_decoding,
    warn_unsandboxed,
)
from hashing.errors import FirstseenError

if TYPE_CHECKING:
    from app.library.library import Library
    from app.library.records import Added

library_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Add to, look at and look after the library."
)

ClipId = Annotated[str, typer.Argument(metavar="ID", help="Such as R000123.")]


@library_app.command()
def add(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files and folders.")],
    library: LibraryFolder = None,
    context: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Titles, places, sources and dates of the files."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="For bulk archives: describe fewer pictures.")
    ] = False,
    as_json: AsJson = False,
    progress: Progress = None,
) -> None:
    """Add known footage. A file that is known already is left as it is, and said so."""
    settings = settings_of(library=library)
    start_decoding(settings)
    from app.cli.progress_bars import bars_wanted, item_bars
    from app.library.context_csv import ContextTable, read_context
    from app.library.library import Library
    from app.library.records import Added
    from app.pipeline.add_clip import add_clip
    from app.store.audit_log import CLI
    from app.store.audited_changes import AuditedChange, addition_entries, existing_store

    table = read_context(context) if context else ContextTable([])
    files = _files(paths)
    bars = bars_wanted(progress)
    results: list[dict[str, Any]] = []
    with Library.open(settings.library, create=True) as known, existing_store(settings) as store:
        warn_unsandboxed(settings)
        with item_bars(len(files), show=bars) as (on_item, on_progress):

            def add_file(file: _File) -> Added:
                entered = table.of(file.path)
                act = AuditedChange(store, CLI, "clip.add")
                added = add_clip(
                    file.path,
                    known,
                    settings,
                    entered,
                    quick=quick,
                    on_progress=on_progress,
                    before_storing=act.begin,
                )
                act.end(*addition_entries(added))
                return added

            for file in files:
                on_item(file.path.name, len(results), len(files))
                results.append(_tried(file, add_file))
                if not as_json and not bars:
                    print_lines([_added(results[-1])])
    if bars and not as_json:
        print_lines([_added(result) for result in results])
    for name in table.unused():
        complain(f"warning: the context names {name!r}, which was not among the files")
    _finish(results, as_json)


@library_app.command()
def refresh(
    library: LibraryFolder = None, as_json: AsJson = False, progress: Progress = None
) -> None:
    """Describe clips anew that the present model cannot search."""
    settings = settings_of(library=library)
    from app.cli.progress_bars import bars_wanted, item_bars
    from app.library.library import Library
    from app.pipeline.add_clip import clips_to_refresh, refresh_clip

    bars = bars_wanted(progress)
    results: list[dict[str, Any]] = []
    with Library.open(settings.library) as known:
        warn_unsandboxed(settings)
        clips = clips_to_refresh(known, settings)
        with item_bars(len(clips), show=bars) as (on_item, on_progress):
            for clip in clips:
                on_item(clip.name, len(results), len(clips))
                problem = None
                try:
                    refresh_clip(clip, known, settings, on_progress)
                except FirstseenError as error:
                    problem = _file_s_fault(error)
                results.append({"id": clip.id, "name": clip.name, "problem": problem})
    if not as_json:
        lines = [
            f"{one['id']}  {one['name']}: {one['problem'] or 'described anew'}" for one in results
        ]
        print_lines(lines or ["Every clip can be searched with the present model"])
    _finish(results, as_json)


@library_app.command("list")
def list_clips(library: LibraryFolder = None, as_json: AsJson = False) -> None:
    """Every clip that is known, a line each."""
    from app.report.clip_text import clip_json, line

    clips = _read(library, lambda known: known.clips())
    if as_json:
        print_json([clip_json(clip) for clip in clips])
    else:
        print_lines([line(clip) for clip in clips])


@library_app.command()
def show(clip_id: ClipId, library: LibraryFolder = None, as_json: AsJson = False) -> None:
    """All that is known of one clip."""
    from app.report.clip_text import clip_json, sheet

    clip = _read(library, lambda known: known.clip(clip_id))
    if as_json:
        print_json(clip_json(clip))
    else:
        print_lines(sheet(clip))


@library_app.command()
def remove(
    clip_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Such as R000123.")],
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Forget clips. The original files are not touched."""
    settings = settings_of(library=library)
    from app.library.library import Library
    from app.store.audit_log import CLI
    from app.store.audited_changes import AuditedChange, existing_store

    with Library.open(settings.library) as known, existing_store(settings) as store:
        clips = [known.clip(clip_id) for clip_id in dict.fromkeys(clip_ids)]
        for clip in clips:
            act = AuditedChange(store, CLI, "clip.remove", clip.id)
            act.begin()
            known.remove(clip.id)
            act.end(("clip.remove", clip.id))
    if as_json:
        print_json([{"id": clip.id, "name": clip.name} for clip in clips])
    else:
        print_lines([f"{clip.id}  {clip.name}: removed" for clip in clips])


@library_app.command()
def stats(library: LibraryFolder = None, as_json: AsJson = False) -> None:
    """How much the library holds, of which years."""
    from app.report.clip_text import totals

    held = _read(library, lambda known: known.stats())
    if as_json:
        print_json(asdict(held))
    else:
        print_lines(totals(held))


def _read[T](folder: Path | None, read: "Callable[[Library], T]") -> T:
    """What a library says, opened for reading only."""
    settings = settings_of(library=folder)
    from app.library.library import Library

    with Library.open(settings.library, read_only=True) as known:
        return read(known)


@dataclass(frozen=True, slots=True)
class _File:
    """A file to add. found: it was come upon in a folder, and nobody named it."""

    path: Path
    found: bool = False
    problem: str | None = None


def _files(paths: list[str]) -> list[_File]:
    """Each file once; folders are gone through."""
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


def _tried(file: _File, addition: "Callable[[_File], Added]") -> dict[str, Any]:
    """What became of one file. Raises what is not the file's fault.

    A text or a list that lies among the footage of a folder is passed over, and is no failure.
    """
    from app.intake.item import NotMedia

    result: dict[str, Any] = {"file": str(file.path), "id": None, "new": None, "entered": []}
    result |= {"passed_over": None, "problem": file.problem}
    if file.problem is not None:
        return result
    try:
        added = addition(file)
    except FirstseenError as error:
        passed_over = file.found and isinstance(error, NotMedia)
        return result | {"passed_over" if passed_over else "problem": _file_s_fault(error)}
    entered = [f"{seen.kind} {seen.date}" for seen in added.appearances]
    return result | {"id": added.clip_id, "new": added.new, "entered": [*entered, *added.filled]}


def _file_s_fault(error: FirstseenError) -> str:
    """Why a file could not be read. Raises the error itself where it is not the file's fault."""
    from app.error_codes import EXIT_UNREADABLE, exit_code

    if exit_code(error) != EXIT_UNREADABLE:
        raise error
    return str(error)


def _finish(results: list[dict[str, Any]], as_json: bool) -> None:
    from app.error_codes import EXIT_UNREADABLE

    if as_json:
        print_json(results)
    if any(result["problem"] for result in results):
        raise typer.Exit(EXIT_UNREADABLE)


def _added(result: dict[str, Any]) -> str:
    if result["problem"] is not None:
        return f"not added  {result['file']}: {result['problem']}"
    if result["passed_over"] is not None:
        return f"passed over  {result['file']}: {result['passed_over']}"
    if result["new"]:
        return f"{result['id']}  {result['file']}: added"
    entered = f"; entered now: {', '.join(result['entered'])}" if result["entered"] else ""
    return f"{result['id']}  {result['file']}: known already{entered or ', nothing changed'}"
