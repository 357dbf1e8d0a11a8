"""What an MP4's edit lists show of each video track, out of the facts that its boxes state. Pure.

Whether the rest holds any frames is measured by `container.hidden_footage`.
"""

import re
from collections.abc import Iterator

from app.metadata.readers.container import Edited
from app.metadata.types import Group

LEAST_S = 0.5  # encoders leave out less than this to line up sound and B-frames


def edited_tracks(boxes: Group) -> Iterator[Edited]:
    """The video tracks whose edit list may leave out LEAST_S or more, in the file's order."""
    movie_scale = boxes.get("mvhd timescale")
    for name, entries in boxes.items():
        track = re.fullmatch(r"trak\[(\d+)\] elst", name)
        if not track or boxes.get(f"trak[{track[1]}] handler_type") != "vide":
            continue
        scale = boxes.get(f"trak[{track[1]}] mdhd timescale")
        if not isinstance(scale, int) or not scale or not isinstance(entries, list):
            continue
        shown = [
            (entry[1] / scale, entry[0])
            for entry in entries
            if isinstance(entry, list)
            and isinstance(entry[0], int)
            and isinstance(entry[1], int)
            and entry[1] >= 0  # -1: nothing is shown for a while
        ]
        if not shown:
            continue
        end = None
        if isinstance(movie_scale, int) and movie_scale and all(length for _, length in shown):
            end = max(start + length / movie_scale for start, length in shown)
        least = boxes.get(f"trak[{track[1]}] ctts least")
        shift = -least / scale if isinstance(least, int) and least < 0 else 0.0
        length = boxes.get(f"trak[{track[1]}] mdhd duration_s")
        length = length if isinstance(length, int | float) else 0.0
        start = min(start for start, _ in shown)
        if start < LEAST_S and (end is None or length - end < LEAST_S):
            continue
        yield Edited(int(track[1]), start, end, shift)
