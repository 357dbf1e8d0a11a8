"""Add files to the library for a command, and say of each what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from app.cli.printing import print_lines, warn_unsandboxed
from app.messages import wire
from app.messages.catalogue import text
from hashing.errors import FirstseenError
from hashing.message import Message

if TYPE_CHECKING:
    from app.library.context_csv import Context
    from app.library.records import Addition
    from app.settings import Settings

__all__ = [
    "AddResult",
    "ToAdd",
    "add_files",
    "entered_messages",
    "exit_unreadable",
    "find_files",
    "message_json",
    "problem_of_file",
    "result_line",
]


@dataclass(frozen=True, slots=True)
class ToAdd:
    """A file to add. from_folder: it was found in a folder, and not named itself."""

    path: Path
    from_folder: bool = False
    problem: Message | None = None


def find_files(paths: list[str]) -> list[ToAdd]:
    """Each file once; folders are searched with all below them."""
    from app.cli.scan import find_items
    from app.intake.item import refuse_link

    files: dict[Path, ToAdd] = {}
    for path in paths:
        refuse_link(path)
        if Path(path).is_dir():
            for item in find_items(Path(path)):
                files.setdefault(item.path, ToAdd(item.path, True, item.problem))
        else:
            files[Path(path)] = ToAdd(Path(path))
    return list(files.values())


@dataclass(frozen=True, slots=True)
class AddResult:
    """The outcome of adding one file."""

    file: str
    id: str | None = None
    new: bool | None = None  # false: the library had an identical file already
    entered: tuple[Message, ...] = ()  # dates and texts that the context added or corrected
    repaired: bool = False  # what was stored was damaged, and the file was described anew
    parts: tuple[str, ...] = ()  # clips that further parts of the file became
    passed_over: Message | None = None  # why a file of a folder is no footage
    problem: Message | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields; messages as texts, problems with id and parameters too."""
        return {
            **asdict(self),
            "entered": [str(message) for message in self.entered],
            **message_json("passed_over", self.passed_over),
            **message_json("problem", self.problem),
        }


def _try_to_add(file: ToAdd, add_file: "Callable[[ToAdd], Addition]") -> AddResult:
    """Add one file. Raises errors that are not about the file.

    A text or a list among the footage of a folder is passed over, and is no failure.
    """
    from app.intake.item import NotMedia

    path = str(file.path)
    if file.problem is not None:
        return AddResult(path, problem=file.problem)
    try:
        added = add_file(file)
    except NotMedia as error:
        if file.from_folder:
            return AddResult(path, passed_over=error.message)
        return AddResult(path, problem=problem_of_file(error))
    except FirstseenError as error:
        return AddResult(path, problem=problem_of_file(error))
    return AddResult(
        path, added.clip_id, added.new, entered_messages(added), added.repaired, added.parts
    )


def entered_messages(added: "Addition") -> tuple[Message, ...]:
    """Dates and texts that were entered or corrected of a clip, and parts added beside it."""
    dates = (
        Message("entered-date", {"kind": appearance.kind, "date": appearance.date})
        for appearance in added.appearances
    )
    texts = (Message("entered-text", {"column": column}) for column in added.filled)
    corrected = (
        Message(
            "corrected-context",
            {"field": change.field, "before": change.before or "", "after": change.after or ""},
        )
        for change in added.corrected
    )
    more = added.parts if not added.new else ()
    parts = (Message("entered-part", {"clip": clip}) for clip in more)
    return (*dates, *texts, *corrected, *parts)


def message_json(name: str, message: Message | None) -> dict[str, Any]:
    """A message as its English text and, beside it, as `id` and `params`; both null for None."""
    if message is None:
        return {name: None, f"{name}_message": None}
    return {name: str(message), f"{name}_message": wire.to_json(message)}


def problem_of_file(error: FirstseenError) -> Message:
    """Why a file could not be read. Raises the error itself where it is not about the file."""
    from app.error_codes import EXIT_UNREADABLE, exit_code

    if exit_code(error) != EXIT_UNREADABLE:
        raise error
    return error.message


def exit_unreadable(*, if_any: bool) -> None:
    from app.error_codes import EXIT_UNREADABLE

    if if_any:
        raise typer.Exit(EXIT_UNREADABLE)


def result_line(result: AddResult) -> str:
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


def add_files(
    files: "Sequence[ToAdd]",
    context_for: "Callable[[Path], Context]",
    settings: "Settings",
    *,
    quick: bool,
    as_json: bool,
    progress: bool | None,
) -> "list[AddResult]":
    """Add each file with its context; a line each is printed, with bars at the end."""
    from app.cli.progress_bars import bars_wanted, item_bars
    from app.library.library import Library
    from app.pipeline.add_clip import add_clip
    from app.store.audit_log import CLI
    from app.store.audited_changes import AuditedChange, addition_entries, existing_store

    show_bars = bars_wanted(requested=progress)
    results: list[AddResult] = []
    with Library.open(settings.library, create=True) as opened, existing_store(settings) as store:
        warn_unsandboxed(settings)
        with item_bars(len(files), show=show_bars) as (on_item, on_progress):

            def add_file(file: ToAdd) -> "Addition":
                change = AuditedChange(store, CLI, "clip.add")
                added = add_clip(
                    file.path,
                    opened,
                    settings,
                    context_for(file.path),
                    quick=quick,
                    correct=True,
                    on_progress=on_progress,
                    before_storing=change.begin,
                )
                change.end(*addition_entries(added))
                return added

            for file in files:
                on_item(file.path.name, len(results), len(files))
                results.append(_try_to_add(file, add_file))
                if not as_json and not show_bars:
                    print_lines([result_line(results[-1])])
    if show_bars and not as_json:
        print_lines([result_line(result) for result in results])
    return results
