from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashing.decode.preview_codec import Encoder, Film, decode, fitted, keep_still, key_luma, luma
from hashing.errors import DecodeError
from hashing.types import PreviewFrames
from tests.made import scene
from tests.made.planes import planes

SIZE = (128, 72)
TIMES = np.cumsum(np.random.default_rng(1).uniform(0.1, 0.35, 53))


@cache
def kept() -> PreviewFrames:
    encoder = Encoder(*SIZE)
    for time in TIMES:
        encoder.add(float(time), planes(scene(1, float(time), SIZE)))
    return encoder.finish()


@cache
def whole() -> Film:
    return decode(kept())


def test_as_many_pictures_come_back_at_the_same_times_and_size() -> None:
    assert whole().pixels.shape == (len(TIMES), SIZE[1], SIZE[0], 3)
    np.testing.assert_array_equal(whole().times, TIMES)


def test_each_preview_frame_has_its_own_timestamp() -> None:
    for time, picture in zip(whole().times[::9], whole().pixels[::9], strict=True):
        own = np.abs(picture - scene(1, float(time), SIZE).astype(float)).mean()
        other = np.abs(picture - scene(1, float(time) + 2, SIZE).astype(float)).mean()
        assert own < 0.6 * other


@given(st.floats(0, 15), st.floats(0, 8))
@settings(max_examples=15)
def test_any_span_decodes_to_the_same_pictures_as_the_whole(start: float, length: float) -> None:
    part = decode(kept(), start, start + length)
    times = kept().times
    wanted = (times >= start) & (times <= start + length)
    np.testing.assert_array_equal(part.times, times[wanted])
    np.testing.assert_array_equal(part.pixels, whole().pixels[wanted])


def test_grey_pictures_of_a_range_are_those_of_the_whole() -> None:
    every = luma(kept(), (64, 36))
    assert every.shape == (len(TIMES), 36, 64)
    np.testing.assert_array_equal(luma(kept(), (64, 36), 17, 44), every[17:45])
    np.testing.assert_array_equal(luma(kept(), (64, 36), 50), every[50:])


@pytest.mark.parametrize(("most", "expected"), [(9, [0, 20, 40]), (2, [0, 40]), (1, [0])])
def test_key_pictures_decode_alone_and_are_evenly_spread(most: int, expected: list[int]) -> None:
    indices, greys = key_luma(kept(), (64, 36), most)
    assert indices.tolist() == expected
    np.testing.assert_array_equal(greys, luma(kept(), (64, 36))[indices])


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_data_cut_off_are_an_error_of_ours(share: float) -> None:
    damaged = replace(kept(), data=kept().data[: int(share * len(kept().data))])
    with pytest.raises(DecodeError):
        decode(damaged)


def test_data_of_another_size_than_stated_are_refused() -> None:
    with pytest.raises(DecodeError, match="size"):
        decode(replace(kept(), width=64))


def test_fewer_frames_than_timestamps_are_refused() -> None:
    more = np.append(TIMES, TIMES[-1] + [1.0, 2.0])
    with pytest.raises(DecodeError, match="53 of 55"):
        decode(replace(kept(), times=more))


def test_a_still_is_kept_as_one_webp() -> None:
    still = keep_still(scene(1, 0.0, (1600, 900)))
    assert (still.codec, still.width, max(still.width, still.height)) == ("webp", 768, 768)
    film = decode(still)
    assert film.pixels.shape == (1, still.height, still.width, 3)
    assert film.times.tolist() == [0.0]
    assert np.abs(film.pixels[0] - scene(1, 0.0, (768, 432)).astype(float)).mean() < 14


def test_a_damaged_still_is_an_error_of_ours() -> None:
    still = keep_still(scene(1, 0.0, SIZE))
    with pytest.raises(DecodeError):
        decode(replace(still, data=still.data[:30]))


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_a_fitted_size_is_even_and_never_longer_than_asked(width: int, height: int) -> None:
    fit = fitted(width, height)
    assert all(side % 2 == 0 and 2 <= side <= 512 for side in fit)
    assert max(fit) <= max(width, height) + 1
