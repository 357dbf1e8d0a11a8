"""Memory of a command and all that it started, from Linux's /proc; 0 where there is none."""

from collections.abc import Iterator
from pathlib import Path

from tests.app.jobs.kills import children


def tree_bytes(root: int) -> int:
    """Sum of the proportional sizes (PSS) of a process and all below it."""
    return sum(_pss(process) for process in _tree(root))


def _tree(process: int) -> Iterator[int]:
    yield process
    for child in children(process):
        yield from _tree(child)


def _pss(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
