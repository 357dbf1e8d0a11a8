"""Work in threads: prefetching from a generator, mapping over a few items."""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from threading import Event

__all__ = [
    "map_in_threads",
    "prefetch",
]

_END = object()


def prefetch[T](source: Generator[T], max_items: int) -> Iterator[T]:
    """Yield the items of `source`, which runs in a thread of its own, `max_items` ahead at most.

    Worth it where either side spends its time outside the interpreter, as decoding and encoding do.
    What the source raises is raised here, in its place. Closing the iterator closes the source.
    """
    items: Queue[T | object] = Queue(max_items)
    abandoned = Event()

    def work() -> None:
        try:
            for item in source:
                items.put(item)
                if abandoned.is_set():
                    source.close()
        finally:
            items.put(_END)

    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        done = pool.submit(work)
        ended = False
        try:
            while (item := items.get()) is not _END:
                yield item  # type: ignore[misc]  # all else that was put is an item
            ended = True
            done.result()
        finally:
            abandoned.set()
            while not ended:  # makes room for a worker that waits to put
                ended = items.get() is _END


MAX_WORKERS = 2


def map_in_threads[T, R](work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """The result of `work` for each item, in order. Raises what `work` raises."""
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(MAX_WORKERS) as pool:
        return list(pool.map(work, items))
