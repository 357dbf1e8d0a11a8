from dataclasses import replace

import numpy as np
import pytest

from hashing.decode.preview_codec import decode
from hashing.describe.frame_cache import FrameCache
from hashing.errors import DecodeError
from tests.hashing.films import Films


def test_whole_pictures_come_back_in_the_order_asked(film: Films) -> None:
    clip = film("excerpt")
    assert clip.preview is not None
    every = decode(clip.preview).pixels
    reel = FrameCache(clip)
    for index, picture in zip([17, 2, 17, 25], reel.frames([17, 2, 17, 25]), strict=True):
        np.testing.assert_array_equal(picture, every[index])
    np.testing.assert_array_equal(reel.frame(9), every[9])


def test_tiny_pictures_are_grey_and_of_all_moments(film: Films) -> None:
    reel = FrameCache(film("excerpt"))
    width, height = reel.thumbnail_size
    assert reel.thumbnails().shape == (len(reel.times), height, width)
    assert max(width, height) == 128


def test_the_nearest_picture_is_the_nearest_in_time(film: Films) -> None:
    reel = FrameCache(film("excerpt"))
    assert reel.nearest_index(float(reel.times[7]) + 0.04) == 7
    assert reel.nearest_index(999.0) == len(reel.times) - 1


def test_keypoints_of_a_window_lie_in_the_window(film: Films) -> None:
    reel = FrameCache(film("excerpt"))
    points = reel.features(3, window=(0.5, 0.0, 1.0, 0.5)).points
    assert len(points) > 10
    assert points[:, 0].min() > 0.5 * reel.width - 2
    assert points[:, 1].max() < 0.5 * reel.height + 2


def test_keypoints_of_a_mirrored_window_are_those_of_the_mirror_image(film: Films) -> None:
    reel = FrameCache(film("excerpt"))
    points = reel.features(3, mirrored=True, window=(0.5, 0.0, 1.0, 0.5)).points
    assert points[:, 0].max() < 0.5 * reel.width + 2


def test_a_still_has_one_moment(film: Films) -> None:
    reel = FrameCache(film("still"))
    assert reel.times.tolist() == [0.0]
    assert reel.frame(0).shape == (reel.height, reel.width, 3)


def test_damaged_pictures_are_an_error_of_ours(film: Films) -> None:
    clip = film("excerpt")
    assert clip.preview is not None
    damaged = replace(clip, preview=replace(clip.preview, data=clip.preview.data[:900]))
    with pytest.raises(DecodeError):
        FrameCache(damaged).thumbnails()


def test_without_pictures_there_is_no_reel(film: Films) -> None:
    with pytest.raises(ValueError, match="without pictures"):
        FrameCache(replace(film("excerpt"), preview=None))
