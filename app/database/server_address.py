"""The address of a PostgreSQL database, whose password is never shown.

Apart from the driver, so that settings load none.
"""

import re
from dataclasses import dataclass, field
from typing import Final

SCHEMES: Final = ("postgresql://", "postgres://")
# What libpq takes, in a form that leaves no doubt where a password begins and ends.
_HOST: Final = r"(?:\[[0-9a-fA-F:.]+\]|[^:,/?#@\s\[\]]*)(?::\d*)?"
_FORM: Final = re.compile(
    r"postgres(?:ql)?://"
    r"(?:(?P<user>[^:/?#@\s]*)(?::[^:/?#@\s]*)?@)?"
    rf"(?P<host>{_HOST}(?:,{_HOST})*)"
    r"(?:/(?P<database>[^/?#@\s]*))?"
    r"(?:\?[^#@\s]*)?"
)


@dataclass(frozen=True)
class ServerAddress:
    """`url` is for the driver alone; `str` gives what people may read: no password, no options."""

    url: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _FORM.fullmatch(self.url):
            raise ValueError("not an address of a PostgreSQL database")

    def __str__(self) -> str:
        parts = _FORM.fullmatch(self.url)
        assert parts is not None
        user = f"{parts['user']}@" if parts["user"] else ""
        return f"postgresql://{user}{parts['host']}/{parts['database'] or ''}"

    def __repr__(self) -> str:
        return f"ServerAddress({str(self)!r})"


def is_server_address(text: str) -> bool:
    """Whether a text is meant as such an address, well written or not."""
    return text.startswith(SCHEMES)
