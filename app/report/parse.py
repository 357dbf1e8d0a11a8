"""A stored report's JSON -> records again, as far as pictures are made of them. Pure."""

from typing import Any

from app.messages import wire
from hashing.types import Box, Edit, Homography, Match, Segment, Span

type Json = dict[str, Any]


def match_of(found: Json) -> Match:
    """One of the report's matches: its segments, and the edits that have a place.

    Times were rounded to a millisecond. Raises KeyError, TypeError or ValueError where it is none.
    """
    return Match(
        score=float(found["score"] or 0.0),
        decision="accepted" if found["accepted"] else "weak_match",
        segments=tuple(_segment(one) for one in found["segments"]),
        edits=tuple(_edit(one) for one in found["edits"]),
    )


def _segment(one: Json) -> Segment:
    return Segment(
        query=Span(*one["query"]),
        reference=Span(*one["reference"]),
        score=float(one["score"] or 0.0),
        speed=one["speed"],
        reversed=one["reversed"],
        visible=_box(one["visible"]),
        homography=_homography(one["homography"]),
        mirrored=one["mirrored"],
        inliers=one["inliers"],
        path=_way(one.get("path", [])),
    )


def _way(moments: list[Json]) -> tuple[tuple[float, Homography], ...]:
    """A moving crop's; what is not a number is left out."""
    found = [(one["at"], _homography(one["homography"])) for one in moments]
    return tuple((float(at), there) for at, there in found if at is not None and there is not None)


def _edit(one: Json) -> Edit:
    measure = {n: v for n, v in one["measure"].items() if type(v) in (int, float, str)}
    return Edit(
        type=one["type"],
        confidence=float(one["confidence"] or 0.0),
        measure=measure or {"measured": 1},
        message=wire.read(one["text"], one.get("message")),
        query=Span(*one["query"]) if one["query"] else None,
        box=_box(one["box"]),
    )


def _box(edges: list[float | None] | None) -> Box | None:
    if edges is None or None in edges:
        return None
    x0, y0, x1, y1 = (float(edge) for edge in edges if edge is not None)
    return (x0, y0, x1, y1)


def _homography(rows: list[list[float | None]] | None) -> Homography | None:
    if rows is None or any(None in row for row in rows):
        return None
    (a, b, c), (d, e, f), (g, h, i) = ([float(v) for v in row if v is not None] for row in rows)
    return ((a, b, c), (d, e, f), (g, h, i))
