"""What a decoding process keeps from one task to the next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:  # a process that only reports its walls need not load the science
    from hashing.describe.frame_cache import FrameCache
    from hashing.types import Fingerprint, MediaInfo


@dataclass(slots=True)
class Session:
    """Lives as long as the process. Tasks fill it, so that nothing large crosses the pipe twice.

    files: opened by the parent. report_progress: sends stage and fraction, 0..1. frames: preview
    frames of `fingerprint` with their keypoints.
    """

    files: tuple[BinaryIO, ...]
    report_progress: Callable[[str, float], None]
    info: "MediaInfo | None" = None
    fingerprint: "Fingerprint | None" = None
    frames: "FrameCache | None" = None

    @property
    def file(self) -> BinaryIO | None:
        """The first file; None in a process that reads none."""
        return self.files[0] if self.files else None
