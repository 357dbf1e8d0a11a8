"""Rectangles in a frame, by long straight edges along the axes that close.

An inset, half of a split screen and the footage beside a caption bar all end in one line of pixels
over their whole length. A ridge of the colour gradient in one column or row is rare in a scene, and
four that meet are rarer. Such regions are exact, where windows of a fixed grid cut through insets.
Thresholds were set by hand.

Precondition: the frame is upright and not rotated by a small angle.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.imaging.boxes import iou
from hashing.types import Box

__all__ = [
    "MIN_SAME_IOU",
    "find_rectangles",
]

SEARCH_LONG_SIDE_PX = 384
MIN_EDGE_STEP = 14.0  # colour levels of the strongest channel, across a boundary
MAX_BOUNDARIES = 18  # candidates in each direction
MIN_SPACING_PX = 3
MIN_SIDE = 0.18  # of the frame's side
MIN_EDGE_SHARE = 0.45  # of a side's length; insets share colours with what is below
MIN_MEAN_EDGE_SHARE = 0.62  # mean over the sides inside the frame
OVERRUN_SHARE = 0.12  # of a side's length, beyond the corner, where an edge counts against it
MIN_SAME_IOU = 0.85  # intersection over union of two outlines that are one
MAX_RECTANGLES = 5


def find_rectangles(frame: NDArray[np.uint8]) -> list[Box]:
    """Find the outlines of rectangles, 0..1, the surest first, without the whole frame.

    frame: (H, W, 3) uint8 RGB.
    """
    high, wide = frame.shape[:2]
    scale = min(1.0, SEARCH_LONG_SIDE_PX / max(high, wide))
    size = max(16, round(wide * scale)), max(16, round(high * scale))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    vertical_edges = _edge_map(small)  # (h, w + 1): boundary k lies before column k
    horizontal_edges = _edge_map(np.ascontiguousarray(small.transpose(1, 0, 2)))  # (w, h + 1)
    xs, ys = _candidate_boundaries(vertical_edges), _candidate_boundaries(horizontal_edges)
    boxes, scores = _closed_rectangles(vertical_edges, horizontal_edges, xs, ys)
    outlines: list[Box] = []
    for index in np.argsort(-scores, kind="stable"):
        x0, y0, x1, y1 = boxes[index]
        box = (x0 / size[0], y0 / size[1], x1 / size[0], y1 / size[1])
        if all(iou(box, other) < MIN_SAME_IOU for other in outlines):
            outlines.append(box)
        if len(outlines) == MAX_RECTANGLES:
            break
    return outlines


def _edge_map(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """(h, w + 1) 0 or 1: whether there is an edge at each boundary between two columns.

    A resized edge is two columns wide: the step is measured over one column in between.
    """
    padded = np.pad(image, ((0, 0), (2, 2), (0, 0)), mode="edge")
    step = np.abs(padded[:, 3:] - padded[:, :-3]).max(axis=2)  # (h, w + 1)
    around = np.maximum(np.roll(step, 3, 1), np.roll(step, -3, 1))
    ridge = (step >= MIN_EDGE_STEP) & (step > 1.3 * around)
    # a ridge one boundary off is the same ridge
    return np.asarray(cv2.dilate(ridge.astype(np.float32), np.ones((1, 3), np.float32)))


def _candidate_boundaries(edges: NDArray[np.float32]) -> NDArray[np.intp]:
    """Where sides of rectangles may lie: the longest runs of edge, apart, and the frame's ends.

    edges: (h, w + 1).
    """
    gain = np.where(edges > 0, 1.0, -1.0)
    best = run = np.zeros(edges.shape[1])
    for row in gain:  # Kadane, over all columns at once
        run = np.maximum(0.0, run + row)
        best = np.maximum(best, run)
    last = edges.shape[1] - 1
    best[: MIN_SPACING_PX + 1] = best[last - MIN_SPACING_PX :] = 0
    chosen = []
    for _ in range(MAX_BOUNDARIES):
        column = int(best.argmax())
        if best[column] < 0.5 * MIN_SIDE * len(edges):
            break
        chosen.append(column)
        best[max(0, column - MIN_SPACING_PX) : column + MIN_SPACING_PX + 1] = 0
    return np.array([0, *sorted(chosen), last])


def _closed_rectangles(
    vertical_edges: NDArray[np.float32],
    horizontal_edges: NDArray[np.float32],
    xs: NDArray[np.intp],
    ys: NDArray[np.intp],
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """(N, 4) x0, y0, x1, y1 of boundaries that form a rectangle, and (N,) scores."""
    width, height = vertical_edges.shape[1] - 1, horizontal_edges.shape[1] - 1
    x0, x1 = _boundary_pairs(xs, MIN_SIDE * width)
    y0, y1 = _boundary_pairs(ys, MIN_SIDE * height)
    along_x, along_y = _cumulative(vertical_edges), _cumulative(horizontal_edges)
    a, b = np.repeat(np.arange(len(x0)), len(y0)), np.tile(np.arange(len(y0)), len(x0))
    boxes = np.stack([x0[a], y0[b], x1[a], y1[b]], axis=1)  # (N, 4)
    sides = np.stack(
        [
            _edge_share(along_x, boxes[:, 0], boxes[:, 1], boxes[:, 3]),
            _edge_share(along_x, boxes[:, 2], boxes[:, 1], boxes[:, 3]),
            _edge_share(along_y, boxes[:, 1], boxes[:, 0], boxes[:, 2]),
            _edge_share(along_y, boxes[:, 3], boxes[:, 0], boxes[:, 2]),
        ]
    )  # (4, N)
    inside = np.stack([boxes[:, 0] > 0, boxes[:, 2] < width, boxes[:, 1] > 0, boxes[:, 3] < height])
    inner_sides = np.where(inside, sides, 1.0)
    count = inside.sum(axis=0)
    mean = np.where(inside, sides, 0.0).sum(axis=0) / np.maximum(1, count)
    good = (count > 0) & (inner_sides.min(axis=0) >= MIN_EDGE_SHARE) & (mean >= MIN_MEAN_EDGE_SHARE)
    boxes, mean, count = boxes[good], mean[good], count[good]
    over = _overrun(along_x, along_y, boxes)
    # more sides inside the frame make chance less likely
    return boxes, mean * (0.7 + 0.1 * count) - 0.5 * over


def _boundary_pairs(
    at: NDArray[np.intp], shortest: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    first, second = np.triu_indices(len(at), 1)
    far = at[second] - at[first] >= shortest
    return at[first][far], at[second][far]


def _cumulative(edges: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cumulative sums of edge along the boundaries, starting with 0."""
    return np.pad(edges.cumsum(axis=0, dtype=np.float32), ((1, 0), (0, 0)))


def _edge_share(
    summed: NDArray[np.float32],
    at: NDArray[np.intp],
    start: NDArray[np.intp],
    end: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Share of each boundary that is edge, from `start` to `end`."""
    share: NDArray[np.float64] = (summed[end, at] - summed[start, at]) / np.maximum(1, end - start)
    return share


def _overrun(
    along_x: NDArray[np.float32], along_y: NDArray[np.float32], boxes: NDArray[np.intp]
) -> NDArray[np.float64]:
    """How far the sides go on beyond their corners, mean over the sides, 0..1."""
    total = np.zeros(len(boxes))
    for summed, low, high, sides in (
        (along_x, boxes[:, 1], boxes[:, 3], (boxes[:, 0], boxes[:, 2])),
        (along_y, boxes[:, 0], boxes[:, 2], (boxes[:, 1], boxes[:, 3])),
    ):
        reach = np.maximum(3, (OVERRUN_SHARE * (high - low)).astype(int))
        last = len(summed) - 1
        for at in sides:
            total += _edge_share(summed, at, np.maximum(0, low - reach), low) * (low > 0)
            total += _edge_share(summed, at, high, np.minimum(last, high + reach)) * (high < last)
    return total / 8
