"""`firstseen desk verify` and `repair`: find damage of what the service keeps, set it aside."""

import typer

from app.cli.options import AsJson, LibraryPlace, settings_of
from app.cli.printing import complain, print_json, print_lines
from app.cli.service_store import DataOption
from app.messages.catalogue import plain

desk_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=plain("help-desk"))


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
    from app.store.repair import record_damage
    from app.store.timestamps import now

    store = open_store(store_place(settings), create=False)
    try:
        sound = is_file_sound(store)
        damaged = list(find_damage(store))
        if sound:
            add_checksums(store)
        with store.writing() as connection:
            record_damage(connection, damaged, now())
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


@desk_app.command("repair")
def repair_desk(
    library: LibraryPlace = None, data: DataOption = None, *, as_json: AsJson = False
) -> None:
    """Set aside what is damaged of checks; nothing of it is deleted before its check is."""
    settings = settings_of(library=library, data=data)
    from app.messages.catalogue import text
    from app.store.damage import find_damage, is_file_sound
    from app.store.data_folder import open_store, store_place
    from app.store.repair import record_damage, repair
    from app.store.timestamps import now

    results = []
    store = open_store(store_place(settings), create=False)
    try:
        if not is_file_sound(store):
            complain(text("cli-desk-file-damaged"))
        for damage in list(find_damage(store)):
            with store.writing() as connection:
                results.append((damage, repair(connection, damage, now())))
        remaining = list(find_damage(store))
        with store.writing() as connection:
            record_damage(connection, remaining, now())
    finally:
        store.close()
    if as_json:
        print_json(
            [
                {"check": damage.check, "what": damage.what, "repair": repaired}
                for damage, repaired in results
            ]
        )
        return
    lines = [
        text(f"cli-desk-repair-{repaired.replace('_', '-')}", damage=str(damage))
        for damage, repaired in results
    ]
    print_lines(lines or [text("cli-desk-sound")])
