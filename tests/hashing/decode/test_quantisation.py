"""How coarsely a file is coded is read from its coding, in steps that can be compared."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from hashing.decode.probe import probe
from hashing.describe.fingerprint import fingerprint
from hashing.types import MediaInfo, Sampling
from tests.made import scene

SIZE = (160, 96)
PICTURES = 12


def described(path: Path, sampling: Sampling = "default") -> MediaInfo:
    with path.open("rb") as file:
        return fingerprint(file, probe(file), sampling).info


def coded(path: Path, codec: str, options: dict[str, str], pixels: str = "yuv420p") -> Path:
    """A clip of one scene, coded with these options."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, 10, options=options)
        video.width, video.height, video.pix_fmt = *SIZE, pixels  # type: ignore[attr-defined]
        for i in range(PICTURES):
            frame = av.VideoFrame.from_ndarray(scene(11, i / 10, SIZE), format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, 10)
            container.mux(video.encode(frame))  # type: ignore[attr-defined]
        container.mux(video.encode())  # type: ignore[attr-defined]
    return path


def h264(path: Path, quantiser: int) -> Path:
    fixed = f"qp={quantiser}:ipratio=1:pbratio=1:aq-mode=0"
    return coded(path, "libx264", {"x264-params": fixed})


@pytest.mark.parametrize(("quantiser", "step"), [(22, 8.0), (28, 16.0), (40, 64.0)])
def test_h264_steps_double_with_every_six(tmp_path: Path, quantiser: int, step: float) -> None:
    path = h264(tmp_path / "clip.mp4", quantiser)
    assert described(path).coding_step == pytest.approx(step)
    assert described(path, "quick").coding_step == pytest.approx(step)


def test_a_quantiser_that_changes_within_a_picture_is_averaged(tmp_path: Path) -> None:
    adaptive = coded(tmp_path / "clip.mp4", "libx264", {"x264-params": "crf=28:aq-mode=3"})
    step = described(adaptive).coding_step
    assert step is not None
    assert 8 < step < 40
    assert np.log2(step) * 6 % 1 != pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("codec", ["mpeg4", "mpeg2video"])
def test_steps_of_mpeg_are_twice_the_encoder_s_scale(tmp_path: Path, codec: str) -> None:
    fixed = {"qmin": "6", "qmax": "6"}
    assert described(coded(tmp_path / "clip.mkv", codec, fixed)).coding_step == pytest.approx(12)


@pytest.mark.parametrize(("quality", "step"), [(50, 57.6), (90, 11.7), (20, 141.5)])
def test_a_jpeg_states_its_steps(tmp_path: Path, quality: int, step: float) -> None:
    path = tmp_path / "photo.jpg"
    Image.fromarray(scene(11, 0.0, SIZE)).save(path, quality=quality)
    assert described(path).coding_step == pytest.approx(step, abs=0.2)


def test_other_codings_say_nothing(tmp_path: Path) -> None:
    picture = Image.fromarray(scene(11, 0.0, SIZE))
    for name in ("photo.png", "photo.webp", "photo.gif"):
        picture.save(tmp_path / name)
        assert described(tmp_path / name).coding_step is None
    vp9 = coded(tmp_path / "clip.webm", "libvpx-vp9", {"crf": "40", "b": "0"})
    deep = coded(tmp_path / "deep.mp4", "libx264", {"x264-params": "qp=30"}, "yuv420p10le")
    assert described(vp9).coding_step is None
    assert described(deep).coding_step is None  # its parameter counts from elsewhere
