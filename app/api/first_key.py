"""The key that the first start of a service makes, because nobody could sign in without one."""

from pathlib import Path

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


def announcement(secret: str, address: str, data: Path) -> str:
    """What the owner must know, in plain words; shown once.

    data: the service's data folder. The command names it, so that it works in any terminal.
    """
    scopes = ("--scope", "check", "--scope", "library:read")
    create = command_line("keys", "create", "NAME", *scopes, "--data", data.absolute())
    return (
        f"\nThis is the first start, so a key was made. It may do everything, and is shown "
        f"only now:\n\n    {secret}\n\n"
        f"Open {address} and sign in with it. Programs send it as the header\n"
        f'"Authorization: Bearer {secret[:8]}…". For everyone else make a key of their own:\n\n'
        f"    {create}\n\n"
        "Lost it? The same command makes another, and 'firstseen keys revoke' ends one.\n\n"
    )
