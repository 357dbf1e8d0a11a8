"""How someone came by an item, as they say: kept and shown beside a check, never judged."""

import json
from typing import Any, Final

from app.errors import UsageError
from hashing.message import Message

FIELDS: Final = ("page_url", "seen_at", "account", "text", "how")
MAX_CHARS: Final = 4000  # of each

type Provenance = dict[str, str]


def parse_provenance(given: str | None) -> Provenance | None:
    """What stands in a form's JSON text. Raises UsageError."""
    if given is None or not given.strip():
        return None
    try:
        value = json.loads(given)
    except (ValueError, RecursionError) as error:
        raise UsageError(Message("error-context-no-object")) from error
    return checked_provenance(value)


def checked_provenance(value: Any) -> Provenance | None:
    """Raises UsageError on anything but an object of the known fields, all of them short texts."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise UsageError(Message("error-context-no-object"))
    for name, text in value.items():
        if name not in FIELDS:
            raise UsageError(Message("error-context-unknown", {"known": ", ".join(FIELDS)}))
        if text is not None and (not isinstance(text, str) or len(text) > MAX_CHARS):
            raise UsageError(Message("error-context-too-long", {"name": name, "max": MAX_CHARS}))
    return {name: text for name, text in value.items() if text} or None
