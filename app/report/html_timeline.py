"""The geometry of the drawn timelines: shares of a width in, nothing but numbers out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.text.formatting import clock
from hashing.types import Seconds, Segment, Span

HEIGHT: Final = 1000.0  # units of the band's own drawing; it is stretched to its place
STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
MAX_TICKS: Final = 5
POINT: Final = 0.006  # share of the width that a single moment is drawn as


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a timeline: left edge and width as percentages."""

    left: float
    width: float


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
    item: Bar
    clip: Bar


@dataclass(frozen=True, slots=True)
class TimelinePair:
    """One clip's timeline under the item's, with the bands between them."""

    bands: tuple[Band, ...]
    item_ticks: tuple[Tick, ...]
    clip_ticks: tuple[Tick, ...]


def draw_timelines(
    segments: Sequence[Segment], item_s: Seconds | None, clip_s: Seconds | None
) -> TimelinePair | None:
    """The drawing of one match; None where neither side has a length to draw."""
    clip_end = max([clip_s or 0.0, *(segment.reference.end for segment in segments)])
    item_end = max([item_s or 0.0, *(segment.query.end for segment in segments)])
    if not segments or (item_end == 0 and clip_end == 0):
        return None
    bands = tuple(
        _band(number, segment, item_end, clip_end) for number, segment in enumerate(segments, 1)
    )
    return TimelinePair(bands, ticks(item_end), ticks(clip_end))


def _band(number: int, segment: Segment, item_end: Seconds, clip_end: Seconds) -> Band:
    above = _edges(segment.query, item_end)
    below = _edges(segment.reference, clip_end)
    first, last = (below[1], below[0]) if segment.reversed else below
    corners = [(above[0], 0.0), (above[1], 0.0), (last, HEIGHT), (first, HEIGHT)]
    return Band(
        points=" ".join(f"{x * 1000:.1f},{y:.0f}" for x, y in corners),
        middle=50 * (above[0] + above[1]),
        number=number,
        item=_bar(above),
        clip=_bar(below),
    )


def _edges(span: Span, end: Seconds) -> tuple[float, float]:
    """Shares of the width; a moment is drawn as a thin line, a still as all of its bar."""
    if end == 0:
        return 0.0, 1.0
    left, right = span.start / end, span.end / end
    if right - left < POINT:
        middle = min(max((left + right) / 2, POINT / 2), 1 - POINT / 2)
        left, right = middle - POINT / 2, middle + POINT / 2
    return left, right


def _bar(edges: tuple[float, float]) -> Bar:
    return Bar(100 * edges[0], 100 * (edges[1] - edges[0]))


def bars(spans: Iterable[Span], item_s: Seconds | None) -> tuple[Bar, ...]:
    """Ranges of the item, to scale; () where it has no length."""
    if not item_s:
        return ()
    cut = (Span(min(span.start, item_s), min(span.end, item_s)) for span in spans)
    return tuple(
        Bar(100 * span.start / item_s, 100 * span.length / item_s) for span in cut if span.length
    )


def ticks(end_s: float) -> tuple[Tick, ...]:
    """Round times, the start and the end; none for a still."""
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
