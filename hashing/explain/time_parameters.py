"""Where in the item an edit lies, as parameters of its message."""

from hashing.message import Param
from hashing.types import (
    Span,
)


def when(span: Span | None) -> dict[str, Param]:
    """`when`, and of a part its `start` and `end` in seconds; None is throughout the match."""
    if span is None:
        return {"when": "throughout"}
    return {"when": "part", "start": round(span.start, 2), "end": round(span.end, 2)}


def clock(seconds: float) -> str:
    """Minutes and seconds to a tenth, as a time in an edit: 0:07.5."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"
