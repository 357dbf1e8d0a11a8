"""The service's log: a JSON object a line on stderr, for this process and for its workers.

No file names, links, places or claims: our messages contain none, an internal error is logged by
its type and its place in our code rather than by its message, and of what is passed as `extra`
only the names in FIELDS are written.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Final, TextIO

FIELDS: Final = ("check", "task", "bytes", "seconds", "method", "route", "status", "reason")
MAX_FRAMES: Final = 6
INFO_LOGGERS: Final = ("app", "uvicorn")  # other libraries may log what they are given


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = where(record.exc_info[1])
        return json.dumps(line)


def where(error: BaseException) -> str:
    """Type and place of an error. Not its message, which may contain names that users gave."""
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    places = (f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {' '.join(places)}"


def set_up(stream: TextIO | None = None, level: str = "info") -> None:
    """Send everything that this process logs to one stream. Replaces any earlier set-up.

    level: the least that is logged of firstseen and of its server; of libraries only warnings are.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)
    for name in INFO_LOGGERS:
        logging.getLogger(name).setLevel(least)
