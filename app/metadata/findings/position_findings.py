"""Findings on positions: that a file has some, and how far apart they lie. Pure."""

import math
from collections.abc import Iterator

from app.metadata.summary import UNKNOWN_HEMISPHERE, position, xmp_position
from app.metadata.types import (
    Fields,
    Finding,
)
from hashing.message import Message

EARTH_KM_PER_DEGREE = 111.2  # of a great circle; mean radius 6,371 km

POSITIONS_APART_KM = 1.0


def position_findings(fields: Fields) -> Iterator[Finding]:
    """That there is a position, or that it cannot be; never where it is."""
    stated = position(fields)
    if stated is None:
        return
    latitude, longitude = stated
    if abs(latitude) > 90 or abs(longitude) > 180:
        message = Message("finding-position-impossible")
        yield Finding("position_impossible", "notice", message, {"in_range": False})
    elif latitude == 0 and longitude == 0:
        message = Message("finding-position-null")
        yield Finding("position_null", "notice", message, {"null_island": True})
    elif fields.get("gps", {}).get(UNKNOWN_HEMISPHERE):
        message = Message("finding-position-hemisphere-unknown")
        yield Finding("position_hemisphere_unknown", "info", message, {"stated": True})
    else:
        yield Finding("position_stated", "info", Message("finding-position"), {"stated": True})
    other = xmp_position(fields)
    apart = kilometres(stated, other) if other and other != stated else 0.0
    if apart > POSITIONS_APART_KM:
        message = Message("finding-positions-differ", {"km": round(apart)})
        yield Finding("positions_differ", "notice", message, {"apart_km": round(apart)})


def kilometres(first: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two positions, along a great circle."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(math.radians, here)) for here in (first, other))
    cosine = math.sin(lat_a) * math.sin(lat_b) + (
        math.cos(lat_a) * math.cos(lat_b) * math.cos(lon_a - lon_b)
    )
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine)))) * EARTH_KM_PER_DEGREE
