"""Findings on videos: hidden footage, frame rates, stated and decoded lengths. Pure."""

import re
from collections.abc import Iterator

from app.metadata.readers.edit_lists import LEAST_S
from app.metadata.types import Fields, Finding, Group
from hashing.message import Message
from hashing.types import MediaInfo

LENGTH_TOLERANCE_S = 1.0
LENGTH_TOLERANCE = 0.05  # of the stated length
RATE_TOLERANCE = 0.01
# of FFmpeg: streams state no length, what is read is the span of their clocks
WITHOUT_LENGTH = ("mpegts", "mpeg", "mpegvideo", "h264", "hevc", "m4v")
USUAL_RATES = (
    7.5, 8.0, 10.0, 12.0, 12.5, 15.0, 20.0, 23.976, 24.0, 25.0, 29.97, 30.0, 48.0, 50.0, 59.94,
    60.0, 90.0, 100.0, 119.88, 120.0, 240.0,
)  # fmt: skip


def video_findings(fields: Fields, info: MediaInfo | None) -> Iterator[Finding]:
    """Everything to say of a video; nothing for a still."""
    if info is None or info.kind != "video":
        return
    yield from hidden_parts(fields.get("container", {}))
    yield from rates(fields.get("container", {}))
    yield from lengths(fields, info)


def hidden_parts(container: Group) -> Iterator[Finding]:
    """Frames that decode and that an edit list leaves out, as the reader measured them."""
    for name in container:
        stream = re.fullmatch(r"(stream\[\d+\]) hidden_start_s", name)
        if not stream:
            continue
        before, after = container[name], container.get(f"{stream[1]} hidden_end_s")
        assert isinstance(before, int | float)
        after = after if isinstance(after, int | float) else 0.0
        if max(before, after) < LEAST_S:
            continue
        places = []
        if before >= LEAST_S:
            places.append(Message("finding-hidden-start", {"seconds": before}))
        if after >= LEAST_S:
            places.append(Message("finding-hidden-end", {"seconds": after}))
        message = Message("finding-hidden-footage", {"places": tuple(places)})
        shown: Group = {"hidden_start_s": before, "hidden_end_s": after}
        yield Finding("hidden_footage", "notice", message, shown)
        return


def rates(container: Group) -> Iterator[Finding]:
    """Mean and nominal rate that differ, and rates that no camera records."""
    for name, mean in container.items():
        stream = re.fullmatch(r"(stream\[\d+\]) average_rate", name)
        if not stream or not isinstance(mean, int | float) or mean <= 0:
            continue
        nominal = container.get(f"{stream[1]} nominal_rate")
        if isinstance(nominal, int | float) and abs(nominal / mean - 1) > RATE_TOLERANCE:
            shown: Group = {"mean": mean, "nominal": nominal}
            message = Message("finding-variable-frame-rate", {"mean": mean, "nominal": nominal})
            yield Finding("variable_frame_rate", "info", message, shown)
        elif min(abs(mean / usual - 1) for usual in USUAL_RATES) > RATE_TOLERANCE:
            message = Message("finding-unusual-frame-rate", {"mean": mean})
            yield Finding("unusual_frame_rate", "info", message, {"mean": mean})
        return


def lengths(fields: Fields, info: MediaInfo) -> Iterator[Finding]:
    """The stated lengths against what decodes: the container's, and the video track's own.

    The container counts from the start of the presentation to the end of its longest track:
    pictures may begin late, and end before the sound does.
    """
    if info.container in WITHOUT_LENGTH:
        return
    stated = fields.get("boxes", {}).get("mvhd duration_s")
    if stated is None:
        stated = fields.get("container", {}).get("duration_s")
    if not isinstance(stated, int | float) or info.duration_s is None or stated <= 0:
        return
    start, own = _video_track(fields.get("container", {}))
    expected = [stated, stated - start, *([own] if own is not None else [])]
    apart = min(abs(length - info.duration_s) for length in expected)
    if apart > max(LENGTH_TOLERANCE_S, LENGTH_TOLERANCE * stated):
        shown: Group = {"stated_s": stated, "picture_s": info.duration_s}
        message = Message(
            "finding-length-differs", {"stated": stated, "decoded": round(info.duration_s, 3)}
        )
        yield Finding("length_differs", "notice", message, shown)


def _video_track(container: Group) -> tuple[float, float | None]:
    """Start of the first video track and its stated length, seconds; None where it has none."""
    for name, kind in container.items():
        stream = re.fullmatch(r"(stream\[\d+\]) type", name)
        if stream and kind == "video":
            start = container.get(f"{stream[1]} start_s")
            length = container.get(f"{stream[1]} duration_s")
            return (
                float(start) if isinstance(start, int | float) else 0.0,
                float(length) if isinstance(length, int | float) else None,
            )
    return 0.0, None
