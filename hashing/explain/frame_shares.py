"""Of what the query's frame is made: the known footage, other footage, and what only fills it.

The claim rests on this, not on what an edit is called. The frame is cut into cells. A cell shows
the known footage where it varies, over space and time, as the aligned reference does there. A cell
that moves otherwise is a fill where it moves as the enlarged footage does: vertical reposts stand
on a blurred copy of themselves, however blurred, dimmed or enlarged. What then still moves is
other footage, with the still parts of the same scene. Bars, pages and captions are no footage.

Thresholds were set by hand on forms of repost made from eight clips.
"""

from collections.abc import Iterator
from itertools import pairwise, product

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix
from hashing.imaging.warping import scaling_matrix, warp_thumbnails
from hashing.types import FrameShare, Line, Seconds, Span

__all__ = ["is_filled", "measure_frame_shares", "measure_shares"]

PIECE_S: Seconds = 5.0  # measured at a time; templates change with shots
MIN_FRAMES = 8  # of a piece; in fewer, movement agrees by chance
MAX_FRAMES = 50  # of a piece
CELL_PX = 8  # of a thumbnail 128 px long
SOFTENING_PX = 1.5  # of thumbnails: coding noise and edges a pixel off do not count
MAX_SHIFT_PX = 2  # of a thumbnail: 1.6 % of the frame, an error of registration
MIN_DEVIATION = 4.0  # grey levels, over the cell and the piece: below it nothing can be compared
# of the reference where the query is plain: what is plainer than twice that loses it in an edit
PLAIN_DEVIATION = 2 * MIN_DEVIATION
MIN_MOVEMENT = 2.0  # grey levels over time, at a pixel: below it a cell stands still
MIN_AGREEMENT = 0.5  # correlation over space and time with the aligned reference
MIN_FILL_CORRELATION = 0.7  # correlation over time with the enlarged footage
MIN_MOVING_CELLS = 2  # of some 16 x 9: one alone is a flicker
MIN_SCENE_TEXTURE = 0.5  # share of the cells; a page or a caption band is mostly plain
MIN_CORRELATION_AMID_FILL = 0.35  # the same where most of what moves is a fill
MIN_FILL_SHARE = 0.1  # of the frame, from which a fill is spoken of
FILL_ENLARGEMENTS = (0.8, 1.0, 1.25, 1.5, 2.0, 2.5)  # times that which just covers the frame
FILL_SOFTENINGS_PX = (
    1.0,
    2.5,
    5.0,
)  # of the reference's thumbnails: fills are blurred as one likes

type Cells = NDArray[np.bool_]  # (rows, columns) of the query's frame
type Frames = NDArray[np.float32]  # (K, h, w) luma, 0..255


def measure_frame_shares(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> tuple[FrameShare, ...]:
    """The shares of the query's frame over each piece of the match, in the query's order.

    () of a still, in which nothing moves, and where no piece is long enough.
    """
    if query.fingerprint.info.kind == "still":
        return ()
    to_query = scaling_matrix(query.size, query.thumbnail_size) @ placement.transform.matrix
    matrix = to_query @ scaling_matrix(reference.thumbnail_size, reference.size)
    return tuple(
        measure_shares(query.thumbnails_at(at), reference.thumbnails_at(other), matrix, span)
        for line in placement.lines
        for span, at, other in _pieces(query, reference, line)
    )


def _pieces(
    query: FrameCache, reference: FrameCache, line: Line
) -> Iterator[tuple[Span, NDArray[np.intp], NDArray[np.intp]]]:
    """Spans of a line, each with indices of query frames and of the reference frames beside."""
    count = max(1, round((line.end - line.start) / PIECE_S))
    for start, end in pairwise(np.linspace(line.start, line.end, count + 1).tolist()):
        at = np.flatnonzero((query.times >= start) & (query.times <= end))
        if len(at) < MIN_FRAMES:
            continue
        at = at[np.linspace(0, len(at) - 1, min(len(at), MAX_FRAMES)).round().astype(int)]
        times = [line.reference_time(float(time)) for time in query.times[at]]
        yield Span(start, end), at, np.array([reference.nearest_index(time) for time in times])


def measure_shares(
    query: NDArray[np.uint8], reference: NDArray[np.uint8], matrix: Matrix, span: Span
) -> FrameShare:
    """The shares of the frame over some pairs of thumbnails.

    query: (K, h, w) uint8 luma, 128 px long. reference: (K, h', w') uint8 luma, paired with it.
    matrix: pixels of the reference's thumbnails -> pixels of the query's. span: of the query.
    """
    height, width = query.shape[1:]
    warped, inside = warp_thumbnails(reference, matrix, (width, height))
    frames = _soften(query.astype(np.float32), SOFTENING_PX)
    cells = _to_cells(frames)
    covered = _to_cells(inside[None].astype(np.float32))[0].mean(axis=-1) > 0.5
    textured = cells.std(axis=(0, 3)) >= MIN_DEVIATION
    warped = _soften(warped, SOFTENING_PX)
    agreement = _agreement(cells, warped, covered & textured)
    plain = ~textured & (_to_cells(warped).std(axis=(0, 3)) < PLAIN_DEVIATION)
    known = _without_lone(covered & ((agreement > MIN_AGREEMENT) | plain))
    beside = ~_grow(known)  # cells that straddle its border move with it
    moving = beside & textured & (cells.std(axis=0).mean(axis=-1) >= MIN_MOVEMENT)
    fill = _is_fill(cells.mean(axis=-1), moving, known, reference, matrix)
    other = _other_footage(~known, textured, moving, fill)
    return FrameShare(span, float(known.mean()), float(other.mean()), float(fill.mean()))


def _other_footage(beside: Cells, textured: Cells, moving: Cells, fill: Cells) -> Cells:
    """Which cells beside the known footage show other footage.

    Where most of what moves there is a fill, or nearly nothing moves, only what moves by itself
    counts: a ticker, a heart that rises. Otherwise a scene stands there, and what stands still in
    it is of it too, unless most of it is plain, as of a page.
    """
    own = moving & ~fill
    is_scene = own.sum() >= MIN_MOVING_CELLS and own.sum() > fill.sum()
    if is_scene and textured[beside].mean() >= MIN_SCENE_TEXTURE:
        return beside & ~fill
    return own


def _without_lone(cells: Cells) -> Cells:
    """Cells that stand with others: one alone agrees by chance."""
    return np.asarray(cv2.medianBlur(cells.astype(np.uint8), 3) > 0)


def _grow(cells: Cells) -> Cells:
    return np.asarray(cv2.dilate(cells.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def _agreement(cells: NDArray[np.float32], warped: Frames, compared: Cells) -> NDArray[np.float64]:
    """(rows, columns) correlation with the reference over space and time.

    At the one shift of the whole frame at which most of the cells compared agree: each for itself
    would agree with anything somewhere.
    """
    shifts = (-MAX_SHIFT_PX, 0, MAX_SHIFT_PX)
    tried = [
        _correlate(cells, _to_cells(np.roll(warped, shift, axis=(1, 2))), axes=(0, 3))
        for shift in product(shifts, shifts)
    ]
    return max(tried, key=lambda values: int((values[compared] > MIN_AGREEMENT).sum()))


def _is_fill(
    means: NDArray[np.float32],
    asked: Cells,
    footage: Cells,
    reference: NDArray[np.uint8],
    matrix: Matrix,
) -> Cells:
    """Which of the cells asked move as the footage does when it is enlarged to fill the frame.

    means: (K, rows, columns) of the query's cells. The enlargement is about the middle of the
    frame, as templates make it; how far it goes, and how soft it is, is tried on all cells at once.
    """
    fill = np.zeros_like(asked)
    if not (asked.any() and footage.any()):
        return fill
    rows, columns = np.nonzero(asked)
    correlations = [
        _correlate(means[:, rows, columns], sampled, axes=(0,))
        for sigma_px in FILL_SOFTENINGS_PX
        for sampled in _enlarged(
            _soften(reference.astype(np.float32), sigma_px), rows, columns, footage, matrix
        )
    ]
    best = max(correlations, key=lambda values: float(np.median(values)))
    fill[rows, columns] = best > MIN_FILL_CORRELATION
    if fill.sum() > asked.sum() / 2:  # a template's ground: what is noisy in it is of it too
        fill[rows, columns] = best > MIN_CORRELATION_AMID_FILL
    return fill


def _enlarged(
    reference: Frames,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    footage: Cells,
    matrix: Matrix,
) -> Iterator[NDArray[np.float32]]:
    """(K, n) luma of the footage that would lie behind some cells, at each enlargement."""
    height, width = footage.shape
    footage_rows, footage_columns = (np.flatnonzero(footage.any(axis=axis)) for axis in (1, 0))
    middle_x = (footage_columns[0] + footage_columns[-1] + 1) / 2
    middle_y = (footage_rows[0] + footage_rows[-1] + 1) / 2
    covering = max(height / len(footage_rows), width / len(footage_columns))
    to_reference = np.linalg.inv(matrix)
    for enlargement in FILL_ENLARGEMENTS:
        x = middle_x + (columns + 0.5 - width / 2) / (covering * enlargement)
        y = middle_y + (rows + 0.5 - height / 2) / (covering * enlargement)
        points = np.stack([x * CELL_PX - 0.5, y * CELL_PX - 0.5, np.ones_like(x)])
        placed = to_reference @ points
        at_x, at_y = (np.asarray(placed[k] / placed[2], np.float32)[None] for k in (0, 1))
        yield np.concatenate(
            [
                cv2.remap(frame, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
                for frame in reference
            ]
        )


def _correlate(
    left: NDArray[np.float32], right: NDArray[np.float32], axes: tuple[int, ...]
) -> NDArray[np.float64]:
    """Pearson correlation over some axes, -1..1; 0 where either does not vary."""
    a = left - left.mean(axis=axes, keepdims=True)
    b = right - right.mean(axis=axes, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=axes) * (b * b).sum(axis=axes))
    return np.asarray((a * b).sum(axis=axes) / np.maximum(scale, 1e-6), np.float64)


def _to_cells(frames: Frames) -> NDArray[np.float32]:
    """(K, h, w) -> (K, rows, columns, pixels of a cell); what does not fill a cell is cut off."""
    count, height, width = frames.shape
    rows, columns = max(1, height // CELL_PX), max(1, width // CELL_PX)
    cut = frames[:, : rows * CELL_PX, : columns * CELL_PX]
    split = cut.reshape(count, rows, cut.shape[1] // rows, columns, cut.shape[2] // columns)
    return split.transpose(0, 1, 3, 2, 4).reshape(count, rows, columns, -1)


def _soften(frames: Frames, sigma_px: float) -> Frames:
    return np.stack([cv2.GaussianBlur(frame, (0, 0), sigma_px) for frame in frames])


def is_filled(shares: tuple[FrameShare, ...]) -> bool:
    """Whether the rest of the frame is an enlarged copy of the footage, and not other footage."""
    return any(share.fill >= MIN_FILL_SHARE and share.fill > share.other for share in shares)
