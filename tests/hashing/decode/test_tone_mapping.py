"""HDR against the SDR that it was made from."""

from pathlib import Path

import numpy as np
import pytest

from hashing.decode.probe import probe
from hashing.decode.tone_mapping import to_sdr
from hashing.decode.video import Damage, decode_frames
from hashing.types import Limits
from tests.made import make_video, scene
from tests.made.hdr import Curve, make_hdr_video, to_hdr

SIZE = (160, 90)
CURVES: tuple[Curve, ...] = ("pq", "hlg")


@pytest.mark.parametrize("curve", CURVES)
def test_a_picture_coded_as_hdr_comes_back(curve: Curve) -> None:
    picture = scene(1, 0.0, SIZE)
    back = to_sdr(to_hdr(picture, curve), curve)
    below_the_knee = picture.max(axis=2) < 180
    difference = np.abs(back.astype(int) - picture)[below_the_knee]
    assert np.percentile(difference, 95) <= 4  # grey levels
    assert np.abs(back.astype(int) - picture).mean() < 8


@pytest.mark.parametrize("curve", CURVES)
def test_light_beyond_sdr_white_is_rolled_off_and_keeps_its_order(curve: Curve) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)
    grey = np.repeat(ramp[None, :, None], 3, axis=2)
    shown = to_sdr(grey, curve)[0]
    assert (np.ptp(shown.astype(int), axis=1) <= 2).all()  # grey stays grey
    assert (np.diff(shown[:, 0].astype(int)) >= 0).all()
    assert shown[0, 0] == 0
    assert shown[-1, 0] >= 250


@pytest.mark.parametrize("curve", CURVES)
def test_hdr_footage_is_described_as_sdr_shows_it(tmp_path: Path, curve: Curve) -> None:
    path = make_hdr_video(tmp_path / "h.mp4", curve, seconds=0.2, size=SIZE)
    with path.open("rb") as file:
        info = probe(file)
        frame = next(iter(decode_frames(file, Limits(), Damage())))
        picture, planes = frame.rgb(*SIZE), frame.yuv(*SIZE)
    assert info.hdr == curve
    expected = scene(1, 0.0, SIZE).astype(int)
    # grey levels; chroma at half the size costs these saturated scenes about 12 of them
    assert np.abs(picture - expected).mean() < 16
    luma = 16 + 219 / 255 * (picture @ np.array([0.299, 0.587, 0.114]))
    assert np.abs(planes[: SIZE[1]] - luma).mean() < 2


def test_sdr_footage_is_not_called_hdr(tmp_path: Path) -> None:
    path = make_video(tmp_path / "s.mp4", 1, 0.2, size=SIZE, sound_kind=None)
    with path.open("rb") as file:
        assert probe(file).hdr is None
