from dataclasses import replace

import numpy as np
import pytest

from hashing.align.segments import is_cut, join_lines, snap_to_cut, snap_to_real_time, to_segments
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Transform
from hashing.types import Line
from tests.hashing.films import PIECES, Films

LINE = Line(1.0, 4.0, 1.0, False, 0.5, 0.9, 0.5)
WHOLE = Transform(np.eye(3), 100, 120, 0.9, "axis")


def test_a_speed_measured_as_nearly_real_time_is_real_time() -> None:
    line = snap_to_real_time(replace(LINE, speed=1.004))
    assert line.speed == 1.0
    assert line.reference_time(2.5) == pytest.approx(replace(LINE, speed=1.004).reference_time(2.5))


def test_a_clear_change_of_speed_stays() -> None:
    assert snap_to_real_time(replace(LINE, speed=1.25)).speed == 1.25


def test_pieces_of_one_line_are_joined() -> None:
    (joined,) = join_lines([replace(LINE, start=4.2, end=7.0), LINE])
    assert (joined.start, joined.end) == (1.0, 7.0)


@pytest.mark.parametrize(
    "other",
    [
        replace(LINE, start=4.0, end=7.0, offset=3.0),
        replace(LINE, start=9.0, end=12.0),
        replace(LINE, start=4.0, end=7.0, reversed=True),
    ],
    ids=["another place", "a long way off", "reversed"],
)
def test_pieces_of_unlike_lines_are_not_joined(other: Line) -> None:
    assert join_lines([other, LINE]) == [LINE, other]


def test_a_boundary_near_an_end_of_the_clip_is_that_end(film: Films) -> None:
    clip = film("street")
    assert snap_to_cut(clip, 0.1) == 0.0
    assert snap_to_cut(clip, 5.9) == clip.info.duration_s


def test_a_boundary_near_a_cut_is_the_cut(film: Films) -> None:
    cut = PIECES[0][1] - PIECES[0][0]
    assert snap_to_cut(film("reordered"), cut + 0.17) == pytest.approx(cut, abs=1e-3)


def test_a_boundary_where_nothing_is_cut_stays(film: Films) -> None:
    assert snap_to_cut(film("street"), 2.93) == 2.93


def test_a_cut_changes_far_more_than_what_is_around_it() -> None:
    change = np.full(40, 6.0, np.float32)
    change[20] = 60
    assert is_cut(change, 20)
    assert not is_cut(change, 10)


def test_segments_stay_within_both_clips(film: Films) -> None:
    query, reference = FrameCache(film("street")), FrameCache(film("excerpt"))
    line = Line(0.0, 6.0, 1.0, False, -1.5, 0.9, 0.5)
    for segment in to_segments(query, reference, (line,), WHOLE, 0.9):
        assert 0 <= segment.query.start < segment.query.end <= 6.0 + 1e-6
        assert 0 <= segment.reference.start < segment.reference.end <= 3.0 + 1e-6


def test_a_reversed_segment_s_reference_still_runs_forward(film: Films) -> None:
    reel = FrameCache(film("street"))
    line = Line(1.0, 4.0, 1.0, True, 5.0, 0.9, 0.5)
    (segment,) = to_segments(reel, reel, (line,), WHOLE, 0.9)
    assert segment.reversed
    assert (segment.reference.start, segment.reference.end) == pytest.approx((1.0, 4.0), abs=0.05)


def test_a_still_s_segment_is_a_timestamp_without_speed(film: Films) -> None:
    line = Line(0.0, 0.0, 1.0, False, 3.3, 0.9, 0.5)
    (segment,) = to_segments(
        FrameCache(film("still")), FrameCache(film("street")), (line,), WHOLE, 0.9
    )
    assert (segment.query.end, segment.reference.start, segment.reference.end) == (0.0, 3.3, 3.3)
    assert segment.speed is None
