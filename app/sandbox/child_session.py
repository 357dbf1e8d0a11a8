"""What a decoding process keeps between two tasks of the same file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:  # named, not loaded: a process that asks for the walls alone needs no numpy
    from hashing.describe.frame_cache import Reel
    from hashing.types import Fingerprint, MediaInfo


@dataclass(slots=True)
class Session:
    """Lives as long as the process. Tasks fill it, so that nothing large crosses the pipe twice."""

    files: tuple[BinaryIO, ...]
    report_progress: Callable[[str, float], None]  # stage, 0..1
    info: "MediaInfo | None" = None
    fingerprint: "Fingerprint | None" = None
    frames: "Reel | None" = None  # preview frames of `fingerprint`, with their keypoints

    @property
    def file(self) -> BinaryIO | None:
        """The first file; None in a process that reads none."""
        return self.files[0] if self.files else None
