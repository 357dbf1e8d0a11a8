"""How coarsely a file's codec rounds its frames: the size of its steps, as the stream states it.

Encoders transform blocks of a frame and round the outcome to multiples of a step. Larger steps make
smaller files and coarser frames. A JPEG has a table of 64 steps (ITU-T T.81, B.2.4.1); H.264 a
quantisation parameter for each macroblock, whose step doubles with every six (ITU-T H.264, 8.5.9);
MPEG-1, -2 and -4 a scale of theirs. All are given as steps of an orthonormal transform,
so that two files can be compared.
"""

from collections.abc import Mapping, Sequence

import av
import numpy as np
from av.sidedata.encparams import VideoEncParams, VideoEncParamsType
from numpy.typing import NDArray

EXPORT = {"export_side_data": "venc_params"}  # asks FFmpeg's decoders for it
UNIT_QP = 4  # of H.264, where the step is 1
DELTA_AT = 4  # a block's own parameter, after four 32-bit numbers of its place and size


def step_of_tables(tables: Mapping[int, Sequence[int]]) -> float | None:
    """Grey levels of a JPEG's luma table, the mean of its 64 steps; None without one."""
    luma = tables.get(0)
    return float(np.mean(luma)) if luma else None


def step_of(frame: av.VideoFrame) -> float | None:
    """Quantisation step in grey levels, the geometric mean over a frame; None where not stated.

    The frame's decoder has to be opened with the options `EXPORT`.
    """
    stated = frame.side_data.get("VIDEO_ENC_PARAMS")
    if not isinstance(stated, VideoEncParams) or frame.format.components[0].bits != 8:
        return None
    quantisers = stated.qp + _deltas(stated)
    if stated.codec_type == VideoEncParamsType.H264:
        return float(2 ** ((quantisers.mean() - UNIT_QP) / 6))
    if stated.codec_type == VideoEncParamsType.MPEG2:
        return float(quantisers.mean())  # FFmpeg gives it on MPEG-2's scale, which is the step
    return None


def _deltas(stated: VideoEncParams) -> NDArray[np.int32]:
    """(blocks,) what each adds to the quantisation parameter; one zero where none is stated."""
    if not stated.nb_blocks:
        return np.zeros(1, np.int32)
    size = stated.block_size // 4
    data = memoryview(stated)  # type: ignore[arg-type]  # a buffer, as its stub does not say
    numbers = np.frombuffer(data, np.int32, stated.nb_blocks * size, stated.blocks_offset)
    return numbers.reshape(-1, size)[:, DELTA_AT]
