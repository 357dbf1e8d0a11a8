"""What the catalogue's entries may call beside Fluent's NUMBER. Their results need no language.

The page gives its bundle functions of the same names and results (`app/web`).
"""

from collections.abc import Callable
from typing import Any, Final

from app.text.formatting import clock, moment


def _clock(value: object) -> str:
    """CLOCK($seconds): 1:02.3."""
    return clock(float(value) if isinstance(value, (int, float)) else None)


def _share(value: object) -> str:
    """SHARE($share): 0.84 as 84 %. Never 0 % of what was there, nor 100 % of what was not all."""
    if not isinstance(value, (int, float)):
        return "—"
    if 0 < value < 0.01:
        return "< 1 %"
    if 0.99 < value < 1:
        return "> 99 %"
    return f"{value * 100:.0f} %"


def _moment(value: object) -> str:
    """MOMENT($date): 2019-06-12T14:03:00+08:00 as 2019-06-12, 14:03:00 +08:00."""
    return moment(str(value))


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "CLOCK": _clock,
    "SHARE": _share,
    "MOMENT": _moment,
}
