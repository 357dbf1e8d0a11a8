"""Long items at once: videos and fingerprints one after the other, with nothing coded again."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from hashing.types import Descriptors, Fingerprint, Timeline

CUT_LUMA_CHANGE = 90.0  # grey levels, of two unlike frames


def join_streams(sources: Iterable[Path | BinaryIO], target: Path | BinaryIO) -> None:
    """Write the packets of videos that were coded alike, one video after the other."""
    with av.open(_openable(target), "w", format="mp4") as output:
        stream: Any = None
        offset = 0
        for path in sources:
            with av.open(_openable(path)) as source:
                video = source.streams.video[0]
                if stream is None:
                    stream = output.add_stream_from_template(video)
                    stream.time_base = video.time_base
                offset = _join(source, video, output, stream, offset)


def _openable(file: Path | BinaryIO) -> str | BinaryIO:
    return str(file) if isinstance(file, Path) else file


def _join(source: Any, video: Any, output: Any, stream: Any, offset: int) -> int:
    """Write one file's packets from `offset` on, in ticks. Returns where the next one begins."""
    end = offset
    for packet in source.demux(video):
        if packet.dts is None:
            continue
        packet.pts += offset
        packet.dts += offset
        end = max(end, packet.pts + packet.duration)
        packet.stream = stream
        output.mux(packet)
    return int(end)


def tile(parts: Sequence[Fingerprint]) -> Fingerprint:
    """One fingerprint of clips one after the other, of equal size and without sound."""
    lengths = [float(part.info.duration_s or 0.0) for part in parts]
    starts = np.concatenate([[0.0], np.cumsum(lengths)])
    rows = [part.descriptors for part in parts]
    descriptors = Descriptors(
        times=_shifted([row.times for row in rows], starts),
        vectors=np.concatenate([row.vectors for row in rows]),
        pdq=np.concatenate([row.pdq for row in rows]),
        pdq_quality=np.concatenate([row.pdq_quality for row in rows]),
        phash=np.concatenate([row.phash for row in rows]),
        flat=np.concatenate([row.flat for row in rows]),
    )
    timeline = Timeline(
        _shifted([part.timeline.times for part in parts], starts),
        np.concatenate([_from_a_cut(part.timeline.change) for part in parts]),
    )
    previews = [part.preview for part in parts if part.preview is not None]
    data = io.BytesIO()
    join_streams((io.BytesIO(preview.data) for preview in previews), data)
    times = _shifted([preview.times for preview in previews], starts)
    info = replace(parts[0].info, duration_s=float(starts[-1]))
    preview = replace(previews[0], times=times, data=data.getvalue())
    return replace(
        parts[0], info=info, descriptors=descriptors, timeline=timeline, preview=preview, audio=None
    )


def _from_a_cut(change: NDArray[np.float32]) -> NDArray[np.float32]:
    """The changes of a part that other footage comes before."""
    cut = change.copy()
    cut[:1] = CUT_LUMA_CHANGE
    return cut


def _shifted(
    times: Sequence[NDArray[np.float64]], starts: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.concatenate(
        [clip_times + start for clip_times, start in zip(times, starts, strict=False)]
    )
