from dataclasses import replace

import numpy as np
import pytest

from hashing.decode.preview_codec import decode, luma
from hashing.describe import frame_cache
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


def test_thumbnails_are_grey_and_of_all_frames(film: Films) -> None:
    reel = FrameCache(film("excerpt"))
    width, height = reel.thumbnail_size
    assert reel.thumbnails().shape == (len(reel.times), height, width)
    assert max(width, height) == 128


@pytest.fixture
def long_reel(film: Films, monkeypatch: pytest.MonkeyPatch) -> FrameCache:
    """A clip of 60 pictures that counts as too long to keep, in blocks of 20, of which 2 stay."""
    monkeypatch.setattr(frame_cache, "MAX_WHOLE_FRAMES", 30)
    monkeypatch.setattr(frame_cache, "THUMBNAIL_BLOCK", 20)
    monkeypatch.setattr(frame_cache, "MAX_CACHED_BLOCKS", 2)
    return FrameCache(film("street"))


def test_tiny_pictures_of_a_long_clip_are_decoded_in_blocks_and_the_same(
    film: Films, long_reel: FrameCache
) -> None:
    assert long_reel.is_long
    assert long_reel.fingerprint.preview is not None
    every = luma(long_reel.fingerprint.preview, long_reel.thumbnail_size)
    asked = np.array([55, 3, 21, 3, 59])
    np.testing.assert_array_equal(long_reel.thumbnails_at(asked), every[asked])
    np.testing.assert_array_equal(list(long_reel.each_thumbnail(np.arange(len(every)))), every)
    assert sum(len(block) for block in long_reel._blocks.values()) <= 40


def test_a_long_clip_is_sampled_at_key_pictures_and_a_short_one_whole(
    film: Films, long_reel: FrameCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    indices, tiny = long_reel.sampled_thumbnails()
    assert indices.tolist() == [0, 20, 40]
    np.testing.assert_array_equal(tiny, long_reel.thumbnails_at(indices))
    monkeypatch.undo()
    indices, tiny = FrameCache(film("street")).sampled_thumbnails()
    assert len(indices) == len(tiny) == len(long_reel.times)


def test_keypoints_of_few_pictures_are_kept(film: Films, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_cache, "MAX_CACHED_KEYPOINTS", 4)
    reel = FrameCache(film("excerpt"))
    for index in range(12):
        for find in reel.missing_features([index], None, mirrored=False, coarse=True):
            find()
    assert len(reel._features) <= 5
    assert len(reel.features(0, coarse=True).points) > 10


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


def test_a_still_has_one_timestamp(film: Films) -> None:
    reel = FrameCache(film("still"))
    assert reel.times.tolist() == [0.0]
    assert reel.frame(0).shape == (reel.height, reel.width, 3)


def test_damaged_pictures_are_an_error_of_ours(film: Films) -> None:
    clip = film("excerpt")
    assert clip.preview is not None
    damaged = replace(clip, preview=replace(clip.preview, data=clip.preview.data[:900]))
    with pytest.raises(DecodeError):
        FrameCache(damaged).thumbnails()


def test_without_preview_frames_there_is_no_frame_cache(film: Films) -> None:
    with pytest.raises(ValueError, match="without preview frames"):
        FrameCache(replace(film("excerpt"), preview=None))
