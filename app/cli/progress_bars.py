"""Progress on stderr: bars on a terminal, plain lines into a file or pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from app.messages.catalogue import text
from app.progress import OnItem, OnProgress, quiet
from app.text.escaping import printable

_REFRESH_HZ = 8


def bars_wanted(*, requested: bool | None) -> bool:
    """Whether to show bars: as requested, else where stderr is a terminal."""
    return sys.stderr.isatty() if requested is None else requested


@contextmanager
def item_bar(*, show: bool) -> Iterator[OnProgress]:
    """One bar for the stages of one item."""
    with item_bars(0, show=show) as (_, on_progress):
        yield on_progress


@contextmanager
def item_bars(items: int, *, show: bool) -> Iterator[tuple[OnItem, OnProgress]]:
    """A bar over several items (none for a single one), and a bar for the stages of each."""
    if not show:
        yield (lambda name, done, total: None), quiet
        return
    if not sys.stderr.isatty():
        yield _print_progress_lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns,
        console=console,
        transient=True,
        refresh_per_second=_REFRESH_HZ,
        redirect_stdout=False,  # results must not be printed among the bars
    ) as bars:
        items_bar = bars.add_task("", total=items) if items else None
        stage_bar = bars.add_task("", total=1.0)

        def on_item(name: str, done: int, total: int) -> None:
            if items_bar is not None:
                description = _item(_short(name), done, total)
                bars.update(items_bar, completed=done, total=total, description=description)

        def on_progress(name: str, share: float) -> None:
            bars.update(stage_bar, completed=min(1.0, max(0.0, share)), description=_short(name))

        yield on_item, on_progress


def _print_progress_lines() -> tuple[OnItem, OnProgress]:
    """Progress in a file or pipe: a line for each item and for each stage when it begins."""
    last_stage = ""

    def on_item(name: str, done: int, total: int) -> None:
        sys.stderr.write(f"{_item(printable(name), done, total)}\n")

    def on_progress(name: str, share: float) -> None:
        nonlocal last_stage
        if name != last_stage:
            last_stage = name
            sys.stderr.write(f"  {printable(name)}\n")

    return on_item, on_progress


def _item(name: str, done: int, total: int) -> str:
    return text("cli-item", number=done + 1, total=total, name=name)


def _short(name: str, max_chars: int = 40) -> str:
    safe = printable(name)
    return safe if len(safe) <= max_chars else f"{safe[: max_chars - 1]}…"
