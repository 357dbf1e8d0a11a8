"""What the ends of a match say of joins and of short parts that several clips share."""

from dataclasses import replace

import numpy as np
import pytest

from hashing.explain.joins import Joins, find_joins
from hashing.types import Descriptors, Fingerprint, MediaInfo, Segment, Span, Timeline

RATE = 25


def clip(seconds: float, cuts: tuple[float, ...] = (), blank: Span | None = None) -> Fingerprint:
    """A clip that changes a little from frame to frame, and at once at its cuts."""
    times = np.arange(round(seconds * RATE)) / RATE
    change = np.full(len(times), 2.0, np.float32)
    for cut in cuts:
        change[round(cut * RATE)] = 60.0
    rows = np.arange(0, seconds, 0.5)
    flat = np.zeros(len(rows), bool)
    if blank is not None:
        flat = (rows >= blank.start) & (rows < blank.end)
    count = len(rows)
    return Fingerprint(
        info=MediaInfo("video", 320, 180, duration_s=seconds),
        space="test",
        sampling="test",
        descriptors=Descriptors(
            times=rows,
            vectors=np.zeros((count, 512), np.float16),
            pdq=np.zeros((count, 32), np.uint8),
            pdq_quality=np.zeros(count, np.uint8),
            phash=np.zeros((count, 8), np.uint8),
            flat=flat,
        ),
        timeline=Timeline(times, change),
    )


def segment(query: tuple[float, float], reference: tuple[float, float]) -> Segment:
    return Segment(Span(*query), Span(*reference), score=0.9)


@pytest.mark.parametrize(
    ("query", "reference", "matched", "expected"),
    [
        pytest.param(
            clip(20, (3,)), clip(30, (3,)), ((0, 3), (0, 3)), Joins(True, True), id="an intro"
        ),
        pytest.param(
            clip(20, (8, 11)), clip(30, (4, 7)), ((8, 11), (4, 7)), Joins(True, True), id="an ident"
        ),
        pytest.param(
            clip(20, (9,)), clip(30), ((0, 9), (5, 14)), Joins(True), id="joined in mid-shot"
        ),
        pytest.param(
            clip(20, (9,)), clip(12, (9,)), ((0, 9), (0, 9)), Joins(True), id="most of the clip"
        ),
        pytest.param(clip(20), clip(30), ((0, 9), (5, 14)), Joins(), id="lost in mid-shot"),
        pytest.param(clip(9), clip(30, (3, 12)), ((0, 9), (3, 12)), Joins(), id="all of the item"),
        pytest.param(
            clip(20, (9,), Span(9, 20)),
            clip(30),
            ((0, 9), (5, 14)),
            Joins(),
            id="black is no other footage",
        ),
    ],
)
def test_the_ends_of_a_match_tell_joins_from_losses(
    query: Fingerprint,
    reference: Fingerprint,
    matched: tuple[tuple[float, float], tuple[float, float]],
    expected: Joins,
) -> None:
    assert find_joins(query, reference, [segment(*matched)]) == expected


def test_reversed_footage_is_looked_at_from_its_other_end() -> None:
    backwards = replace(segment((0, 3), (4, 7)), reversed=True)
    joins = find_joins(clip(20, (3,)), clip(30, (4,)), [backwards])
    assert joins.shared_material
