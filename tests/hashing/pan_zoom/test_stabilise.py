"""A moving crop is told from a moving camera, whose moments are not quite the same ones."""

import numpy as np
import pytest

from hashing.align.crop_path import CropPath
from hashing.pan_zoom.stabilise import is_moving_crop

SIZE = (512, 288)


def swaying(by: float, side: float) -> CropPath:
    """A window of a share of the known picture's side, in its middle, that sways."""
    times = np.linspace(0, 6, 13)
    left = (1 - side) / 2 + by / 2 * np.sin(times)
    windows = np.stack(
        [np.full(13, side), left * SIZE[0], np.full(13, (1 - side) / 2 * SIZE[1])], axis=1
    )
    return CropPath(times, windows, np.eye(3), SIZE)


@pytest.mark.parametrize(
    ("by", "side", "is_reported"),
    [
        (0.03, 1.0, False),  # all of the known picture, and a little sway
        (0.03, 0.8, True),  # the same sway of a crop
        (0.08, 1.0, True),  # more than moments make
        (0.01, 0.8, False),
    ],
)
def test_a_little_sway_of_the_whole_picture_is_no_moving_crop(
    by: float, side: float, is_reported: bool
) -> None:
    assert is_moving_crop(swaying(by, side), SIZE) == is_reported
