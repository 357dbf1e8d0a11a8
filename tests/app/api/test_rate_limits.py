"""Token buckets, with a clock of the test's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.rate_limits import Buckets, Slots


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_name_has_its_number_at_once_and_then_waits() -> None:
    clock = Clock()
    buckets = Buckets(3, clock)
    assert [buckets.take("a") for _ in range(3)] == [None] * 3
    assert buckets.take("a") == pytest.approx(20)  # 3 a minute
    assert buckets.take("b") is None, "another name has a bucket of its own"
    clock.now += 19
    assert buckets.take("a") == pytest.approx(1)
    clock.now += 1
    assert buckets.take("a") is None
    assert buckets.take("a") == pytest.approx(20), "a refusal takes nothing"


def test_zero_is_no_limit() -> None:
    buckets = Buckets(0)
    assert [buckets.take("a") for _ in range(5000)] == [None] * 5000


def test_the_number_of_names_kept_is_limited() -> None:
    buckets = Buckets(1, Clock(), max_names=10)
    for number in range(1000):
        assert buckets.take(str(number)) is None
    assert len(buckets._buckets) == 10
    assert buckets.take("999") is not None, "the newest are remembered"


@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 20))
def test_never_more_than_a_burst_and_the_rate_over_any_time(
    pauses: list[float], per_minute: int
) -> None:
    clock = Clock()
    buckets = Buckets(per_minute, clock)
    taken: list[float] = []
    for pause in pauses:
        clock.now += pause
        if buckets.take("a") is None:
            taken.append(clock.now)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            allowed = per_minute + (taken[last] - taken[first]) * per_minute / 60
            assert last - first + 1 <= allowed + 1e-6


def test_a_name_has_so_many_slots_and_gets_them_back() -> None:
    slots = Slots(1)
    with slots.taken("a") as first, slots.taken("a") as second, slots.taken("b") as other:
        assert (first, second, other) == (True, False, True)
    with slots.taken("a") as again:
        assert again
