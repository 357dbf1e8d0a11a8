"""Bars for long work, on stderr, and only where a person is looking."""

from collections.abc import Callable

type OnProgress = Callable[[str, float], None]  # stage, 0..1
type OnItem = Callable[[str, int, int], None]  # name, items done, items in all


def quiet(stage: str, share: float) -> None:
    """Report progress to nobody."""
