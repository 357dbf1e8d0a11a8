"""A still picture shown as video: one frame throughout, static or under a moving crop.

Slide shows and "photo videos" are made so. As footage they agree with nothing: where the clip they
are from moves, they stand still. As one still at one timestamp they agree. Thresholds were set by
hand on videos made from half of the development benchmark's photos; figures beside them.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hashing.align.crop_path import (
    MIN_TRAVEL,
    CropPath,
    FrameMatches,
    measure_window,
    path_travel,
)
from hashing.align.frame_pairs import match_frames
from hashing.decode.preview_codec import keep_still
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix
from hashing.imaging.warping import make_grid
from hashing.similarity.local_correlation import MIN_AGREEING_CORRELATION, compare_frames
from hashing.similarity.motion_correlation import CODING_NOISE_DEVIATION
from hashing.similarity.moved_content import (
    MAX_MOVED_SHARE,
    MOVED_LONG_SIDE_PX,
    measure_moved_content,
)
from hashing.types import Descriptors, Fingerprint, Seconds, Span, Timeline

__all__ = [
    "StillPicture",
    "find_still_picture",
    "reference_moves",
]

MIN_PICTURE_S = 0.7  # as MIN_SEGMENT_S: a shorter video is too little to stand still
# of the descriptors of a clip with its middle one; photo videos zoomed 1.5x: 0.85 and more, two
# thirds of the benchmark's clips less than 0.7
MIN_COSINE = 0.7
SAMPLED_FRAMES = 9  # spread over the clip, each compared with the middle one
# of the textured area, in the worst of the sampled frames, captions that stay left out; in photo
# videos 0.9 and more, in footage of the benchmark 0.84 at most but for three resting clips
MIN_AGREEING_SHARE = 0.8
MIN_SAME_SHARE = 0.97  # the same of a static picture: 1.0 measured
# grey levels between frames, median, of a static picture; at low bit rates 0.04, a resting
# camera 0.18 and more
MAX_STATIC_LUMA_CHANGE = 0.15
MIN_WIDER = 1.02  # window size over that of the middle frame, from which the wider one is taken
# cells of the grid over the frame, and of those the share that stands still in the query
MIN_MOVING_CELLS, MIN_UNEXPLAINED_SHARE = 0.01, 0.8
MOVING_DEVIATION = 2 * CODING_NOISE_DEVIATION  # grey levels over time, as in `correlate_motion`
MIN_TEXTURED_PIXELS = 50  # as of `agreeing_share`
LENGTH_TOLERANCE_S = 0.3  # of spans compared: three preview frames


@dataclass(frozen=True, slots=True, eq=False)
class StillPicture:
    """What a video shows that is one still picture throughout."""

    frames: FrameCache  # the picture alone, as a still: the frame that shows most of it
    time: Seconds  # of that frame
    span: Span  # of the video, in which it is shown
    times: NDArray[np.float64]  # (N,) s, ascending, at which windows were measured
    windows: NDArray[np.float64]  # (N, 3) see `crop_path.Window`, in pixels of the picture

    @property
    def is_static(self) -> bool:
        """Whether the whole picture is shown all the time, and nothing zooms or pans."""
        return path_travel(self.path(np.eye(3))) < MIN_TRAVEL

    def path(self, matrix: Matrix) -> CropPath:
        """The path of the crop. matrix: reference pixels -> pixels of the picture."""
        return CropPath(self.times, self.windows, matrix, self.frames.size)


def find_still_picture(video: FrameCache) -> StillPicture | None:
    """The still picture that a video shows throughout, from start to end; None where it does not.

    Flat frames at either end (fades) are left out.
    """
    span = _shown_span(video.fingerprint)
    if span is None:
        return None
    shown = np.flatnonzero((video.times >= span.start) & (video.times < span.end))
    if len(shown) < 2:
        return None
    # the coder has settled a few frames after the start
    sampled = np.unique(np.linspace(0.1, 0.95, SAMPLED_FRAMES) * (len(shown) - 1)).astype(int)
    indices = shown[np.unique(sampled)].tolist()
    middle = indices[len(indices) // 2]
    frames = dict(zip(indices, video.frames(indices), strict=True))
    windows = {middle: np.array([1.0, 0.0, 0.0])}
    for index in sorted(indices, key=lambda i: -abs(i - middle)):  # what differs most comes first
        if index == middle:
            continue
        window = _window_onto(video, frames, index, middle)
        if window is None:
            return None
        windows[index] = window
    if _anything_moves(frames, windows, middle):
        return None
    widest = max(indices, key=lambda i: windows[i][0])
    base = widest if windows[widest][0] > MIN_WIDER else middle
    to_base = np.array([_relative(windows[index], windows[base]) for index in indices])
    picture = StillPicture(
        FrameCache(_as_still(video, base, frames[base])),
        float(video.times[base]),
        span,
        video.times[indices],
        to_base,
    )
    changes = video.fingerprint.timeline.change[1:]
    if picture.is_static and len(changes) and float(np.median(changes)) > MAX_STATIC_LUMA_CHANGE:
        return None  # a camera that stands still has noise, and light that flickers
    return picture


def _shown_span(fingerprint: Fingerprint) -> Span | None:
    """From the first to the last described frame that is not flat; None where those differ."""
    descriptors = fingerprint.descriptors
    clear = np.flatnonzero(~descriptors.flat)
    length = fingerprint.info.duration_s or 0.0
    if not len(clear):
        return None
    first, last = int(clear[0]), int(clear[-1])
    start = 0.0 if first == 0 else float(descriptors.times[first])
    # a row stands for the time until the next one
    end = float(descriptors.times[last + 1]) if last + 1 < len(descriptors.times) else length
    vectors = descriptors.vectors[first : last + 1].astype(np.float32)
    cosines = vectors @ vectors[len(vectors) // 2]
    if end - start < MIN_PICTURE_S or float(cosines.min()) < MIN_COSINE:
        return None
    return Span(start, end)


def _window_onto(
    video: FrameCache, frames: dict[int, NDArray[np.uint8]], index: int, base: int
) -> NDArray[np.float64] | None:
    """The window of the base frame that another frame shows; None where they disagree."""
    still = np.array([1.0, 0.0, 0.0])
    if _agreeing_share(frames, index, base, still) >= MIN_SAME_SHARE:
        return still
    pairs = match_frames(video, video, (index, base), mirrored=False, coarse=True)
    measured = measure_window(FrameMatches(float(video.times[index]), pairs), np.eye(3))
    if measured is None:
        return None
    agrees = _agreeing_share(frames, index, base, measured.window) >= MIN_AGREEING_SHARE
    return measured.window if agrees else None


def _agreeing_share(
    frames: dict[int, NDArray[np.uint8]], index: int, base: int, window: NDArray[np.float64]
) -> float:
    """Share of the textured area that agrees in a window, or in place, as a caption does."""
    onto = np.linalg.inv(_window_matrix(window))
    moved = compare_frames(frames[index], frames[base], onto)
    if moved.textured.sum() < MIN_TEXTURED_PIXELS:
        return 0.0
    in_place = compare_frames(frames[index], frames[base], np.eye(3))
    best = np.maximum(moved.correlation, in_place.correlation)[moved.textured]
    return float((best > MIN_AGREEING_CORRELATION).mean())


def _anything_moves(
    frames: dict[int, NDArray[np.uint8]], windows: dict[int, NDArray[np.float64]], base: int
) -> bool:
    """Whether anything in the frames moves by itself, such as somebody small before a building."""
    return any(
        measure_moved_content(
            compare_frames(
                frames[index],
                frames[base],
                np.linalg.inv(_window_matrix(windows[index])),
                MOVED_LONG_SIDE_PX,
            )
        ).moved_share
        > MAX_MOVED_SHARE
        for index in sorted(frames)
        if index != base
    )


def _window_matrix(window: NDArray[np.float64]) -> Matrix:
    """Pixels of a frame -> pixels of the base frame, of which it shows a window."""
    size, x, y = window
    return np.array([[size, 0, x], [0, size, y], [0, 0, 1.0]])


def _relative(window: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    """A window in pixels of the base's window instead of the frame both are in."""
    relative: NDArray[np.float64] = np.append(window[0], window[1:] - base[1:]) / base[0]
    return relative


def _as_still(video: FrameCache, index: int, frame: NDArray[np.uint8]) -> Fingerprint:
    """The fingerprint of one frame, as if it had been a still."""
    whole, time = video.fingerprint, float(video.times[index])
    rows = np.flatnonzero(~whole.descriptors.flat)
    row = rows[[int(np.abs(whole.descriptors.times[rows] - time).argmin())]]
    return replace(
        whole,
        info=replace(whole.info, kind="still", duration_s=None, frame_rate=None),
        sampling="still",
        descriptors=Descriptors(
            np.zeros(1),
            whole.descriptors.vectors[row],
            whole.descriptors.pdq[row],
            whole.descriptors.pdq_quality[row],
            whole.descriptors.phash[row],
            whole.descriptors.flat[row],
        ),
        timeline=Timeline(np.zeros(1), np.zeros(1, np.float32)),
        preview=keep_still(frame),
        audio=None,
        gaps=(),
    )


def reference_moves(
    query: FrameCache,
    reference: FrameCache,
    picture: StillPicture,
    matrix: Matrix,
    timestamp: Seconds,
) -> bool:
    """Whether the reference moves, around a timestamp, where the query stands still.

    matrix: reference pixels -> pixels of the picture. True where the reference moves in every span
    around the timestamp that is as long as the picture is shown, or has none as long as that.
    """
    length = picture.span.length - LENGTH_TOLERANCE_S
    near = np.flatnonzero(np.abs(reference.times - timestamp) <= length)
    shown = np.flatnonzero((query.times >= picture.span.start) & (query.times < picture.span.end))
    if len(near) < 2 or len(shown) < 2:
        return False
    grid = make_grid(matrix, query.size, reference.size)
    query_cells, mask_q = grid.from_query(query.thumbnails_at(shown))
    cells, mask_r = grid.from_reference(reference.thumbnails_at(near))
    mask = mask_q & mask_r
    if not mask.any():
        return False
    standing = query_cells[:, mask].std(axis=0) <= MOVING_DEVIATION
    times = reference.times[near]
    spans = [
        (times >= start) & (times <= start + length)
        for start in times[times <= timestamp]
        if timestamp <= start + length <= times[-1] + LENGTH_TOLERANCE_S
    ]
    return all(_moves_elsewhere(cells[span][:, mask], standing) for span in spans)


def _moves_elsewhere(cells: NDArray[np.float32], standing: NDArray[np.bool_]) -> bool:
    """Whether (K, P) cells move, nearly all of them where the query stands."""
    moving = cells.std(axis=0) > MOVING_DEVIATION
    if moving.mean() < MIN_MOVING_CELLS:
        return False
    return float(standing[moving].mean()) >= MIN_UNEXPLAINED_SHARE
