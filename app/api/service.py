"""What requests ask of the library themselves; long work goes through the desk to the workers."""

from typing import Protocol

from app.library.library import Filter
from app.library.records import Clip, TextEdit


class Service(Protocol):
    """Everything here may raise FirstseenError; called in threads."""

    def clips(self, wanted: Filter, after: str | None, limit: int) -> list[Clip]:
        """Clips in the order of their ids, those after one id. Raises ClipUnknown for no id."""

    def edits(self, clip_id: str) -> list[TextEdit]:
        """Every change of a clip's context, newest first. Raises ClipUnknown."""

    def clip(self, clip_id: str) -> Clip:
        """Raises ClipUnknown."""

    def remove(self, clip_id: str) -> None:
        """Raises ClipUnknown."""

    def library_size(self) -> int:
        """How many clips the library holds. Raises LibraryUnusable."""

    def reach(self) -> int:
        """The newest clip's number, 0 in an empty library."""

    def close(self) -> None:
        """Let go of the library."""
