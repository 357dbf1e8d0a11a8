"""`firstseen keys …` and `firstseen audit …`: keys of the service, and its audit log.

They work on the service's data folder, whether a service runs on it or not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import AsJson, LibraryPlace, complain, print_json, print_lines, settings_of
from app.errors import UsageError, cause_of
from app.messages.catalogue import plain, text
from hashing.message import Message, Param

if TYPE_CHECKING:
    from app.store.audit_log import Entry
    from app.store.audit_witness import SentHead
    from app.store.data_folder import Store
    from app.store.keys import Key

keys_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=plain("help-keys"))
audit_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=plain("help-audit"))

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help=plain("help-option-data-option")),
]

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

    with _open_store(library, data, create=True) as store, store.writing() as connection:
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

    with _open_store(library, data) as store, store.writing() as connection:
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

    with _open_store(library, data) as store, store.reading() as connection:
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

    with _open_store(library, data) as store, freeing(store) as connection:
        key = keys.revoke(connection, key_id, CLI, now())
    print_lines([text("cli-key-revoked", id=key.id, name=key.name)])


@audit_app.command("verify", help=plain("help-audit-verify"))
def verify_audit(
    library: LibraryPlace = None,
    data: DataOption = None,
    head: Annotated[
        str | None,
        typer.Option(help=plain("help-audit-verify-head")),
    ] = None,
    witness: Annotated[
        Path | None,
        typer.Option(help=plain("help-audit-verify-witness")),
    ] = None,
) -> None:
    """Find any change, gap or reordering; with a head from earlier also a cut-off end."""
    from app.error_codes import EXIT_UNREADABLE
    from app.store import audit_log

    given = [] if head is None else [audit_log.parse_head(head)]
    sent = _sent_heads(witness) if witness is not None else []
    with _open_store(library, data) as store, store.reading() as connection:
        result = audit_log.verify(connection, [*(entry.head for entry in sent), *given])
    if result.problem is not None:
        broken = text("cli-log-broken", problem=result.problem)
        print_lines([broken, text("cli-log-intact-up-to", head=str(result.head))])
        raise typer.Exit(EXIT_UNREADABLE)
    number = result.head.number
    intact = text("cli-log-intact", count=number)
    print_lines([intact, text("cli-log-head", head=str(result.head))])
    if sent:
        print_lines([_witnessed(sent, number)])
    elif not given:
        print_lines([text("cli-keep-head")])


@audit_app.command("show", help=plain("help-audit-show"))
def show_audit(
    library: LibraryPlace = None, data: DataOption = None, *, as_json: AsJson = False
) -> None:
    """Every entry, oldest first: number, time, who, what, on what."""
    from app.store import audit_log

    with _open_store(library, data) as store, store.reading() as connection:
        entries = audit_log.entries(connection)
        if as_json:
            print_json([{**asdict(entry), "hash": entry.hash.hex()} for entry in entries])
            return
        for entry in entries:
            print_lines([_entry_line(entry)])


def _sent_heads(witness: Path) -> "list[SentHead]":
    """Raises UsageError where the file cannot be read or has no head."""
    from app.store.audit_witness import read_witness

    try:
        sent = read_witness(witness)
    except OSError as error:
        raise UsageError(
            Message("error-witness-unreadable", {"path": str(witness), "reason": cause_of(error)})
        ) from error
    if not sent:
        raise UsageError(Message("error-witness-no-head", {"path": str(witness)}))
    return sent


def _witnessed(sent: "list[SentHead]", count: int) -> str:
    """How far the heads that others kept vouch for the log, and how old the last of them is."""
    from app.store.timestamps import now

    last = max(sent, key=lambda entry: (entry.head.number, entry.at))
    age_min = max(0, round((now() - last.at).total_seconds() / 60))
    later = count - last.head.number
    params: dict[str, Param] = {"number": str(last.head.number), "minutes": age_min}
    if later > 0:
        return text("cli-witnessed-until", later=later, **params)
    return text("cli-witnessed", **params)


@contextmanager
def _open_store(
    library: str | None, data: Path | None, *, create: bool = False
) -> "Iterator[Store]":
    from app.store.data_folder import open_store, store_place

    settings = settings_of(library=library, data=data)
    store = open_store(store_place(settings), create=create)
    try:
        yield store
    finally:
        store.close()


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


def _entry_line(entry: "Entry") -> str:
    parts = (str(entry.number), entry.at, entry.actor, entry.action, entry.object, entry.detail)
    return "  ".join(part for part in parts if part)
