"""How much of a stranger's file is worth reading."""

from dataclasses import dataclass

from hashing.types import Seconds


@dataclass(frozen=True, slots=True)
class Limits:
    """Each name is also the setting's."""

    max_pixels: int = 100_000_000
    max_duration_s: Seconds = 4 * 3600.0
    max_frames: int = 1_000_000
