from dataclasses import replace

import numpy as np
import pytest

from hashing.align.place import place
from hashing.align.placement import Placement
from hashing.decide.support import measure_support, uncut_share, within_cuts
from hashing.describe.frame_cache import FrameCache
from hashing.types import Line
from tests.hashing.films import CROP, Films


def placed(query: FrameCache, reference: FrameCache) -> Placement:
    placement = place(query, reference)
    assert placement is not None
    return placement


def test_a_copy_is_supported_in_every_way(film: Films) -> None:
    query, reference = FrameCache(film("copy")), FrameCache(film("street"))
    grounds = measure_support(query, reference, placed(query, reference))
    assert grounds.supporting_share > 0.8
    assert grounds.agreeing_share > 0.7
    assert grounds.covered_share > 0.9
    assert grounds.motion_agreement is not None
    assert grounds.motion_agreement > 0.75
    assert grounds.line_count == 1
    assert 5.0 < grounds.matched_s <= 6.1


def test_the_covered_share_is_that_of_the_query_s_picture(film: Films) -> None:
    """The cropped clip covers only its rectangle of the whole one."""
    query, reference = FrameCache(film("street")), FrameCache(film("cropped"))
    grounds = measure_support(query, reference, placed(query, reference))
    area = (CROP[2] - CROP[0]) * (CROP[3] - CROP[1])
    assert abs(grounds.covered_share - area) < 0.05


def test_two_photos_have_no_motion(film: Films) -> None:
    query, reference = FrameCache(film("park photo, cropped")), FrameCache(film("park photo"))
    grounds = measure_support(query, reference, placed(query, reference))
    assert grounds.motion_agreement is None
    assert grounds.matched_s == 0
    assert grounds.agreeing_share > 0.7


def test_another_hour_of_a_fixed_camera_has_its_points_but_not_its_motion(film: Films) -> None:
    query, reference = FrameCache(film("fixed, later")), FrameCache(film("fixed"))
    grounds = measure_support(query, reference, placed(query, reference))
    assert grounds.inliers > 100
    assert grounds.motion_agreement is not None
    assert grounds.motion_agreement < 0.6


def line(start: float, end: float, speed: float = 1.0, offset: float = 0.0) -> Line:
    return Line(start, end, speed, False, offset, 0.9, 0.9)


@pytest.mark.parametrize(
    ("lines", "share"),
    [
        ((line(0, 8), line(8, 10)), 1.0),
        ((line(0, 8), line(8, 10, offset=3.0)), 0.8),
        ((line(0, 8, speed=0.5), line(8, 10)), 0.2),
        ((replace(line(0, 8), reversed=True),), 0.0),
        ((), 1.0),
    ],
)
def test_the_uncut_share_is_that_of_one_offset_at_real_time(
    lines: tuple[Line, ...], share: float
) -> None:
    assert uncut_share(lines) == pytest.approx(share)


def test_motion_is_not_compared_beyond_a_cut_near_the_end_of_a_line(film: Films) -> None:
    clip = film("copy")
    timeline = clip.timeline
    change = np.zeros_like(timeline.change)
    cut = len(change) // 2
    change[cut] = 90.0
    cut_clip = FrameCache(replace(clip, timeline=replace(timeline, change=change)))
    at = float(timeline.times[cut])
    shortened = within_cuts(cut_clip, line(at - 2.0, at + 0.1))
    assert at - 0.5 < shortened.end < at
    assert within_cuts(cut_clip, line(at - 2.0, at - 1.0)) == line(at - 2.0, at - 1.0)
