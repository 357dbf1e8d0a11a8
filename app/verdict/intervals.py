"""Arithmetic on ranges of one timeline. Pure; a still is the single range [0, 0].

Boundaries of segments are measured to a fraction of a second, so a gap that short is no fact.
"""

from collections.abc import Iterable, Sequence

from hashing.message import Message
from hashing.types import Seconds, Span

GAP_S = 0.5  # shorter gaps are boundary error
MOST_RANGES = 4  # in a sentence
GAP_SHARE = 0.1  # and never more than this share of the whole, so that a 1 s item keeps its gaps


def tolerance(duration_s: Seconds | None) -> Seconds:
    """The longest gap that means nothing on a timeline of this length."""
    return GAP_S if duration_s is None else min(GAP_S, GAP_SHARE * duration_s)


def merged(spans: Iterable[Span], gap_s: Seconds = 0.0) -> tuple[Span, ...]:
    """The same time in order, without overlaps, and without gaps of at most `gap_s`."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end + gap_s:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return tuple(result)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of the spans after others were taken out. A still's [0, 0] stays unless met."""
    left = list(merged(spans))
    for cut in merged(taken):
        left = [piece for span in left for piece in _cut(span, cut)]
    return tuple(left)


def _cut(span: Span, cut: Span) -> list[Span]:
    if span.length == 0:
        return [] if cut.start <= span.start <= cut.end else [span]
    if span.overlap(cut) == 0:
        return [span]
    pieces = []
    if span.start < cut.start:
        pieces.append(Span(span.start, cut.start))
    if cut.end < span.end:
        pieces.append(Span(cut.end, span.end))
    return pieces


def filled(spans: Iterable[Span], duration_s: Seconds | None) -> tuple[Span, ...]:
    """Ranges with their boundary error taken out: small gaps closed, small margins reached.

    Many small gaps are no boundary error: what they add up to is left open.
    """
    exact = merged(spans)
    gap = tolerance(duration_s)
    joined = list(merged(exact, gap))
    if not joined or duration_s is None:
        return exact
    if joined[0].start <= gap:
        joined[0] = Span(0.0, joined[0].end)
    if abs(duration_s - joined[-1].end) <= gap:
        joined[-1] = Span(min(joined[-1].start, duration_s), duration_s)
    return tuple(joined) if total(joined) - total(exact) <= GAP_SHARE * duration_s else exact


def uncovered(spans: Iterable[Span], duration_s: Seconds) -> tuple[Span, ...]:
    """The ranges of [0, duration) longer than boundary error that the spans leave out."""
    return without([Span(0.0, duration_s)], filled(spans, duration_s))


def total(spans: Iterable[Span]) -> Seconds:
    """Seconds covered, each counted once."""
    return sum(span.length for span in merged(spans))


def common(left: Sequence[Span], right: Sequence[Span]) -> Seconds:
    """Seconds that both cover."""
    return total(left) + total(right) - total([*left, *right])


def ranges(spans: Iterable[Span]) -> tuple[Message, ...]:
    """Ranges for people, to be listed: "0:05.0–0:18.1 and 0:20.0–0:31.2"."""
    messages = [Message("range", {"start": span.start, "end": span.end}) for span in spans]
    if len(messages) > MOST_RANGES:
        rest = Message("range-more", {"count": len(messages) - MOST_RANGES + 1})
        messages = [*messages[: MOST_RANGES - 1], rest]
    return tuple(messages)
