"""`firstseen keys …`: keys of the service.

They work on the service's data folder, whether a service runs on it or not.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import AsJson, LibraryPlace
from app.cli.printing import complain, print_json, print_lines
from app.cli.service_store import DataOption, open_service_store
from app.messages.catalogue import plain, text

if TYPE_CHECKING:
    from app.store.data_folder import Store
    from app.store.keys import Key

keys_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=plain("help-keys"))


KeyId = Annotated[str, typer.Argument(metavar="ID", help=plain("help-option-key-id"))]
DaysOption = Annotated[
    int | None,
    typer.Option(metavar="N", help=plain("help-option-days-option")),
]


@keys_app.command("create", help=plain("help-keys-create"))
def create_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help=plain("help-keys-create-name"))],
    scope: Annotated[
        list[str],
        typer.Option(help=plain("help-keys-create-scope")),
    ],
    days: DaysOption = None,
    library: LibraryPlace = None,
    data: DataOption = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once: only its hash is stored."""
    from app.store import keys
    from app.store.audit_log import CLI
    from app.store.timestamps import now

    with open_service_store(library, data, create=True) as store, store.writing() as connection:
        key, secret = keys.create(connection, name, scope, CLI, now(), days)
    _print_secret(store, key, secret, as_json=as_json)


@keys_app.command("rotate", help=plain("help-keys-rotate"))
def rotate_key(
    key_id: KeyId,
    grace: Annotated[
        int,
        typer.Option(metavar="SECONDS", help=plain("help-keys-rotate-grace")),
    ] = 0,
    days: DaysOption = None,
    library: LibraryPlace = None,
    data: DataOption = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Give a key another secret and print it, this once. Its checks stay, its sessions end."""
    from app.store import keys
    from app.store.audit_log import CLI
    from app.store.timestamps import now

    with open_service_store(library, data) as store, store.writing() as connection:
        key, secret = keys.rotate(connection, key_id, CLI, now(), grace, days)
    _print_secret(store, key, secret, as_json=as_json)


def _print_secret(store: "Store", key: "Key", secret: str, *, as_json: bool) -> None:
    complain(text("cli-key-for", folder=str(store.folder)))
    if as_json:
        print_json({"key": _key_json(key), "secret": secret})
    else:
        print_lines([secret])


@keys_app.command("list", help=plain("help-keys-list"))
def list_keys(
    library: LibraryPlace = None, data: DataOption = None, *, as_json: AsJson = False
) -> None:
    """All keys, revoked ones included; never their secrets."""
    from app.store import keys

    with open_service_store(library, data) as store, store.reading() as connection:
        all_keys = keys.list_keys(connection)
    if as_json:
        print_json([_key_json(key) for key in all_keys])
    else:
        print_lines([_key_line(key) for key in all_keys] or [text("cli-no-keys")])


@keys_app.command("revoke", help=plain("help-keys-revoke"))
def revoke_key(
    key_id: KeyId,
    library: LibraryPlace = None,
    data: DataOption = None,
) -> None:
    """Revoke a key at once, and end its sessions. Its checks stay."""
    from app.store import keys
    from app.store.audit_log import CLI
    from app.store.spare_room import freeing
    from app.store.timestamps import now

    with open_service_store(library, data) as store, freeing(store) as connection:
        key = keys.revoke(connection, key_id, CLI, now())
    print_lines([text("cli-key-revoked", id=key.id, name=key.name)])


def _key_json(key: "Key") -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
        "expires_at": key.expires_at,
        "rotated_at": key.rotated_at,
        "old_secret_until": key.old_secret_until,
    }


def _key_line(key: "Key") -> str:
    return f"{key.id}  {key.created_at[:10]}  {key.name}  ({_key_state(key)})"


def _key_state(key: "Key") -> str:
    from app.store.timestamps import format_timestamp, now

    if key.revoked_at:
        return text("cli-key-state-revoked", day=key.revoked_at[:10])
    if key.expires_at and not key.is_valid(format_timestamp(now())):
        return text("cli-key-state-expired", day=key.expires_at[:10])
    scopes = " ".join(sorted(key.scopes))
    if not key.expires_at:
        return scopes
    return text("cli-key-state-until", scopes=scopes, until=f"{key.expires_at[:16]}Z")
