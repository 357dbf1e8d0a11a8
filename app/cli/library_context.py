"""`firstseen library edit` and `export`: correct what is known of clips, and take it elsewhere."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.options import AsJson, LibraryPlace, settings_of
from app.cli.printing import print_json, print_lines
from app.errors import UsageError
from app.messages.catalogue import plain
from hashing.message import Message

if TYPE_CHECKING:
    from app.library.context_csv import Context
    from app.library.library import Library

ClipId = Annotated[str, typer.Argument(metavar="ID", help=plain("help-option-clip-id"))]
CLI_NAME = "cli"  # who made a change that names nobody


class TableFormat(StrEnum):
    """Formats of `library export`."""

    CSV = "csv"
    JSONL = "jsonl"


def _text_option(name: str) -> Any:
    return typer.Option(f"--{name}", help=plain(f"help-edit-{name}"))


def edit(
    clip_id: ClipId,
    title: Annotated[str | None, _text_option("title")] = None,
    place: Annotated[str | None, _text_option("place")] = None,
    event: Annotated[str | None, _text_option("event")] = None,
    language: Annotated[str | None, _text_option("language")] = None,
    rights: Annotated[str | None, _text_option("rights")] = None,
    notes: Annotated[str | None, _text_option("notes")] = None,
    add_date: Annotated[
        list[str] | None,
        typer.Option("--add-date", metavar="KIND=DATE", help=plain("help-edit-add-date")),
    ] = None,
    source_url: Annotated[str | None, _text_option("source-url")] = None,
    publisher: Annotated[str | None, _text_option("publisher")] = None,
    remove_date: Annotated[
        list[int] | None,
        typer.Option("--remove-date", metavar="NUMBER", help=plain("help-edit-remove-date")),
    ] = None,
    by: Annotated[str, _text_option("by")] = CLI_NAME,
    library: LibraryPlace = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Correct the texts and dates of a clip; what stood there is kept."""
    given = {
        "title": title,
        "place": place,
        "event": event,
        "language": language,
        "rights": rights,
        "notes": notes,
    }
    texts = {name: value.strip() or None for name, value in given.items() if value is not None}
    added = _context(add_date or [], source_url, publisher, by)
    if not (texts or added.appearances or remove_date):
        raise UsageError(Message("error-edit-nothing"))
    settings = settings_of(library=library)
    from app.library.library import Library
    from app.store.audit_log import CLI
    from app.store.audited_changes import existing_store, record_change

    with Library.open(settings.library) as opened, existing_store(settings) as store:
        clip = opened.clip(clip_id)
        if store is None:
            _change(opened, clip.id, texts, added, remove_date or [], by)
        else:
            with record_change(store, CLI, "clip.change", clip.id) as changes:
                _change(opened, clip.id, texts, added, remove_date or [], by)
                changes.append(("clip.change", clip.id))
        _print_clip(opened, clip.id, as_json=as_json)


def _context(dates: list[str], source_url: str | None, publisher: str | None, by: str) -> "Context":
    """The dates of `--add-date`. Raises UsageError and ContextUnreadable."""
    from app.library.context_csv import DATED, Context, context_from_columns

    context = Context()
    for stated in dates:
        kind, _, date = stated.partition("=")
        if kind not in DATED or not date.strip():
            raise UsageError(
                Message("error-edit-date", {"stated": stated, "kinds": ", ".join(DATED)})
            )
        columns = {kind: date.strip(), "entered_by": by}
        columns |= {"source_url": source_url} if source_url else {}
        columns |= {"publisher": publisher} if publisher else {}
        where = Message("verbatim", {"text": "--add-date"})
        context = context.merge(context_from_columns(columns, where))
    return context


def _change(
    library: "Library",
    clip_id: str,
    texts: dict[str, str | None],
    added: "Context",
    removed: list[int],
    by: str,
) -> None:
    library.change_texts(clip_id, texts, by)
    for number in removed:
        library.remove_appearance(clip_id, number, by)
    for appearance in added.appearances:
        library.add_appearance(clip_id, appearance)


def _print_clip(library: "Library", clip_id: str, *, as_json: bool) -> None:
    from app.report.clip_text import change_lines, clip_detail_json, sheet

    clip, changes = library.clip(clip_id), library.context_changes(clip_id)
    if as_json:
        print_json(clip_detail_json(clip, changes))
    else:
        print_lines([*sheet(clip), *change_lines(changes)])


def export_clips(
    clip_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help=plain("help-hashes-clips"))
    ] = None,
    export_format: Annotated[
        TableFormat, typer.Option("--format", help=plain("help-library-export-format"))
    ] = TableFormat.CSV,
    library: LibraryPlace = None,
) -> None:
    """Print what is known of clips as a table that can be imported again."""
    settings = settings_of(library=library)
    from app.library.library import Library
    from app.report.clip_export import csv_table, json_lines

    with Library.open(settings.library, read_only=True) as opened:
        chosen = [opened.clip(clip_id) for clip_id in dict.fromkeys(clip_ids or ())]
        clips = chosen or opened.clips()
    if export_format is TableFormat.JSONL:
        print_lines(list(json_lines(clips)))
        return
    # a table is for programs, which want every character as it is
    sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]
    sys.stdout.write(csv_table(clips))
