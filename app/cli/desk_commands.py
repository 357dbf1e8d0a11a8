"""`firstseen desk verify`: find damage in what the service keeps beside the library."""

import typer

from app.cli.options import AsJson, LibraryPlace, settings_of
from app.cli.printing import complain, print_json, print_lines
from app.cli.service_store import DataOption
from app.messages.catalogue import plain

desk_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=plain("help-desk"))


@desk_app.callback()
def _everywhere() -> None:
    """Makes `verify` a command of its own, although it is the only one."""


@desk_app.command("verify")
def verify_desk(
    library: LibraryPlace = None, data: DataOption = None, *, as_json: AsJson = False
) -> None:
    """Read everything that the service keeps of its checks, and name what is damaged."""
    settings = settings_of(library=library, data=data)
    from app.error_codes import EXIT_UNREADABLE
    from app.messages.catalogue import text
    from app.store import stored_fingerprints
    from app.store.damage import add_checksums, find_damage, is_file_sound
    from app.store.data_folder import open_store, store_place

    store = open_store(store_place(settings), create=False)
    try:
        sound = is_file_sound(store)
        damaged = list(find_damage(store))
        if sound:
            add_checksums(store)
        with store.reading() as connection:
            not_compared = stored_fingerprints.failed_comparisons(connection)
    finally:
        store.close()
    if not sound:
        complain(text("cli-desk-file-damaged"))
    for check in not_compared:
        complain(text("cli-desk-not-compared", check=check))
    if as_json:
        print_json(
            [
                {
                    "check": damage.check,
                    "what": damage.what,
                    "clip": damage.clip,
                    "name": damage.name,
                }
                for damage in damaged
            ]
        )
    elif damaged or sound:
        print_lines([str(damage) for damage in damaged] or [text("cli-desk-sound")])
    if damaged or not sound:
        raise typer.Exit(EXIT_UNREADABLE)
