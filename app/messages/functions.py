"""What the catalogue's entries may call beside Fluent's NUMBER. Their results need no language.

The page gives its bundle functions of the same names and results
(`app/web/texts/fluent-functions.js`).
"""

from collections.abc import Callable
from typing import Any, Final

from app.text.formatting import clock, date_text


def _clock(value: object) -> str:
    """CLOCK($seconds): 1:02.3."""
    return clock(float(value) if isinstance(value, (int, float)) else None)


def _share(value: object, digits: int = 0) -> str:
    """SHARE($share, digits: 0): 0.84 as 84 %. Never 0 % of what was there, nor 100 % of less."""
    if not isinstance(value, (int, float)):
        return "—"
    percent, least = float(value) * 100, 10.0**-digits
    if 0 < percent < least:
        return f"< {least:g} %"
    if 100 - least < percent < 100:
        return f"> {100 - least:g} %"
    return f"{round(percent, int(digits)):g} %"


def _date_text(value: object) -> str:
    """MOMENT($date): 2019-06-12T14:03:00+08:00 as 2019-06-12, 14:03:00 +08:00."""
    return date_text(str(value))


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "CLOCK": _clock,
    "SHARE": _share,
    "MOMENT": _date_text,
}
