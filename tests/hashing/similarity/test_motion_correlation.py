import numpy as np
import pytest

from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Transform
from hashing.similarity.motion_correlation import (
    agreement_where_other_moves,
    correlate_motion,
    correlate_still_motion,
)
from hashing.types import Line
from tests.hashing.films import Films

SAME_FRAME = Transform(np.eye(3), 100, 120, 0.9, "axis")


def line(offset: float, start: float = 0.0, end: float = 5.0) -> Line:
    return Line(start, end, 1.0, False, offset, 0.9, 0.5)


def test_what_moves_in_a_clip_moves_alike_in_itself(film: Films) -> None:
    reel = FrameCache(film("fixed"))
    motion = correlate_motion(reel, reel, SAME_FRAME, line(0.0))
    assert motion is not None
    assert motion.query_explained == pytest.approx(motion.reference_explained)
    assert (motion.query_explained or 0) > 0.9
    assert 0 < motion.moving_share < 1


@pytest.mark.parametrize("offset", [0.0, 1.0])
def test_another_hour_of_a_fixed_camera_moves_otherwise(film: Films, offset: float) -> None:
    own = correlate_motion(
        FrameCache(film("fixed")), FrameCache(film("fixed")), SAME_FRAME, line(0.0)
    )
    other = correlate_motion(
        FrameCache(film("fixed, later")), FrameCache(film("fixed")), SAME_FRAME, line(offset)
    )
    assert own is not None
    assert other is not None
    assert (other.query_explained or 0) < 0.6 * (own.query_explained or 0)
    assert (other.reference_explained or 0) < 0.6 * (own.reference_explained or 0)


def test_where_nothing_moves_nothing_is_explained(film: Films) -> None:
    reel = FrameCache(film("park, frozen"))
    motion = correlate_motion(reel, reel, SAME_FRAME, line(0.0, 0.0, 1.8))
    assert motion is not None
    assert motion.query_explained is None
    assert motion.reference_explained is None


def test_a_moment_is_too_little_to_see_motion(film: Films) -> None:
    reel = FrameCache(film("fixed"))
    assert correlate_motion(reel, reel, SAME_FRAME, line(0.0, 2.0, 2.3)) is None


def test_a_still_shows_what_moves_at_its_moment_and_not_at_another(film: Films) -> None:
    still, video = FrameCache(film("photo of fixed")), FrameCache(film("fixed"))
    there = correlate_still_motion(still, video, np.eye(3), 2.0)
    elsewhere = correlate_still_motion(still, video, np.eye(3), 4.5)
    assert there is not None
    assert elsewhere is not None
    assert there > 0.8
    assert elsewhere < 0.7 * there


def test_who_stands_still_stands_elsewhere_at_another_hour(film: Films) -> None:
    """Single instants, in which nothing moves: only other times say what would."""
    own = agreement_where_other_moves(
        FrameCache(film("fixed")), FrameCache(film("fixed")), np.eye(3), [(20, 20), (30, 30)]
    )
    later = FrameCache(film("fixed, later"))
    other = agreement_where_other_moves(
        later, FrameCache(film("fixed")), np.eye(3), [(20, 20), (30, 30)]
    )
    assert own is not None
    assert other is not None
    assert own > 0.95
    assert other < 0.7 * own
