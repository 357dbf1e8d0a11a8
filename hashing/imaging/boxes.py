"""Boxes, all 0..1 of the frame: areas, intersections, and masks of what lies outside."""

import numpy as np
from numpy.typing import NDArray

from hashing.types import Box

__all__ = [
    "area_of",
    "intersects",
    "iou",
    "mask_outside_boxes",
    "mostly_in",
    "share_inside",
]


def area_of(box: Box) -> float:
    """Area of a box, as a share of the frame, 0..1."""
    return (box[2] - box[0]) * (box[3] - box[1])


def intersection_area(box: Box, other: Box) -> float:
    """Area of the intersection, as a share of the frame, 0..1."""
    wide, high = (min(box[k + 2], other[k + 2]) - max(box[k], other[k]) for k in (0, 1))
    return max(0.0, wide) * max(0.0, high)


def share_inside(box: Box, other: Box) -> float:
    """Share of `box` that lies in `other`, 0..1; 0 of an empty box."""
    box_area = area_of(box)
    return intersection_area(box, other) / box_area if box_area > 0 else 0.0


def mostly_in(inner: Box, outer: Box) -> bool:
    """Whether more than half of `inner` lies in `outer`."""
    return share_inside(inner, outer) > 0.5


def intersects(box: Box, other: Box) -> bool:
    """Whether two boxes have any area in common."""
    return intersection_area(box, other) > 0


def iou(box: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    intersection = intersection_area(box, other)
    return intersection / (area_of(box) + area_of(other) - intersection)


def mask_outside_boxes(boxes: tuple[Box, ...], size: tuple[int, int]) -> NDArray[np.bool_]:
    """(h, w) mask of the pixels outside all `boxes`, 0..1. size: (width, height)."""
    outside = np.ones((size[1], size[0]), bool)
    for x0, y0, x1, y1 in boxes:
        rows = slice(int(y0 * size[1]), int(np.ceil(y1 * size[1])))
        outside[rows, int(x0 * size[0]) : int(np.ceil(x1 * size[0]))] = False
    return outside
