"""Where in the reference's picture and time the query lies: one transform, and lines in time.

Geometry proposes, time disposes, geometry is measured again: a first transform from moments that
look alike; then all moments correlated under it, which gives the lines; then the transform once
more from moments that the lines say are the same instant, which is what makes moving things agree.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.crop_path import Path
from hashing.align.proposals import Moments, cosines, proposals
from hashing.align.temporal import agreement, lines
from hashing.concurrency import map_in_threads
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.boxes import overlap
from hashing.imaging.homography import (
    FEWEST,
    Pairs,
    Transform,
    apply,
    estimate,
    outline,
    pooled,
    putative,
    unflip,
)
from hashing.imaging.rectangles import SAME
from hashing.similarity.local_correlation import likeness_close
from hashing.types import Box, CorrelationMatrix, Line, Seconds

LOOK_CLOSER = 0.4  # best cosine from which keypoints are looked for at full size in any case
LOOK_MIRRORED = 0.25  # … and in the mirror image; descriptors hardly mind mirrors
HOPEFUL = 10  # coarse inliers from which the same is done
WINDOW_COSINE = 0.3  # what a window counts as: coarse, and mirrored
STILL_WINDOW_COSINE = 0.4  # of a photo: at full size, since one picture is soon looked at
LOOK_AROUND = 0.35  # best cosine from which a still's moment is looked for more finely
GOOD_SHARE = 0.6  # of the textured picture, in agreement: the moment is right
MOST_FRAMED = 0.6  # of the item's area: a known picture larger than that is seen well enough
PLENTY = 80  # coarse inliers that place a picture as well as more of them would
ENOUGH = 40  # pooled inliers at which no further proposal is tried
PLENTY_OF_PAIRS = 0.6  # share of frame pairs that must support the transform for that
REFINE_PAIRS = 6
PAIR_INLIERS = 6  # inliers with which one frame pair supports the common transform


@dataclass(frozen=True, slots=True, eq=False)
class FramePair:
    """One instant held against one instant."""

    query_index: int
    reference_index: int
    inliers: int
    candidates: int
    held: Pairs | None = None  # the putative correspondences, where they are at hand


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """The transform, the lines, and the frame pairs that the transform was measured on."""

    transform: Transform
    lines: tuple[Line, ...]
    pairs: tuple[FramePair, ...]
    agreement: CorrelationMatrix | None
    path: Path | None = None  # of a moving crop

    @property
    def supporting(self) -> float:
        """Share of the frame pairs that support the transform, 0..1."""
        good = sum(pair.inliers >= PAIR_INLIERS for pair in self.pairs)
        return good / len(self.pairs) if self.pairs else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Try:
    transform: Transform
    pairs: tuple[FramePair, ...]
    coarse: bool

    @property
    def rank(self) -> float:
        good = sum(pair.inliers >= PAIR_INLIERS for pair in self.pairs)
        return self.transform.inliers * (0.3 + good / len(self.pairs))


def place(
    query: FrameCache,
    reference: FrameCache,
    window: Box | None = None,
    moments: tuple[tuple[Seconds, Seconds], ...] = (),
    mirrored: bool | None = None,
) -> Placement | None:
    """Hold the query (or one window of its picture) against a reference.

    window: the part of the query's picture to look at, 0..1; None for all of it.
    moments: pairs (query, reference) that look alike in that window.
    mirrored: look for transforms that mirror, or for those that do not; None for either.
    Returns None where no transform finds support.
    """
    if window is None:
        alike = cosines(query.fingerprint.descriptors, reference.fingerprint.descriptors)
        sets = proposals(query.fingerprint.descriptors, reference.fingerprint.descriptors, alike)
        best = float(alike.max(initial=-1))
    else:
        sets = _window_sets(query, moments)
        still = query.fingerprint.info.kind == "still"
        best = STILL_WINDOW_COSINE if still else WINDOW_COSINE
    mirrors = (False, True) if best >= LOOK_MIRRORED else (False,)
    if mirrored is not None:
        mirrors = (mirrored,)
    first = _search_transform(query, reference, sets, window, best, mirrors)
    if "still" in (query.fingerprint.info.kind, reference.fingerprint.info.kind):
        if first is not None:
            first, window = _framed(query, reference, first, window)
        first = _look_around(query, reference, sets, window, first, best, mirrors)
        return _place_still(query, reference, first, window) if first is not None else None
    if first is None:
        return None
    held = _correlate(query, reference, first.transform)
    found = tuple(lines(held)) if held is not None else ()
    again = _measure_again(query, reference, found, first, window)
    if again is first or not found:
        return Placement(first.transform, found, first.pairs, held)
    if _moved(first.transform, again.transform, query, reference) > 0.008:
        held = _correlate(query, reference, again.transform)
        found = tuple(lines(held)) if held is not None else ()
        again = _measure_again(query, reference, found, again, window)
    return Placement(again.transform, found, again.pairs, held)


def _window_sets(query: FrameCache, moments: tuple[tuple[Seconds, Seconds], ...]) -> list[Moments]:
    together = [Moments(moments[:4], 1.0)] if query.fingerprint.info.kind == "video" else []
    return [*together, *(Moments((pair,), 1.0) for pair in moments[:3])]


def _search_transform(
    query: FrameCache,
    reference: FrameCache,
    sets: list[Moments],
    window: Box | None,
    best: float,
    mirrors: tuple[bool, ...],
) -> _Try | None:
    """Coarsely first; at full size where the pictures are alike or something was found."""
    first = _first_transform(query, reference, sets, window, mirrors, coarse=True)
    if first is not None and _enough(first):
        return first
    hopeful = first is not None and first.transform.inliers >= HOPEFUL
    if best < LOOK_CLOSER and not hopeful:
        return first
    closer = _first_transform(query, reference, sets, window, mirrors, coarse=False)
    return max((one for one in (first, closer) if one), key=lambda one: one.rank, default=None)


def _place_still(
    query: FrameCache, reference: FrameCache, first: _Try, window: Box | None
) -> Placement:
    """The moment that correlates best under the transform, unless the first one looks better."""
    held = _correlate(query, reference, first.transform)
    found = tuple(lines(held)) if held is not None else ()
    again = _measure_again(query, reference, found, first, window)
    best = _share(query, reference, first)
    if again is first:  # nothing was found to agree at the moment of the line
        now = _share_on_line(query, reference, first, found)
    else:
        now = _share(query, reference, again)
    if now >= best:
        return Placement(again.transform, found, again.pairs, held)
    return Placement(first.transform, _line_at(found, query, reference, first), first.pairs, held)


def _line_at(
    found: tuple[Line, ...], query: FrameCache, reference: FrameCache, tried: _Try
) -> tuple[Line, ...]:
    """The line of a still moved to the moment at which its transform was measured."""
    pair = tried.pairs[0]
    moment = float(reference.times[pair.reference_index] - query.times[pair.query_index])
    return tuple(replace(line, offset=moment) for line in found[:1])


def _framed(
    query: FrameCache, reference: FrameCache, first: _Try, window: Box | None
) -> tuple[_Try, Box | None]:
    """Keypoints of just the part that the known picture fills, enlarged, where that finds more.

    A window that cuts through a small picture sees a corner of it, the whole of the item hardly
    any of it; either gives away where it lies.
    """
    if first.transform.inliers >= PLENTY:
        return first, window
    box = outline(first.transform.matrix, query.size, reference.size)
    if box is None or (window is not None and overlap(box, window) > SAME):
        return first, window
    if (box[2] - box[0]) * (box[3] - box[1]) > MOST_FRAMED:
        return first, window
    mirrored = first.transform.mirrored
    pair = [(first.pairs[0].query_index, first.pairs[0].reference_index)]
    tried = _try(query, reference, pair, mirrored, box)
    if tried is None or tried.transform.inliers <= first.transform.inliers:
        return first, window
    return tried, box


def _look_around(
    query: FrameCache,
    reference: FrameCache,
    sets: list[Moments],
    window: Box | None,
    first: _Try | None,
    best: float,
    mirrors: tuple[bool, ...],
) -> _Try | None:
    """A still's moment, looked for between the described ones where the best of those is poor.

    Half a second apart, a moving camera shows another picture.
    """
    hopeful = first is not None and first.transform.inliers >= HOPEFUL
    if not hopeful and (window is not None or best < LOOK_AROUND):
        return first
    if first is not None and _share(query, reference, first) >= GOOD_SHARE:
        return first
    ranked: list[tuple[float, _Try]] = []
    if first is not None:
        ranked.append((_share(query, reference, first) * first.transform.inliers, first))
    if first is not None:
        mirrors = (first.transform.mirrored,)
    for pair in _around(query, reference, sets, first):
        for mirrored in mirrors:
            tried = _try(query, reference, [pair], mirrored, window, coarse=True)
            if tried is not None:
                share = _share(query, reference, tried)
                ranked.append((share * tried.transform.inliers, tried))
                if share >= GOOD_SHARE and tried.transform.inliers >= ENOUGH:
                    return tried
    return max(ranked, key=lambda one: one[0])[1] if ranked else None


def _around(
    query: FrameCache, reference: FrameCache, sets: list[Moments], first: _Try | None
) -> list[tuple[int, int]]:
    """Frame pairs within half a second of the two likeliest, nearest first."""
    moments = [pair for moments in sets[:2] for pair in moments.pairs[:1]]
    if first is not None:
        found = first.pairs[0]
        at = float(query.times[found.query_index]), float(reference.times[found.reference_index])
        moments = [at, *moments[:1]]
    shifts = (0.0, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3, 0.4, -0.4, 0.5, -0.5)
    if query.fingerprint.info.kind == "still":
        near = tuple((tq, tr + shift) for tq, tr in moments for shift in shifts)
    else:
        near = tuple((tq + shift, tr) for tq, tr in moments for shift in shifts)
    return _indices(query, reference, near)


def _share(query: FrameCache, reference: FrameCache, tried: _Try) -> float:
    """Share of the textured picture that agrees, for the first of the frame pairs."""
    pair = tried.pairs[0]
    left, right = query.frame(pair.query_index), reference.frame(pair.reference_index)
    return likeness_close(left, right, tried.transform.matrix, query.caption_bars).share


def _share_on_line(
    query: FrameCache, reference: FrameCache, tried: _Try, found: tuple[Line, ...]
) -> float:
    """The same at the middle of the line; 1 where there is none."""
    if not found:
        return 1.0
    moment = (found[0].start + found[0].end) / 2
    left = query.frame(query.nearest_index(moment))
    right = reference.frame(reference.nearest_index(found[0].reference_time(moment)))
    return likeness_close(left, right, tried.transform.matrix, query.caption_bars).share


def _first_transform(
    query: FrameCache,
    reference: FrameCache,
    sets: list[Moments],
    window: Box | None,
    mirrors: tuple[bool, ...],
    coarse: bool,
) -> _Try | None:
    best: _Try | None = None
    for mirrored in mirrors:
        for moments in sets:
            indices = _indices(query, reference, moments.pairs)
            tried = _try(query, reference, indices, mirrored, window, coarse)
            if tried is not None and (best is None or tried.rank > best.rank):
                best = tried
            if best is not None and _enough(best):
                return best
    return best


def _enough(tried: _Try) -> bool:
    good = sum(pair.inliers >= PAIR_INLIERS for pair in tried.pairs)
    return tried.transform.inliers >= ENOUGH and good >= PLENTY_OF_PAIRS * len(tried.pairs)


def _indices(
    query: FrameCache, reference: FrameCache, moments: tuple[tuple[Seconds, Seconds], ...]
) -> list[tuple[int, int]]:
    return list(
        dict.fromkeys((query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in moments)
    )


def correspondences(
    query: FrameCache,
    reference: FrameCache,
    pair: tuple[int, int],
    mirrored: bool,
    window: Box | None = None,
    coarse: bool = False,
) -> Pairs:
    """Putative correspondences of one frame pair, in whole-picture pixels of both."""
    left = query.features(pair[0], mirrored, window, coarse)
    found = putative(left, reference.features(pair[1], coarse=coarse))
    if mirrored:
        found = Pairs(unflip(found.query, query.width), found.reference)
    return found


def _try(
    query: FrameCache,
    reference: FrameCache,
    indices: list[tuple[int, int]],
    mirrored: bool,
    window: Box | None,
    coarse: bool = False,
) -> _Try | None:
    todo = query.missing_features([q for q, _ in indices], mirrored, window, coarse)
    todo += reference.missing_features([r for _, r in indices], False, None, coarse)
    map_in_threads(lambda find: find(), todo)
    parts = [correspondences(query, reference, pair, mirrored, window, coarse) for pair in indices]
    transform = estimate(pooled(parts), reference.size)
    if transform is None:
        return None
    kept = window is None and coarse == (transform.inliers >= PLENTY)  # as `correspond` finds them
    pairs = tuple(
        FramePair(q, r, supported(transform, part), len(part.query), part if kept else None)
        for (q, r), part in zip(indices, parts, strict=True)
    )
    return _Try(transform, pairs, coarse)


def supported(transform: Transform, part: Pairs) -> int:
    """Correspondences of one frame pair that a transform explains."""
    if not len(part.query):
        return 0
    error = np.hypot(*(apply(transform.matrix, part.reference) - part.query).T)
    return int((error <= 3.0).sum())


def _correlate(
    query: FrameCache, reference: FrameCache, transform: Transform
) -> CorrelationMatrix | None:
    map_in_threads(lambda reel: reel.thumbnails(), [query, reference])
    return agreement(
        query.times,
        query.thumbnails(),
        reference.times,
        reference.thumbnails(),
        transform.matrix,
        query.size,
        reference.size,
        query.caption_bars,
    )


def _measure_again(
    query: FrameCache,
    reference: FrameCache,
    found: tuple[Line, ...],
    first: _Try,
    window: Box | None,
) -> _Try:
    """The transform from frame pairs that lie on the lines; the first one where that fails."""
    moments = instants(found, REFINE_PAIRS)
    if not moments:
        return first
    indices = _indices(query, reference, tuple(moments))
    mirrored = first.transform.mirrored
    again = _try(query, reference, indices, mirrored, window, first.coarse)
    if first.coarse and (again is None or again.transform.inliers < PLENTY):
        again = _try(query, reference, indices, mirrored, window)
    if again is None or again.transform.inliers < FEWEST:
        return first
    return again if again.rank >= 0.5 * first.rank else first


def instants(found: tuple[Line, ...], count: int) -> list[tuple[Seconds, Seconds]]:
    """Pairs of moments on the lines, spread over them by length."""
    total = sum(line.end - line.start for line in found)
    out = []
    for line in found:
        share = max(1, round(count * (line.end - line.start) / total)) if total else 1
        for part in (np.arange(share) + 0.5) / share:
            moment = line.start + part * (line.end - line.start)
            out.append((float(moment), float(line.reference_time(moment))))
    return out


def _moved(old: Transform, new: Transform, query: FrameCache, reference: FrameCache) -> float:
    """How far the reference's corners move between two transforms, in query diagonals."""
    width, height = reference.size
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float64)
    shift: NDArray[np.float64] = apply(old.matrix, corners) - apply(new.matrix, corners)
    return float(np.hypot(*shift.T).mean() / np.hypot(*query.size))
