"""Whether a still is a whole frame between two preview frames, by where their corners lie in it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.align.still_in_video import FRAME_CORNERS, whole_frame_error


def shifted(x: float, y: float = 0.0) -> NDArray[np.float64]:
    return FRAME_CORNERS + np.array([x, y])


@pytest.mark.parametrize(
    ("before", "after", "at"),
    [
        (shifted(-0.03), shifted(0.06), 1 / 3),  # the camera pans past the still's timestamp
        (shifted(0.0), shifted(0.06), 0.0),
        (shifted(0.0), shifted(0.0), 0.0),  # it rests
    ],
)
def test_a_frame_on_the_way_between_preview_frames_is_whole(
    before: NDArray[np.float64], after: NDArray[np.float64], at: float
) -> None:
    error, fraction = whole_frame_error(before, after)
    assert error <= 1
    assert fraction == pytest.approx(at, abs=0.05)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1.1 * shifted(-0.03), 1.1 * shifted(0.06)),  # a crop, whatever the camera does
        (shifted(0.03), shifted(0.06)),  # not on the way
        (shifted(-0.03, 0.03), shifted(0.06, 0.03)),
        (shifted(0.02), shifted(0.02)),
    ],
)
def test_a_frame_that_no_motion_makes_whole_is_cropped(
    before: NDArray[np.float64], after: NDArray[np.float64]
) -> None:
    assert whole_frame_error(before, after)[0] > 1
