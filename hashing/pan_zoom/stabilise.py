"""Follow a moving crop and stabilise the reference, so that one transform fits the whole match.

A single transform fits a moving crop at one timestamp only; the rest appears as another speed or
other footage. Here the crop's path is measured (crop_path.py), the query is correlated again with
a transform for each of its frames, and the reference's frames are warped as the crop moved.
Compared with those, the query has one transform throughout, and support, decision and edits are
measured as for any other copy. Thresholds were set by hand on the development benchmark.
"""

from dataclasses import dataclass, replace
from typing import override

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.correspondences import estimate_common_transform
from hashing.align.crop_path import (
    MIN_TRAVEL,
    MIN_WINDOWS,
    CropPath,
    count_fixed_inliers,
    count_path_inliers,
    fit_path,
    measure_windows,
    path_travel,
)
from hashing.align.frame_pairs import count_inliers
from hashing.align.placement import FramePair, Placement, sample_timestamps
from hashing.align.temporal_lines import MAX_CORRELATED_CELLS, find_lines
from hashing.concurrency import map_in_threads
from hashing.describe.frame_cache import THUMBNAIL_LONG_SIDE_PX, FrameCache
from hashing.imaging.homography import Matrix, Transform, apply_transform, estimate_transform
from hashing.imaging.keypoints import Correspondences, pool_correspondences
from hashing.imaging.polygons import area_in_unit_square
from hashing.imaging.warping import scaling_matrix, warp_thumbnails
from hashing.pan_zoom.crop_drift import path_homographies
from hashing.pan_zoom.crop_timing import estimate_timing, is_same_line, match_frame_pairs
from hashing.types import CorrelationMatrix, Line, Seconds

__all__ = [
    "StabilisedQuery",
    "follow_crop",
    "stabilise_query",
    "stabilise_reference",
]

WINDOW_SPACING_S = 0.3  # between frame pairs whose windows are measured
MAX_SAMPLED_FRAMES = 32
PATH_GRID_LONG_SIDE_PX = 56  # of the grid over the reference frame, on which frames are correlated
MIN_MEDIAN_CELLS = 40
MAX_PREVIEW_FRAMES = 9000  # of a query, some 15 minutes; longer ones are not followed
SEARCH_MARGIN_S = 5.0  # of the reference, before and after what the guessed lines cover
BROAD_SHARE, BROAD_SIGMA_CELLS = (
    0.85,
    5.0,
)  # of the broad brightness, that is taken out; and its blur
NOISE_FLOOR = 1.5  # grey levels, of a flat frame
TIMES_PER_SEGMENT = 7  # at which the crop's visible part is measured
MIN_PATH_INLIER_GAIN = 1.25  # of inliers along a path over those of the best single transform
MIN_CLEAR_TRAVEL = 0.04  # of the query's longest side, that needs no further evidence
MIN_WHOLE_AREA = 0.95  # of the reference frame, of a crop that shows all of it
MAX_REFINEMENT_ROUNDS = 2  # of lines under the path, and the path on those lines
MIN_COARSE_WINDOW_SHARE = 0.7  # of the frame pairs with a window, by coarse keypoints
MIN_WINDOW_SHARE = 0.4  # … by full-size ones
FINAL_FRAMES = 6  # frame pairs on which the final transform is measured


class StabilisedFrames(FrameCache):
    """The frames of another cache, each warped by a transform of its own."""

    def __init__(self, source: FrameCache, transforms: list[Matrix]) -> None:
        """transforms: for each frame of the source, its pixels -> pixels of the warped frame."""
        super().__init__(source.fingerprint)
        self._source, self._transforms = source, transforms

    @override
    def frame(self, index: int) -> NDArray[np.uint8]:
        return self.frames([index])[0]

    @override
    def frames(self, indices: list[int]) -> list[NDArray[np.uint8]]:
        missing = [index for index in dict.fromkeys(indices) if index not in self._frames]
        for index, frame in zip(missing, self._source.frames(missing), strict=True):
            self._store(index, _warp_frame(frame, self._transforms[index]))
        return [self._frames[index] for index in indices]

    @override
    def thumbnails(self) -> NDArray[np.uint8]:
        if self._thumbnails is None:
            every = np.arange(len(self.times))
            self._thumbnails = self._warp_thumbnails(every, self._source.thumbnails())
        return self._thumbnails

    @override
    def thumbnails_at(self, indices: NDArray[np.intp]) -> NDArray[np.uint8]:
        if not self.is_long:
            return self.thumbnails()[indices]
        return self._warp_thumbnails(indices, self._source.thumbnails_at(indices))

    @override
    def sampled_thumbnails(self) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
        if not self.is_long:
            return super().sampled_thumbnails()
        indices, thumbnails = self._source.sampled_thumbnails()
        return indices, self._warp_thumbnails(indices, thumbnails)

    def _warp_thumbnails(
        self, indices: NDArray[np.intp], thumbnails: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        """The source's thumbnails (n, h, w) of these frames, warped."""
        onto = scaling_matrix(self.size, self.thumbnail_size)
        back = np.linalg.inv(onto)
        warped = np.empty_like(thumbnails)
        for at, index in enumerate(indices.tolist()):
            warped[at] = _warp_frame(thumbnails[at], onto @ self._transforms[index] @ back)
        return warped


def _warp_frame(frame: NDArray[np.uint8], matrix: Matrix) -> NDArray[np.uint8]:
    size = (frame.shape[1], frame.shape[0])
    warped = cv2.warpPerspective(
        frame, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)


def follow_crop(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> tuple[Placement, Line | None] | None:
    """The placement with a crop path and its lines, and the estimated timing where it was used.

    None where no path is found, or it hardly moves. Transform and frame pairs stay as they were:
    see `stabilise_reference`.
    """
    if min(len(query.times), len(reference.times)) < 2 or len(query.times) > MAX_PREVIEW_FRAMES:
        return None
    common = estimate_common_transform(query, reference, placement)
    guesses = [
        guess_line
        for guess_line in (_real_time_guess(query, placement), placement.lines)
        if guess_line
    ]
    timing = (
        estimate_timing(query, reference, common.matrix, guesses, mirrored=common.mirrored)
        if guesses
        else None
    )
    if timing is not None:
        guesses = [(timing,), *guesses]
    path = None
    for guess in guesses:
        path = _fit_path_on_lines(query, reference, placement, common, guess)
        if path is not None:
            timing = timing if guess == (timing,) else None
            break
    if path is None or not is_moving_crop(path, reference.size):
        return None
    lines: tuple[Line, ...] = ()
    near = _frames_near(reference, [guess_line for guess in guesses for guess_line in guess])
    for _ in range(MAX_REFINEMENT_ROUNDS):
        agreement = correlate_along_path(query, reference, path, near)
        lines = tuple(find_lines(agreement)) if agreement is not None else ()
        if not lines or (
            timing is not None and all(is_same_line(timing, guess_line) for guess_line in lines)
        ):
            break  # the estimated timing is more exact than correlated lines
        refined = _fit_path_on_lines(query, reference, placement, common, lines)
        if refined is None:
            return None
        path = refined
    if not lines or not is_moving_crop(path, reference.size):
        return None
    followed = replace(placement, lines=lines, correlations=agreement, path=path, sparse=None)
    return followed, timing


def is_moving_crop(path: CropPath, size: tuple[int, int]) -> bool:
    """Whether a path is that of a moving crop. size: (width, height) of the reference frame.

    Where all of the reference is visible all the time, slightly wrong timestamps make a moving
    camera look like a window that sways a little.
    """
    travelled = path_travel(path)
    if travelled >= MIN_CLEAR_TRAVEL or travelled < MIN_TRAVEL:
        return travelled >= MIN_TRAVEL
    times = np.linspace(path.times[0], path.times[-1], TIMES_PER_SEGMENT)
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    shown = [
        area_in_unit_square(apply_transform(np.linalg.inv(np.array(homography)), frame))
        for homography in path_homographies(path, size, times)
    ]
    return min(shown) < MIN_WHOLE_AREA


def _frames_near(reference: FrameCache, lines_guessed: list[Line]) -> NDArray[np.bool_]:
    """(K,) mask of the reference frames that lines cover, with a margin before and after."""
    ends = [
        guess.reference_time(time) for guess in lines_guessed for time in (guess.start, guess.end)
    ]
    near: NDArray[np.bool_] = reference.times >= min(ends) - SEARCH_MARGIN_S
    return near & (reference.times <= max(ends) + SEARCH_MARGIN_S)


def _real_time_guess(query: FrameCache, placement: Placement) -> tuple[Line, ...]:
    """All of the query in real time, through the middle of the best line."""
    start, end = float(query.times[0]), float(query.times[-1])
    if not placement.lines:
        return ()
    best = max(placement.lines, key=lambda line: line.correlation * (line.end - line.start))
    middle = (best.start + best.end) / 2
    offset = best.reference_time(middle) - middle
    return (Line(start, end, 1.0, False, offset, best.correlation, best.contrast),)


def _fit_path_on_lines(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    common: Transform,
    lines_guessed: tuple[Line, ...],
) -> CropPath | None:
    """Fit a path to frame pairs on some lines; None where a single transform does as well."""
    indices = _sample_pairs(query, reference, lines_guessed)
    span = min(line.start for line in lines_guessed), max(line.end for line in lines_guessed)
    transforms = [placement.transform.matrix, common.matrix]
    for coarse, enough in ((True, MIN_COARSE_WINDOW_SHARE), (False, MIN_WINDOW_SHARE)):
        frame_matches = match_frame_pairs(
            query, reference, indices, mirrored=common.mirrored, coarse=coarse
        )
        windows = measure_windows(frame_matches, common.matrix)
        path = fit_path(windows, common.matrix, query.size, *span)
        if path is not None and len(windows) >= enough * len(indices):
            # a path can compensate wrong timestamps: compare on the placement's lines as well
            placed = _sample_pairs(query, reference, placement.lines)
            placed_matches = match_frame_pairs(
                query, reference, placed, mirrored=common.mirrored, coarse=coarse
            )
            fixed_inliers = max(
                count_fixed_inliers(matches, [*transforms, path.middle_transform])
                for matches in (frame_matches, placed_matches)
            )
            return (
                path
                if count_path_inliers(path, frame_matches) >= MIN_PATH_INLIER_GAIN * fixed_inliers
                else None
            )
    return None


def _sample_pairs(
    query: FrameCache, reference: FrameCache, lines_guessed: tuple[Line, ...]
) -> list[tuple[int, int]]:
    """Frame pairs spread evenly over some lines: indices of query and reference frames."""
    total = sum(line.end - line.start for line in lines_guessed)
    count = int(np.clip(total / WINDOW_SPACING_S, MIN_WINDOWS, MAX_SAMPLED_FRAMES))
    last = float(reference.times[-1])
    timestamps = [(tq, tr) for tq, tr in sample_timestamps(lines_guessed, count) if 0 <= tr <= last]
    return sorted({(query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in timestamps})


def correlate_along_path(
    query: FrameCache, reference: FrameCache, path: CropPath, near: NDArray[np.bool_]
) -> CorrelationMatrix | None:
    """Correlate all frames, each of the query's under the path's transform at its timestamp.

    On a grid over the reference frame, of which each query frame covers a part. near: (Kr,) mask of
    the reference frames to correlate with. Returns None where too little is visible, or too much of
    time is compared.
    """
    if near.sum() < 2 or len(query.times) * near.sum() > MAX_CORRELATED_CELLS:
        return None
    whole = [clip for clip in (query, reference) if not clip.is_long]
    map_in_threads(lambda clip: clip.thumbnails(), whole)
    size = _grid_size(*reference.size)
    onto = scaling_matrix(reference.size, size)
    reference_grid, _ = warp_thumbnails(
        reference.thumbnails_at(np.flatnonzero(near)),
        scaling_matrix(reference.thumbnail_size, size),
        size,
    )
    reference_grid = np.stack(
        [
            thumbnail_grid
            - BROAD_SHARE * cv2.GaussianBlur(thumbnail_grid, (0, 0), BROAD_SIGMA_CELLS)
            for thumbnail_grid in reference_grid
        ]
    )
    rights = reference_grid.reshape(len(reference_grid), -1)  # (Kr, P)
    to_whole = np.linalg.inv(scaling_matrix(query.size, query.thumbnail_size))
    free = _always_covered(path, reference)
    lefts, masks = [], []
    for time, thumbnail in zip(
        query.times, query.each_thumbnail(np.arange(len(query.times))), strict=True
    ):
        matrix = onto @ np.linalg.inv(path.transform_at(float(time))) @ to_whole
        shown, inside = _on_grid(thumbnail, free, matrix, size)
        lefts.append(shown)
        masks.append(inside)
    mask = np.stack(masks).reshape(len(masks), -1)  # (Kq, P)
    counts = mask.sum(axis=1, keepdims=True)
    if np.median(counts) < MIN_MEDIAN_CELLS:
        return None
    left = np.stack(lefts).reshape(mask.shape)  # zero outside the mask, and zero in the mean
    counts = np.maximum(counts, 1.0)
    floor = NOISE_FLOOR * np.sqrt(counts)
    sums = mask @ rights.T  # (Kq, Kr)
    norms = np.sqrt(np.maximum(mask @ (rights**2).T - sums**2 / counts, 0))
    own = np.linalg.norm(left, axis=1, keepdims=True)
    correlation = (left @ rights.T) / (np.maximum(own, floor) * np.maximum(norms, floor))
    return CorrelationMatrix(
        query.times, reference.times[near], np.asarray(correlation, np.float32)
    )


def _grid_size(width: int, height: int) -> tuple[int, int]:
    scale = PATH_GRID_LONG_SIDE_PX / max(width, height)
    return max(4, round(width * scale)), max(4, round(height * scale))


def _on_grid(
    thumbnail: NDArray[np.uint8], free: NDArray[np.uint8], matrix: Matrix, size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One thumbnail of the query on the grid, less its mean, and a mask of the cells it covers."""
    warped, _ = warp_thumbnails(thumbnail[None], matrix, size)
    inside = (cv2.warpPerspective(free, matrix, size, flags=cv2.INTER_LINEAR) > 250).astype(
        np.float32
    )
    weight = cv2.GaussianBlur(inside, (0, 0), BROAD_SIGMA_CELLS) + 1e-6
    broad = cv2.GaussianBlur(warped[0] * inside, (0, 0), BROAD_SIGMA_CELLS) / weight
    fine = (warped[0] - BROAD_SHARE * broad) * inside
    mean = fine.sum() / max(1.0, float(inside.sum()))
    return np.asarray((fine - mean) * inside, np.float32), inside


def _always_covered(path: CropPath, reference: FrameCache) -> NDArray[np.uint8]:
    """(h, w) of the query's thumbnail, 255 where the reference covers it at all times.

    A crop's window never leaves the reference frame: what it does not cover at any time is a bar.
    """
    width, height = path.size
    scale = min(1.0, THUMBNAIL_LONG_SIDE_PX / max(path.size))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    full = np.full((reference.height, reference.width), 255, np.uint8)
    free = np.full((size[1], size[0]), 255, np.uint8)
    onto = scaling_matrix(path.size, size)
    for time in path.times:
        covered = cv2.warpPerspective(full, onto @ path.transform_at(float(time)), size)
        free = np.where(covered > 127, free, 0).astype(np.uint8)
    return free


def stabilise_reference(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> tuple[FrameCache, Placement] | None:
    """Warp the reference's frames as the crop moved, and place the query in them.

    The transform is that of the middle of the longest line. None where it has too few inliers.
    """
    path = placement.path
    if path is None or not placement.lines:
        return None
    longest = max(placement.lines, key=lambda line: line.end - line.start)
    middle = (longest.start + longest.end) / 2
    base = path.transform_at(middle)
    back = np.linalg.inv(base)
    shown_times = [_time_shown(placement.lines, float(time)) for time in reference.times]
    transforms = [back @ path.transform_at(time) for time in shown_times]
    timestamps = sample_timestamps(placement.lines, FINAL_FRAMES)
    indices = sorted(
        {(query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in timestamps}
    )
    mirrored = placement.transform.mirrored
    parts = []
    for (_, r), matches in zip(
        indices,
        match_frame_pairs(query, reference, indices, mirrored=mirrored, coarse=False),
        strict=True,
    ):
        moved_points = apply_transform(transforms[r], matches.pairs.reference).astype(np.float32)
        parts.append(Correspondences(matches.pairs.query, moved_points))
    transform = estimate_transform(pool_correspondences(parts), reference.size)
    if transform is None:
        return None
    pairs = tuple(
        FramePair(q, r, count_inliers(transform, part), len(part.query), part)
        for (q, r), part in zip(indices, parts, strict=True)
    )
    path = path.rebase(transform.matrix, middle)
    stabilised = replace(placement, transform=transform, pairs=pairs, path=path)
    return StabilisedFrames(reference, transforms), stabilised


@dataclass(frozen=True, slots=True, eq=False)
class StabilisedQuery:
    """The query with the crop's motion undone, so that only what moves by itself moves in it."""

    frames: FrameCache
    reference: FrameCache  # unchanged
    path: CropPath
    matrix: Matrix  # reference pixels -> pixels of the stabilised query

    def always_shown(self, start: Seconds, end: Seconds) -> NDArray[np.bool_]:
        """(h, w) mask of the stabilised thumbnail: what the crop shows throughout, start to end."""
        size = self.frames.thumbnail_size
        onto = scaling_matrix(self.frames.size, size)
        full = np.full((size[1], size[0]), 255, np.uint8)
        free = np.ones(full.shape, bool)
        for time in np.linspace(start, end, TIMES_PER_SEGMENT):
            transform = (
                onto
                @ self.matrix
                @ np.linalg.inv(self.path.transform_at(float(time)))
                @ np.linalg.inv(onto)
            )
            free &= cv2.warpPerspective(full, transform, size) > 250
        return free


def stabilise_query(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> StabilisedQuery | None:
    """Undo the crop's motion in the query; None without a path.

    Motion is compared on it: a moving crop makes all of a still scene move in the same way.
    """
    path = placement.path
    if path is None:
        return None
    base = placement.transform.matrix
    transforms = [base @ np.linalg.inv(path.transform_at(float(time))) for time in query.times]
    return StabilisedQuery(StabilisedFrames(query, transforms), reference, path, base)


def _time_shown(lines: tuple[Line, ...], reference_time: Seconds) -> Seconds:
    """The query time that shows a reference time, or the nearest one that any line shows."""
    times = [
        float(np.clip(line.query_time(reference_time), line.start, line.end)) for line in lines
    ]
    off = [
        abs(line.reference_time(time) - reference_time)
        for line, time in zip(lines, times, strict=True)
    ]
    return times[int(np.argmin(off))]
