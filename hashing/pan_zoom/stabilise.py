"""A match under a moving crop: the same window of the known clip is followed, then all is as usual.

One transform held over a moving crop fits a moment of it, and what lies before and after passes for
another speed or other footage. Here the crop's path is measured (crop_path.py), time is correlated
again with each of the item's moments under its own transform, and the known clip's pictures are
moved as the crop moved. Held against those, the item has one transform for all its moments, and
support, decision and every difference are measured as for any other copy.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.correspondences import plain
from hashing.align.crop_path import FEWEST, MOVED, Path, along, best_fixed, fitted, seen, travel
from hashing.align.spatiotemporal import FramePair, Placement, instants, supported
from hashing.align.temporal import lines
from hashing.concurrency import map_in_threads
from hashing.describe.frame_cache import THUMBNAIL_LONG_SIDE_PX, FrameCache
from hashing.imaging.homography import Matrix, Pairs, Transform, apply, estimate, pooled
from hashing.imaging.polygons import shared_area
from hashing.imaging.warping import scaling, warp_tiny
from hashing.pan_zoom.crop_timing import clocked, corresponding, same
from hashing.pan_zoom.detect import homographies
from hashing.types import CorrelationMatrix, Line, Seconds

EVERY_S = 0.3  # between instants with a window of their own
MOST_INSTANTS = 32
GRID_PX = 56  # longest side of the grid on the known picture, on which moments are correlated
LEAST_CELLS = 40
MOST_PICTURES = 9000  # kept of an item, some 15 minutes: longer ones are not followed
AROUND_S = 5.0  # of the known clip, before and after what guesses at the time reach
BROAD, BROAD_CELLS = 0.85, 5.0  # share of the broad brightness that is taken out, and its reach
FLOOR = 1.5  # grey levels of a flat picture's noise
SAMPLES = 7  # of a stretch, at which is looked what the crop shows of it
GAIN = 1.25  # times as many points agree along a path as do under any one transform
CLEARLY_MOVED = 0.04  # of the item's frame
WHOLE = 0.95  # of the known picture's area
ROUNDS = 2  # of time under the path, and the path in that time
ENOUGH = 0.7  # of the instants have a window on a first look at half the size
LEAST = 0.4  # … on a closer one
LOOKS = 6  # instants that the common transform is measured on at last


class Steadied(FrameCache):
    """A known clip's reel, each picture moved by a transform of its own."""

    def __init__(self, known: FrameCache, moves: list[Matrix]) -> None:
        """moves: for each picture, its pixels -> the pixels of the moved one."""
        super().__init__(known.fingerprint)
        self._known, self._moves = known, moves

    def whole(self, index: int) -> NDArray[np.uint8]:
        return self.wholes([index])[0]

    def wholes(self, indices: list[int]) -> list[NDArray[np.uint8]]:
        missing = [index for index in dict.fromkeys(indices) if index not in self._frames]
        for index, picture in zip(missing, self._known.frames(missing), strict=True):
            self._store(index, _moved(picture, self._moves[index]))
        return [self._frames[index] for index in indices]

    def tiny(self) -> NDArray[np.uint8]:
        if self._thumbnails is None:
            onto = scaling(self.size, self.thumbnail_size)
            back = np.linalg.inv(onto)
            pictures = zip(self._known.thumbnails(), self._moves, strict=True)
            self._thumbnails = np.stack([_moved(one, onto @ move @ back) for one, move in pictures])
        return self._thumbnails


def _moved(picture: NDArray[np.uint8], matrix: Matrix) -> NDArray[np.uint8]:
    size = (picture.shape[1], picture.shape[0])
    moved = cv2.warpPerspective(
        picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.uint8)


def followed(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> tuple[Placement, Line | None] | None:
    """The placement under a path of its own, and the line on which the path was clocked, if it
    was; None where no path is found, or it hardly moves.

    Its transform is still the one it was, and its pairs too: see `steadied`.
    """
    if min(len(query.times), len(reference.times)) < 2 or len(query.times) > MOST_PICTURES:
        return None
    common = plain(query, reference, placement)
    guesses = [one for one in (_real_time(query, placement), placement.lines) if one]
    line = clocked(query, reference, common.matrix, common.mirrored, guesses) if guesses else None
    if line is not None:
        guesses = [(line,), *guesses]
    path = None
    for guess in guesses:
        path = _path(query, reference, placement, common, guess)
        if path is not None:
            line = line if guess == (line,) else None
            break
    if path is None or not moves(path, reference.size):
        return None
    found: tuple[Line, ...] = ()
    near = _near(reference, [one for guess in guesses for one in guess])
    for _ in range(ROUNDS):
        agreement = correlated(query, reference, path, near)
        found = tuple(lines(agreement)) if agreement is not None else ()
        if not found or (line is not None and all(same(line, one) for one in found)):
            break  # what was clocked is more exact than what was correlated
        again = _path(query, reference, placement, common, found)
        if again is None:
            return None
        path = again
    if not found or not moves(path, reference.size):
        return None
    return replace(placement, lines=found, agreement=agreement, path=path), line


def moves(path: Path, size: tuple[int, int]) -> bool:
    """Whether it is a crop that moves. size: width and height of the known picture.

    Where all of the known picture is shown all the time, moments that are not quite the same ones
    make a moving camera look like a window that sways a little.
    """
    far = travel(path)
    if far >= CLEARLY_MOVED or far < MOVED:
        return far >= MOVED
    times = np.linspace(path.times[0], path.times[-1], SAMPLES)
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    shown = [
        shared_area(apply(np.linalg.inv(np.array(one)), frame))
        for one in homographies(path, size, times)
    ]
    return min(shown) < WHOLE


def _near(reference: FrameCache, guessed: list[Line]) -> NDArray[np.bool_]:
    """The known pictures that lines reach, with some time before and after."""
    ends = [one.reference_time(time) for one in guessed for time in (one.start, one.end)]
    near: NDArray[np.bool_] = reference.times >= min(ends) - AROUND_S
    return near & (reference.times <= max(ends) + AROUND_S)


def _real_time(query: FrameCache, placement: Placement) -> tuple[Line, ...]:
    """All of the item in real time, through the best of what was placed."""
    start, end = float(query.times[0]), float(query.times[-1])
    if not placement.lines:
        return ()
    best = max(placement.lines, key=lambda line: line.correlation * (line.end - line.start))
    middle = (best.start + best.end) / 2
    offset = best.reference_time(middle) - middle
    return (Line(start, end, 1.0, False, offset, best.correlation, best.contrast),)


def _path(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    common: Transform,
    found: tuple[Line, ...],
) -> Path | None:
    """The path that the instants on these lines lie on, if no one transform will do."""
    indices = _pairs(query, reference, found)
    span = min(line.start for line in found), max(line.end for line in found)
    fixed = [placement.transform.matrix, common.matrix]
    for coarse, enough in ((True, ENOUGH), (False, LEAST)):
        held = corresponding(query, reference, indices, common.mirrored, coarse)
        windows = seen(held, common.matrix)
        path = fitted(windows, common.matrix, query.size, *span)
        if path is not None and len(windows) >= enough * len(indices):
            # a path can make up for a wrong moment: so at the moments as they were placed, too
            placed = _pairs(query, reference, placement.lines)
            before = corresponding(query, reference, placed, common.mirrored, coarse)
            still = max(best_fixed(one, [*fixed, path.middle]) for one in (held, before))
            return path if along(path, held) >= GAIN * still else None
    return None


def _pairs(
    query: FrameCache, reference: FrameCache, found: tuple[Line, ...]
) -> list[tuple[int, int]]:
    """Instants on lines, evenly over them: indices of the query's and the reference's pictures."""
    total = sum(line.end - line.start for line in found)
    count = int(np.clip(total / EVERY_S, FEWEST, MOST_INSTANTS))
    last = float(reference.times[-1])
    moments = [(tq, tr) for tq, tr in instants(found, count) if 0 <= tr <= last]
    return sorted({(query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in moments})


def correlated(
    query: FrameCache, reference: FrameCache, path: Path, near: NDArray[np.bool_]
) -> CorrelationMatrix | None:
    """Correlate all moments, each of the item's under its own transform.

    On a grid over the known picture, of which each moment of the item sees a part. near: the known
    pictures to hold it against. None where too little is seen.
    """
    if near.sum() < 2:
        return None
    map_in_threads(lambda reel: reel.thumbnails(), [query, reference])
    size = _grid_size(*reference.size)
    onto = scaling(reference.size, size)
    known, _ = warp_tiny(
        reference.thumbnails()[near], scaling(reference.thumbnail_size, size), size
    )
    known = np.stack([one - BROAD * cv2.GaussianBlur(one, (0, 0), BROAD_CELLS) for one in known])
    rights = known.reshape(len(known), -1)  # (Kr, P)
    to_whole = np.linalg.inv(scaling(query.size, query.thumbnail_size))
    free = _always_shown(path, reference)
    lefts, masks = [], []
    for time, picture in zip(query.times, query.thumbnails(), strict=True):
        matrix = onto @ np.linalg.inv(path.at(float(time))) @ to_whole
        shown, inside = _on_grid(picture, free, matrix, size)
        lefts.append(shown)
        masks.append(inside)
    mask = np.stack(masks).reshape(len(masks), -1)  # (Kq, P)
    counts = mask.sum(axis=1, keepdims=True)
    if np.median(counts) < LEAST_CELLS:
        return None
    left = np.stack(lefts).reshape(mask.shape)  # zero outside the mask, and zero in the mean
    counts = np.maximum(counts, 1.0)
    floor = FLOOR * np.sqrt(counts)
    sums = mask @ rights.T  # (Kq, Kr)
    norms = np.sqrt(np.maximum(mask @ (rights**2).T - sums**2 / counts, 0))
    own = np.linalg.norm(left, axis=1, keepdims=True)
    correlation = (left @ rights.T) / (np.maximum(own, floor) * np.maximum(norms, floor))
    return CorrelationMatrix(
        query.times, reference.times[near], np.asarray(correlation, np.float32)
    )


def _grid_size(width: int, height: int) -> tuple[int, int]:
    scale = GRID_PX / max(width, height)
    return max(4, round(width * scale)), max(4, round(height * scale))


def _on_grid(
    picture: NDArray[np.uint8], free: NDArray[np.uint8], matrix: Matrix, size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One tiny picture of the item on the grid, its mean taken out, and the cells that it fills."""
    moved, _ = warp_tiny(picture[None], matrix, size)
    inside = (cv2.warpPerspective(free, matrix, size, flags=cv2.INTER_LINEAR) > 250).astype(
        np.float32
    )
    weight = cv2.GaussianBlur(inside, (0, 0), BROAD_CELLS) + 1e-6
    broad = cv2.GaussianBlur(moved[0] * inside, (0, 0), BROAD_CELLS) / weight
    fine = (moved[0] - BROAD * broad) * inside
    mean = fine.sum() / max(1.0, float(inside.sum()))
    return np.asarray((fine - mean) * inside, np.float32), inside


def _always_shown(path: Path, reference: FrameCache) -> NDArray[np.uint8]:
    """(h, w) of the item's tiny picture, 255 where the known picture lies at all times.

    A crop's window never leaves the known picture: what is outside at any time is a bar.
    """
    width, height = path.size
    scale = min(1.0, THUMBNAIL_LONG_SIDE_PX / max(path.size))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    full = np.full((reference.height, reference.width), 255, np.uint8)
    free = np.full((size[1], size[0]), 255, np.uint8)
    onto = scaling(path.size, size)
    for time in path.times:
        covered = cv2.warpPerspective(full, onto @ path.at(float(time)), size)
        free = np.where(covered > 127, free, 0).astype(np.uint8)
    return free


def steadied(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> tuple[FrameCache, Placement] | None:
    """The known clip moved as the crop moved, and the placement in it; None without support.

    The transform is then the one at the middle of the longest line.
    """
    path = placement.path
    if path is None or not placement.lines:
        return None
    longest = max(placement.lines, key=lambda line: line.end - line.start)
    middle = (longest.start + longest.end) / 2
    base = path.at(middle)
    back = np.linalg.inv(base)
    shown = [_shown_at(placement.lines, float(time)) for time in reference.times]
    moves = [back @ path.at(time) for time in shown]
    moments = instants(placement.lines, LOOKS)
    indices = sorted({(query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in moments})
    mirrored = placement.transform.mirrored
    parts = []
    for (_, r), one in zip(
        indices, corresponding(query, reference, indices, mirrored, False), strict=True
    ):
        there = apply(moves[r], one.pairs.reference).astype(np.float32)
        parts.append(Pairs(one.pairs.query, there))
    transform = estimate(pooled(parts), reference.size)
    if transform is None:
        return None
    pairs = tuple(
        FramePair(q, r, supported(transform, part), len(part.query), part)
        for (q, r), part in zip(indices, parts, strict=True)
    )
    path = path.based_on(transform.matrix, middle)
    moved = replace(placement, transform=transform, pairs=pairs, path=path)
    return Steadied(reference, moves), moved


@dataclass(frozen=True, slots=True, eq=False)
class Undone:
    """The item moved back as the crop moved, so that only what moves by itself moves in it."""

    item: FrameCache
    known: FrameCache  # as it is
    path: Path
    matrix: Matrix  # the known picture's pixels -> pixels of the item moved back

    def shown(self, start: Seconds, end: Seconds) -> NDArray[np.bool_]:
        """(h, w) of the tiny item moved back: what the crop shows from start to end throughout."""
        size = self.item.thumbnail_size
        onto = scaling(self.item.size, size)
        full = np.full((size[1], size[0]), 255, np.uint8)
        free = np.ones(full.shape, bool)
        for time in np.linspace(start, end, SAMPLES):
            move = (
                onto @ self.matrix @ np.linalg.inv(self.path.at(float(time))) @ np.linalg.inv(onto)
            )
            free &= cv2.warpPerspective(full, move, size) > 250
        return free


def undone(query: FrameCache, reference: FrameCache, placement: Placement) -> Undone | None:
    """What is judged by what moves: a crop that moves makes all of a still scene move alike."""
    path = placement.path
    if path is None:
        return None
    base = placement.transform.matrix
    moves = [base @ np.linalg.inv(path.at(float(time))) for time in query.times]
    return Undone(Steadied(query, moves), reference, path, base)


def _shown_at(found: tuple[Line, ...], moment: Seconds) -> Seconds:
    """When the item shows a moment of the known clip, or the nearest to it that it shows."""
    times = [float(np.clip(line.query_time(moment), line.start, line.end)) for line in found]
    off = [abs(line.reference_time(time) - moment) for line, time in zip(found, times, strict=True)]
    return times[int(np.argmin(off))]
