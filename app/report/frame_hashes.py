"""PDQ and pHash of a clip's frames, for other tools: as JSON, as `pdq HEX` lines and as CSV. Pure.

The hashes are those that were stored when the clip was described. Hexadecimal digits are written
most significant bit first, as ThreatExchange (PDQ) and imagehash (pHash) write them.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from app.messages.catalogue import text
from app.text.formatting import clock
from hashing.types import Descriptors

MIN_PDQ_QUALITY: Final = 50  # of 100; QUALITY_THRESHOLD in ThreatExchange's pdq/signal.py
FRAMES_SHOWN: Final = 5  # by `library show`; the export has all
NAME_CHARS: Final = 8  # of the names in a clip's sheet
COLUMNS: Final = ("clip", "timestamp_s", "pdq", "pdq_quality", "phash")


@dataclass(frozen=True, slots=True)
class FrameHashes:
    """The perceptual hashes of one frame."""

    timestamp_s: float  # from the start of the clip
    pdq: str  # 64 hexadecimal digits
    pdq_quality: int  # 0..100
    phash: str  # 16 hexadecimal digits


def frame_hashes(frames: Descriptors) -> list[FrameHashes]:
    """The hashes of a clip's described frames, in order of time."""
    rows = zip(frames.times, frames.pdq, frames.pdq_quality, frames.phash, strict=True)
    return [
        FrameHashes(round(float(time), 6), pdq.tobytes().hex(), int(quality), phash.tobytes().hex())
        for time, pdq, quality, phash in rows
    ]


def hashes_json(hashes: Iterable[FrameHashes]) -> list[dict[str, object]]:
    return [asdict(frame) for frame in hashes]


def sheet_lines(hashes: list[FrameHashes], export_command: str) -> list[str]:
    """The number of hashed frames, then the hashes of the first ones, for people."""
    frames = text("report-clip-frames", count=len(hashes))
    lines = [f"{text('report-clip-hashes'):<{NAME_CHARS}}  {frames}"]
    for frame in hashes[:FRAMES_SHOWN]:
        time, quality = (
            clock(frame.timestamp_s),
            text("report-clip-quality", quality=frame.pdq_quality),
        )
        lines += [
            f"  {time:>9}  pdq {frame.pdq} ({quality})",
            f"  {'':>9}  phash {frame.phash}",
        ]
    if len(hashes) > FRAMES_SHOWN:
        lines.append("  " + text("report-clip-all-hashes", command=export_command))
    return lines


def pdq_lines(hashes: Iterable[FrameHashes]) -> list[str]:
    """`pdq HEX` for each frame of usable quality, as ThreatExchange and HMA read hashes.

    These lines have no place for the quality, so that frames below MIN_PDQ_QUALITY are left out.
    """
    return [f"pdq {frame.pdq}" for frame in hashes if frame.pdq_quality >= MIN_PDQ_QUALITY]


def csv_lines(clip_id: str, hashes: Iterable[FrameHashes]) -> list[str]:
    """Rows of COLUMNS, without a header."""
    return [
        _csv_line((clip_id, frame.timestamp_s, frame.pdq, frame.pdq_quality, frame.phash))
        for frame in hashes
    ]


def csv_header() -> str:
    return _csv_line(COLUMNS)


def _csv_line(values: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(values)
    return written.getvalue()
