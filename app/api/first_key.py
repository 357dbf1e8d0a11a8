"""The key that the first start of a service makes, because nobody could sign in without one."""

from pathlib import Path

from app.messages.catalogue import text
from app.store import keys
from app.store.audit_log import SERVICE
from app.store.data_folder import Store
from app.store.timestamps import now
from app.text.command_line import command_line

NAME = "first key"


def first_key(store: Store) -> str | None:
    """Make a key with every scope where there was never one; returns its secret, else None."""
    with store.reading() as connection:
        if keys.any_key_exists(connection):
            return None
    with store.writing() as connection:
        if keys.any_key_exists(connection):
            return None  # another process was first
        return keys.create(connection, NAME, keys.ALL_SCOPES, SERVICE, now())[1]


def announcement(secret: str, address: str, data: Path, server: str | None = None) -> str:
    """What the owner must know, in plain words; shown once.

    data: the service's data folder. The command names it, so that it works in any terminal.
    server: the address of the store's server, if it is on one; without it, the command would make
    a key for the folder alone, which opens nothing.
    """
    place = () if server is None else ("--library", server)
    scopes = ("--scope", "check", "--scope", "library:read")
    create = command_line("keys", "create", "NAME", *scopes, *place, "--data", data.absolute())
    said = text("first-key", secret=secret, start=secret[:8], address=address, command=create)
    return f"\n{said}\n\n"
