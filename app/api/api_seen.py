"""Whose checks a caller may see: its own key's, or everybody's."""

from typing import Final

from app.api.access import Caller

READ_ALL: Final = "checks:read-all"


def whose(caller: Caller) -> str | None:
    """The key whose checks these are; None for everybody's."""
    return None if caller.has(READ_ALL) else caller.key_id
