"""The same work for several things, two of them at a time.

Worth it for what spends its time outside the interpreter. Threads last for one call: a process
that was forked would be without those of a lasting pool.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

WORKERS = 2


def beside[T, R](work: Callable[[T], R], things: Sequence[T]) -> list[R]:
    """`work` of each, in order; what it raises is raised."""
    if len(things) < 2:
        return [work(one) for one in things]
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, things))
