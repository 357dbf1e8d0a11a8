"""An export of Telegram Desktop: result.json beside the folders of its media.

The machine-readable export holds one chat, or all under `chats.list`. A message's date is the
service's own clock (`date_unixtime`, seconds since 1970; older exports have `date` alone, without a
zone). It counts as a publication where the message has an address: not in personal chats, saved
messages and small groups. `forwarded_from` is what the app showed: who posted it before is a claim,
and is noted.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.dates import DateNotUnderstoodError, parse_date
from app.imports.statements import (
    ImportEntry,
    PassedOver,
    file_inside,
    instant,
    notes_of,
    plain_text,
    read_json,
)
from app.library.context_csv import Context
from app.library.records import Appearance
from hashing.message import Message

FILE_NAME = "result.json"
MAX_EXPORT_BYTES = 128 * 2**20
ENTERED_BY = "Telegram"
MEDIA = ("photo", "file")
LINKED_TYPES = ("_channel", "_supergroup")  # chats whose messages have addresses
FOOTAGE_TYPES = ("image/", "video/", "audio/")


def is_export(data: dict[str, Any]) -> bool:
    """Whether an object has the form of an export."""
    return bool(list(_chats(data)))


def read_export(folder: Path) -> tuple[tuple[ImportEntry, ...], tuple[PassedOver, ...]]:
    """Every photo, video and sound of an export's messages. Raises ImportUnreadable."""
    entries: list[ImportEntry] = []
    passed_over: list[PassedOver] = []
    for chat in _chats(read_json(folder / FILE_NAME, MAX_EXPORT_BYTES)):
        for message in chat["messages"]:
            if not isinstance(message, dict) or message.get("type") != "message":
                continue
            name = _media_name(message)
            if name is None:
                continue
            path = file_inside(folder, name)
            if path is None:
                number = plain_text(str(message.get("id"))) or ""
                reason = Message("import-no-file", {"name": plain_text(name) or ""})
                passed_over.append(PassedOver(f"{FILE_NAME} #{number}", reason))
                continue
            context, left_out = context_of(chat, message)
            entries.append(ImportEntry(path, context, left_out))
    return tuple(entries), tuple(passed_over)


def _chats(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The chats of an export, each with a list of messages."""
    among = data.get("chats")
    listed = among.get("list") if isinstance(among, dict) else None
    for chat in [data, *(listed if isinstance(listed, list) else [])]:
        if isinstance(chat, dict) and isinstance(chat.get("messages"), list):
            yield chat


def _media_name(message: dict[str, Any]) -> str | None:
    """The file of a message's photo, video or sound; None where it has none."""
    kind = message.get("mime_type")
    for field in MEDIA:
        name = message.get(field)
        if not isinstance(name, str) or not name:
            continue
        if field == "file" and isinstance(kind, str) and not kind.startswith(FOOTAGE_TYPES):
            continue
        return plain_text(name) and name
    return None


def context_of(
    chat: dict[str, Any], message: dict[str, Any]
) -> tuple[Context, tuple[Message, ...]]:
    """What an export states of one message's media, and what of it is not taken."""
    left_out: list[Message] = []
    channel = plain_text(chat.get("name"))
    published = instant(message.get("date_unixtime"), "date_unixtime", left_out) or _local(
        message.get("date"), left_out
    )
    link = _link(chat, message)
    posted = None
    if published is not None and link is None:
        left_out.append(Message("import-date-without-link", {"date": published}))
        posted, published = published, None
    appearances = (
        (Appearance("published", published, link, channel, ENTERED_BY),) if published else ()
    )
    notes = notes_of(
        [
            ("import-note-forwarded", plain_text(message.get("forwarded_from"))),
            ("import-note-channel", channel if not published else None),
            ("import-note-posted", posted),
        ]
    )
    title = plain_text(_as_text(message.get("text")))
    return Context(title=title, notes=notes, appearances=appearances), tuple(left_out)


def _link(chat: dict[str, Any], message: dict[str, Any]) -> str | None:
    """The link of a message of a channel or a supergroup; None for other chats, which have none."""
    numbers = [number for number in (chat.get("id"), message.get("id")) if type(number) is int]
    if len(numbers) < 2 or not all(0 < number < 10**15 for number in numbers):
        return None
    if not str(chat.get("type")).endswith(LINKED_TYPES):
        return None
    return f"https://t.me/c/{numbers[0]}/{numbers[1]}"


def _local(value: object, left_out: list[Message]) -> str | None:
    """A time without a zone, as the export's machine showed it."""
    if not isinstance(value, str) or not value:
        return None
    try:
        date = parse_date(value)
    except DateNotUnderstoodError:
        left_out.append(Message("import-date-impossible", {"field": "date"}))
        return None
    return value if instant(date.earliest.timestamp(), "date", left_out) else None


def _as_text(value: object) -> str:
    """A message's text: a text, or a list of texts and of marked-up pieces."""
    pieces = value if isinstance(value, list) else [value]
    texts = [piece.get("text") if isinstance(piece, dict) else piece for piece in pieces]
    return "".join(text for text in texts if isinstance(text, str))
