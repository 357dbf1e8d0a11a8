"""How coarsely a file's coding rounds its picture: the size of its steps, as the coding states it.

Coders transform blocks of a picture and round the outcome to multiples of a step. Larger steps make
smaller files and coarser pictures. A JPEG holds a table of 64 steps (ITU-T T.81, B.2.4.1); H.264 a
quantisation parameter for each macroblock, whose step doubles with every six (ITU-T H.264, 8.5.9);
MPEG-1, -2 and -4 a scale of theirs. All are given as steps of an orthonormal transform,
so that one can be held against another.
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
    """Grey levels, a picture's geometric mean; None where its decoder does not say.

    The frame's decoder has to be opened with the options `EXPORT`.
    """
    said = frame.side_data.get("VIDEO_ENC_PARAMS")
    if not isinstance(said, VideoEncParams) or frame.format.components[0].bits != 8:
        return None
    quantisers = said.qp + _deltas(said)
    if said.codec_type == VideoEncParamsType.H264:
        return float(2 ** ((quantisers.mean() - UNIT_QP) / 6))
    if said.codec_type == VideoEncParamsType.MPEG2:
        return float(quantisers.mean())  # FFmpeg gives it on MPEG-2's scale, which is the step
    return None


def _deltas(said: VideoEncParams) -> NDArray[np.int32]:
    """(blocks,) what each adds to the picture's parameter; one zero where none is said."""
    if not said.nb_blocks:
        return np.zeros(1, np.int32)
    size = said.block_size // 4
    held = memoryview(said)  # type: ignore[arg-type]  # a buffer, as its stub does not say
    numbers = np.frombuffer(held, np.int32, said.nb_blocks * size, said.blocks_offset)
    return numbers.reshape(-1, size)[:, DELTA_AT]
