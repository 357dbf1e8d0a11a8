"""RGB pictures as the encoder of kept pictures takes them."""

import av
import numpy as np
from numpy.typing import NDArray


def planes(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) RGB -> (H * 3 / 2, W) 4:2:0."""
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
    return frame.to_ndarray().astype(np.uint8, copy=False)
