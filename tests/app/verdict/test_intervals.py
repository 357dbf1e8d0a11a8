"""Arithmetic on stretches of a timeline, against the obvious: a line of small ticks."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.verdict.intervals import common, filled, merged, ranges, total, uncovered, without
from hashing.types import Span
from tests.app.known import listed

TICKS = 40
spans = st.lists(
    st.tuples(st.integers(0, TICKS), st.integers(1, TICKS)).map(
        lambda pair: Span(pair[0], min(TICKS, pair[0] + pair[1]))
    ),
    max_size=6,
).map(lambda spans: [span for span in spans if span.length])


def ticks(spans: list[Span] | tuple[Span, ...]) -> set[int]:
    return {tick for span in spans for tick in range(int(span.start), int(span.end))}


@given(spans)
def test_merged_is_the_same_time_in_order_without_overlaps(spans: list[Span]) -> None:
    result = merged(spans)

    assert ticks(result) == ticks(spans)
    assert all(earlier.end < later.start for earlier, later in pairwise(result))
    assert total(spans) == len(ticks(spans))


@given(spans, spans)
def test_without_is_the_difference_and_common_the_intersection(
    left: list[Span], right: list[Span]
) -> None:
    assert ticks(without(left, right)) == ticks(left) - ticks(right)
    assert common(left, right) == len(ticks(left) & ticks(right))


@given(spans)
def test_uncovered_and_filled_share_out_the_whole_timeline(spans: list[Span]) -> None:
    whole = [Span(0, TICKS)]

    assert ticks(uncovered(spans, TICKS)) == ticks(whole) - ticks(filled(spans, TICKS))
    assert ticks(spans) <= ticks(filled(spans, TICKS))


def test_gaps_as_short_as_boundary_error_are_closed() -> None:
    assert filled([Span(0.4, 10), Span(10.5, 29.6)], 30) == (Span(0, 30),)
    assert filled([Span(0.6, 10), Span(10.6, 29.4)], 30) == (
        Span(0.6, 10),
        Span(10.6, 29.4),
    )


def test_many_short_gaps_are_left_open() -> None:
    pieces = tuple(Span(i, i + 0.6) for i in range(10))

    assert filled(pieces, 10) == pieces


def test_a_still_is_covered_or_not() -> None:
    assert uncovered([Span(0, 0)], 0) == ()
    assert uncovered([], 0) == (Span(0, 0),)
    assert without([Span(0, 0)], [Span(0, 0)]) == ()


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([], ""),
        ([Span(5.03, 18.08)], "0:05.0–0:18.1"),
        ([Span(0, 5), Span(59.96, 3725)], "0:00.0–0:05.0 and 1:00.0–1:02:05.0"),
        (
            [Span(i, i + 0.5) for i in range(6)],
            "0:00.0–0:00.5, 0:01.0–0:01.5, 0:02.0–0:02.5 and 3 more segments",
        ),
    ],
)
def test_ranges_are_said_as_clock_times(spans: list[Span], words: str) -> None:
    assert listed(*ranges(spans)) == words
