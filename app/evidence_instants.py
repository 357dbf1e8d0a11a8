"""Which moments an evidence sheet shows, and the pictures there with faces already located."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.redact import Boxes, Detects, Look, face_boxes
from hashing.pictures import decode
from hashing.types import Match, Pictures, Seconds, Segment

type Rgb = NDArray[np.uint8]

PLACES: Final = (1 / 6, 3 / 6, 5 / 6)  # of a segment, where its pairs are taken
MAX_SEGMENTS: Final = 3  # looking for faces takes about a second of one core for a pair
NEIGHBOUR_S: Final = 0.4  # this far before and after, faces are looked for too
SEARCH_S: Final = 0.5  # how far a pair may move to find kept pictures of the same instant


@dataclass(frozen=True, slots=True, eq=False)
class Instant:
    """One picture of one clip, and what must be filled in it."""

    time_s: Seconds  # the true moment of the kept picture
    picture: Rgb  # (H, W, 3), untouched: never to leave this process
    faces: Boxes


def moments(match: Match, query: Pictures, reference: Pictures) -> list[tuple[int, float, float]]:
    """(segment, query time, reference time) of the pairs to show, in the item's order."""
    longest = sorted(range(len(match.segments)), key=lambda i: -match.segments[i].query.length)
    chosen = sorted(longest[:MAX_SEGMENTS])
    pairs: list[tuple[int, float, float]] = []
    for index in chosen:
        segment = match.segments[index]
        places = PLACES if segment.query.length > 0 else (0.0,)
        for place in places:
            wanted = segment.query.start + place * segment.query.length
            pair = (index, *_same_instant(segment, wanted, query, reference))
            if pair not in pairs:
                pairs.append(pair)
    return pairs


def reference_time(segment: Segment, query_s: Seconds) -> Seconds:
    """The moment of the reference that the segment maps a moment of the query to."""
    if segment.query.length == 0:
        return segment.reference.start
    share = (query_s - segment.query.start) / segment.query.length
    along = share * segment.reference.length
    return segment.reference.end - along if segment.reversed else segment.reference.start + along


def _same_instant(
    segment: Segment, wanted: Seconds, query: Pictures, reference: Pictures
) -> tuple[float, float]:
    """The kept pictures near `wanted` whose moments fit each other best: (query, reference)."""
    inside = (query.times >= segment.query.start) & (query.times <= segment.query.end)
    near = query.times[inside & (np.abs(query.times - wanted) <= SEARCH_S)]
    if not len(near):
        near = query.times[[int(np.abs(query.times - wanted).argmin())]]
    mapped = np.array([reference_time(segment, t) for t in near])  # (N,)
    apart = np.abs(reference.times[None, :] - mapped[:, None])  # (N, K) s
    misfit = apart.min(axis=1) + 0.05 * np.abs(near - wanted)
    best = int(misfit.argmin())
    return float(near[best]), float(reference.times[int(apart[best].argmin())])


def instant(
    pictures: Pictures, time_s: Seconds, detector: Detects | None, unblurred: bool
) -> Instant:
    """The kept picture nearest to this moment; its neighbours help to hold faces.

    Raises DecodeError where the kept pictures are damaged.
    """
    nearest = float(pictures.times[int(np.abs(pictures.times - time_s).argmin())])
    film = decode(pictures, nearest - NEIGHBOUR_S, nearest + NEIGHBOUR_S)
    here = film.nearest(nearest)
    picture = film.pixels[here]
    if unblurred:
        return Instant(nearest, picture, ())
    picked = sorted({0, here, len(film.times) - 1})
    looks = [Look(float(film.times[i]), film.pixels[i], shown=i == here) for i in picked]
    return Instant(nearest, picture, face_boxes(looks, detector)[picked.index(here)])
