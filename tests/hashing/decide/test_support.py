from hashing.align.place import place
from hashing.align.placement import Placement
from hashing.decide.support import measure_support
from hashing.describe.frame_cache import FrameCache
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
