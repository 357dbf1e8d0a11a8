"""Warp thumbnails onto each other, and the grid of cells on which they are compared."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.imaging.boxes import mask_outside_boxes
from hashing.imaging.homography import Matrix
from hashing.types import Box

__all__ = [
    "make_grid",
    "scaling_matrix",
    "warp_thumbnails",
]

GRID_LONG_SIDE_PX = 40  # longest side of the grid on which frames are correlated


def warp_thumbnails(
    thumbnails: NDArray[np.uint8], matrix: Matrix, size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Warp thumbnails onto a grid.

    thumbnails: (K, h, w) uint8. matrix: their pixels -> grid pixels. size: of the grid, (width,
    height). Returns (K, height, width) float32 and a (height, width) mask of the cells covered.
    """
    height, width = thumbnails.shape[1:]
    shrink = 1 / max(1e-6, np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    blur = 0.45 * shrink if shrink > 1.3 else 0.0  # against aliasing where it shrinks
    warped = np.empty((len(thumbnails), size[1], size[0]), np.float32)
    for index, thumbnail in enumerate(thumbnails):
        softened = cv2.GaussianBlur(thumbnail, (0, 0), blur) if blur else thumbnail
        warped[index] = cv2.warpPerspective(
            softened, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    inside = np.full((height, width), 255, np.uint8)
    mask = cv2.warpPerspective(inside, matrix, size, flags=cv2.INTER_LINEAR)
    return warped, mask > 250


def grid_size(width: int, height: int) -> tuple[int, int]:
    scale = GRID_LONG_SIDE_PX / max(width, height)
    return max(4, round(width * scale)), max(4, round(height * scale))


def scaling_matrix(from_size: tuple[int, int], to_size: tuple[int, int]) -> Matrix:
    """Pixel centres of one (width, height) -> pixel centres of another."""
    sx, sy = to_size[0] / from_size[0], to_size[1] / from_size[1]
    return np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, 0.5 * sy - 0.5], [0, 0, 1.0]])


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A coarse grid over the part of the query's frame that the reference's frame covers."""

    to_grid: Matrix  # query pixels -> grid pixels
    matrix: Matrix  # reference pixels -> query pixels
    size: tuple[int, int]
    query_size: tuple[int, int]
    reference_size: tuple[int, int]

    def from_query(
        self, thumbnails: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """(K, h, w) thumbnails of the query on the grid, and the cells that they cover."""
        shape = (thumbnails.shape[2], thumbnails.shape[1])
        back = np.linalg.inv(scaling_matrix(self.query_size, shape))
        return warp_thumbnails(thumbnails, self.to_grid @ back, self.size)

    def mask_outside_boxes(self, boxes: tuple[Box, ...]) -> NDArray[np.bool_]:
        """(h, w) mask of the cells outside all `boxes`, 0..1 of the query's frame."""
        if not boxes:
            return np.ones((self.size[1], self.size[0]), bool)
        free = mask_outside_boxes(boxes, self.query_size).astype(np.uint8)
        warped = cv2.warpAffine(free, self.to_grid[:2], self.size, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(warped > 0)

    def from_reference(
        self, thumbnails: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """(K, h, w) thumbnails of the reference on the grid, and the cells that they cover."""
        shape = (thumbnails.shape[2], thumbnails.shape[1])
        back = np.linalg.inv(scaling_matrix(self.reference_size, shape))
        return warp_thumbnails(thumbnails, self.to_grid @ self.matrix @ back, self.size)


def make_grid(matrix: Matrix, query_size: tuple[int, int], reference_size: tuple[int, int]) -> Grid:
    """The grid over the upright box that the reference covers in the query.

    matrix: reference pixels -> query pixels. Sizes are (width, height) px.
    """
    width, height = reference_size
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], np.float64)
    mapped = corners @ matrix.T
    points = mapped[:, :2] / mapped[:, 2:]
    low = points.min(axis=0).clip(0)
    high = np.minimum(points.max(axis=0), query_size)
    extent = np.maximum(high - low, 4.0)
    size = grid_size(int(extent[0]), int(extent[1]))
    sx, sy = size[0] / extent[0], size[1] / extent[1]
    to_grid = np.array(
        [
            [sx, 0, -low[0] * sx + 0.5 * sx - 0.5],
            [0, sy, -low[1] * sy + 0.5 * sy - 0.5],
            [0, 0, 1.0],
        ]
    )
    return Grid(to_grid, matrix, size, query_size, reference_size)
