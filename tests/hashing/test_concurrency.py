"""A thread of its own changes nothing of what comes, in which order, or what goes wrong."""

import threading
from collections.abc import Generator

import pytest

from hashing.concurrency import prefetch


def count(most: int, closed: list[bool]) -> Generator[int]:
    try:
        yield from range(most)
    finally:
        closed.append(True)


def test_everything_comes_in_order_from_another_thread() -> None:
    def names() -> Generator[str]:
        for _ in range(20):
            yield threading.current_thread().name

    assert list(prefetch(count(100, []), 3)) == list(range(100))
    assert threading.current_thread().name not in set(prefetch(names(), 2))


def test_the_source_is_never_further_ahead_than_it_may() -> None:
    made: list[int] = []

    def source() -> Generator[int]:
        for number in range(50):
            made.append(number)
            yield number

    for taken in prefetch(source(), 4):
        assert made[-1] <= taken + 6  # four wait, one is being put, one being made


def test_what_the_source_raises_is_raised_in_its_place() -> None:
    def source() -> Generator[int]:
        yield 1
        raise ValueError("broken off")

    items = prefetch(source(), 8)
    assert next(items) == 1
    with pytest.raises(ValueError, match="broken off"):
        next(items)


def test_giving_up_closes_the_source_and_ends_its_thread() -> None:
    closed: list[bool] = []
    items = prefetch(count(1000, closed), 2)
    assert next(items) == 0
    items.close()  # type: ignore[attr-defined]  # a generator
    assert closed == [True]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
