"""The geometry of the drawn timelines: shares of a width in, nothing but numbers out."""

from dataclasses import dataclass
from typing import Any, Final

from app.text.formatting import clock

HEIGHT: Final = 1000.0  # units of the band's own drawing; it is stretched to its place
STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
MAX_TICKS: Final = 5
POINT: Final = 0.006  # share of the width that a single moment is drawn as


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a timeline: left edge and width as percentages."""

    left: float
    width: float
    kind: str  # known | unmatched
    label: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    left: float
    label: str
    anchor: str  # start | middle | end


@dataclass(frozen=True, slots=True)
class Band:
    """From a piece of the item's timeline (above) to one of the clip's (below)."""

    points: str  # of an SVG polygon, 0..1000 each way
    middle: float  # percentage where its number is written
    number: int
    label: str
    item: Bar
    clip: Bar


@dataclass(frozen=True, slots=True)
class Mapping:
    """One clip's timeline under the item's, with the bands between them."""

    bands: tuple[Band, ...]
    item_ticks: tuple[Tick, ...]
    clip_ticks: tuple[Tick, ...]


def mapping(
    segments: list[dict[str, Any]], item_s: float | None, clip_s: float | None
) -> Mapping | None:
    """The drawing of one match; None where neither side has a length to draw."""
    clip_end = max([clip_s or 0.0, *(s["reference"][1] for s in segments)])
    item_end = max([item_s or 0.0, *(s["query"][1] for s in segments)])
    if not segments or (item_end == 0 and clip_end == 0):
        return None
    bands = tuple(
        _band(number, segment, item_end, clip_end) for number, segment in enumerate(segments, 1)
    )
    return Mapping(bands, ticks(item_end), ticks(clip_end))


def _band(number: int, segment: dict[str, Any], item_end: float, clip_end: float) -> Band:
    above = _edges(segment["query"], item_end)
    below = _edges(segment["reference"], clip_end)
    first, last = (below[1], below[0]) if segment.get("reversed") else below
    corners = [(above[0], 0.0), (above[1], 0.0), (last, HEIGHT), (first, HEIGHT)]
    return Band(
        points=" ".join(f"{x * 1000:.1f},{y:.0f}" for x, y in corners),
        middle=50 * (above[0] + above[1]),
        number=number,
        label=_label(segment),
        item=_bar(above),
        clip=_bar(below),
    )


def _edges(span: list[float], end: float) -> tuple[float, float]:
    """Shares of the width; a moment is drawn as a thin line, a still as all of its bar."""
    if end == 0:
        return 0.0, 1.0
    left, right = span[0] / end, span[1] / end
    if right - left < POINT:
        middle = min(max((left + right) / 2, POINT / 2), 1 - POINT / 2)
        left, right = middle - POINT / 2, middle + POINT / 2
    return left, right


def _bar(edges: tuple[float, float]) -> Bar:
    return Bar(100 * edges[0], 100 * (edges[1] - edges[0]), "known")


def _label(segment: dict[str, Any]) -> str:
    parts = []
    speed = segment.get("speed")
    if speed is not None and abs(speed - 1) > 0.005:
        parts.append(f"{speed:.2f} × speed")
    if segment.get("reversed"):
        parts.append("backwards")
    if segment.get("mirrored"):
        parts.append("mirrored")
    return ", ".join(parts)


def unmatched_bars(spans: list[list[float]], item_s: float | None) -> tuple[Bar, ...]:
    """The stretches of the item for which nothing was accepted."""
    if not item_s:
        return ()
    return tuple(
        Bar(100 * start / item_s, 100 * (min(end, item_s) - start) / item_s, "unmatched")
        for start, end in spans
        if min(end, item_s) > start
    )


def ticks(end_s: float) -> tuple[Tick, ...]:
    """Round moments, the start and the end; none for a still."""
    if end_s <= 0:
        return ()
    step = next((s for s in STEPS_S if end_s / s <= MAX_TICKS), end_s / MAX_TICKS)
    inner = [i * step for i in range(1, int(end_s / step) + 1) if end_s - i * step > 0.6 * step]
    return (
        Tick(0.0, "0:00", "start"),
        *(Tick(100 * t / end_s, _whole(t), "middle") for t in inner),
        Tick(100.0, clock(end_s), "end"),
    )


def _whole(seconds: float) -> str:
    return clock(seconds).removesuffix(".0")
