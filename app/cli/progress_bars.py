"""Progress on stderr: bars on a terminal, plain lines into a file or pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from app.progress import OnItem, OnProgress, quiet
from app.text.escaping import printable

_REFRESH_HZ = 8


def wanted(asked: bool | None) -> bool:
    """Whether bars are shown: as asked for, else where stderr is a terminal."""
    return sys.stderr.isatty() if asked is None else asked


@contextmanager
def item_bar(show: bool) -> Iterator[OnProgress]:
    """One bar that follows the stages of one item."""
    with item_bars(show, 0) as (_, on_progress):
        yield on_progress


@contextmanager
def item_bars(show: bool, items: int) -> Iterator[tuple[OnItem, OnProgress]]:
    """A bar over several items, none where there is one, and a bar for the stages of each."""
    if not show:
        yield (lambda name, done, total: None), quiet
        return
    if not sys.stderr.isatty():
        yield _plain_lines()
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
        redirect_stdout=False,  # results must not end up among the bars
    ) as bars:
        whole = bars.add_task("", total=items) if items else None
        stage = bars.add_task("", total=1.0)

        def on_item(name: str, done: int, total: int) -> None:
            if whole is not None:
                text = f"{done + 1} of {total}  {_short(name)}"
                bars.update(whole, completed=done, total=total, description=text)

        def on_progress(name: str, share: float) -> None:
            bars.update(stage, completed=min(1.0, max(0.0, share)), description=_short(name))

        yield on_item, on_progress


def _plain_lines() -> tuple[OnItem, OnProgress]:
    """The same for a file or a pipe: a line for each item and for each stage once begun."""
    begun = ""

    def on_item(name: str, done: int, total: int) -> None:
        sys.stderr.write(f"{done + 1} of {total}  {printable(name)}\n")

    def on_progress(name: str, share: float) -> None:
        nonlocal begun
        if name != begun:
            begun = name
            sys.stderr.write(f"  {printable(name)}\n")

    return on_item, on_progress


def _short(name: str, most: int = 40) -> str:
    text = printable(name)
    return text if len(text) <= most else f"{text[: most - 1]}…"
