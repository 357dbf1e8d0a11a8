"""`firstseen backup`, `restore` and `prune`: for whoever runs the service."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import AsJson, LibraryPlace, settings_of
from app.cli.printing import print_json, print_lines
from app.cli.service_store import DataOption, open_service_store
from app.messages.catalogue import plain, text

BackupFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help=plain("help-backup-folder"))]
Replace = Annotated[bool, typer.Option("--replace", help=plain("help-restore-replace"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=plain("help-prune-dry-run"))]


def backup(folder: BackupFolder, library: LibraryPlace = None, data: DataOption = None) -> None:
    """Copy the service's data and the library into a new folder."""
    settings = settings_of(library=library, data=data)
    from app.pipeline.backup import back_up

    made = back_up(settings, folder)
    print_lines([text("cli-backed-up", folder=str(folder), files=", ".join(made.files))])
    if made.head:
        print_lines([text("cli-backup-head", head=made.head)])


def restore(
    folder: BackupFolder,
    library: LibraryPlace = None,
    data: DataOption = None,
    *,
    replace: Replace = False,
) -> None:
    """Put a backup back; the service must be stopped."""
    settings = settings_of(library=library, data=data)
    from app.pipeline.backup import restore as put_back

    made = put_back(settings, folder, replace=replace)
    print_lines([text("cli-restored", files=", ".join(made.files))])
    if made.head:
        print_lines([text("cli-restored-head", head=made.head)])


def prune(
    library: LibraryPlace = None,
    data: DataOption = None,
    *,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Delete what has expired, as the service does by itself; or say what would go."""
    from app.store import retention

    with open_service_store(library, data) as store:
        gone = retention.expired(store) if dry_run else retention.sweep(store)
    counts = {
        "uploads": gone.uploads,
        "descriptors": gone.descriptors,
        "checks": gone.checks,
        "decisions": gone.decisions,
    }
    if as_json:
        print_json({"dry_run": dry_run, **counts})
    else:
        print_lines([text("cli-prune-would" if dry_run else "cli-pruned", **counts)])
