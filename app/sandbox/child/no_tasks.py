"""A table without tasks: for asking which walls there are, without loading what decoding needs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any


def warm(model: Path | None) -> dict[str, Callable[..., Any]]:
    return {}
