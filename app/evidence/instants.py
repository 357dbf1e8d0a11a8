"""Which moments an evidence sheet shows, and the pictures there with faces already located."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.evidence.face_redaction import (
    Boxes,
    Detects,
    Look,
    face_boxes,
    found_faces,
    held_by_neighbours,
)
from app.evidence.types import MAX_STRIP
from hashing.decode.preview_codec import decode
from hashing.faces import LONG_SIDES_PX
from hashing.types import Match, PreviewFrames, Seconds, Segment

type Rgb = NDArray[np.uint8]

PLACES: Final = (1 / 6, 3 / 6, 5 / 6)  # of a segment, where its pairs are taken
MAX_SEGMENTS: Final = 3  # looking for faces takes about a second of one core for a pair
NEIGHBOUR_S: Final = 0.4  # this far before and after, faces are looked for too
SEARCH_S: Final = 0.5  # how far a pair may move to find kept pictures of the same instant
STRIP_EVERY_S: Final = 0.5  # instants of a strip are not closer than this
# A strip's pictures are looked at in their own size alone, 0.08 s of one core each; what one look
# misses, those at its neighbours and on the other side may find.
STRIP_SIDES_PX: Final = (512,)
FEW_INSTANTS: Final = 4  # up to so many are looked at in every size
STRIP_A_SEGMENT: Final = 2  # at least, for the longest segments


@dataclass(frozen=True, slots=True, eq=False)
class Instant:
    """One picture of one clip, and what must be filled in it."""

    time_s: Seconds  # the true moment of the kept picture
    picture: Rgb  # (H, W, 3), untouched: never to leave this process
    faces: Boxes


def moments(
    match: Match, query: PreviewFrames, reference: PreviewFrames
) -> list[tuple[int, float, float]]:
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


def strip_moments(
    match: Match, query: PreviewFrames, reference: PreviewFrames
) -> list[tuple[int, float, float]]:
    """(segment, query time, reference time) of up to MAX_STRIP instants to step through."""
    longest = sorted(range(len(match.segments)), key=lambda i: -match.segments[i].query.length)
    chosen = sorted(longest[: MAX_STRIP // STRIP_A_SEGMENT])
    counts = _shared_out([match.segments[i].query.length for i in chosen])
    instants: list[tuple[int, float, float]] = []
    for index, count in zip(chosen, counts, strict=True):
        segment = match.segments[index]
        step = segment.query.length / count
        for place in range(count):
            wanted = segment.query.start + (place + 0.5) * step
            one = (index, *_same_instant(segment, wanted, query, reference, step / 2))
            if one not in instants:
                instants.append(one)
    return sorted(instants, key=lambda one: (one[1], one[0]))


def _shared_out(lengths: list[Seconds]) -> list[int]:
    """How many instants each stretch is given: STRIP_A_SEGMENT, the rest by length."""
    counts = [STRIP_A_SEGMENT if length > 0 else 1 for length in lengths]
    wanted = min(MAX_STRIP, max(sum(counts), int(sum(lengths) / STRIP_EVERY_S)))
    for _ in range(wanted - sum(counts)):
        widest = max(range(len(lengths)), key=lambda i: lengths[i] / counts[i])
        counts[widest] += 1
    return counts


def reference_time(segment: Segment, query_s: Seconds) -> Seconds:
    """The moment of the reference that the segment maps a moment of the query to."""
    if segment.query.length == 0:
        return segment.reference.start
    share = (query_s - segment.query.start) / segment.query.length
    along = share * segment.reference.length
    return segment.reference.end - along if segment.reversed else segment.reference.start + along


def _same_instant(
    segment: Segment,
    wanted: Seconds,
    query: PreviewFrames,
    reference: PreviewFrames,
    reach_s: Seconds = SEARCH_S,
) -> tuple[float, float]:
    """The kept pictures near `wanted` whose moments fit each other best: (query, reference)."""
    inside = (query.times >= segment.query.start) & (query.times <= segment.query.end)
    near = query.times[inside & (np.abs(query.times - wanted) <= min(reach_s, SEARCH_S))]
    if not len(near):
        near = query.times[[int(np.abs(query.times - wanted).argmin())]]
    mapped = np.array([reference_time(segment, t) for t in near])  # (N,)
    apart = np.abs(reference.times[None, :] - mapped[:, None])  # (N, K) s
    misfit = apart.min(axis=1) + 0.05 * np.abs(near - wanted)
    best = int(misfit.argmin())
    return float(near[best]), float(reference.times[int(apart[best].argmin())])


def instant(
    pictures: PreviewFrames, time_s: Seconds, detector: Detects | None, unblurred: bool
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


def strip_instants(
    pictures: PreviewFrames, times_s: Sequence[Seconds], detector: Detects | None, unblurred: bool
) -> list[Instant]:
    """The kept pictures of these moments of one clip, each looked at once; neighbours hold faces.

    Raises DecodeError where the kept pictures are damaged.
    """
    looks = [Look(time_s, decode(pictures, time_s, time_s).pixels[0]) for time_s in times_s]
    if unblurred:
        return [Instant(look.time_s, look.picture, ()) for look in looks]
    sizes = LONG_SIDES_PX if len(looks) <= FEW_INSTANTS else STRIP_SIDES_PX
    found = [found_faces(look.picture, detector, sizes) for look in looks]
    held = held_by_neighbours(looks, found)
    return [Instant(one.time_s, one.picture, boxes) for one, boxes in zip(looks, held, strict=True)]
