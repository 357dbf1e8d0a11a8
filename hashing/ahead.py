"""Work done ahead of its use, in a thread beside the one that uses it."""

from collections.abc import Generator, Iterator
from queue import Queue
from threading import Event, Thread


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


_END = object()


def ahead[T](source: Generator[T], most: int) -> Iterator[T]:
    """The same items in the same order; the source runs in its own thread, at most `most` ahead.

    Worth it where either side spends its time outside the interpreter, as decoding and encoding do.
    What the source raises is raised here, in its place. Giving up early closes the source.
    """
    items: Queue[T | _Failure | object] = Queue(most)
    given_up = Event()

    def work() -> None:
        try:
            for item in source:
                items.put(item)
                if given_up.is_set():
                    source.close()
        except BaseException as error:  # the consumer's to handle, whatever it is
            items.put(_Failure(error))
        finally:
            items.put(_END)

    worker = Thread(target=work, name="ahead", daemon=True)
    worker.start()
    ended = False
    try:
        while True:
            item = items.get()
            if item is _END:
                ended = True
                return
            if isinstance(item, _Failure):
                raise item.error
            yield item  # type: ignore[misc]  # all else that was put is an item
    finally:
        given_up.set()
        while not ended:  # makes room for a worker that waits to put
            ended = items.get() is _END
        worker.join()
