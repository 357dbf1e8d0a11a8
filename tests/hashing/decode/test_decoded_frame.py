"""Interlaced frames: blended where their fields differ, left alone where they do not."""

from pathlib import Path

import av
import numpy as np

from hashing.decode.decoded_frame import COMB_SHARE, DecodedFrame, comb_share
from hashing.decode.video import Damage, decode_frames
from hashing.types import Limits
from tests.made import scene

SIZE = (320, 240)


def frame_of(picture: np.ndarray) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")


def woven(seed: int, apart_s: float) -> np.ndarray:
    """Two fields of one scene, `apart_s` after each other, in one frame."""
    picture = scene(seed, 1.0, SIZE).copy()
    picture[1::2] = scene(seed, 1.0 + apart_s, SIZE)[1::2]
    return picture


def test_progressive_scenes_are_not_taken_for_interlaced_ones() -> None:
    shares = [comb_share(frame_of(scene(seed, 0.5, SIZE))) for seed in range(1, 13)]
    assert max(shares) < COMB_SHARE, shares


def test_fields_of_different_times_are_combed() -> None:
    shares = [comb_share(frame_of(woven(seed, 0.5))) for seed in range(1, 13)]
    assert min(shares) > COMB_SHARE, shares


def flagged(path: Path, picture: np.ndarray) -> DecodedFrame:
    """The picture out of a video whose frames are flagged as interlaced."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options = {"crf": "10", "x264-params": "interlaced=1:tff=1"}
        for index in range(3):
            frame = frame_of(picture)
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with path.open("rb") as file:
        decoded = next(iter(decode_frames(file, Limits(), Damage())))
    assert decoded.frame.interlaced_frame
    return decoded


def test_what_is_flagged_and_combed_is_blended(tmp_path: Path) -> None:
    decoded = flagged(tmp_path / "i.mp4", woven(1, 0.5))
    blended = decoded.rgb(*SIZE)
    assert comb_share(frame_of(blended)) < comb_share(decoded.frame) / 4


def test_what_is_flagged_but_not_combed_is_left_alone(tmp_path: Path) -> None:
    decoded = flagged(tmp_path / "p.mp4", scene(1, 0.5, SIZE))
    as_decoded = decoded.frame.to_ndarray(format="rgb24")
    assert np.abs(decoded.rgb(*SIZE).astype(int) - as_decoded).mean() < 1
