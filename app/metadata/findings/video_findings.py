"""Findings on videos: edit lists, picture rates, stated and decoded lengths. Pure."""

import re
from collections.abc import Iterator

from app.metadata.types import Fields, Finding, Group
from hashing.types import MediaInfo

HIDDEN_S = 0.5  # encoders hide less than this to line up sound and B-frames
LENGTH_TOLERANCE_S = 1.0
LENGTH_TOLERANCE = 0.05  # of the stated length
RATE_TOLERANCE = 0.01
USUAL_RATES = (
    7.5, 8.0, 10.0, 12.0, 12.5, 15.0, 20.0, 23.976, 24.0, 25.0, 29.97, 30.0, 48.0, 50.0, 59.94,
    60.0, 90.0, 100.0, 119.88, 120.0, 240.0,
)  # fmt: skip


def video_findings(fields: Fields, info: MediaInfo | None) -> Iterator[Finding]:
    """Everything to say of a video; nothing for a still."""
    if info is None or info.kind != "video":
        return
    yield from hidden_parts(fields.get("boxes", {}))
    yield from rates(fields.get("container", {}))
    yield from lengths(fields, info)


def hidden_parts(boxes: Group) -> Iterator[Finding]:
    """Edit lists of picture tracks that leave out what the file still holds."""
    movie_scale = boxes.get("mvhd timescale")
    for name in boxes:
        track = re.fullmatch(r"(trak\[\d+\]) elst", name)
        if not track or boxes.get(f"{track[1]} handler_type") != "vide":
            continue
        before, after = hidden_seconds(boxes, track[1], movie_scale)
        if max(before, after) < HIDDEN_S:
            continue
        places = [f"{before:.1f} s at the start"] if before >= HIDDEN_S else []
        places += [f"{after:.1f} s at the end"] if after >= HIDDEN_S else []
        text = (
            f"The file holds footage that players do not show: {' and '.join(places)}, left out "
            "by its edit list, as trimming on a phone does."
        )
        shown: Group = {"hidden_start_s": round(before, 3), "hidden_end_s": round(after, 3)}
        yield Finding("hidden_footage", "notice", text, shown)
        return


def hidden_seconds(boxes: Group, track: str, movie_scale: object) -> tuple[float, float]:
    """Seconds of media before the first and after the last shown edit; zeros where unknown."""
    scale, length = boxes.get(f"{track} mdhd timescale"), boxes.get(f"{track} mdhd duration_s")
    entries = boxes.get(f"{track} elst")
    if not isinstance(scale, int) or not scale or not isinstance(entries, list):
        return 0.0, 0.0
    shown = [
        (float(entry[1]) / scale, float(entry[0]))
        for entry in entries
        if isinstance(entry, list)
        and isinstance(entry[0], int)
        and isinstance(entry[1], int)
        and entry[1] >= 0
    ]
    if not shown:
        return 0.0, 0.0
    before = min(start for start, _ in shown)
    if not isinstance(movie_scale, int) or not movie_scale or not isinstance(length, int | float):
        return before, 0.0
    if any(duration == 0 for _, duration in shown):  # zero: to the end
        return before, 0.0
    end = max(start + duration / movie_scale for start, duration in shown)
    return before, max(0.0, length - end)


def rates(container: Group) -> Iterator[Finding]:
    """Mean and nominal rate that differ, and rates that no camera records."""
    for name, mean in container.items():
        stream = re.fullmatch(r"(stream\[\d+\]) average_rate", name)
        if not stream or not isinstance(mean, int | float) or mean <= 0:
            continue
        nominal = container.get(f"{stream[1]} nominal_rate")
        if isinstance(nominal, int | float) and abs(nominal / mean - 1) > RATE_TOLERANCE:
            text = (
                f"The picture rate varies: {mean:.2f} a second on the mean, {nominal:.2f} "
                "nominally. Phones and screen recorders do this."
            )
            shown: Group = {"mean": mean, "nominal": nominal}
            yield Finding("variable_frame_rate", "info", text, shown)
        elif min(abs(mean / usual - 1) for usual in USUAL_RATES) > RATE_TOLERANCE:
            text = (
                f"{mean:.2f} pictures a second is no usual camera rate: converted, sped up or "
                "slowed, or recorded from a screen."
            )
            yield Finding("unusual_frame_rate", "info", text, {"mean": mean})
        return


def lengths(fields: Fields, info: MediaInfo) -> Iterator[Finding]:
    """The container's stated length against what decodes."""
    stated = fields.get("boxes", {}).get("mvhd duration_s")
    if stated is None:
        stated = fields.get("container", {}).get("duration_s")
    if not isinstance(stated, int | float) or info.duration_s is None or stated <= 0:
        return
    apart = abs(stated - info.duration_s)
    if apart > max(LENGTH_TOLERANCE_S, LENGTH_TOLERANCE * stated):
        text = (
            f"The container states {stated:.1f} s, the picture lasts {info.duration_s:.1f} s: cut "
            "off, damaged, or with sound that outlasts it."
        )
        shown: Group = {"stated_s": stated, "picture_s": info.duration_s}
        yield Finding("length_differs", "notice", text, shown)
