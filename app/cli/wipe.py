"""`firstseen wipe`: remove a library, and what the service kept beside it, for good."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import LibraryPlace, settings_of
from app.cli.printing import complain, print_lines
from app.cli.service_store import DataOption
from app.errors import UsageError, cause_of
from app.messages.catalogue import plain, text
from hashing.errors import FirstseenError
from hashing.message import Message


def wipe(
    library: LibraryPlace = None,
    data: DataOption = None,
    *,
    data_only: Annotated[
        bool,
        typer.Option("--data-only", help=plain("help-wipe-data-only")),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=plain("help-wipe-yes"))] = False,
) -> None:
    """Overwrite and delete a library and what the service kept beside it. Nothing comes back."""
    settings = settings_of(library=library, data=data)
    from app.library import open_library
    from app.store import data_folder

    if not isinstance(settings.library, Path):
        raise UsageError(Message("error-wipe-server", {"place": str(settings.library)}))
    store_folder = settings.desk_folder()
    parts = [(store_folder, data_folder.file_format())]
    if not data_only:
        parts.append((settings.library, open_library.file_format()))
    there = [(folder, format) for folder, format in parts if (folder / format.file_name).exists()]
    if not there:
        places = tuple(str(folder) for folder, _ in parts)
        raise UsageError(Message("error-nothing-to-wipe", {"places": places}))
    if not yes:
        _confirm([folder for folder, _ in there])
    if store_folder.is_dir():
        with data_folder.only_service(store_folder):  # raises where a service is running
            pass
    for folder, format in there:
        _wipe(folder, format.own_names, format.unusable, format.word)
    print_lines([text("cli-wipe-copies")])


def _wipe(folder: Path, names: frozenset[str], unusable: type[FirstseenError], word: str) -> None:
    from app.database.private_files import wipe as wipe_folder

    try:
        strangers = wipe_folder(folder, names)
    except OSError as error:
        raise unusable(
            Message(
                "error-not-all-wiped",
                {
                    "what": word,
                    "folder": str(folder),
                    "reason": cause_of(error),
                    "file": str(error.filename),
                },
            )
        ) from error
    print_lines([text("cli-wiped", what=word, folder=str(folder))])
    if strangers:
        complain(text("cli-wipe-left", folder=str(folder), files=", ".join(strangers)))


def _confirm(folders: list[Path]) -> None:
    """Raises UsageError where nobody can be asked, or the answer is another."""
    if not sys.stdin.isatty():
        raise UsageError(Message("error-wipe-unasked"))
    for folder in folders:
        typer.echo(text("cli-wipe-warning", folder=str(folder.absolute())), err=True)
    if typer.prompt(text("cli-wipe-prompt"), err=True) != "wipe":
        raise UsageError(Message("error-nothing-wiped"))
