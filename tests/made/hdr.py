"""SDR pictures coded as HDR, display-referred: what ITU-R BT.2408-7 calls direct mapping."""

from pathlib import Path
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

from tests.made.scenes import Size, scene

type Curve = Literal["pq", "hlg"]

WHITE_NITS = 203.0  # BT.2408-7, table 1
TRC = {"pq": 16, "hlg": 18}  # ITU-T H.273, table 3
BT709_TO_BT2020 = np.array(
    [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
)  # BT.2087-0


def to_hdr(picture: NDArray[np.uint8], curve: Curve) -> NDArray[np.uint16]:
    """(H, W, 3) RGB -> RGB of 16 bits, BT.2020, coded with the curve."""
    light = (picture / 255.0) ** 2.4 @ BT709_TO_BT2020.T * WHITE_NITS  # cd/m2
    if curve == "pq":
        power = (light / 10_000) ** 0.1593017578125
        signal = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    else:
        luma = light @ np.array([0.2627, 0.6780, 0.0593]) / 1000
        scene_light = light / 1000 * np.maximum(luma, 1e-6)[..., None] ** (1 / 1.2 - 1)
        bright = 0.17883277 * np.log(np.maximum(12 * scene_light - 0.28466892, 1e-9)) + 0.55991073
        signal = np.where(scene_light <= 1 / 12, np.sqrt(3 * scene_light), bright)
    return np.asarray(np.rint(np.clip(signal, 0, 1) * 65535), np.uint16)


def make_hdr_video(
    path: Path, curve: Curve, seed: int = 1, seconds: float = 1.0, size: Size = (320, 180)
) -> Path:
    """The scene in ten bits, tagged as HDR footage of phones is."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p10le"
        stream.options = {"crf": "18", "preset": "ultrafast", "x265-params": "log-level=none"}
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace = TRC[curve], 9, 9
        context.color_range = 1
        for index in range(round(25 * seconds)):
            pixels = to_hdr(scene(seed, index / 25, size), curve)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb48le")
            frame = frame.reformat(format="yuv420p10le", dst_colorspace="BT2020", dst_color_range=1)
            frame.color_trc, frame.color_primaries = TRC[curve], 9
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
