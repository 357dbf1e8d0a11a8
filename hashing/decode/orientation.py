"""Which of the eight ways of turning and mirroring makes stored pixels upright.

EXIF counts them 1 to 8 (CIPA DC-008, tag 0x0112); MP4, MOV and HEIF carry a matrix (ISO/IEC
14496-12, 8.3.2), from which FFmpeg's players and browsers take the nearest of the eight.
"""

import math
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MATRIX = struct.Struct("<9i")  # FFmpeg's side data: a b u, c d v, x y w in the machine's order


@dataclass(frozen=True, slots=True)
class Orientation:
    """First mirrored left to right where `mirrored`, then turned counter-clockwise."""

    quarter_turns: int = 0  # 0..3
    mirrored: bool = False

    @property
    def swaps_sides(self) -> bool:
        """Whether width and height change places."""
        return self.quarter_turns % 2 == 1

    @property
    def clockwise_deg(self) -> int:
        return -90 * self.quarter_turns % 360

    def size(self, width: int, height: int) -> tuple[int, int]:
        """The size of one form, given that of the other: stored and upright are symmetric here."""
        return (height, width) if self.swaps_sides else (width, height)

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H, W, ...) as stored -> upright, contiguous."""
        if self.mirrored:
            pixels = pixels[:, ::-1]
        return np.ascontiguousarray(np.rot90(pixels, self.quarter_turns))

    def apply_to_planes(self, planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H * 3 / 2, W) 4:2:0 planes as stored -> upright."""
        if self == UPRIGHT:
            return planes
        width, height = planes.shape[1], planes.shape[0] * 2 // 3
        luma, blue, red = np.split(planes.ravel(), [width * height, width * height * 5 // 4])
        half = (height // 2, width // 2)
        parts = (luma.reshape(height, width), blue.reshape(half), red.reshape(half))
        flat = np.concatenate([self.apply(part).ravel() for part in parts])
        return flat.reshape(-1, self.size(width, height)[0])


UPRIGHT = Orientation()

# EXIF 2.3, table 4: where row 0 and column 0 of the stored picture lie in the upright one
BY_EXIF = {
    1: UPRIGHT,
    2: Orientation(0, mirrored=True),
    3: Orientation(2),
    4: Orientation(2, mirrored=True),
    5: Orientation(1, mirrored=True),
    6: Orientation(3),
    7: Orientation(3, mirrored=True),
    8: Orientation(1),
}


def from_exif(value: object) -> Orientation:
    """The orientation of EXIF's number; upright for any other value, as viewers do."""
    return BY_EXIF.get(value, UPRIGHT) if isinstance(value, int) else UPRIGHT


def from_matrix(matrix: bytes) -> Orientation:
    """The nearest of the eight to a display matrix of nine 32-bit numbers.

    A point moves to (a x + c y, b x + d y). The vertical axis tells the turn, since mirroring
    left to right leaves it where it is; the determinant tells whether there is a mirror.
    """
    if len(matrix) < MATRIX.size:
        return UPRIGHT
    a, b, _, c, d, *_ = MATRIX.unpack_from(matrix)
    if a * d - b * c == 0:
        return UPRIGHT  # a matrix that would show nothing
    clockwise = math.degrees(math.atan2(-c, d))
    return Orientation(round(-clockwise / 90) % 4, a * d - b * c < 0)
