"""Limits for values out of a stranger's file: how long, how many, how deep.

Everything that ends up in `Metadata.fields` passes through here once.
"""

import json
import math
import struct
import zlib
from collections.abc import Iterable
from xml.etree.ElementTree import ParseError

from app.metadata.types import Fields, Group, Value
from hashing.errors import ExplainedError
from hashing.message import Message

MAX_TEXT = 1_000  # characters of one value
MAX_LIST = 64  # items of one value
MAX_NAMES = 400  # names in one group
MAX_DEPTH = 6
MAX_BLOCK_BYTES = 4 << 20  # one EXIF, XMP or IPTC block
MAX_PROBLEMS = 20
MAX_TOTAL = 500_000  # characters of all groups together, as JSON

# What parsers raise on input that nobody meant: exifread, Pillow, defusedxml and we ourselves.
# MemoryError is a declared length that cannot be; RecursionError a structure that holds itself.
PARSER_FAULTS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    OSError,
    SyntaxError,  # Pillow's word for a broken picture
    struct.error,
    zlib.error,
    ParseError,
    MemoryError,
    RecursionError,
)


class TooMuchError(ExplainedError, ValueError):
    """More work, depth or data than a well-meant file needs."""


def text(raw: str | bytes) -> str:
    """One line of readable text: decoded, controls replaced by spaces, trimmed, cut to length."""
    if isinstance(raw, bytes):
        raw = decode(raw[: 4 * MAX_TEXT])
    kept = "".join(c if c.isprintable() else " " for c in raw[: 4 * MAX_TEXT])
    kept = " ".join(kept.split())
    return kept if len(kept) <= MAX_TEXT else kept[: MAX_TEXT - 1] + "…"


def decode(raw: bytes) -> str:
    """UTF-8 where it is that, otherwise Latin-1, which reads any bytes as something."""
    raw = raw.split(b"\0", 1)[0]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def plain(raw: object, depth: int = 0) -> Value:
    """Any value as bounded JSON: numbers stay, text is cleaned, the rest becomes its text."""
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, int):
        return raw if abs(raw) < 1 << 63 else str(raw)[:MAX_TEXT]
    if isinstance(raw, float):
        return raw if math.isfinite(raw) else None
    if isinstance(raw, str | bytes):
        return text(raw)
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(raw, dict):
        items = list(raw.items())[:MAX_LIST]
        return {text(str(name)): plain(value, depth + 1) for name, value in items}
    if isinstance(raw, Iterable):
        return [plain(value, depth + 1) for _, value in zip(range(MAX_LIST), raw, strict=False)]
    return text(str(raw))


def put(group: Group, name: str, raw: object) -> None:
    """Adds one value under a bounded name; empty values and what exceeds the group are dropped."""
    value = plain(raw)
    if value in ("", None, [], {}) or len(group) >= MAX_NAMES:
        return
    group.setdefault(text(name)[:120], value)


def fit(fields: Fields, problems: list[Message]) -> Fields:
    """The groups that hold something, as many values in order as the total allows."""
    left = MAX_TOTAL
    kept: Fields = {}
    for group, values in fields.items():
        for name, value in values.items():
            left -= len(json.dumps([name, value]))
            if left < 0:
                problems.append(Message("metadata-total-limit", {"count": MAX_TOTAL}))
                return kept
            kept.setdefault(group, {})[name] = value
    return kept
