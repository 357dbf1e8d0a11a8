"""This machine's library, for requests."""

from app.library.library import Filter, Library
from app.library.records import Clip, TextEdit
from app.settings import Settings


class LocalService:
    """One library, open for as long as the service runs. Called from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Opens the library, making it where there is none. Raises LibraryUnusable."""
        self._library = Library.open(settings.library, create=True)

    @property
    def library(self) -> Library:
        """For what is asked of the library itself."""
        return self._library

    def clips(self, wanted: Filter, after: str | None, limit: int) -> list[Clip]:
        return self._library.page(wanted, after, limit)

    def edits(self, clip_id: str) -> list[TextEdit]:
        return self._library.edits(clip_id)

    def clip(self, clip_id: str) -> Clip:
        return self._library.clip(clip_id)

    def remove(self, clip_id: str) -> None:
        self._library.clip(clip_id)
        self._library.remove(clip_id)

    def library_size(self) -> int:
        return self._library.stats().clips

    def reach(self) -> int:
        return self._library.reach()

    def close(self) -> None:
        self._library.close()
