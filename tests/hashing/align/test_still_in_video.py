from dataclasses import replace

import pytest

from hashing.align.place import place
from hashing.align.placement import Placement
from hashing.align.still_in_video import localise_still, matched_frame_index
from hashing.describe.frame_cache import FrameCache
from tests.hashing.films import Films

TRUE_S = 2.0  # of the photo


def placed(film: Films, at: float | None = None) -> tuple[FrameCache, FrameCache, Placement]:
    """A photo of the fixed camera held against its clip; or put at some moment of it."""
    still, video = FrameCache(film("photo of fixed")), FrameCache(film("fixed"))
    placement = place(still, video)
    assert placement is not None
    if at is not None:
        lines = tuple(replace(line, offset=at) for line in placement.lines)
        placement = replace(placement, lines=lines)
    return still, video, placement


@pytest.mark.parametrize("at", [1.7, 2.3])
def test_a_still_put_beside_its_instant_is_put_at_it(film: Films, at: float) -> None:
    still, video, wrong = placed(film, at)
    right = localise_still(still, video, wrong)
    assert right.lines[0].offset == pytest.approx(TRUE_S, abs=0.11)
    assert right.lines[0].correlation > 0.9
    assert right.pairs[0].reference_index == matched_frame_index(video, right)


def test_a_still_at_its_own_instant_stays_there(film: Films) -> None:
    still, video, right = placed(film)
    assert localise_still(still, video, right) is right


def test_where_no_instant_near_by_fits_nothing_changes(film: Films) -> None:
    still, video, far = placed(film, 5.5)
    assert localise_still(still, video, far) is far
